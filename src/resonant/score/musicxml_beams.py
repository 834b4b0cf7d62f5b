"""Beams: which flags of neighbouring notes are joined, within the groups that the metre makes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from resonant.score.note_values import NoteValue
from resonant.units import TICKS_PER_QUARTER, Metre, Tick

_FLAGS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4}
_LONGEST_TAIL = TICKS_PER_QUARTER * 3 // 2  # what may be left over for the last group: the 3 of 5/8 and 7/8


@dataclass(frozen=True, slots=True)
class Stem:
    """A note or rest as far as beams are concerned; `at` is counted from the bar line."""

    at: Tick
    value: NoteValue
    sounds: bool

    @property
    def flags(self) -> int:
        return _FLAGS.get(self.value.type, 0) if self.sounds else 0


def beams(stems: Sequence[Stem], metre: Metre) -> tuple[tuple[str, ...], ...]:
    """For each stem of a measure what MusicXML says of its beams, from the first one on; empty where it has none.

    Two or more notes with flags that follow one another in a group are joined; rests and longer notes part them.
    """
    group_of = [_group(metre, stem.at) for stem in stems]
    signs: list[tuple[str, ...]] = []
    for (_, flagged), run in groupby(zip(group_of, stems, strict=True), key=lambda each: (each[0], each[1].flags > 0)):
        joined = [stem for _, stem in run]
        signs += _joined(joined) if flagged and len(joined) > 1 else [()] * len(joined)
    return tuple(signs)


def _group(metre: Metre, at: Tick) -> int:
    """Which group of its measure a place is in: beats of a quarter or a half; an odd end joins the last."""
    length = (
        metre.ticks_per_beat
        if metre.is_compound
        else min(max(metre.ticks_per_beat, TICKS_PER_QUARTER), 2 * TICKS_PER_QUARTER)
    )
    whole, odd = divmod(metre.ticks_per_bar, length)
    last = max(whole - 1 if odd and length + odd <= _LONGEST_TAIL else whole, 0)
    return min(at // length, last)


def _joined(run: Sequence[Stem]) -> Iterator[tuple[str, ...]]:
    for index, stem in enumerate(run):
        before = run[index - 1].flags if index else 0
        after = run[index + 1].flags if index + 1 < len(run) else 0
        yield tuple(_sign(level, before, after, stem) for level in range(1, stem.flags + 1))


def _sign(level: int, before: int, after: int, stem: Stem) -> str:
    if before >= level and after >= level:
        return "continue"
    if before >= level:
        return "end"
    if after >= level:
        return "begin"
    points_on = not before or (after > 0 and stem.at % (2 * stem.value.ticks) == 0)
    return "forward hook" if points_on else "backward hook"
