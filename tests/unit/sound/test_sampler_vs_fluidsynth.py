"""Our sampler beside FluidSynth, which the field takes for the reference player of SoundFonts.

Needs `fluidsynth` and `fluid-soundfont-gm`: `make tools`. One run of FluidSynth plays everything.
"""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from resonant.score.model import Bend, Control, Note, Track
from resonant.sound.banks import SoundBank
from resonant.sound.sampler import render_sampled
from resonant.units import TempoMap

RATE = 44_100
TEMPO = TempoMap.constant(120.0)
SLOT_S, SLOT = 2, 2 * 960  # each program has two seconds, in seconds and ticks
USUAL_KEYS = (60, 79)
LOW_KEYS = {43: (40, 52), 58: (40, 60), 67: (48, 60)}  # the bank has no sound above for contrabass, tuba, baritone sax
GAIN_DB = 1.2  # FluidSynth's filter lifts everything by a constant 1.5 dB


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[3] / "benchmarks" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


fluidsynth = _module("fluidsynth")


@dataclass(frozen=True)
class Pair:
    ours: NDArray[np.float32]
    theirs: NDArray[np.float32]

    def window(self, start_s: float, end_s: float) -> "Pair":
        span = slice(int(start_s * RATE), int(end_s * RATE))
        return Pair(self.ours[:, span], self.theirs[:, span])

    def cents(self) -> tuple[float, float]:
        return fluidsynth.shift_cents(self.ours.mean(axis=0), self.theirs.mean(axis=0), RATE)  # type: ignore[no-any-return]

    def level_db(self) -> float:
        return float(10 * np.log10(np.mean(self.ours**2) / np.mean(self.theirs**2))) + GAIN_DB


def _notes(program: int, start: int) -> tuple[Note, ...]:
    keys = LOW_KEYS.get(program, USUAL_KEYS)
    return tuple(Note(start + 960 * number, key, 600, 100) for number, key in enumerate(keys))


def _track(notes: tuple[Note, ...], bends: tuple[Bend, ...] = (), controls: tuple[Control, ...] = ()) -> Track:
    return Track("part", "melody", "grand_piano", notes, bends, controls)


@pytest.fixture(scope="module")
def bank() -> SoundBank:
    return SoundBank(fluidsynth.FLUID_R3)


@pytest.fixture(scope="module")
def programs(bank: SoundBank) -> Mapping[int, Pair]:
    """Every General MIDI program from both players."""
    parts = [fluidsynth.Part(_track(_notes(program, program * SLOT)), program) for program in range(128)]
    theirs = fluidsynth.play(parts, TEMPO, RATE)
    pairs = {}
    for program in range(128):
        audio = render_sampled(_track(_notes(program, 0)), TEMPO, program, 0, SLOT_S * RATE, RATE, bank)
        start = program * SLOT_S * RATE
        pairs[program] = Pair(audio.samples, theirs[:, start : start + SLOT_S * RATE])
    return pairs


def test_every_program_is_within_ten_cents_of_fluidsynth(programs: Mapping[int, Pair]) -> None:
    off = {}
    for program, pair in programs.items():
        for start_s in (0.05, 1.05):
            cents, likeness = pair.window(start_s, start_s + 0.55).cents()
            if abs(cents) > 10.0 or likeness < 0.8:
                off[program, start_s] = (round(cents, 1), round(likeness, 2))
    assert not off, f"(program, second): (cents, likeness) {off}"


def test_every_program_is_within_three_decibels_of_fluidsynth(programs: Mapping[int, Pair]) -> None:
    levels = {
        (program, start_s): round(pair.window(start_s, start_s + 0.55).level_db(), 1)
        for program, pair in programs.items()
        for start_s in (0.05, 1.05)
    }
    assert not {place: level for place, level in levels.items() if abs(level) > 3.0}


def test_the_measure_of_tuning_finds_twenty_cents_where_twenty_are_made(
    programs: Mapping[int, Pair], bank: SoundBank
) -> None:
    for program in (0, 48, 73, 122):  # a piano, strings, a flute and the noise of a sea shore
        bent = _track(_notes(program, 0), bends=(Bend(0, 20),))
        ours = render_sampled(bent, TEMPO, program, 0, SLOT_S * RATE, RATE, bank).samples
        cents, _ = Pair(ours, programs[program].theirs).window(0.05, 0.6).cents()
        assert abs(cents - 20.0) < 3.0, f"program {program}: {cents:.1f}"


def test_controllers_and_bends_act_as_in_fluidsynth(bank: SoundBank) -> None:
    notes = tuple(Note(960 * number, 62, 700, 100) for number in range(6))
    bends = (Bend(960, 200), Bend(1920, 0))
    moves = (
        *(Control(1920, 7, 60), Control(2880, 7, 100)),
        *(Control(2880, 11, 50), Control(3840, 11, 127)),
        *(Control(3840, 10, 100), Control(4800, 10, 64)),
        *(Control(4810, 64, 127), Control(5700, 64, 0)),
    )
    track = _track(notes, bends, moves)
    theirs = fluidsynth.play([fluidsynth.Part(track, 73)], TEMPO, RATE)
    ours = render_sampled(track, TEMPO, 73, 0, theirs.shape[1], RATE, bank).samples
    pair = Pair(ours, theirs)
    for second in range(6):
        window = pair.window(second + 0.1, second + 0.6)
        cents, likeness = window.cents()
        assert abs(cents) < 5.0 and likeness > 0.8, f"second {second}: {cents:.1f} cents, likeness {likeness:.2f}"
        for channel in (0, 1):
            side = Pair(window.ours[channel : channel + 1], window.theirs[channel : channel + 1])
            assert abs(side.level_db()) < 2.0, f"second {second}, channel {channel}: {side.level_db():.1f} dB"
    held = pair.window(5.75, 5.9)
    assert abs(held.level_db()) < 2.0, "the pedal holds the last note"


def test_the_drum_kit_sounds_as_in_fluidsynth(bank: SoundBank) -> None:
    keys = tuple(range(35, 82))
    notes = tuple(Note(480 * number, key, 240, 110) for number, key in enumerate(keys))
    theirs = fluidsynth.play([fluidsynth.Part(_track(notes), 0, 128)], TEMPO, RATE)
    ours = render_sampled(_track(notes), TEMPO, 0, 128, theirs.shape[1], RATE, bank).samples
    levels = {
        key: round(Pair(ours, theirs).window(number * 0.5, number * 0.5 + 0.3).level_db(), 1)
        for number, key in enumerate(keys)
    }
    assert not {key: level for key, level in levels.items() if abs(level) > 3.0}
