"""Lines to phrases: which notes of a section each line of its words is sung on, and which of them each syllable."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from math import log2

from resonant.score.model import Note, Score, Section
from resonant.score.passes.lyrics_stress import line_stresses
from resonant.score.passes.lyrics_syllables import syllables
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH, Metre, Tick

ORNAMENT_TICKS = TICKS_PER_QUARTER // 8
"""A note shorter than this to the next one is a grace note: it has no syllable of its own."""

_SHORTEST_SYLLABLE_S = 0.13
_BREATH_WORTH, _OFF_WORTH, _FIT_WORTH, _MISSING_WORTH = 0.8, 0.6, 2.0, 1.0
_LONGEST_MELISMA = 8
_SPARE_UNDER, _SPARE_AT_END = 0.35, 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words: its syllables, how much each wants a strong beat (0…1), and the notes it is sung on."""

    text: str
    syllables: tuple[str, ...]
    stresses: tuple[float, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A section's lines on their phrases, and the texts of those that have no room."""

    lines: tuple[Line, ...]
    unsung: tuple[str, ...]


def shortest_syllable(score: Score, tick: Tick) -> Tick:
    """The shortest a syllable may be: a sixteenth, or more where that is too fast to be sung."""
    ticks = _SHORTEST_SYLLABLE_S * score.tempo.bpm_at(tick) / 60.0 * TICKS_PER_QUARTER
    return TICKS_PER_SIXTEENTH if ticks <= TICKS_PER_SIXTEENTH else 2 * TICKS_PER_SIXTEENTH


def laid_on(texts: Sequence[str], notes: Sequence[Note], section: Section, score: Score, language: str) -> Sheet:
    """The lines of a section on the notes of its singer.

    As many lines are sung as have room for their syllables, the first ones first; the others are named in `unsung`.
    """
    lines = [Line(text, tuple(syllables(text, language)), tuple(line_stresses(text, language))) for text in texts]
    voice = one_voice(notes)
    fitting = lines[: _fitting(lines, voice, shortest_syllable(score, score.metre.bar_start(section.start_bar)))]
    cuts = _cuts(fitting, voice, section, score)
    phrases = (voice[start:end] for start, end in pairwise([*cuts, len(voice)]))
    sung = tuple(replace(line, notes=phrase) for line, phrase in zip(fitting, phrases, strict=True))
    return Sheet(sung, tuple(line.text for line in lines[len(fitting) :]))


def one_voice(notes: Sequence[Note]) -> tuple[Note, ...]:
    """What one singer sings of some notes: the highest of a chord, without grace notes."""
    highest = {note.start: note for note in sorted(notes)}
    return tuple(
        note
        for note, after in followed(tuple(highest.values()))
        if after is None or after.start - note.start >= ORNAMENT_TICKS
    )


def followed(notes: Sequence[Note]) -> Iterator[tuple[Note, Note | None]]:
    """Each note with the one after it, None after the last."""
    return zip_longest(notes, notes[1:])


def room_of(note: Note, after: Note | None, shortest: Tick) -> int:
    """How many syllables have time from a note on to the next one, or within the last one's own length."""
    return max((note.duration if after is None else after.start - note.start) // shortest, 1)


def _fitting(lines: Sequence[Line], notes: Sequence[Note], shortest: Tick) -> int:
    """How many of the lines have room: a note each, and time for all syllables."""
    room = sum(room_of(note, after, shortest) for note, after in followed(notes))
    for count, line in enumerate(lines):
        room -= len(line.syllables)
        if room < 0 or count >= len(notes):
            return count
    return len(lines)


def _cuts(lines: Sequence[Line], notes: Sequence[Note], section: Section, score: Score) -> list[int]:
    """The index of each line's first note: the parting with the best breaths, near where even lines would begin."""
    if not lines:
        return []
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for number in range(1, len(lines)):
        column: dict[int, tuple[float, int]] = {}
        for at in _beginnings(number, len(lines), notes, section, score):
            costs = [
                (cost + _misfit(at - before, lines[number - 1]), before)
                for before, (cost, _) in best[-1].items()
                if before < at
            ]
            if costs:
                cost, before = min(costs)
                column[at] = (cost + _entry(at, number, len(lines), notes, section, score), before)
        best.append(column)
    last = {at: cost + _misfit(len(notes) - at, lines[-1]) for at, (cost, _) in best[-1].items()}
    cuts = [min(last, key=lambda at: (last[at], at))]
    for column in reversed(best[1:]):
        cuts.append(column[cuts[-1]][1])
    return cuts[::-1]


def _even_start(number: int, count: int, section: Section, score: Score) -> float:
    start, end = score.metre.bar_start(section.start_bar), score.metre.bar_start(section.end_bar)
    return start + (end - start) * number / count


def _beginnings(number: int, count: int, notes: Sequence[Note], section: Section, score: Score) -> list[int]:
    """Where a line may begin: the notes around its even start, at least as many as keep every order possible."""
    even = _even_start(number, count, section, score)
    reach = max(
        score.metre.metre_at(section.start_bar).ticks_per_bar,
        1.5 * (even - _even_start(number - 1, count, section, score)),
    )
    possible = range(number, len(notes) - (count - number) + 1)
    near = [at for at in possible if abs(notes[at].start - even) <= reach]
    share = round(len(notes) * number / count)
    return sorted({*near, min(max(share, possible.start), possible.stop - 1)})


def _misfit(count: int, line: Line) -> float:
    """How badly a number of notes suits a line: too few more than too many."""
    missing = max(len(line.syllables) - count, 0)
    return float(_FIT_WORTH * log2((count + 1) / (len(line.syllables) + 1)) ** 2) + _MISSING_WORTH * missing


def _entry(at: int, number: int, count: int, notes: Sequence[Note], section: Section, score: Score) -> float:
    """How badly a line would begin at a note: behind no breath, far from the even start."""
    breath = min((notes[at].start - notes[at - 1].end) / TICKS_PER_QUARTER, 1.5)
    bar = score.metre.metre_at(section.start_bar).ticks_per_bar
    off = min(abs(notes[at].start - _even_start(number, count, section, score)) / bar, 3.0)
    return float(_OFF_WORTH * off**2 - _BREATH_WORTH * breath)


def placed(line: Line, score: Score) -> list[int]:
    """For each syllable the index of its note: stressed ones on strong beats where there is a choice.

    The first stands on the first note. Spare notes prolong a syllable, best the last; where syllables are spare
    several have the same note.
    """
    notes, count = line.notes, len(line.syllables)
    if count >= len(notes):
        return [number * len(notes) // count for number in range(count)]
    weights = [beat_weight(score, note.start) for note in notes]
    column: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    trail = [column]
    for number in range(1, count):
        following: dict[int, tuple[float, int]] = {}
        for before, (cost, _) in column.items():
            highest = min(before + _LONGEST_MELISMA, len(notes) - (count - number))
            for at in range(before + 1, highest + 1):
                spare = (at - before - 1) * _SPARE_UNDER * (1.5 - line.stresses[number - 1])
                total = cost + spare + (line.stresses[number] - weights[at]) ** 2
                if at not in following or total < following[at][0]:
                    following[at] = (total, before)
        column = following
        trail.append(column)
    ends = {at: cost + _SPARE_AT_END * min(len(notes) - 1 - at, 6) for at, (cost, _) in column.items()}
    places = [min(ends, key=lambda at: (ends[at], at))]
    for column in reversed(trail[1:]):
        places.append(column[places[-1]][1])
    return places[::-1]


def beat_weight(score: Score, tick: Tick) -> float:
    """How strong the place of a note in its bar is, 0…1, played timing rounded to sixteenths."""
    bar = score.metre.bar_at(tick + TICKS_PER_SIXTEENTH // 2)
    metre = score.metre.metre_at(bar)
    offset = round((tick - score.metre.bar_start(bar)) / TICKS_PER_SIXTEENTH) * TICKS_PER_SIXTEENTH
    return _weight(metre, offset)


def _weight(metre: Metre, offset: Tick) -> float:
    if offset <= 0:
        return 1.0
    if metre.beats_per_bar % 2 == 0 and offset == metre.ticks_per_bar // 2:
        return 0.9
    if offset % metre.ticks_per_beat == 0:
        return 0.7
    return 0.3 if offset % (metre.ticks_per_beat // 2) == 0 else 0.1
