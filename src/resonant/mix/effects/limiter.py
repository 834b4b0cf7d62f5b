"""Look-ahead limiter with a true-peak ceiling, and the input gain that lands on a loudness."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.mix.effects.envelope import BLOCK, released, with_gain
from resonant.mix.loudness import PEAK_BLOCK, peak_envelope

_LOOK_AHEAD_MS = 2.0
_RELEASE_MS = 90.0

assert BLOCK == PEAK_BLOCK, "the limiter reads peaks and writes gains on one grid"


def limit(samples: Samples, sample_rate: int, ceiling_dbtp: float) -> Samples:
    """The sound with no peak, between samples either, above the ceiling. `float32 [channels, samples]`."""
    if samples.shape[1] == 0:
        return samples
    ceiling = 10.0 ** (ceiling_dbtp / 20.0)
    return with_gain(samples, limiter_gain(peak_envelope(samples, floor=ceiling), sample_rate, ceiling))


def limiter_gain(peaks: Samples, sample_rate: int, ceiling: float) -> NDArray[np.float64]:
    """The gain at each block start that keeps every peak under the ceiling.

    A reduction is held over the look-ahead on both sides (a maximum filter), released, and averaged over the
    look-ahead (a box): every value in the box is at least what the block in its middle needs, so their mean is too.
    One block more is held because the gain is drawn as a line from this block's start to the next one's.

    Args:
        peaks: highest magnitude in each block of `BLOCK` samples.
        sample_rate: Hz.
        ceiling: linear.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    needed_db = 20.0 * np.log10(np.maximum(peaks.astype(np.float64) / ceiling, 1.0))
    if not needed_db.any():
        return np.ones(peaks.size)
    blocks_per_ms = sample_rate / 1000.0 / BLOCK
    half = max(1, round(_LOOK_AHEAD_MS * blocks_per_ms / 2))
    padded = np.pad(needed_db, 2 * half + 2)
    held = maximum_filter1d(padded, 2 * (half + 1) + 1, mode="constant")
    smooth = uniform_filter1d(released(held, _RELEASE_MS * blocks_per_ms), 2 * half + 1, mode="constant")
    return np.asarray(10.0 ** (-smooth[2 * half + 2 : 2 * half + 2 + peaks.size] / 20.0))
