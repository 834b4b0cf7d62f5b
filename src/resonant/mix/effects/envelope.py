"""Levels and gains by blocks: what compressor, limiter and ducking share."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples

BLOCK = 32
"""Samples between two points of a gain curve: 0.7 ms at 44.1 kHz."""


def block_power(samples: Samples) -> NDArray[np.float64]:
    """Mean power of the louder channel in each block. `float64 [blocks]`, the last one padded with silence."""
    blocks = -(-samples.shape[1] // BLOCK)
    power = np.zeros(blocks)
    whole = samples.shape[1] // BLOCK
    for channel in samples:
        body = channel[: whole * BLOCK].reshape(whole, BLOCK)
        power[:whole] = np.maximum(power[:whole], np.einsum("bn,bn->b", body, body) / BLOCK)
        if blocks > whole:
            rest = channel[whole * BLOCK :]
            power[whole] = max(power[whole], float(rest @ rest) / BLOCK)
    return power


def smoothed_reduction_db(
    reduction_db: NDArray[np.float64], attack_blocks: float, release_blocks: float
) -> NDArray[np.float64]:
    """A gain reduction (dB, 0 or more) that comes with the attack and goes with the release.

    The decoupled peak detector of Giannoulis, Massberg, Reiss, "Digital dynamic range compressor design", JAES 60(6),
    2012, eq. 17: a peak held with an exponential release, then a one-pole attack. The held peak is a running maximum
    in the logarithm, so no loop is needed.
    """
    from scipy.signal import lfilter

    held = released(reduction_db, release_blocks)
    pole = np.exp(-1.0 / max(attack_blocks, 1e-3))
    return np.asarray(lfilter([1.0 - pole], [1.0, -pole], held))


def released(reduction_db: NDArray[np.float64], release_blocks: float) -> NDArray[np.float64]:
    """Each value held and falling by a factor e every `release_blocks`, until a higher one takes over."""
    slope = np.arange(reduction_db.size) / max(release_blocks, 1e-3)
    with np.errstate(divide="ignore"):
        crest = np.maximum.accumulate(np.log(reduction_db) + slope)
    return np.exp(crest - slope)


def with_gain(samples: Samples, gain: NDArray[np.float64]) -> Samples:
    """The sound times a gain given at block starts, drawn as straight lines between them."""
    ends = np.append(gain[1:], gain[-1:])
    starts, slopes = gain.astype(np.float32)[:, None], (ends - gain).astype(np.float32)[:, None]
    ramp = np.arange(BLOCK, dtype=np.float32) / BLOCK
    out = np.empty_like(samples)
    for block in range(0, gain.size, _BLOCKS_AT_A_TIME):
        some = slice(block, block + _BLOCKS_AT_A_TIME)
        here = slice(block * BLOCK, (block + _BLOCKS_AT_A_TIME) * BLOCK)
        curve = (starts[some] + slopes[some] * ramp).reshape(-1)
        np.multiply(samples[:, here], curve[: samples.shape[1] - here.start], out=out[:, here])
    return out


_BLOCKS_AT_A_TIME = 2048  # so that what lies between stays in the processor's cache
