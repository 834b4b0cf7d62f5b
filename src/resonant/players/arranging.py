"""A sketch for a band: its tune and its bass line are kept, and the parts it does not have are left for the players.

A sketch is a piano piece, a lead sheet, or any score. The tune is the melody track's upper line; where nobody is called
the melody, the upper line of all that is played (a note under one that still sounds is accompaniment). The bass line is
the bass track's lower line, or the lowest notes under the tune, one a beat.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from resonant.brief.model import Brief, PartBrief
from resonant.errors import BriefError
from resonant.instruments import instrument
from resonant.listening.chords_of_score import with_chords_found
from resonant.listening.sections import with_sections_found
from resonant.players.arranger.compass import within_reach
from resonant.players.arranger.phrasing import one_voice
from resonant.players.writing import named_parts
from resonant.score.model import Note, Score, Track
from resonant.score.region import Region
from resonant.units import TICKS_PER_SIXTEENTH, Tick

_UNTUNED = ("drums", "percussion")
_LINES = ("melody", "counter")
_TOGETHER = TICKS_PER_SIXTEENTH // 4  # notes that begin so near one another are one chord
_SLUR = TICKS_PER_SIXTEENTH // 2  # a note may ring so long into the next one of its line
_ONE_VOICE = 0.12  # share of the notes that may ring over lower ones in a part of one voice
_BELOW_THE_TUNE = 16  # semitones under the line around it, a note is no longer of the tune
_NEIGHBOURS = 8
_HIGHEST_BASS = 57
_BASS_NOTES_PER_BAR = 0.4  # fewer are no bass line
_UPPER_PART = 10  # semitones above the bar's lowest note so far, from which a note is a broken chord's upper one ...
_WALKED = 4  # ... unless the line came there in such small steps


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a sketch says.

    Args:
        score: it, with chords and sections over every bar.
        tune: its melody, one voice.
        bass: its bass line, one voice; empty where it has none.
    """

    score: Score
    tune: tuple[Note, ...]
    bass: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A sketch seated in a band: the tracks that were `taken` from it, and those that are `left` to be written."""

    score: Score
    taken: Region
    left: Region


def read_sketch(score: Score) -> Sketch:
    """The tune, bass line, chords and sections of a score.

    Raises:
        BriefError: it holds no note with a pitch.
    """
    tuned = [track for track in score.tracks if track.role not in _UNTUNED and track.notes]
    if not tuned:
        what = "only drums" if any(track.notes for track in score.tracks) else "no note"
        raise BriefError(f"the sketch holds {what}; an arrangement needs a melody or chords to begin with")
    tune = upper_line(_melody_notes(tuned))
    sung = set(tune)
    rest = [note for track in tuned for note in track.notes if note not in sung]
    basses = [note for track in tuned if track.role == "bass" for note in track.notes]
    bass = lower_line(basses, score) if basses else _bass_under(rest, score)
    complete = with_sections_found(with_chords_found(replace(score, tracks=tuple(tuned))))
    return Sketch(replace(score, harmony=complete.harmony, sections=complete.sections), tune, bass)


def seated(sketch: Sketch, brief: Brief, keep_bass: bool = True) -> Arrangement:
    """The band of `brief` with the tune on its melody instrument and the bass line on its bass; all else empty.

    Notes keep their place and length; a line that its instrument can not reach moves by octaves as one, a piano's left
    hand to where a bass sounds, and single notes fold where even that is too wide. Without `keep_bass` the bass is left
    to its player.
    """
    taken: list[str] = []
    tracks: list[Track] = []
    for name, part in named_parts(brief):
        line = {"melody": sketch.tune, "bass": sketch.bass if keep_bass else ()}.get(part.role, ())
        if part.role in {track.role for track in tracks}:
            line = ()
        taken += [name] if line else []
        player = instrument(part.instrument)
        tracks.append(Track(name, part.role, player.name, within_reach(line, player)))
    region = Region.of([track.name for track in tracks], 0, sketch.score.bars)
    kept = Region.of(taken, 0, sketch.score.bars)
    return Arrangement(replace(sketch.score, tracks=tuple(tracks)), kept, region - kept)


def with_a_singer(brief: Brief) -> Brief:
    """The brief with somebody who has the tune: where its band has no melody, one of those who play lines or chords.

    Raises:
        BriefError: the band has nobody who can play a tune.
    """
    if any(part.role == "melody" for part in brief.parts):
        return brief
    tuned = [part for part in brief.parts if part.role not in _UNTUNED]
    order = ("counter", "strings", "chords", "arpeggio", "pad", "bass")
    singers = sorted(tuned, key=lambda part: order.index(part.role))
    if not singers:
        raise BriefError("nobody in this ensemble can play a melody; add an instrument with a pitch")
    singer = PartBrief("melody", singers[0].instrument)
    parts = tuple(part for part in brief.parts if part.role != singers[0].role or part.role not in _LINES)
    return replace(brief, parts=(*parts, singer))


def upper_line(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The line a listener sings.

    Of one voice, all that is played; of several, the highest notes without those under one that still sounds or far
    below the line: they are accompaniment.
    """
    line = _outermost(notes, highest=True)
    under = [before.pitch > note.pitch and _rings_over(before, note) for before, note in pairwise(line)]
    if sum(under) > _ONE_VOICE * len(line):
        line = _uncovered(line)
        line = [note for i, note in enumerate(line) if not _falls_out(line, i)]
    return one_voice(line)


