"""How the room listens: the audio as one channel at 22,050 Hz, and its spectra."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.errors import InputError

Array = NDArray[np.float64]

RATE_HZ = 22_050


def validate(audio: Audio) -> None:
    """Refuses audio that can not be listened to.

    Raises:
        InputError: a sample is NaN or infinite.
    """
    if not np.isfinite(audio.samples).all():
        raise InputError("the audio holds samples that are no numbers; render it again")


def heard(audio: Audio) -> Array:
    """The audio as the ear of this room takes it: mono, 22,050 Hz, `[samples]`.

    Raises:
        InputError: a sample is NaN or infinite.
    """
    import soxr

    validate(audio)
    mono = audio.samples.mean(axis=0, dtype=np.float64)
    return np.asarray(soxr.resample(mono, audio.sample_rate, RATE_HZ)) if audio.sample_rate != RATE_HZ else mono


def spectrogram(samples: Array, window: int, hop: int) -> Array:
    """Magnitude, `[frames, window // 2 + 1]`, frames centred on their time."""
    padded = np.pad(samples, window // 2)
    views = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    return np.abs(np.fft.rfft(views * np.hanning(window), axis=1))
