"""Seams: where bars written anew meet bars that stay. What stays is never touched; what is new gives way.

A kept note that rings into the new bars keeps its pitch (in a part of one voice: the floor) until it ends. New notes
ring on over kept bars only as far as these are silent and their chords agree. Pitch bend and controllers are at rest
when the new bars begin, and as the kept bars expect them when these go on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from resonant.players.arranger.drum_keys import CYMBALS, KEYS
from resonant.players.context import Part
from resonant.score.model import Bend, Control, Note, Score, Track
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Tick

ONE_VOICE = frozenset({"bass", "melody", "counter"})
RESTING: Mapping[int, int] = {1: 0, 11: 127, 64: 0, 66: 0, 67: 0}  # modulation, expression and the pedals, untouched
_CRASHES = frozenset(KEYS[name] for name in CYMBALS)
_SHORTEST_TICKS = 24
_WORTH_STRIKING_LATE = TICKS_PER_QUARTER // 2
_LOOSE_TICKS = 30  # how late a drum may be and still be on its beat


@dataclass(frozen=True, slots=True)
class Stretch:
    """New bars without a gap: from `start` to `end` (not included)."""

    start: Tick
    end: Tick


def stretches(score: Score, bars: Sequence[int]) -> tuple[Stretch, ...]:
    """The bars (rising) as stretches without a gap."""
    found: list[Stretch] = []
    for bar in bars:
        start, end = score.bar_ticks(bar)
        if found and found[-1].end == start:
            found[-1] = Stretch(found[-1].start, end)
        else:
            found.append(Stretch(start, end))
    return tuple(found)


def outside(track: Track, score: Score, bars: Sequence[int]) -> Track:
    """The track without what starts in those bars."""
    spans = stretches(score, bars)

    def stays(tick: Tick) -> bool:
        return not any(span.start <= tick < span.end for span in spans)

    return replace(
        track,
        notes=tuple(note for note in track.notes if stays(note.start)),
        bends=tuple(bend for bend in track.bends if stays(bend.tick)),
        controls=tuple(control for control in track.controls if stays(control.tick)),
    )


def at_seams(part: Part, old: Track, score: Score, bars: Sequence[int]) -> Part:
    """The part as it fits between the bars of its track that stay.

    Args:
        part: what was written in `bars`.
        old: the track as it stood, with what the bars held before.
        score: gives bars and chords.
        bars: 0-based, rising.
    """
    kept = outside(old, score, bars)
    if not (kept.notes or kept.bends or kept.controls):
        return part
    spans = stretches(score, bars)
    notes = [note for span in spans for note in _Seam(kept, score, span).fitted(part.notes)]
    bends = _States(old, kept, score, tuple(notes)).bends(spans, part.bends)
    controls = _States(old, kept, score, tuple(notes)).controls(spans, part.controls)
    return Part(tuple(sorted(notes)), tuple(sorted(bends)), tuple(sorted(controls)))


@dataclass(frozen=True)
class _Seam:
    kept: Track
    score: Score
    span: Stretch

    def fitted(self, notes: Sequence[Note]) -> Iterator[Note]:
        """The new notes of this stretch, behind what rings into it and before what follows it."""
        behind = self._next_event()
        for note in notes:
            if not self.span.start <= note.start < self.span.end or self._doubles_a_crash(note):
                continue
            yielding = self._yielding(note)
            if yielding is not None:
                stop = max(min(yielding.end, self._stop(yielding, behind)), yielding.start + 1)
                yield replace(yielding, duration=stop - yielding.start)

    def _yielding(self, note: Note) -> Note | None:
        """The note, struck when its place is free; None where that is too late to be worth it."""
        ringing = [old.end for old in self._near if old.start <= note.start < old.end and self._is_taken(old, note)]
        if not ringing:
            return note
        free = max(ringing)
        late = free - note.start
        if late > (_LOOSE_TICKS if self.kept.role == "drums" else TICKS_PER_SIXTEENTH):
            free = -(-free // TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH
            if self.kept.role == "drums" or note.end - free < _WORTH_STRIKING_LATE:
                return None
        if free >= self.span.end or note.end - free < _SHORTEST_TICKS:
            return None
        return replace(note, start=free, duration=note.end - free)

    def _is_taken(self, old: Note, note: Note) -> bool:
        return old.pitch == note.pitch or self.kept.role in ONE_VOICE

    def _doubles_a_crash(self, note: Note) -> bool:
        if self.kept.role != "drums" or note.pitch not in _CRASHES:
            return False
        return any(old.pitch in _CRASHES and abs(old.start - note.start) < TICKS_PER_QUARTER for old in self._near)

    @cached_property
    def _near(self) -> tuple[Note, ...]:
        """The kept notes that sound within a quarter of this stretch."""
        start, end = self.span.start - TICKS_PER_QUARTER, self.span.end + TICKS_PER_QUARTER
        return tuple(old for old in self.kept.notes if old.start < end and old.end > start)

    def _next_event(self) -> Tick:
        """When the kept bars behind this stretch are first heard from."""
        ticks = [note.start for note in self.kept.notes]
        ticks += [bend.tick for bend in self.kept.bends] + [control.tick for control in self.kept.controls]
        return min((tick for tick in ticks if tick >= self.span.end), default=self.score.end)

    def _stop(self, note: Note, behind: Tick) -> Tick:
        """How far a note may ring: to the border, or beyond it into silence over chords that hold its pitch."""
        if self.kept.role == "drums":
            return self.span.end
        foreign = (
            span.start
            for span in self.score.harmony
            if span.start >= self.span.end and note.pitch % 12 not in span.chord.pitch_classes
        )
        return min(behind, next(foreign, behind))


@dataclass(frozen=True)
class _States:
    """Pitch bend and controllers at the borders of the new stretches."""

    old: Track
    kept: Track
    score: Score
    notes: tuple[Note, ...]

    def bends(self, spans: Sequence[Stretch], new: Sequence[Bend]) -> list[Bend]:
        values = self._joined(
            spans,
            [(bend.tick, bend.cents) for bend in self.old.bends],
            [(bend.tick, bend.cents) for bend in self.kept.bends],
            [(bend.tick, bend.cents) for bend in new],
            resting=0,
        )
        return [Bend(tick, cents) for tick, cents in values]

    def controls(self, spans: Sequence[Stretch], new: Sequence[Control]) -> list[Control]:
        found: list[Control] = []
        for number in sorted({control.number for control in (*self.old.controls, *new)}):
            old, kept, here = (
                [(control.tick, control.value) for control in controls if control.number == number]
                for controls in (self.old.controls, self.kept.controls, new)
            )
            joined = self._joined(spans, old, kept, here, RESTING.get(number))
            found += [Control(tick, number, value) for tick, value in joined]
        return found

    def _joined(
        self,
        spans: Sequence[Stretch],
        old: Sequence[tuple[Tick, int]],
        kept: Sequence[tuple[Tick, int]],
        new: Sequence[tuple[Tick, int]],
        resting: int | None,
    ) -> list[tuple[Tick, int]]:
        """The new events with those that set the borders right; a value whose rest is not known is left alone."""
        done: list[tuple[Tick, int]] = []
        for span in spans:
            here = [event for event in new if span.start <= event[0] < span.end]
            before = _value_at(span.start, [*kept, *done], resting)
            begin = self._begins(span)
            if resting is not None and before != resting and not any(tick <= begin for tick, _ in here):
                here.insert(0, (begin, resting))
            wanted = _value_at(span.end, old, resting)
            left = _value_at(span.end, [*kept, *done, *here], resting)
            if span.end < self.score.end and wanted not in (None, left):
                here = [*(event for event in here if event[0] != span.end - 1), (span.end - 1, wanted)]
            done += here
        return done

    def _begins(self, span: Stretch) -> Tick:
        """When the new bars set things to rest: at once, or when what rings into them has ended, if that is sooner
        than the first new note."""
        rung = max((note.end for note in self.kept.notes if note.start < span.start < note.end), default=span.start)
        first = min((n.start for n in self.notes if span.start <= n.start < span.end), default=span.end - 1)
        return max(min(rung, first, span.end - 1), span.start)


def _value_at(tick: Tick, events: Sequence[tuple[Tick, int]], resting: int | None) -> int | None:
    """The value that holds just before a tick."""
    earlier = sorted(event for event in events if event[0] < tick)
    return earlier[-1][1] if earlier else resting
