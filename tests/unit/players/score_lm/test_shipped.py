"""The weights that ship: they are read, they are small, and what they write sits in a song."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.helpers import changed

from resonant.brief.reader import Call, read_brief
from resonant.cli.commands import resonant
from resonant.evaluate import harmony_fit
from resonant.evaluate.composed import noted
from resonant.library.model import Song
from resonant.library.revisions import open_song
from resonant.library.songs import save_song
from resonant.players.score_lm.player import SHIPPED
from resonant.produce import Change, Engine, Watch, compose, regenerate
from resonant.score.region import Region
from resonant.testing import a_brief

ENGINE = Engine()
LEARNED = Change(player="score-lm")


@pytest.fixture(scope="module")
def songs() -> list[Song]:
    return [noted(replace(read_brief(style, Call(bars=12)), seed=5), ENGINE, Watch()) for style in ("pop", "gospel")]


def test_they_are_small_and_say_under_which_licence_they_are() -> None:
    weights = SHIPPED / "model.safetensors"
    assert weights.stat().st_size < 30 * 2**20
    with weights.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        notes = json.loads(file.read(length))["__metadata__"]
    assert notes["licence"] == "Apache-2.0"
    assert float(notes["held_out"]) < 2.0


@pytest.mark.parametrize("role", ["drums", "bass", "chords", "melody"])
def test_a_part_of_theirs_is_new_in_its_bars_and_in_the_songs_harmony(songs: list[Song], role: str) -> None:
    for song in songs:
        track = song.score.of_role(role)
        assert track is not None
        region = Region.of([track.name], 4, 8)
        made = regenerate(song, region, ENGINE, Watch(), LEARNED)
        assert made.lineage.players == {track.name: "score-lm"}
        new = made.score.track(track.name)
        assert new is not None
        start, end = song.score.bar_ticks(4)[0], song.score.bar_ticks(7)[1]
        assert new.between(start, end) and new.between(start, end) != track.between(start, end)
        assert new.between(0, start) == track.between(0, start)
        assert new.between(end, song.score.end) == track.between(end, song.score.end)
        if role != "drums":
            fit = harmony_fit.evaluate(song.score, replace(new, notes=new.between(start, end)))
            assert fit["in_key_or_chord"] > 0.8, (song.brief.style, fit)


def test_the_same_seed_writes_the_same(songs: list[Song]) -> None:
    region = Region.of(["melody"], 4, 6)
    first, again, other = (
        regenerate(songs[0], region, ENGINE, Watch(), replace(LEARNED, seed=seed)).score for seed in (1, 1, 2)
    )
    assert first == again != other


def test_what_it_does_not_hear_is_said(songs: list[Song]) -> None:
    song = songs[0]
    parts = tuple(replace(part, manner="walking" if part.role == "bass" else part.manner) for part in song.brief.parts)
    told = replace(LEARNED, now=replace(song.brief, parts=parts))
    made = regenerate(song, Region.of(["bass"], 4, 6), ENGINE, Watch(), told)
    assert "bass: score-lm does not hear 'walking'; it goes by what is played around." in made.brief.remarks


def test_it_is_asked_for_by_name_on_the_command_line(tmp_path: Path) -> None:
    brief = a_brief("pop", 8, seed=4)
    place = save_song(compose(changed(brief, sound=changed(brief.sound, sample_rate=16_000))), tmp_path)
    words = ["regenerate", str(place), "--tracks", "melody", "--bars", "3-6", "--player", "score-lm", "--json"]
    result = CliRunner().invoke(resonant, words)
    assert result.exit_code == 0, result.output
    assert open_song(place).song.lineage.players == {"melody": "score-lm"}
