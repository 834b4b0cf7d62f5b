"""Written sound joined to the sound around a gap.

The fades lie outside the gap, which nobody wants to hear anything of: over 100 ms before it what was there gives way to
the writing, and over 100 ms behind it the writing gives way again. How alike the two are is measured in each fade: the
same music through a codec is nearly the same wave, for which shares must add up, and what was only written for the
place is another, for which their squares must. Between the two the level stays even.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples

FADE_S = 0.100
_SAME_LEVEL_DB, _FURTHEST_DB = 1.0, 9.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A gap `[start, end)` in a file, and the samples `[low, high)` that may change: the gap and its fades."""

    start: int
    end: int
    low: int
    high: int


def joined(spot: Spot, there: Samples, written: Samples) -> Samples:
    """What `[spot.low, spot.high)` is to be; of the gap itself nothing that was there is left.

    Args:
        spot: the gap.
        there: what stands in `[spot.low, spot.high)`, `float32 [channels, samples]`.
        written: what was written for it, of the same shape.
    """
    first, last = spot.start - spot.low, spot.end - spot.low
    out = written.copy()
    out[:, :first] = _crossed(there[:, :first], written[:, :first])
    out[:, last:] = _crossed(there[:, last:][:, ::-1], written[:, last:][:, ::-1])[:, ::-1]
    return out


def _crossed(there: Samples, written: Samples) -> Samples:
    """From what is there to what was written; even in level for waves as alike as these."""
    length = there.shape[1]
    if not length:
        return written
    rise = (np.arange(length) + 0.5) / length
    alike = likeness(there, written)
    level = np.sqrt(rise**2 + (1 - rise) ** 2 + 2 * alike * rise * (1 - rise))
    return np.asarray((there * (1 - rise) + written * rise) / level, dtype=np.float32)


def likeness(one: Samples, other: Samples) -> float:
    """Correlation of two waves, 0 (another, or its opposite) to 1 (the same but for its level; also for silence)."""
    power = float((one.astype(np.float64) ** 2).sum() * (other.astype(np.float64) ** 2).sum())
    if power == 0.0:
        return 1.0
    return float(np.clip((one.astype(np.float64) * other).sum() / np.sqrt(power), 0.0, 1.0))


def gains(there: Samples, written: Samples) -> NDArray[np.float32]:
    """What each channel of the writing is multiplied by, `float32 [channels, 1]`, so that it is as loud as the music.

    Args:
        there: music around the gap, `float32 [channels, samples]`.
        written: the same music through the codec; or one channel of it, for a codec that hears in mono.

    A channel within a decibel of its music is left alone, and none is raised by more than 9 dB.
    """
    power = [(x.astype(np.float64) ** 2).sum(axis=1) for x in (there, np.broadcast_to(written, there.shape))]
    with np.errstate(divide="ignore", invalid="ignore"):
        apart_db = 10.0 * np.log10(power[0] / power[1])
    apart_db = np.clip(np.nan_to_num(apart_db, nan=0.0, posinf=0.0, neginf=-np.inf), -120.0, _FURTHEST_DB)
    far = np.abs(apart_db) > _SAME_LEVEL_DB
    return np.where(far, 10.0 ** (apart_db / 20.0), 1.0).astype(np.float32)[:, None]
