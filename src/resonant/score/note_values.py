"""Note values: how a stretch of a bar is written as notes or rests, tied, so that the beats stay in sight."""

from collections.abc import Iterator
from dataclasses import dataclass

from resonant.units import TICKS_PER_QUARTER, Metre, Tick

_TYPES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th")
_PLAIN: dict[Tick, str] = {8 * TICKS_PER_QUARTER >> power: name for power, name in enumerate(_TYPES)}
_TRIPLET_BEAT: Tick = TICKS_PER_QUARTER * 3 // 2  # a beat of triplets, counted in the values that it is written in


@dataclass(frozen=True, slots=True)
class NoteValue:
    """A note value that lasts `ticks`: MusicXML's name of it, its dots, and whether three stand for two."""

    ticks: Tick
    type: str
    dots: int = 0
    triplet: bool = False


_VALUES = tuple(
    sorted(
        [NoteValue(ticks, name) for ticks, name in _PLAIN.items()]
        + [NoteValue(ticks * 3 // 2, name, 1) for ticks, name in _PLAIN.items() if ticks > min(_PLAIN)],
        key=lambda value: -value.ticks,
    )
)


def note_values(
    at: Tick, duration: Tick, metre: Metre, triplet_beats: frozenset[Tick] = frozenset(), *, rest: bool = False
) -> Iterator[NoteValue]:
    """The values that fill `duration` ticks from `at` (counted from the bar line), in order; together exactly as long.

    Args:
        at, duration: on the bar's grid of 64ths, or within a triplet beat on its sextuplets.
        metre: of the bar.
        triplet_beats: starts of the quarters that are written in triplets.
        rest: rests are written without dots and never across a beat, but in compound metres.
    """
    end = at + duration
    while at < end:
        beat = at - at % TICKS_PER_QUARTER
        beat_end = beat + TICKS_PER_QUARTER
        if beat in triplet_beats and (at > beat or end < beat_end):
            stop = min(end, beat_end)
            yield from _triplets(at - beat, stop - at, rest)
        else:
            # A beat of triplets that is filled whole reads like any other; one that is not ends the stretch.
            stop = min((t for t in triplet_beats if at < t < end < t + TICKS_PER_QUARTER), default=end)
            yield from _plain(at, stop, metre, rest)
        at = stop


def _triplets(at: Tick, duration: Tick, rest: bool) -> Iterator[NoteValue]:
    for value in _plain(at * 3 // 2, (at + duration) * 3 // 2, Metre(3, 8), rest, _TRIPLET_BEAT):
        yield NoteValue(value.ticks * 2 // 3, value.type, value.dots, triplet=True)


def _plain(at: Tick, end: Tick, metre: Metre, rest: bool, compound_beat: Tick | None = None) -> Iterator[NoteValue]:
    beat = compound_beat or (metre.ticks_per_beat if metre.is_compound else None)
    while at < end:
        fitting = (v for v in _VALUES if v.ticks <= end - at and _fits(at, v, rest, beat))
        value = next(fitting, None)
        assert value is not None, f"{end - at} ticks at {at} of {metre} are off every grid"
        yield value
        at += value.ticks


def _fits(at: Tick, value: NoteValue, rest: bool, compound_beat: Tick | None) -> bool:
    base = value.ticks * 2 // 3 if value.dots else value.ticks
    if compound_beat is not None:
        return _fits_compound(at, value, base, rest, compound_beat)
    if rest:
        return value.dots == 0 and at % base == 0
    if value.dots == 0 and at % base == 0:
        return True
    return at % (base // 2) == 0 and not _hides(2 * base, at, value.ticks)


def _fits_compound(at: Tick, value: NoteValue, base: Tick, rest: bool, beat: Tick) -> bool:
    """Whole beats from a beat on, and what stays within one."""
    if at % beat == 0 and value.ticks % beat == 0:
        return True
    third, inside = beat // 3, at % beat
    if value.ticks >= beat or inside + value.ticks > beat:
        return False
    if rest:
        return value.dots == 0 and inside % min(base, third) == 0 and (value.ticks <= third or inside == 0)
    return inside % min(max(base // 2, min(_PLAIN)), third) == 0


def _hides(edge: Tick, at: Tick, duration: Tick) -> bool:
    """Whether a stretch reaches over a multiple of `edge`, at which the eye looks for a note."""
    return (at // edge + 1) * edge < at + duration
