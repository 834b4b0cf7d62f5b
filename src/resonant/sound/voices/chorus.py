"""The ensemble: delay lines swept by slow waves, as in string machines (three lines) and the Juno (two)."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.sound.voices.patch import Ensemble

_MIDDLE_MS = 7.0
_CHUNK = 16_384


def ensemble(dry: Samples, settings: Ensemble, sample_rate: int) -> Samples:
    """The sound through the ensemble: `float32 [2, samples]`, of the same length."""
    reach = int(sample_rate * (_MIDDLE_MS + settings.depth_ms + settings.shimmer_ms) / 1000) + 2
    mono = np.concatenate([np.zeros(reach, dtype=np.float32), dry.mean(axis=0)])
    wet = np.zeros_like(dry)
    for line in range(settings.lines):
        swept = _line(mono, reach, settings, line / settings.lines, sample_rate)
        side = 0.0 if settings.lines == 1 else 2.0 * line / (settings.lines - 1) - 1.0
        angle = (0.9 * side + 1.0) * np.pi / 4.0
        wet[0] += np.float32(np.cos(angle)) * swept
        wet[1] += np.float32(np.sin(angle)) * swept
    wet *= np.float32(np.sqrt(2.0 / settings.lines) * settings.mix)
    return wet + np.float32(1.0 - settings.mix) * dry


def _line(
    padded: NDArray[np.float32], reach: int, settings: Ensemble, turn: float, sample_rate: int
) -> NDArray[np.float32]:
    """One delay line, read between samples; `turn` is where in its circle the sweep starts."""
    num_samples = len(padded) - reach
    out = np.empty(num_samples, dtype=np.float32)
    for start in range(0, num_samples, _CHUNK):
        at = np.arange(start, min(start + _CHUNK, num_samples))
        angle = 2 * np.pi * (settings.rate_hz / sample_rate * at + turn)
        sweep_ms = _MIDDLE_MS + settings.depth_ms * np.sin(angle) + settings.shimmer_ms * np.sin(9.7 * angle)
        position = at + reach - sweep_ms * (sample_rate / 1000)
        index = position.astype(np.int64)
        value = np.take(padded, index)
        fraction = (position - index).astype(np.float32)
        out[start : start + len(at)] = value + fraction * (np.take(padded, index + 1) - value)
    return out
