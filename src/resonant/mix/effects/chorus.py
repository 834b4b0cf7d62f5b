"""Chorus: two detuned copies, one to each side."""

import numpy as np

from resonant.audio import Samples


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
    angle = 2.0 * np.pi * rate_hz * np.arange(samples.shape[1]) / sample_rate
    out = np.empty_like(stereo)
    for side, phase in enumerate((0.0, np.pi)):
        late_ms = 9.0 + depth_ms * np.sin(angle + phase)
        out[side] = stereo[side] + np.float32(mix) * delayed(stereo[side], late_ms * (sample_rate / 1000.0))
    return np.asarray(out / np.float32(np.sqrt(1.0 + mix * mix)))


def delayed(channel: Samples, late_samples: np.ndarray) -> Samples:
    """A channel read late by a number of samples that may change from sample to sample; silent before its start."""
    at = np.arange(channel.size) - late_samples
    whole = np.floor(at).astype(np.int64)
    part = (at - whole).astype(np.float32)
    padded = np.concatenate((np.zeros(1, np.float32), channel, np.zeros(2, np.float32)))
    index = np.clip(whole + 1, 0, channel.size + 1)
    return np.asarray(padded[index] + part * (padded[np.minimum(index + 1, channel.size + 2)] - padded[index]))
