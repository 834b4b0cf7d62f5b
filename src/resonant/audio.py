"""The `Audio` value: `float32 [channels, samples]` at a sample rate. Files are read and written in `audio_files`."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from resonant.errors import AudioError
from resonant.loops import loop
from resonant.threads import Threads

Samples = NDArray[np.float32]
Bytes = NDArray[np.uint8]

STEPS_OF_24_BITS = 2**23
"""Steps of a 24-bit file between silence and full scale."""

_BLOCK_FRAMES = 32_768  # so that what lies between stays in the processor's cache


def on_24_bits(samples: Samples) -> Samples:
    """The samples rounded to what a 24-bit file holds, so that written and read again they are the same.

    Such samples, and sums of them within full scale, are exact in float32, whose mantissa has 24 bits.
    """
    steps: Samples = np.rint(samples * np.float32(STEPS_OF_24_BITS))
    steps *= np.float32(1 / STEPS_OF_24_BITS)
    return steps


def steps_24(samples: Samples) -> Samples:
    """The samples in whole steps of a 24-bit file, of which full scale is the last one."""
    steps: Samples = samples * np.float32(STEPS_OF_24_BITS)
    np.minimum(np.rint(steps, out=steps), STEPS_OF_24_BITS - 1, out=steps)
    return steps


def pcm_24(samples: Samples, before: bytes = b"", behind: bytes = b"") -> bytes:
    """The samples as a 24-bit WAV file holds them: little-endian, channels interleaved; full scale is the last step.

    Args:
        samples: `float32 [channels, samples]`.
        before, behind: bytes to put around them: joined afterwards, all would be copied once more.
    """
    channels, length = samples.shape
    data = np.empty(len(before) + 3 * channels * length + len(behind), dtype=np.uint8)
    data[: len(before)] = np.frombuffer(before, dtype=np.uint8)
    data[len(data) - len(behind) :] = np.frombuffer(behind, dtype=np.uint8)
    frames = data[len(before) : len(data) - len(behind)]
    half = length // (2 * _BLOCK_FRAMES) * _BLOCK_FRAMES
    with Threads(1) as beside:
        rest = beside.submit(_to_pcm, samples[:, half:], frames[3 * channels * half :])
        _to_pcm(samples[:, :half], frames[: 3 * channels * half])
        rest.result()
    return data.tobytes()


def _to_pcm_in_arrays(samples: Samples, data: Bytes) -> None:
    frames, channels = data.reshape(-1, 3), len(samples)
    for start in range(0, samples.shape[1], _BLOCK_FRAMES):
        steps = steps_24(samples[:, start : start + _BLOCK_FRAMES])
        whole = np.empty(steps.shape[::-1], dtype="<i4")
        for number, channel in enumerate(steps):  # a transposed copy takes twice as long
            whole[:, number] = channel
        four = whole.view(np.uint8).reshape(-1, 4)
        block = frames[start * channels : start * channels + len(four)]
        for byte in range(3):
            block[:, byte] = four[:, byte]


@loop("void(Array(float32, 2, 'A', True), uint8[::1])", _to_pcm_in_arrays)
def _to_pcm(samples: Samples, data: Bytes) -> None:
    """Samples as steps of 24 bits, interleaved."""
    channels, length = samples.shape
    for number in range(channels):
        at = 3 * number
        for i in range(length):
            step = np.rint(samples[number, i] * np.float32(STEPS_OF_24_BITS))
            value = np.int32(min(step, np.float32(STEPS_OF_24_BITS - 1)))
            data[at] = value & 255
            data[at + 1] = (value >> 8) & 255
            data[at + 2] = (value >> 16) & 255
            at += 3 * channels


def from_pcm_24(data: bytes, channels: int) -> Samples:
    """What `pcm_24` was given, from its bytes; a last value that was cut short is left out."""
    frames = len(data) // (3 * channels)
    samples = np.empty((channels, frames), dtype=np.float32)
    _from_pcm(np.frombuffer(data, dtype=np.uint8), samples)
    return samples


def _from_pcm_in_arrays(data: Bytes, samples: Samples) -> None:
    channels, frames = samples.shape
    padded = np.zeros(len(data) + 4, dtype=np.uint8)
    padded[1 : 1 + len(data)] = data
    # each value with the byte before it as its lowest one, which the shift drops
    steps: NDArray[np.int32] = np.ndarray((frames, channels), "<i4", padded.data, strides=(3 * channels, 3))
    for start in range(0, frames, _BLOCK_FRAMES):
        part = slice(start, start + _BLOCK_FRAMES)
        for number, channel in enumerate(samples):
            channel[part] = steps[part, number] >> 8
        samples[:, part] *= np.float32(1 / STEPS_OF_24_BITS)


@loop("void(Array(uint8, 1, 'C', True), float32[:, ::1])", _from_pcm_in_arrays)
def _from_pcm(data: Bytes, samples: Samples) -> None:
    """Steps of 24 bits, interleaved, as samples."""
    channels, frames = samples.shape
    for number in range(channels):
        at = 3 * number
        for i in range(frames):
            low = np.int32(data[at]) | np.int32(data[at + 1]) << 8
            value = low | np.int32(np.int8(data[at + 2])) << 16
            samples[number, i] = np.float32(value) * np.float32(1 / STEPS_OF_24_BITS)
            at += 3 * channels


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
