"""A melody that has a note for every syllable of its words: notes repeated where syllables are spare, and breath."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import zip_longest

from resonant.brief.model import SectionBrief
from resonant.score.model import Note, Score, Track
from resonant.score.passes.lyrics import sheets, singer
from resonant.score.passes.lyrics_phrases import Line, followed, placed, shortest_syllable
from resonant.units import TICKS_PER_SIXTEENTH, Tick

_VOICE_LOW, _VOICE_HIGH, _VOICE_MIDDLE = 50, 76, 64
_BREATH_TICKS = TICKS_PER_SIXTEENTH
_SOFTER = 5
_MOST_ROUNDS = 8
_NO_VOICE = ("drums", "percussion", "vocal")
_LONGEST_ENDING = 2  # notes that the last syllable of a line goes on over


def singable(
    score: Score, form: Sequence[SectionBrief], language: str = "en", bars: Collection[int] | None = None
) -> Score:
    """The score with its singer's notes made to carry the words of the brief's sections.

    Where a line has more syllables than its phrase has notes, the longest notes are repeated on their pitch, within
    their own time and into the rest behind them, no faster than can be sung. A line ends early enough to breathe before
    the next one. What has the words already is not changed.

    Args:
        bars: where notes may change (0-based, by their start); everywhere where None.
    """
    for _ in range(_MOST_ROUNDS):
        track = singer(score)
        if track is None:
            return score
        changed = _changes(score, form, language, bars)
        if not changed:
            return score
        notes = [new for note in track.notes for new in changed.get(note, (note,))]
        score = score.with_track(replace(track, notes=tuple(sorted(notes))))
    return score


def vocal_track(score: Score, form: Sequence[SectionBrief], language: str = "en", name: str = "vocal") -> Track:
    """The guide vocal: the melody where there are words, in the range of a voice, a note a syllable.

    It rests where a section has no words, and does not hold the end of a line for longer than two further notes.
    """
    melody = score.of_role("melody")
    vocal = Track(name, "vocal", "guide_vocal")
    if melody is None:
        return vocal
    alone = replace(score, tracks=(replace(melody, role="vocal"),))
    alone = singable(alone, form, language)
    notes: list[Note] = []
    for _, sheet in sheets(alone, form, language):
        for line in sheet.lines:
            notes += _sung_notes(line, placed(line, alone))
    return replace(vocal, notes=_apart(_in_range(notes)))


def vocal_on_words(score: Score, name: str = "vocal") -> Track:
    """The guide vocal of words that stand on notes already, as those of a MIDI file do: the notes of these words.

    They are the upper ones of the track that most words stand on. A syllable goes on over two further notes at most,
    and over no rest.
    """
    words = {lyric.tick for lyric in score.lyrics}
    tracks = [track for track in score.tracks if track.role not in _NO_VOICE]
    carrier = max(tracks, key=lambda track: len(words & {note.start for note in track.notes}), default=None)
    notes: list[Note] = []
    further = _LONGEST_ENDING
    for note in _upper(carrier.notes if carrier is not None else ()):
        further = 0 if note.start in words else further + 1
        if further == 0 or (further <= _LONGEST_ENDING and note.start - notes[-1].end < TICKS_PER_SIXTEENTH):
            notes.append(note)
        else:
            further = _LONGEST_ENDING
    return Track(name, "vocal", "guide_vocal", _apart(_in_range(notes)))


def _upper(notes: Sequence[Note]) -> list[Note]:
    """The highest note of each moment."""
    highest = {note.start: note for note in sorted(notes, key=lambda note: note.pitch)}
    return [highest[start] for start in sorted(highest)]


def _sung_notes(line: Line, places: Sequence[int]) -> tuple[Note, ...]:
    return line.notes[: places[-1] + 1 + _LONGEST_ENDING]


def _in_range(notes: Sequence[Note]) -> list[Note]:
    """The notes moved by whole octaves, all together, so that most lie well for a voice; the few outside are folded."""
    if not notes:
        return []
    pitches = sorted(note.pitch for note in notes)
    shift = 12 * round((_VOICE_MIDDLE - pitches[len(pitches) // 2]) / 12)
    return [replace(note, pitch=_folded(note.pitch + shift)) for note in notes]


def _folded(pitch: int) -> int:
    while pitch > _VOICE_HIGH:
        pitch -= 12
    while pitch < _VOICE_LOW:
        pitch += 12
    return pitch


def _apart(notes: Sequence[Note]) -> tuple[Note, ...]:
    """One voice: each note ends where the next begins at the latest."""
    return tuple(
        note if after is None else replace(note, duration=min(note.duration, after.start - note.start))
        for note, after in followed(sorted(notes))
    )


def _changes(
    score: Score, form: Sequence[SectionBrief], language: str, bars: Collection[int] | None
) -> dict[Note, tuple[Note, ...]]:
    """Notes that become others: first repeated ones; breaths when every syllable has its note."""

    def may_change(note: Note) -> bool:
        return bars is None or score.metre.bar_at(note.start) in bars

    repeated: dict[Note, tuple[Note, ...]] = {}
    breathing: dict[Note, tuple[Note, ...]] = {}
    for section, sheet in sheets(score, form, language):
        end = score.metre.bar_start(section.end_bar)
        for line, following in zip_longest(sheet.lines, sheet.lines[1:]):
            limit = end if following is None else following.notes[0].start
            open_to_change = [note for note in line.notes if may_change(note)]
            repeated |= _repeated(line, open_to_change, limit, shortest_syllable(score, line.notes[0].start))
            breathing |= _breathing(line.notes[-1], limit, following is not None) if open_to_change else {}
    return repeated or {note: after for note, after in breathing.items() if may_change(note)}


def _repeated(line: Line, allowed: Sequence[Note], limit: Tick, shortest: Tick) -> dict[Note, tuple[Note, ...]]:
    """The longest notes of a line as two or more, until there are as many notes as syllables."""
    spans = {note: _span(note, after, limit) for note, after in followed(line.notes) if note in allowed}
    parts = dict.fromkeys(spans, 1)
    for _ in range(len(line.syllables) - len(line.notes)):
        able = [note for note in spans if spans[note] // (parts[note] + 1) >= shortest]
        if not able:
            break
        parts[max(able, key=lambda note: (spans[note] / parts[note], -note.start))] += 1
    return {note: _divided(note, spans[note], count, shortest) for note, count in parts.items() if count > 1}


def _span(note: Note, after: Note | None, limit: Tick) -> Tick:
    """The time a note's syllables may take: up to the next note; the last of a line keeps a breath's distance."""
    if after is not None:
        return after.start - note.start
    return max(min(note.duration, limit - note.start - _BREATH_TICKS), 1)


def _divided(note: Note, span: Tick, count: int, shortest: Tick) -> tuple[Note, ...]:
    """A note as several on its pitch, on a grid of sixteenths from its start, the last the longest."""
    step = span // count
    step = max(step // TICKS_PER_SIXTEENTH * TICKS_PER_SIXTEENTH, shortest)
    step = step if step * (count - 1) < span else span // count
    starts = [note.start + number * step for number in range(count)]
    ends = [*starts[1:], max(note.end, starts[-1] + min(step, note.start + span - starts[-1]))]
    return tuple(
        Note(start, note.pitch, end - start - (_gap(end - start) if number < count - 1 else 0), _softer(note, number))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def _gap(ticks: Tick) -> Tick:
    """What a repeated note leaves before the next one is struck."""
    return min(ticks // 10, 20)


def _softer(note: Note, number: int) -> int:
    return note.velocity if number == 0 else max(note.velocity - _SOFTER, 1)


def _breathing(note: Note, limit: Tick, before_line: bool) -> dict[Note, tuple[Note, ...]]:
    """The last note of a line cut short where the next line would follow without a breath."""
    breath = min(_BREATH_TICKS, (limit - note.start) // 4)
    if not before_line or note.end <= limit - breath:
        return {}
    return {note: (replace(note, duration=max(limit - breath - note.start, 1)),)}
