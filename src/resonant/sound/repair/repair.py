"""A gap in a file repaired: what belongs there, found from both sides or written by a performer."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from resonant.audio import Audio, Samples
from resonant.errors import AudioError, InputError
from resonant.sound.codes import Codes
from resonant.sound.repair.file import SoundFile
from resonant.sound.repair.interpolation import LONGEST_S, filled_in
from resonant.sound.repair.joining import FADE_S, Spot, gains, joined
from resonant.sound.repair.window import AROUND_S, Window, as_channels, at_rate, sides, window_around

if TYPE_CHECKING:
    from resonant.nn.performing.performing import Performer

JUDGED_S = 3.0
_INTERPOLATION_S = 0.5  # the weights of the interpolation are never fitted to more
_LEAST_HEARD_S = 1.0
_LEVEL_S = 1.0
_MOST_CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """Codes of a file that were kept, the first frame of which begins at the file's sample `start`."""

    codes: Codes
    start: int

    def is_of(self, other: "Kept") -> bool:
        """Whether these are the codes of the same frames, written by the same performer."""
        same = self.codes.performer == other.codes.performer and self.start == other.start
        return same and self.codes.codes.shape == other.codes.codes.shape


@dataclass(frozen=True, eq=False)
class Repair:
    """What is to stand in a file from sample `first` on.

    Args:
        first: the first sample that changes.
        samples: `float32 [channels, samples]`.
        kept: the codes of what was written and of the music around it; None where no performer wrote.
        scores: of the takes; see `nn.performing.repairing`.
        take: which of them is played.
    """

    first: int
    samples: Samples
    kept: Kept | None = None
    scores: tuple[float | None, ...] = ()
    take: int | None = None


@dataclass(frozen=True, eq=False)
class Writing:
    """How a performer is to write.

    Args:
        performer: who.
        longest_s: what it hears and writes at once.
        words, lyrics: what the song is about.
        takes, seed: of how many the best is played, and what they follow from.
        should_stop, progress: asked, and told 0…1, as it goes on.
    """

    performer: "Performer"
    longest_s: float = math.inf
    words: str = ""
    lyrics: str = ""
    takes: int = 4
    seed: int = 0
    should_stop: Callable[[], bool] = field(default=lambda: False)
    progress: Callable[[float], None] = field(default=lambda share: None)


def gap_in(file: SoundFile, from_s: float, to_s: float) -> tuple[int, int]:
    """The samples `[start, end)` from one time to another, at least one.

    Raises:
        InputError: the times do not lie in the file, or not in this order.
    """
    seconds = file.num_samples / file.rate
    if not (math.isfinite(from_s) and math.isfinite(to_s) and 0.0 <= from_s < to_s <= seconds + 0.5 / file.rate):
        raise InputError(
            f"from {from_s:g} s to {to_s:g} s is no stretch of {file.path.name}, which lasts {seconds:.3f} s; give two "
            "times within it, the earlier one first"
        )
    start = min(round(from_s * file.rate), file.num_samples - 1)
    return start, max(min(round(to_s * file.rate), file.num_samples), start + 1)


def is_short(file: SoundFile, start: int, end: int) -> bool:
    """Whether a gap can be filled in without weights."""
    return end - start <= round(LONGEST_S * file.rate)


def interpolated(file: SoundFile, start: int, end: int) -> Repair:
    """The gap filled in from both sides; nothing beside it changes.

    Raises:
        AudioError: the file can not be read, or there are no numbers beside the gap.
    """
    reach = round(_INTERPOLATION_S * file.rate)
    low, high = max(start - reach, 0), min(end + reach, file.num_samples)
    there = _beside(file, low, high, (start, end))
    return Repair(start, filled_in(there, file.rate, start - low, end - low))


def written(file: SoundFile, start: int, end: int, writing: Writing, kept: Kept | None = None) -> Repair:
    """The gap written by a performer, and cross-faded over 100 ms on either side.

    Args:
        file: what is repaired.
        start, end: the gap, in samples.
        writing: who writes, and how.
        kept: codes of the file; where they reach over the gap nothing is encoded anew.

    Raises:
        AudioError: the file can not be read, or there are no numbers beside the gap.
        InputError: the gap is too long, or the performer can not do it.
        Cancelled: `writing.should_stop` said so.
    """
    from resonant.nn.performing.repairing import Wanted, repaired

    performer = writing.performer
    if file.channels > _MOST_CHANNELS:
        raise AudioError(f"{file.path} has {file.channels} channels; performers write in mono or stereo")
    frame = performer.hop * file.rate / performer.rate
    known = None if kept is None else _within(kept, file, (start, end), performer)
    window = window_around(start, end, file.num_samples, frame, AROUND_S * file.rate) if known is None else known[0]
    fade = round(FADE_S * file.rate)
    spot = Spot(start, end, max(start - fade, window.start, 0), min(end + fade, max(window.end, end), file.num_samples))
    low, high = max(window.start, 0), min(max(window.end, spot.high), file.num_samples)
    there = _beside(file, low, high, (start, end))
    codes = _codes(performer, window, there, file) if known is None else known[1]
    done = repaired(
        performer,
        Wanted(
            codes, (window.before, window.before + window.gap), writing.words, writing.lyrics, writing.seed,
            writing.takes, _heard_s(window, performer, writing), JUDGED_S,
        ),
        writing.should_stop, writing.progress,
    )  # fmt: skip
    gain = 1.0 if kept is None or known is None else kept.codes.gain
    sound = _as_loud(_in_file(done.sound, window, file, high) * np.float32(gain), there, (start - low, end - low), file)
    part = slice(spot.low - low, spot.high - low)
    new = Kept(Codes(done.codes, performer.name, performer.rate, performer.hop), window.start)
    if kept is not None and known is not None:
        new = _put_in(kept, new, frame)
    return Repair(spot.low, joined(spot, there[:, part], sound[:, part]), new, done.scores, done.take)


