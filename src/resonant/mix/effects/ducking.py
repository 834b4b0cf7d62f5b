"""Ducking: a part gives way each time the kick sounds."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.mix.effects.envelope import BLOCK, with_gain

_ATTACK_S = 0.006
_HOLD_S = 0.030


def duck(samples: Samples, sample_rate: int, times_s: tuple[float, ...], amount: float, release_s: float) -> Samples:
    """The sound under a curve that dips at each time.

    Args:
        samples: `float32 [channels, samples]`.
        sample_rate: Hz.
        times_s: when the kicks sound, rising, in seconds.
        amount: 0 nothing … 1 silence at the bottom of the dip.
        release_s: how long the gain takes to come back.
    """
    if amount <= 0.0 or not times_s or samples.shape[1] == 0:
        return samples
    blocks = -(-samples.shape[1] // BLOCK)
    return with_gain(samples, ducking_curve(np.arange(blocks) * BLOCK / sample_rate, times_s, amount, release_s))


def ducking_curve(
    at_s: NDArray[np.float64], times_s: tuple[float, ...], amount: float, release_s: float
) -> NDArray[np.float64]:
    """The gain 1 - amount … 1 at each moment: down just before a kick, held, and back along half a cosine."""
    kicks = np.asarray(times_s)
    last = np.searchsorted(kicks, at_s, side="right") - 1
    since = np.where(last >= 0, at_s - kicks[np.maximum(last, 0)], np.inf)
    until = np.where(last + 1 < kicks.size, kicks[np.minimum(last + 1, kicks.size - 1)] - at_s, np.inf)
    back = np.clip((since - _HOLD_S) / release_s, 0.0, 1.0)
    depth = 0.5 + 0.5 * np.cos(np.pi * back)
    coming = np.clip(1.0 - until / _ATTACK_S, 0.0, 1.0)
    return 1.0 - amount * np.maximum(depth, coming)
