"""Where a part stands: pan, width, and a mono low end."""

import numpy as np

from resonant.audio import Samples
from resonant.mix.effects.eq import Band, equalise
from resonant.threads import Threads


def place(samples: Samples, pan: float) -> Samples:
    """A part in the stereo field: -1 left … 1 right, with constant power (-3 dB law, 0 dB in the middle).

    Args:
        samples: `float32 [1 or 2, samples]`.
        pan: where to.

    Returns:
        `float32 [2, samples]`
    """
    if pan == 0.0 and samples.shape[0] == 2:
        return samples
    angle = (pan + 1.0) * np.pi / 4.0
    gains = np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32) * np.float32(np.sqrt(2.0))
    return np.asarray(samples * gains)


def equalise_sides(
    samples: Samples, sample_rate: int, bands: tuple[Band, ...], width: float, mono_below_hz: float | None
) -> Samples:
    """An equaliser that also sets the width: it works on the middle and on the difference of the sides.

    Args:
        samples: `float32 [1 or 2, samples]`; a mono part has no sides and stays mono.
        sample_rate: Hz.
        bands: for both.
        width: 0 mono, 1 as it was, up to 2.
        mono_below_hz: the sides are cut under this, so that bass survives mono; None leaves them.
    """
    if samples.shape[0] == 1:
        return equalise(samples, sample_rate, bands)
    middle = np.float32(0.5) * (samples[:1] + samples[1:])
    side = np.float32(0.5 * width) * (samples[:1] - samples[1:])
    if not side.any():
        return equalise(middle, sample_rate, bands)
    cut = () if mono_below_hz is None else (Band("low_cut", mono_below_hz),)
    with Threads(1) as beside:
        middle_heard = beside.submit(equalise, middle, sample_rate, bands)
        side = equalise(side, sample_rate, (*bands, *cut))
        middle = middle_heard.result()
    return np.concatenate((middle + side, middle - side))
