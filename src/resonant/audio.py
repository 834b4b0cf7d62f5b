"""The `Audio` value: `float32 [channels, samples]` at a sample rate. Files are read and written in `audio_files`."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from resonant.errors import AudioError

Samples = NDArray[np.float32]

STEPS_OF_24_BITS = 2**23
"""Steps of a 24-bit file between silence and full scale."""


def on_24_bits(samples: Samples) -> Samples:
    """The samples rounded to what a 24-bit file holds, so that written and read again they are the same.

    Such samples, and sums of them within full scale, are exact in float32, whose mantissa has 24 bits.
    """
    steps: Samples = np.rint(samples * np.float32(STEPS_OF_24_BITS))
    steps *= np.float32(1 / STEPS_OF_24_BITS)
    return steps


@dataclass(frozen=True, eq=False)
class Audio:
    """Sound.

    Args:
        samples: `float32 [channels, samples]`, full scale ±1.0 (a bus may go over; a file may not).
        sample_rate: in Hz.

    Raises:
        AudioError: samples are not two-dimensional float32, or the rate lies outside 8,000…192,000 Hz.
    """

    samples: Samples
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise AudioError(f"audio is float32 [channels, samples], not {self.samples.dtype} {self.samples.shape}")
        if not 8_000 <= self.sample_rate <= 192_000:
            raise AudioError(f"sample rate {self.sample_rate} Hz must lie in 8000…192000")

    @classmethod
    def silence(cls, channels: int, num_samples: int, sample_rate: int) -> Self:
        return cls(np.zeros((channels, num_samples), dtype=np.float32), sample_rate)

    @property
    def channels(self) -> int:
        return int(self.samples.shape[0])

    @property
    def num_samples(self) -> int:
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        return self.num_samples / self.sample_rate

    def mono(self) -> NDArray[np.float32]:
        """The mean of the channels, `float32 [samples]`."""
        return np.asarray(self.samples.mean(axis=0), dtype=np.float32)
