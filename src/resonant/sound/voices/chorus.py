"""The ensemble: delay lines swept by slow waves, as in string machines (three lines) and the Juno (two)."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.sound.voices.patch import Ensemble

_MIDDLE_MS = 7.0
_CHUNK = 16_384
_STEP = 32


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
    delays = _delays(num_samples, settings, turn, sample_rate)
    for start in range(0, num_samples, _CHUNK):
        delay = delays[start : start + _CHUNK][: num_samples - start]
        whole = delay.astype(np.int64)
        index = np.arange(start + reach, start + reach + len(delay)) - whole
        value = np.take(padded, index)
        out[start : start + len(delay)] = value + (delay - whole) * (np.take(padded, index - 1) - value)
    return out


def _delays(num_samples: int, settings: Ensemble, turn: float, sample_rate: int) -> NDArray[np.float32]:
    """The delay in samples, worked out every 32 samples and straight between."""
    angle = 2 * np.pi * (settings.rate_hz / sample_rate * np.arange(0, num_samples + 2 * _STEP, _STEP) + turn)
    sweep_ms = _MIDDLE_MS + settings.depth_ms * np.sin(angle) + settings.shimmer_ms * np.sin(9.7 * angle)
    at_steps = (sweep_ms * (sample_rate / 1000)).astype(np.float32)
    ramp = np.arange(_STEP, dtype=np.float32) / np.float32(_STEP)
    return np.asarray(at_steps[:-1, None] + (at_steps[1:] - at_steps[:-1])[:, None] * ramp).reshape(-1)