def _uncovered(line: Sequence[Note]) -> list[Note]:
    """The notes without those that begin under a higher one that still sounds."""
    kept: list[Note] = []
    for note in line:
        if not kept or kept[-1].pitch <= note.pitch or not _rings_over(kept[-1], note):
            kept.append(note)
    return kept


def lower_line(notes: Iterable[Note], score: Score) -> tuple[Note, ...]:
    """The lowest notes, one voice."""
    return one_voice([note for note in _outermost(notes, highest=False) if note.start < score.end])


def _melody_notes(tuned: Sequence[Track]) -> list[Note]:
    """The notes among which the tune is: those of the melody track, or of everybody but the bass."""
    for role in _LINES:
        singers = [track for track in tuned if track.role == role]
        if singers:
            return list(max(singers, key=lambda track: len(track.notes)).notes)
    others = [track for track in tuned if track.role != "bass"] or list(tuned)
    return [note for track in others for note in track.notes]


def _outermost(notes: Iterable[Note], highest: bool) -> list[Note]:
    """Of notes that begin together, the highest or the lowest."""
    chosen: list[Note] = []
    for note in sorted(notes):
        if chosen and note.start - chosen[-1].start < _TOGETHER:
            if (note.pitch > chosen[-1].pitch) == highest:
                chosen[-1] = note
        else:
            chosen.append(note)
    return chosen


def _rings_over(before: Note, note: Note) -> bool:
    """Whether a note goes on over another one, and not merely is slurred into it."""
    return before.end - note.start > max(_SLUR, note.duration // 2)


def _falls_out(line: Sequence[Note], index: int) -> bool:
    """Whether a note lies far below those around it: accompaniment while the tune rests."""
    around = line[max(index - _NEIGHBOURS, 0) : index + _NEIGHBOURS + 1]
    pitches = sorted(note.pitch for note in around)
    return pitches[len(pitches) // 2] - line[index].pitch > _BELOW_THE_TUNE


def _bass_under(rest: Sequence[Note], score: Score) -> tuple[Note, ...]:
    """The lowest low note of each beat, held as long as it sounds."""
    low = _outermost((note for note in rest if note.pitch <= _HIGHEST_BASS and note.start < score.end), highest=False)

    def beat(note: Note) -> tuple[int, Tick]:
        bar = score.metre.bar_at(note.start)
        return bar, (note.start - score.metre.bar_start(bar)) // score.metre.metre_at(bar).ticks_per_beat

    lowest = [min(group, key=lambda note: (note.pitch, note.start)) for _, group in groupby(low, key=beat)]
    return _grounded(one_voice(lowest), score) if len(lowest) >= _BASS_NOTES_PER_BAR * score.bars else ()


def _grounded(line: Sequence[Note], score: Score) -> tuple[Note, ...]:
    """The line without the upper notes of broken chords; the note that bears the chord is held under them."""
    kept: list[Note] = []
    bar, lowest = -1, 0
    for note in line:
        here = score.metre.bar_at(note.start)
        bar, lowest = here, note.pitch if here != bar else min(lowest, note.pitch)
        if note.pitch - lowest >= _UPPER_PART and abs(note.pitch - kept[-1].pitch) > _WALKED:
            kept[-1] = replace(kept[-1], duration=note.end - kept[-1].start)
        else:
            kept.append(note)
    return tuple(kept)
