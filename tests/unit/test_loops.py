"""Compiled loops: they give what their twins in array algebra give, to the last bit, and so does a whole song."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from resonant import audio, loops
from resonant.loops import Loop, compile_loops
from resonant.mix import loudness
from resonant.sound import adding, delay_line
from resonant.sound.steps import steps_of
from resonant.sound.voices import cycle, synth

Arguments = tuple[Any, ...]


def noise(seed: int, *shape: int, level: float = 0.3) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0.0, level, shape).astype(np.float32)


def k_weighting(seed: int) -> Arguments:
    return noise(seed, 2, 70_001), loudness._k_weighting(44_100 + seed), np.empty(70_001, np.float32)


def highest(seed: int) -> Arguments:
    return noise(seed, 32 * 301 + 13), np.empty(301, np.float32), np.empty(301, np.float32)


def late(seed: int) -> Arguments:
    length = 20_011
    delays = 300.0 + 250.0 * np.sin((1 + seed) * 1e-3 * steps_of(length))
    padded = np.concatenate((np.zeros(552, np.float32), noise(seed, length)))
    return padded, delays.astype(np.float32), np.empty(length, np.float32)


def doubled(seed: int) -> Arguments:
    length = 5_003 + seed
    return noise(seed, length + 19), synth._half_band(), np.empty(2 * length, np.float32)


def to_pcm(seed: int) -> Arguments:
    channels = 1 + seed % 2
    samples = np.clip(noise(seed, channels, 40_003), -1.0, 1.0)
    return samples[:, 1:], np.empty(3 * channels * 40_002, np.uint8)


def from_pcm(seed: int) -> Arguments:
    channels = 1 + seed % 2
    data = np.random.default_rng(seed).integers(0, 256, 3 * channels * 40_003 + seed % 3, dtype=np.uint8)
    return np.frombuffer(data.tobytes(), np.uint8), np.empty((channels, 40_003), np.float32)


def rows(seed: int) -> cycle.Rows:
    moving = np.linspace(-3.0, 11.0, 9_001).astype(np.float32) + noise(seed, 9_001)
    return cycle.Rows.at(moving if seed % 2 else moving[4_000:4_001])


def cycles(seed: int) -> Arguments:
    bank = cycle.bank_for(cycle.Wave("saw"), cycle.Filter(resonance=0.5, drive=1.0), 300.0, 44_100.0)
    moments = np.cumsum(np.abs(noise(seed, 9_001, level=0.01)).astype(np.float64))
    levels = noise(seed, 1 + seed % 2)
    place = rows(seed)
    return bank.table, moments, 1.003, 0.25, place.first, place.fraction, levels, noise(seed, levels.size, 9_001)


def places(seed: int) -> Arguments:
    octaves = np.linspace(-4.0, 12.0, 9_001).astype(np.float32) + noise(seed, 9_001)
    return octaves, np.empty(9_001, np.int64), np.empty(9_001, np.float32)


def tone(seed: int) -> Arguments:
    length, stop = 8_000, (0, 3_000, 8_000, 9_000)[seed]
    falling = np.linspace(1.0, 0.0, max(length - stop, 0), dtype=np.float32)
    body, sound = noise(seed, length), noise(seed + 9, length)
    return noise(seed, length), body, sound, falling, stop, np.float32(0.7), np.float32(0.3)


CASES: dict[Loop[Any], Callable[[int], Arguments]] = {
    loudness._weigh: k_weighting,
    loudness._highest: highest,
    delay_line._read: late,
    synth._double: doubled,
    audio._to_pcm: to_pcm,
    audio._from_pcm: from_pcm,
    cycle._add: cycles,
    cycle._place: places,
    adding.add_tone: tone,
}


def test_every_loop_is_tried_here() -> None:
    assert set(CASES) == set(Loop.all.values())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("loop", CASES, ids=lambda loop: loop.body.__qualname__)
def test_a_compiled_loop_gives_what_its_twin_gives_to_the_last_bit(loop: Loop[Any], seed: int) -> None:
    one, other = CASES[loop](seed), CASES[loop](seed)
    loop.compiled(*one)
    loop.twin(*other)
    for got, expected in zip(one, other, strict=True):
        assert np.array_equal(got, expected)
    assert all(np.isfinite(part).all() for part in one)


def test_nothing_is_compiled_where_numba_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "find_spec", lambda name: None)
    assert compile_loops() is False
    assert not Loop.are_compiled


SONG = """
import hashlib, sys
from resonant.brief.reader import Call, read_brief
from resonant.loops import Loop, compile_loops
from resonant.produce import Engine, compose

assert len(sys.argv) == 1 or compile_loops()
song = compose(read_brief(
    "ambient, 2 bars, warm pad, soft lead, nylon guitar, bass, drums", calls=Call(seed=5)
), Engine())
for audio in (song.mix.master, *song.mix.stems.values()):
    print(hashlib.sha256(audio.samples.tobytes()).hexdigest())
print(Loop.are_compiled, file=sys.stderr)
"""


def test_a_song_is_the_same_to_the_last_bit_whether_loops_are_compiled_or_not() -> None:
    runs = [
        subprocess.run([sys.executable, "-c", SONG, *args], capture_output=True, text=True, check=True)
        for args in ([], ["compiled"])
    ]
    assert [run.stderr.splitlines()[-1] for run in runs] == ["False", "True"]
    assert runs[0].stdout == runs[1].stdout
    assert len(set(runs[0].stdout.splitlines())) > 4
