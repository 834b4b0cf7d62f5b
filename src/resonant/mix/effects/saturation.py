"""Saturation: the soft corner of a valve or a tape, without aliases."""

import numpy as np

from resonant.audio import Samples


def saturate(samples: Samples, sample_rate: int, drive_db: float, mix: float = 1.0) -> Samples:
    """The sound driven into a cubic soft clip, its small signals unchanged in level.

    The curve u - u^3/3 makes third harmonics only until it clips; run at twice the rate, those of anything below a
    third of the rate do not fold back.

    Args:
        samples: `float32 [channels, samples]`.
        sample_rate: Hz.
        drive_db: 0 (nothing) … 24: how far full scale is pushed past the corner.
        mix: 0 dry … 1 driven.
    """
    if drive_db <= 0.0 or mix <= 0.0 or samples.shape[1] == 0:
        return samples
    twice = _resampled(samples, sample_rate, 2 * sample_rate)
    wet = _resampled(soft_clip(twice, drive_db), 2 * sample_rate, sample_rate)
    length = min(samples.shape[1], wet.shape[1])
    out = samples * np.float32(1.0 - mix)
    out[:, :length] += np.float32(mix) * wet[:, :length]
    return out


def soft_clip(samples: Samples, drive_db: float) -> Samples:
    """The curve: slope 1 at rest, flat beyond 1 / drive."""
    corner = np.float32(10.0 ** (-drive_db / 20.0))
    pushed = np.clip(samples / corner, -1.0, 1.0)
    cubed = pushed * pushed
    cubed *= pushed
    cubed /= np.float32(3.0)
    pushed -= cubed
    pushed *= corner
    return np.asarray(pushed)


def _resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    import soxr

    return np.ascontiguousarray(soxr.resample(samples.T, from_hz, to_hz, quality="MQ").T)
