"""The ensemble: delay lines swept by slow waves, as in string machines (three lines) and the Juno (two)."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.sound.delay_line import read_late
from resonant.sound.steps import steps_of
from resonant.sound.voices.patch import Ensemble
from resonant.threads import Threads

_MIDDLE_MS = 7.0


def ensemble(dry: Samples, settings: Ensemble, sample_rate: int) -> Samples:
    """The sound, `float32 [1 or 2, samples]`, through the ensemble: `float32 [2, samples]`; a thread for each line."""
    mono = np.asarray(dry.mean(axis=0))
    wet = np.zeros((2, mono.size), dtype=np.float32)

    def sweep(line: int) -> Samples:
        return read_late(mono, _delays(mono.size, settings, line / settings.lines, sample_rate))

    with Threads(settings.lines) as pool:
        lines = list(pool.map(sweep, range(settings.lines)))
    for line, swept in enumerate(lines):
        side = 0.0 if settings.lines == 1 else 2.0 * line / (settings.lines - 1) - 1.0
        angle = (0.9 * side + 1.0) * np.pi / 4.0
        wet[0] += np.float32(np.cos(angle)) * swept
        wet[1] += np.float32(np.sin(angle)) * swept
    wet *= np.float32(np.sqrt(2.0 / settings.lines) * settings.mix)
    return wet + np.float32(1.0 - settings.mix) * dry


def _delays(num_samples: int, settings: Ensemble, turn: float, sample_rate: int) -> NDArray[np.float64]:
    """The delay of a line in samples at each of `steps_of`; `turn` is where in its circle the sweep starts."""
    angle = 2 * np.pi * (settings.rate_hz / sample_rate * steps_of(num_samples) + turn)
    sweep_ms = _MIDDLE_MS + settings.depth_ms * np.sin(angle) + settings.shimmer_ms * np.sin(9.7 * angle)
    return np.asarray(sweep_ms * (sample_rate / 1000))