def _beside(file: SoundFile, low: int, high: int, gap: tuple[int, int]) -> Samples:
    """The samples of `[low, high)`, those of the gap silent.

    Raises:
        AudioError: some of the others are no numbers.
    """
    samples = file.read(low, high)
    samples[:, gap[0] - low : gap[1] - low] = 0.0
    if not np.isfinite(samples).all():
        bad = int(np.flatnonzero(~np.isfinite(samples).all(axis=0))[0]) + low
        raise AudioError(
            f"{file.path} holds samples that are no numbers at {bad / file.rate:.4f} s, beside the gap; widen it"
        )
    return samples


def _within(
    kept: Kept, file: SoundFile, gap: tuple[int, int], performer: "Performer"
) -> tuple[Window, np.ndarray] | None:
    """The frames of kept codes around a gap, and those codes; None where they are another's, or end too near to it."""
    codes, frame = kept.codes, performer.hop * file.rate / performer.rate
    if (codes.performer, codes.rate, codes.hop) != (performer.name, performer.rate, performer.hop):
        return None
    count, around, least = (
        codes.codes.shape[1],
        *(math.ceil(seconds * performer.rate / performer.hop) for seconds in (AROUND_S, _LEVEL_S)),
    )
    first = math.floor(round((gap[0] - kept.start) / frame, 6))
    last = math.ceil(round((gap[1] - kept.start) / frame, 6))
    ends_with_file = kept.start + count * frame > file.num_samples - frame
    if first < (least if kept.start > 0 else 0) or last > (count if ends_with_file else count - least):
        return None
    low, high = max(first - around, 0), min(last + around, count)
    window = Window(kept.start + round(low * frame), first - low, last - first, high - last, frame)
    return window, codes.codes[:, low:high]


def _put_in(kept: Kept, new: Kept, frame: float) -> Kept:
    """All kept codes, with the new ones in place."""
    first, codes = round((new.start - kept.start) / frame), kept.codes.codes.copy()
    codes[:, first : first + new.codes.codes.shape[1]] = new.codes.codes
    return Kept(replace(kept.codes, codes=codes), kept.start)


def _codes(performer: "Performer", window: Window, there: Samples, file: SoundFile) -> np.ndarray:
    """Codes of the music on both sides, of nothing in the gap."""
    from resonant.nn.performing.repairing import encoded

    heard = as_channels(there, performer.channels)
    inside = Window(0, window.before, window.gap, window.behind, window.frame)
    before, behind = sides(inside, heard, file.rate, performer.rate, performer.hop)
    gap = np.zeros((performer.codebooks, window.gap), dtype=np.int64)
    return np.concatenate([encoded(performer, before), gap, encoded(performer, behind)], axis=1)


def _heard_s(window: Window, performer: "Performer", writing: Writing) -> float:
    """How much before the gap the performer hears, so that all it hears and writes is no more than it can.

    Raises:
        InputError: the gap leaves no room for it.
    """
    gap_s = window.gap * performer.hop / performer.rate
    room_s = writing.longest_s - gap_s - JUDGED_S
    if room_s < _LEAST_HEARD_S:
        raise InputError(
            f"the gap takes {gap_s:.1f} s, and {performer.name} writes "
            f"{writing.longest_s - JUDGED_S - _LEAST_HEARD_S:g} s between what it hears; repair it in parts"
        )
    return min(AROUND_S, room_s)


def _in_file(sound: Audio, window: Window, file: SoundFile, high: int) -> Samples:
    """The sound of a window at the file's rate, from its start or the file's to `high`."""
    samples = at_rate(sound, file.rate, max(window.end, high) - window.start)
    return samples[:, max(-window.start, 0) :][:, : high - max(window.start, 0)]


def _as_loud(sound: Samples, there: Samples, gap: tuple[int, int], file: SoundFile) -> Samples:
    """The sound in the file's channels, each as loud as the music next to the gap."""
    around = round(_LEVEL_S * file.rate)
    near = np.r_[max(gap[0] - around, 0) : gap[0], gap[1] : min(gap[1] + around, there.shape[1])]
    if sound.shape[0] > there.shape[0]:
        sound = as_channels(sound, there.shape[0])
    level = gains(there[:, near], sound[:, near])
    return np.ascontiguousarray(np.broadcast_to(sound, there.shape) * level, dtype=np.float32)
