"""Which bank plays, and that everything plays on it."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from soundfont_files import sf2

from resonant.cli import resonant
from resonant.errors import SoundBankError
from resonant.instruments import instruments
from resonant.score.model import Note, Track
from resonant.sound.banks import SoundBank, default_bank, embedded_path, found_banks, open_bank
from resonant.sound.sampler import render_sampled
from resonant.sound.sampler.generators import Gen
from resonant.units import TempoMap

RATE = 44_100


def _one_note(key: int, program: int, bank: int) -> np.ndarray:
    track = Track("part", "melody", "flute", (Note(0, key, 480, 100),))
    return render_sampled(track, TempoMap.constant(120), program, bank, RATE, RATE, default_bank()).samples


def test_the_embedded_bank_is_at_most_eight_megabytes_and_has_its_licence_beside_it() -> None:
    assert embedded_path().stat().st_size <= 8_000_000
    text = (embedded_path().parent / "LICENSE").read_text(encoding="utf-8")
    assert "Frank Wen" in text and "Permission is hereby granted, free of charge" in text
    assert "MIT" in default_bank().licence and "Frank Wen" in default_bank().licence


def test_every_program_sounds_on_the_embedded_bank() -> None:
    silent = [program for program in range(128) if np.max(np.abs(_one_note(60, program, 0))) < 1e-3]
    assert not silent


def test_every_instrument_sounds_over_its_whole_range() -> None:
    silent = [
        (instrument.name, key)
        for instrument in instruments().values()
        if not instrument.is_drums and instrument.voice is None
        for key in (instrument.low, (instrument.low + instrument.high) // 2, instrument.high)
        if np.max(np.abs(_one_note(key, instrument.program, instrument.bank))) < 1e-3
    ]
    assert not silent


@pytest.mark.parametrize("kit", [0, 8, 16, 24, 25, 32, 40, 48, 99])
def test_every_drum_sounds_in_every_kit(kit: int) -> None:
    silent = [key for key in range(35, 82) if np.max(np.abs(_one_note(key, kit, 128))) < 1e-3]
    assert not silent


def test_every_loop_of_the_embedded_bank_runs_on_where_it_began() -> None:
    bank, clicks = default_bank(), {}
    for number, program, _ in bank.programs:
        for region in bank.regions(number, program):
            if region.amounts[Gen.SAMPLE_MODES] == 1:
                sound, (start, end) = bank.font.frames(region.sample.index), region.sample.loop
                before, last = sound[start - 256 : start], sound[end - 256 : end]
                likeness = np.dot(before, last) / np.sqrt(np.dot(before, before) * np.dot(last, last))
                if not likeness > 0.9:
                    clicks[region.sample.name] = float(likeness)
    assert not clicks


def test_a_program_that_is_missing_is_played_by_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "one.sf2").write_bytes(sf2(place=(40, 0)))
    bank = SoundBank(tmp_path / "one.sf2")
    assert bank.preset_for(0, 41) == (0, 40)
    assert bank.preset_for(8, 40) == (0, 40), "a variation falls back to the capital tone"
    assert bank.preset_for(128, 0) == (0, 40), "a bank without kits still sounds"


def test_auto_is_the_embedded_bank_and_a_path_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.sf2"
    path.write_bytes(sf2())
    assert open_bank("auto") is default_bank() and open_bank("auto").is_embedded
    assert open_bank(path).path == path and not open_bank(path).is_embedded
    assert found_banks([tmp_path]) == (path,)
    with pytest.raises(SoundBankError, match="no such sound bank"):
        open_bank(tmp_path / "other.sf2")


def test_the_command_says_what_plays_and_how_to_get_better() -> None:
    plain = CliRunner().invoke(resonant, ["soundbank"])
    assert plain.exit_code == 0
    for words in ("Resonant GM", "8 drum kits", "MIT", "apt install musescore-general-soundfont"):
        assert words in plain.output
    facts = json.loads(CliRunner().invoke(resonant, ["soundbank", "--json"]).output)
    assert facts["in_use"]["sha256"] == default_bank().sha256()
    assert {"bank": 0, "program": 0, "name": "Yamaha Grand Piano"} in facts["in_use"]["programs"]
