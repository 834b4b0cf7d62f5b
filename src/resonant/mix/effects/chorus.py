"""Chorus: two detuned copies, one to each side."""

import numpy as np

from resonant.audio import Samples
from resonant.sound.delay_line import read_late
from resonant.sound.steps import steps_of
from resonant.threads import Threads

_MIDDLE_MS = 9.0


def chorus(
    samples: Samples, sample_rate: int, mix: float = 0.35, rate_hz: float = 0.6, depth_ms: float = 2.2
) -> Samples:
    """The sound with a copy in each side that drifts in pitch, the two in opposite directions.

    Args:
        samples: `float32 [channels, samples]`.
        sample_rate: Hz.
        mix: 0 dry … 1: level of the copies.
        rate_hz: how fast they drift.
        depth_ms: how far.

    Returns:
        `float32 [2, samples]`
    """
    stereo = np.repeat(samples, 2, axis=0) if samples.shape[0] == 1 else samples
    if mix <= 0.0 or samples.shape[1] == 0:
        return stereo
    angle = 2.0 * np.pi * rate_hz / sample_rate * steps_of(samples.shape[1])

    def with_copy(side: Samples, phase: float) -> Samples:
        late_ms = _MIDDLE_MS + depth_ms * np.sin(angle + phase)
        both: Samples = side + np.float32(mix) * read_late(side, late_ms * (sample_rate / 1000.0))
        both /= np.float32(np.sqrt(1.0 + mix * mix))
        return both

    with Threads(1) as beside:
        right = beside.submit(with_copy, stereo[1], np.pi)
        return np.stack((with_copy(stereo[0], 0.0), right.result()))
