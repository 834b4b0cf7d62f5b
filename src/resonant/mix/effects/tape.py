"""Tape and vinyl: wow, crackle, hiss, a narrow band and a soft top: what "lo-fi" means."""

import numpy as np

from resonant.audio import Samples
from resonant.mix.effects.eq import Band, equalise
from resonant.mix.effects.saturation import saturate
from resonant.sound.delay_line import read_late
from resonant.sound.steps import steps_of

_WOW_HZ = 0.55  # 33 1/3 turns a minute
_FLUTTER_HZ = 6.3
_BASE_DELAY_MS = 6.0


def age(samples: Samples, sample_rate: int, amount: float, start: int = 0) -> Samples:
    """The sound as an old record plays it.

    Args:
        samples: `float32 [channels, samples]`, about -18 LUFS, so that noise lies where it should.
        sample_rate: Hz.
        amount: 0 (as it was) … 1 (a worn cassette).
        start: which sample of the record the first one is: where in its turn the record is then.

    Returns:
        The same shape; noise fades in and out with the music's first and last 50 ms, and silence stays silence.
    """
    if amount <= 0.0 or not samples.any():
        return samples
    bands = (
        Band("low_cut", 25.0 + 35.0 * amount),
        Band("high_cut", 15000.0 * (4500.0 / 15000.0) ** amount, q=0.8),
        Band("peak", 900.0, 1.5 * amount, 0.6),
    )
    worn = _wow(samples, sample_rate, amount, start)
    worn = saturate(equalise(worn, sample_rate, bands), 4.0 + 6.0 * amount, 0.7)
    return worn + _surface(samples, sample_rate, amount)


def _wow(samples: Samples, sample_rate: int, amount: float, start: int) -> Samples:
    """Pitch that drifts by up to about 9 cents with the turn of the record, and a little flutter."""
    time = (start + steps_of(samples.shape[1])) / sample_rate
    late_ms = _BASE_DELAY_MS * amount + amount * (
        1.4 * np.sin(2 * np.pi * _WOW_HZ * time) + 0.03 * np.sin(2 * np.pi * _FLUTTER_HZ * time)
    )
    late = np.maximum(late_ms, 0.0) * (sample_rate / 1000.0)
    return np.stack([read_late(channel, late) for channel in samples])


def _surface(samples: Samples, sample_rate: int, amount: float) -> Samples:
    """Hiss, and crackle: a few clicks a second of many sizes. The same noise each time, under the music only."""
    rng = np.random.Generator(np.random.PCG64(33))
    count = samples.shape[1]
    noise = rng.standard_normal(samples.shape, dtype=np.float32) * np.float32(10.0 ** (-66.0 / 20.0))
    clicks = np.zeros(samples.shape, dtype=np.float32)
    number = rng.poisson(9.0 * amount * count / sample_rate)
    at = rng.integers(0, count, number)
    size = 10.0 ** (rng.normal(-44.0, 6.0, number) / 20.0) * rng.choice((-1.0, 1.0), number)
    lean = rng.uniform(0.3, 1.0, (samples.shape[0], number))
    for channel, share in zip(clicks, lean, strict=True):
        np.add.at(channel, at, size * share)
    shaped = equalise(noise + clicks, sample_rate, (Band("low_cut", 500.0), Band("high_cut", 6500.0)))
    return shaped * (np.float32(2.0 * amount) * _presence(samples, sample_rate))


def _presence(samples: Samples, sample_rate: int) -> Samples:
    """A curve 0…1 that is up from just before the first sound to just after the last."""
    sounding = np.flatnonzero(np.abs(samples).max(axis=0) > 1e-4)
    curve = np.zeros(samples.shape[1], dtype=np.float32)
    if sounding.size == 0:
        return curve
    ramp = max(1, round(0.05 * sample_rate))
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    at = np.arange(samples.shape[1])
    return np.clip(np.minimum(at - first + ramp, last - at) / ramp, 0.0, 1.0).astype(np.float32)
