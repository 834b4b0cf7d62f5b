"""Convolution by overlapped FFTs: short responses of equalisers, long ones of rooms."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.threads import Threads, ahead

_LARGEST_FFT = 1 << 18  # four of them still fit the processor's cache
_BATCH = 1 << 18
_LONGEST_WHOLE = 3 << 15  # longer responses would need larger FFTs
_PART = 1 << 15


@dataclass(frozen=True, eq=False)
class Response:
    """A long response, `float32 [2, taps]`, that keeps its spectra of the last size that was asked for."""

    samples: Samples
    _spectra: dict[tuple[int, int], NDArray[np.complex64]] = field(default_factory=dict, init=False)

    def spectra(self, part: int, size: int) -> NDArray[np.complex64]:
        """Of each `part` samples of it, by an FFT of `size` samples: `complex64 [2, parts, size / 2 + 1]`."""
        from scipy import fft

        found = self._spectra.get((part, size))
        if found is None:
            parts = -(-self.samples.shape[1] // part)
            padded = np.pad(self.samples, ((0, 0), (0, parts * part - self.samples.shape[1])))
            found = fft.rfft(padded.reshape(2, parts, part), size, axis=2)
            self._spectra.clear()
            self._spectra[part, size] = found
        return found


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

    def wet(place: tuple[int, int]) -> NDArray[np.float32]:
        channel, start = place
        chunk = samples[channel, start : start + step * blocks]
        rows = -(-chunk.size // step)
        frames = np.zeros((rows, size), dtype=np.float32)
        frames[: rows - 1, :step] = chunk[: (rows - 1) * step].reshape(rows - 1, step)
        frames[rows - 1, : chunk.size - (rows - 1) * step] = chunk[(rows - 1) * step :]
        spectra = fft.rfft(frames, axis=1, overwrite_x=True) * spectrum
        return np.asarray(fft.irfft(spectra, size, axis=1, overwrite_x=True))

    places = [(channel, start) for channel in range(samples.shape[0]) for start in range(0, count, step * blocks)]
    for (channel, start), part in zip(places, ahead(wet, places), strict=True):
        _overlap(out[channel, start : start + part.shape[0] * step + taps - 1], part, step)
    return out


def convolved(mono: NDArray[np.float32], response: Response, num_samples: int) -> Samples:
    """A mono send through a stereo response: `float32 [2, num_samples]`.

    Four blocks are transformed at once: the FFT then works on four numbers with each instruction, which more than
    halves its time. Each side of them is transformed back in a thread of its own. A response that is too long for the
    cache is cut into parts as long as a block; each part meets the block that came as many blocks ago (uniformly
    partitioned: Wefers, "Partitioned convolution algorithms for real-time auralization", 2015).
    """
    from scipy import fft

    out = np.zeros((2, num_samples), dtype=np.float32)
    send = mono[:num_samples]
    taps = response.samples.shape[1]
    whole = taps <= _LONGEST_WHOLE
    size = _fft_size(taps, send.size) if whole else 2 * _PART
    part, step = (taps, size - taps + 1) if whole else (_PART, _PART)
    rooms = response.spectra(part, size)
    parts = rooms.shape[1]
    # spectra of the blocks at hand, behind those of the blocks before that later parts still sound with
    heard = np.zeros((parts - 1 + _AT_ONCE, size // 2 + 1), dtype=np.complex64)
    for start in range(0, min(send.size + (parts - 1) * step, num_samples), step * _AT_ONCE):
        heard[: parts - 1] = heard[_AT_ONCE:]
        heard[parts - 1 :] = fft.rfft(_frames(send[start : start + step * _AT_ONCE], step, size), axis=1)
        starts = range(start, min(start + step * _AT_ONCE, num_samples), step)
        with Threads(1) as beside:
            right = beside.submit(_add_wet, out[1], starts, size, heard, rooms[1])
            _add_wet(out[0], starts, size, heard, rooms[0])
            right.result()
    return out


def _add_wet(
    target: NDArray[np.float32], starts: range, size: int, heard: NDArray[np.complex64], rooms: NDArray[np.complex64]
) -> None:
    """Blocks of one side, of `size` samples each, that begin at `starts`: what was heard in each part of the room."""
    from scipy import fft

    last = len(rooms) - 1
    wet = heard[last:] * rooms[0]
    for part in range(1, len(rooms)):
        wet += heard[last - part : last - part + _AT_ONCE] * rooms[part]
    for begin, block in zip(starts, fft.irfft(wet, size, axis=1, overwrite_x=True), strict=False):
        end = min(begin + size, target.size)
        target[begin:end] += block[: end - begin]


_AT_ONCE = 4


def _frames(chunk: NDArray[np.float32], step: int, size: int) -> NDArray[np.float32]:
    """`_AT_ONCE` rows of `step` samples each, filled up with silence to `size`."""
    frames = np.zeros((_AT_ONCE, size), dtype=np.float32)
    for row, begin in zip(frames, range(0, chunk.size, step), strict=False):
        part = chunk[begin : begin + step]
        row[: part.size] = part
    return frames


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
    """The size that costs least for this send: few long blocks, or more short ones, always fours of them."""
    from scipy import fft

    counts = range(_AT_ONCE, 33 * _AT_ONCE, _AT_ONCE)
    sizes = [fft.next_fast_len(-(-signal // count) + response - 1, real=True) for count in counts]
    fitting = [pair for pair in zip(sizes, counts, strict=True) if pair[0] <= _LARGEST_FFT]
    return int(min(fitting or [(_LARGEST_FFT, 1)], key=lambda pair: pair[0] * pair[1] * np.log2(pair[0]))[0])
