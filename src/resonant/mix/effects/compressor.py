"""Feed-forward compressor with a soft knee."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.mix.effects.envelope import BLOCK, block_power, smoothed_reduction_db, with_gain


@dataclass(frozen=True, slots=True)
class Compression:
    """Settings of a compressor.

    Args:
        threshold_db: RMS level (dBFS over 0.7 ms) above which gain is reduced.
        ratio: 1 (nothing) … 20.
        attack_ms, release_ms: time constants.
        knee_db: width of the rounded corner around the threshold.
    """

    threshold_db: float
    ratio: float = 2.0
    attack_ms: float = 10.0
    release_ms: float = 120.0
    knee_db: float = 6.0


def compress(samples: Samples, sample_rate: int, settings: Compression) -> Samples:
    """The sound with its peaks brought nearer to the threshold; no make-up gain. `float32 [channels, samples]`."""
    if settings.ratio <= 1.0 or samples.shape[1] == 0:
        return samples
    level_db = 10.0 * np.log10(block_power(samples) + 1e-20)
    blocks_per_ms = sample_rate / 1000.0 / BLOCK
    wanted_db = level_db - curve_db(level_db, settings)
    reduction_db = smoothed_reduction_db(
        wanted_db, settings.attack_ms * blocks_per_ms, settings.release_ms * blocks_per_ms
    )
    return with_gain(samples, 10.0 ** (-reduction_db / 20.0))


def curve_db(level_db: NDArray[np.float64], settings: Compression) -> NDArray[np.float64]:
    """The static curve: output level for each input level (Giannoulis et al. 2012, eq. 4)."""
    over = level_db - settings.threshold_db
    slope = 1.0 / settings.ratio - 1.0
    knee = max(settings.knee_db, 1e-6)
    bent = level_db + slope * (over + knee / 2.0) ** 2 / (2.0 * knee)
    straight = level_db + slope * over
    return np.where(over > knee / 2.0, straight, np.where(over > -knee / 2.0, bent, level_db))
