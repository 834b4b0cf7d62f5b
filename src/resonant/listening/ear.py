"""How the room listens: the audio as one channel at 22,050 Hz, and its spectra."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.errors import InputError

Array = NDArray[np.float64]

RATE_HZ = 22_050
_FRAMES_AT_ONCE = 2048


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


def spectrogram(samples: Array, window: int, hop: int, kept: Callable[[Array], Array]) -> Array:
    """Magnitude, frames centred on their time; `kept` takes of `[frames, window // 2 + 1]` what is wanted.

    It is asked stretch by stretch, so that long sounds take little memory.
    """
    views = np.lib.stride_tricks.sliding_window_view(np.pad(samples, window // 2), window)[::hop]
    shape = np.hanning(window)
    return np.concatenate([
        kept(np.abs(np.fft.rfft(views[first : first + _FRAMES_AT_ONCE] * shape, axis=1)))
        for first in range(0, max(len(views), 1), _FRAMES_AT_ONCE)
    ])  # fmt: skip
