"""The frames of a codec around a gap in a file: where each lies, and the sound of those beside the gap."""

import math
from dataclasses import dataclass

import numpy as np

from resonant.audio import Audio, Samples
from resonant.audio_files import resampled

AROUND_S = 8.0
"""Music on either side of a gap that is heard with it."""


@dataclass(frozen=True, slots=True)
class Window:
    """A row of frames in a file.

    Args:
        start: the file's sample at which the first frame begins.
        before, gap, behind: how many frames lie before the gap, in it and behind it.
        frame: samples of the file to a frame; need not be a whole number.
    """

    start: int
    before: int
    gap: int
    behind: int
    frame: float

    @property
    def frames(self) -> int:
        return self.before + self.gap + self.behind

    def sample(self, frame: int) -> int:
        """The file's sample at which a frame begins, rounded."""
        return self.start + round(frame * self.frame)

    @property
    def end(self) -> int:
        """The file's sample behind the last frame."""
        return self.sample(self.frames)


def window_around(start: int, end: int, num_samples: int, frame: float, around: float) -> Window:
    """Frames laid so that one begins where the gap does, and the last of the gap ends where it does or later.

    Where less than a frame of music stands before the gap, the frames of the gap begin with the file; where less than
    one stands behind it, they reach to its end.

    Args:
        start, end: the gap in the file, in samples, `0 <= start < end <= num_samples`.
        num_samples: of the file.
        frame: samples of the file to a frame.
        around: frames on either side at most, in samples of the file.
    """
    most = max(int(around / frame), 1)
    before = min(int(start / frame), most)
    first = start - round(before * frame) if before else 0
    gap = math.ceil(round((end - first) / frame - before, 6))
    behind = min(int((num_samples - first) / frame) - before - gap, most)
    if behind < 1:
        gap, behind = math.ceil(round((num_samples - first) / frame, 6)) - before, 0
    return Window(first, before, gap, behind, frame)


def sides(window: Window, samples: Samples, rate: int, codec_rate: int, hop: int) -> tuple[Audio, Audio]:
    """The music before the gap and behind it, at the codec's rate and as long as its frames.

    Args:
        window: where its frames lie.
        samples: the file's, `float32 [channels, samples]`.
        rate: of the file, in Hz.
        codec_rate, hop: of the codec, in Hz and in samples to a frame.
    """
    first, behind = window.before, window.before + window.gap
    spans = ((0, first), (behind, window.frames))
    before, after = (
        _fitted(samples[:, window.sample(low) : window.sample(high)], rate, codec_rate, (high - low) * hop)
        for low, high in spans
    )
    return before, after


def _fitted(samples: Samples, rate: int, codec_rate: int, length: int) -> Audio:
    sound = resampled(Audio(np.ascontiguousarray(samples), rate), codec_rate).samples if length else samples[:, :0]
    return Audio(np.pad(sound[:, :length], ((0, 0), (0, max(length - sound.shape[1], 0)))), codec_rate)


def as_channels(samples: Samples, channels: int) -> Samples:
    """Sound in another number of channels, 1 or 2: their mean, or the same in each."""
    if samples.shape[0] == channels:
        return samples
    mean = samples.mean(axis=0, keepdims=True, dtype=np.float32)
    return np.ascontiguousarray(np.broadcast_to(mean, (channels, samples.shape[1])))


def at_rate(audio: Audio, rate: int, length: int) -> Samples:
    """Sound at a file's rate, `[channels, length]`; a sample that rounding is short of repeats the last."""
    samples = resampled(audio, rate).samples[:, :length]
    return np.pad(samples, ((0, 0), (0, length - samples.shape[1])), mode="edge")
