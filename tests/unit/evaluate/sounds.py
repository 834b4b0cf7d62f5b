"""Small sounds whose tempo, chords and key are known."""

from collections.abc import Sequence

import numpy as np

from resonant.audio import Audio
from resonant.listening.ear import RATE_HZ
from resonant.theory.chord import Chord


def clicks(bpm: float, seconds: float = 16.0, offset_s: float = 0.0) -> Audio:
    """A short noise burst on every beat and a softer one on every 8th."""
    rng = np.random.default_rng(0)
    samples = np.zeros(int(seconds * RATE_HZ), dtype=np.float32)
    burst = (rng.standard_normal(400) * np.exp(-np.arange(400) / 80)).astype(np.float32)
    for number, at in enumerate(np.arange(offset_s, seconds - 0.05, 30 / bpm)):
        start = int(at * RATE_HZ)
        samples[start : start + 400] += (0.8 if number % 2 == 0 else 0.3) * burst
    return Audio(samples[None], RATE_HZ)


def progression(symbols: Sequence[str], bpm: float = 120.0, beats: int = 4) -> Audio:
    """Piano-like block chords on every beat over their roots, `beats` beats a chord."""
    step = 60 / bpm
    samples = np.zeros(int((len(symbols) * beats * step + 0.5) * RATE_HZ))
    for index, symbol in enumerate(symbols * 1):
        chord = Chord.parse(symbol)
        pitches = [36 + chord.root, *(60 + (chord.root + i) % 12 for i in chord.intervals)]
        for beat in range(beats):
            start = int((index * beats + beat) * step * RATE_HZ)
            struck = sum(_string(pitch, step) for pitch in pitches)
            samples[start : start + len(struck)] += struck
    return Audio((0.5 * samples / np.abs(samples).max())[None].astype(np.float32), RATE_HZ)


def _string(pitch: int, seconds: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    hz = 440 * 2 ** ((pitch - 69) / 12)
    return sum(
        h**-1.3 * np.sin(2 * np.pi * h * hz * time) * np.exp(-time * (1 + h / 2)) for h in range(1, 7)
    ) * np.minimum(time / 0.003, 1)


def silence(seconds: float = 4.0) -> Audio:
    return Audio.silence(2, int(seconds * 44_100), 44_100)


def broken() -> Audio:
    samples = np.zeros((1, 44_100), dtype=np.float32)
    samples[0, 100] = np.nan
    return Audio(samples, 44_100)
