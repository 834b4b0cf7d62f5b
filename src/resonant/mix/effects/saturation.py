"""Saturation: the soft corner of a valve or a tape, without aliases."""

import numpy as np

from resonant.audio import Samples

_CHUNK = 1 << 15  # samples worked on at a time, so that what lies between stays in the processor's cache


def saturate(samples: Samples, drive_db: float, mix: float = 1.0) -> Samples:
    """The sound driven into a cubic soft clip, its small signals unchanged in level.

    The curve is u - u^3/3, which makes third harmonics only until it clips. Its cubic part is averaged along the
    straight line between neighbouring samples instead of being taken at the samples, which holds down what would fold
    back from beyond half the rate (antiderivative anti-aliasing: Parker, Zavalishin, Le Bivic, "Reducing the aliasing
    of nonlinear waveshaping using continuous-time convolution", DAFx-16); the mean of u^3 from a to b is
    (a + b)(a^2 + b^2)/4.

    Args:
        samples: `float32 [channels, samples]`.
        drive_db: 0 (nothing) … 24: how far full scale is pushed past the corner.
        mix: 0 dry … 1 driven.
    """
    if drive_db <= 0.0 or mix <= 0.0 or samples.shape[1] == 0:
        return samples
    corner = 10.0 ** (-drive_db / 20.0)
    out = np.empty_like(samples)
    for start in range(0, samples.shape[1], _CHUNK):
        before = max(start - 1, 0)
        pushed = np.clip(samples[:, before : start + _CHUNK] * np.float32(1.0 / corner), -1.0, 1.0)
        if start == 0:
            pushed = np.concatenate((np.zeros_like(pushed[:, :1]), pushed), axis=1)
        first, second = pushed[:, :-1], pushed[:, 1:]
        bent = second - (first + second) * (first * first + second * second) * np.float32(1.0 / 12.0)
        bent *= np.float32(corner * mix)
        out[:, start : start + _CHUNK] = bent + np.float32(1.0 - mix) * samples[:, start : start + _CHUNK]
    return out
