"""A little band on tape: kick, snare, hats, bass and chords of sine waves and noise, whose bars are known."""

from pathlib import Path

import numpy as np
import soundfile

RATE = 44_100
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))  # C, Am, F, G from C4 up


def tape(bars: int = 8, bpm: float = 120.0, lead_in_s: float = 0.0, drift: float = 0.0, seed: int = 1) -> np.ndarray:
    """`float32 [2, samples]` of bars of 4/4; `drift` is how much slower the last beat is than the first."""
    beats = bars * 4
    lengths = 60.0 / bpm * (1.0 + drift * np.arange(beats) / beats)
    starts = lead_in_s + np.concatenate([[0.0], np.cumsum(lengths)])
    sound = np.zeros(round((starts[-1] + 0.3) * RATE))
    rng = np.random.default_rng(seed)
    for beat, (start, length) in enumerate(zip(starts[:-1], lengths, strict=True)):
        _strike(sound, start, _kick() if beat % 2 == 0 else _snare(rng))
        for half in (0.0, 0.5):
            _strike(sound, start + half * length, 0.15 * rng.standard_normal(900) * np.exp(-np.arange(900) / 150))
        root = CHORDS[beat // 4 % 4]
        if beat % 4 == 0:
            _strike(sound, start, sum(_tone(60 + step, 3.8 * length) for step in root))
        if beat % 2 == 0:
            _strike(sound, start, 2.0 * _tone(36 + root[0] % 12, 1.6 * length))
    sound = 0.5 * sound / np.abs(sound).max()
    return np.stack([sound, 0.8 * sound]).astype(np.float32)


def on_file(path: Path, samples: np.ndarray, rate: int = RATE, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, samples.T, rate, subtype=subtype)
    return path


def _strike(sound: np.ndarray, start_s: float, what: np.ndarray) -> None:
    first = round(start_s * RATE)
    length = min(len(what), len(sound) - first)
    sound[first : first + length] += what[:length]


def _kick() -> np.ndarray:
    time = np.arange(RATE // 5) / RATE
    return np.asarray(1.5 * np.sin(2 * np.pi * (50 * time - 6 * np.exp(-time * 30))) * np.exp(-time * 16))


def _snare(rng: np.random.Generator) -> np.ndarray:
    time = np.arange(RATE // 6) / RATE
    return np.asarray((0.7 * rng.standard_normal(len(time)) + np.sin(2 * np.pi * 190 * time)) * np.exp(-time * 20))


def _tone(pitch: int, seconds: float) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    hz = 440.0 * 2 ** ((pitch - 69) / 12)
    wave = sum(np.sin(2 * np.pi * hz * n * time) / n for n in (1, 2, 3))
    return np.asarray(0.12 * wave * np.exp(-time * 1.2) * np.minimum((seconds - time) / 0.02, 1.0))
