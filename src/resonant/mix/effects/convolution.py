"""Convolution by overlapped FFTs: short responses of equalisers, long ones of rooms."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples

_LARGEST_FFT = 1 << 20
_BATCH = 1 << 19


def filtered(samples: Samples, response: Samples) -> Samples:
    """Each channel through a response, cut to the length of the sound.

    Blocks are transformed in batches that stay in the processor's cache: for more than two or three biquads this is
    faster than running them sample by sample.

    Args:
        samples: `float32 [channels, samples]`.
        response: `float32 [taps]`, the same for all channels.
    """
    from scipy import fft

    taps, count = response.size, samples.shape[1]
    size = 1 << max(13, int(4 * taps - 1).bit_length())
    step = size - taps + 1
    spectrum = fft.rfft(response, size)
    out = np.zeros_like(samples)
    blocks = max(1, _BATCH // size)
    for channel, target in zip(samples, out, strict=True):
        for start in range(0, count, step * blocks):
            chunk = channel[start : start + step * blocks]
            rows = -(-chunk.size // step)
            frames = np.zeros((rows, size), dtype=np.float32)
            frames[: rows - 1, :step] = chunk[: (rows - 1) * step].reshape(rows - 1, step)
            frames[rows - 1, : chunk.size - (rows - 1) * step] = chunk[(rows - 1) * step :]
            wet = fft.irfft(fft.rfft(frames, axis=1, overwrite_x=True) * spectrum, size, axis=1, overwrite_x=True)
            _overlap(target[start : start + rows * step + taps - 1], wet, step)
    return out


def convolved(mono: NDArray[np.float32], response: Samples, num_samples: int) -> Samples:
    """A mono send through a stereo response: `float32 [2, num_samples]`, by one FFT in and two out."""
    from scipy import fft

    out = np.zeros((2, num_samples), dtype=np.float32)
    size = _fft_size(response.shape[1], mono.size)
    spectrum = fft.rfft(response, size, axis=1)
    step = size - response.shape[1] + 1
    for start in range(0, min(mono.size, num_samples), step):
        block = mono[start : start + step]
        if not block.any():
            continue
        wet = fft.irfft(fft.rfft(block, size) * spectrum, size, axis=1, overwrite_x=True)
        end = min(start + size, num_samples)
        out[:, start:end] += wet[:, : end - start]
    return out


def _overlap(target: NDArray[np.float32], wet: NDArray[np.float32], step: int) -> None:
    """Add blocks into a target, each `step` after the one before; what reaches beyond the target is dropped."""
    whole = min(wet.shape[0], target.size // step)
    target[: whole * step].reshape(whole, step)[:] += wet[:whole, :step]
    for row, block in enumerate(wet):
        start = row * step + (step if row < whole else 0)
        tail = block[step:] if row < whole else block
        place = target[start : start + tail.size]
        place += tail[: place.size]


def _fft_size(response: int, signal: int) -> int:
    """The size that costs least for this send: few long blocks, or more short ones."""
    from scipy import fft

    sizes = [fft.next_fast_len(-(-signal // blocks) + response - 1, real=True) for blocks in range(1, 64)]
    fitting = [(size, blocks) for blocks, size in enumerate(sizes, 1) if size <= _LARGEST_FFT or blocks == 63]
    return int(min(fitting, key=lambda pair: pair[0] * pair[1] * np.log2(pair[0]))[0])
