"""A score as notation: staves of voices of chords, each with its place, its spelling and its syllable; no XML yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from resonant.instruments import instrument
from resonant.score.model import Score, Track
from resonant.score.note_values import note_values
from resonant.score.passes.feel import Swing
from resonant.score.passes.lyrics import singer
from resonant.score.passes.quantise import Stroke, beat_at, quantised
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.theory.pitch import LETTERS
from resonant.units import TICKS_PER_SIXTEENTH, Tick

VOICES = 4  # as many as notation programs have on a staff
_FEET = {35, 36, 44}  # General MIDI: bass drums and the hat's pedal
# From the top of the page.
_ROLES = ("vocal", "melody", "counter", "strings", "arpeggio", "chords", "pad", "bass", "percussion", "drums")
_UNPITCHED = ("drums", "percussion")
_UNSIGNED = {"harmonic minor": "minor", "melodic minor": "minor"}
_CHORD_TONES = {1: (3, 4), 2: (6, 7, 8), 3: (9, 10, 11)}  # semitones of a third, a fifth, a seventh, by thirds
_ON_BEAT_GRIDS: Tick = TICKS_PER_SIXTEENTH // 2


@dataclass(frozen=True, slots=True)
class Written:
    """Notes on one stem.

    Args:
        start, duration: in ticks, on the grid of their beats.
        pitches: rising.
        graces: pitches of the ornaments before it, in order.
        syllable: what is sung on it; a trailing hyphen joins it to the next one.
    """

    start: Tick
    duration: Tick
    pitches: tuple[int, ...]
    graces: tuple[int, ...] = ()
    syllable: str = ""

    @property
    def end(self) -> Tick:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Clef:
    """A clef as MusicXML has it; `octave` −1 sounds an octave lower than it looks."""

    sign: str
    line: int
    octave: int = 0


@dataclass(frozen=True, slots=True)
class Staff:
    """A part on paper: at least one voice; in each, chords that follow one another without overlap."""

    track: Track
    clef: Clef
    voices: tuple[tuple[Written, ...], ...]

    @property
    def is_unpitched(self) -> bool:
        return _is_unpitched(self.track)

    @property
    def drum_keys(self) -> tuple[int, ...]:
        """The keys that an unpitched staff strikes."""
        pitches = {p for voice in self.voices for w in voice for p in (*w.pitches, *w.graces)}
        return tuple(sorted(pitches)) if self.is_unpitched else ()

    def triplet_beats(self, score: Score) -> frozenset[Tick]:
        """The starts of the beats that are written in triplets."""
        return _off_beat_grids((t for voice in self.voices for w in voice for t in (w.start, w.end)), score)


@dataclass(frozen=True, slots=True)
class Spelling:
    """A pitch as it is written: letter, alteration in semitones, octave of the letter."""

    step: str
    alter: int
    octave: int


def staves(score: Score, swing: Swing, *, lead_only: bool) -> tuple[Staff, ...]:
    """The staves from the top of the page; of a lead sheet the melody alone (an empty staff where there is none)."""
    if lead_only:
        leader = singer(score) or score.of_role("counter") or Track("chords", "melody", "grand_piano")
        return (staff(score, leader, swing),)
    tracks = [track for track in score.tracks if track.notes]
    tracks.sort(key=lambda track: _ROLES.index(track.role) if track.role in _ROLES else 0)
    return tuple(staff(score, track, swing) for track in tracks) or staves(score, swing, lead_only=True)


def staff(score: Score, track: Track, swing: Swing) -> Staff:
    """A part on paper. More than `VOICES` notes that overlap in different ways are cut short to fit."""
    unpitched = _is_unpitched(track)
    strokes = quantised(track, score, swing, unpitched=unpitched)
    if unpitched:
        voices = _drum_voices(strokes, score)
    else:
        voices = _voices(_one_at_a_time(strokes) if _sings(track) else _unison_cut(strokes))
    if track == singer(score):
        voices = (_with_words(voices[0], strokes, score), *voices[1:])
    return Staff(track, _clef(track), voices)


def spelled(pitch: int, key: Key, chord: Chord | None = None) -> Spelling:
    """A MIDI pitch as it is written in a key, over a chord.

    Each degree of the scale stands on its own letter (E# in F# major); another tone is the third, fifth or seventh of
    the chord where it is one (C# over A7), and otherwise named as the key does.

    >>> spelled(71, Key.parse("Eb minor")), spelled(61, Key(0), Chord.parse("A7"))
    (Spelling(step='C', alter=-1, octave=5), Spelling(step='C', alter=1, octave=4))
    """
    degree = key.degree(pitch)
    step = _letter(key.spell(key.tonic)[0], degree) if degree is not None else key.spell(pitch)[0]
    if degree is None and chord is not None:
        interval = (pitch - chord.root) % 12
        thirds = next((n for n, steps in _CHORD_TONES.items() if interval in steps), None)
        if thirds is not None and interval in chord.intervals:
            root = spelled(chord.root, key)
            step = _letter(root.step, 2 * thirds)
    alter = (pitch - LETTERS[step] + 6) % 12 - 6
    return Spelling(step, alter, (pitch - alter) // 12 - 1)


def _letter(step: str, above: int) -> str:
    letters = "CDEFGAB"
    return letters[(letters.index(step) + above) % 7]


def fifths(key: Key) -> int:
    """Sharps (or, negative, flats) of the key's signature; raised degrees of a minor scale are not signed.

    >>> fifths(Key.parse("D dorian")), fifths(Key.parse("Eb minor")), fifths(Key.parse("A harmonic minor"))
    (0, -6, 0)
    """
    natural = Key(key.tonic, _UNSIGNED.get(key.mode, key.mode))
    return sum(spelled(60 + degree, natural).alter for degree in natural.scale)


def _off_beat_grids(ticks: Iterable[Tick], score: Score) -> frozenset[Tick]:
    """The starts of the beats in which something begins or ends off their 32nds."""
    beats = ((beat_at(score, tick)[0], tick) for tick in ticks)
    return frozenset(start for start, tick in beats if (tick - start) % _ON_BEAT_GRIDS)


def _is_unpitched(track: Track) -> bool:
    return track.role in _UNPITCHED or instrument(track.instrument).is_drums


def _sings(track: Track) -> bool:
    return instrument(track.instrument).max_voices == 1


def _one_at_a_time(strokes: Sequence[Stroke]) -> list[Stroke]:
    """A line of an instrument with one voice: each note ends where the next begins, of two together the upper stays."""
    highest = {stroke.start: stroke for stroke in sorted(strokes, key=lambda stroke: stroke.pitch)}
    line = [highest[start] for start in sorted(highest)]
    cut = [replace(a, end=min(a.end, b.start)) for a, b in pairwise(line)]
    return cut + line[-1:]


def _unison_cut(strokes: Sequence[Stroke]) -> list[Stroke]:
    """A pitch that is struck again while it sounds ends there."""
    again: dict[int, Tick] = {}
    cut: list[Stroke] = []
    for stroke in reversed(strokes):
        cut.append(replace(stroke, end=min(stroke.end, again.get(stroke.pitch, stroke.end))))
        again[stroke.pitch] = stroke.start
    return cut[::-1]


def _voices(strokes: Iterable[Stroke]) -> tuple[tuple[Written, ...], ...]:
    """Notes that begin and end together share a stem; each stem goes to the first voice that is free."""
    stems: dict[tuple[Tick, Tick], list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        stems[stroke.start, stroke.end].append(stroke)
    voices: list[list[Written]] = []
    # Of stems that begin together the highest comes first: the first voice is the upper one.
    for (start, end), notes in sorted(stems.items(), key=lambda item: (item[0][0], -max(n.pitch for n in item[1]))):
        written = Written(start, end - start, tuple(sorted(n.pitch for n in notes)), _graces(notes))
        free = next((voice for voice in voices if voice[-1].end <= start), None)
        if free is not None:
            free.append(written)
        elif len(voices) < VOICES:
            voices.append([written])
        else:
            _squeeze(voices, written)
    return tuple(tuple(voice) for voice in voices) or ((),)


def _graces(notes: Iterable[Stroke]) -> tuple[int, ...]:
    return max((note.graces for note in notes), key=len, default=())


def _squeeze(voices: list[list[Written]], written: Written) -> None:
    """Puts a stem into the voice that is done soonest, whose last stem ends early or takes the notes in."""
    voice = min(voices, key=lambda voice: (voice[-1].start == written.start, voice[-1].end))
    last = voice[-1]
    if last.start == written.start:
        voice[-1] = replace(last, pitches=tuple(sorted({*last.pitches, *written.pitches})))
    else:
        voice[-1] = replace(last, duration=written.start - last.start)
        voice.append(written)


def _drum_voices(strokes: Sequence[Stroke], score: Score) -> tuple[tuple[Written, ...], ...]:
    """Hands above, feet below."""
    triplets = _off_beat_grids({stroke.start for stroke in strokes}, score)
    feet = [stroke for stroke in strokes if stroke.pitch in _FEET]
    hands = [stroke for stroke in strokes if stroke.pitch not in _FEET]
    voices = [_struck(part, score, triplets) for part in (hands, feet) if part]
    return tuple(voices) or ((),)


def _struck(strokes: Sequence[Stroke], score: Score, triplets: frozenset[Tick]) -> tuple[Written, ...]:
    """A stroke is one note, never tied, that at most fills the time to the next one within its beat."""
    together: dict[Tick, list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        together[stroke.start].append(stroke)
    starts = sorted(together)
    voice = []
    for start, following in zip(starts, [*starts[1:], score.end], strict=True):
        beat, length = beat_at(score, start)
        bar = score.metre.bar_at(start)
        line = score.metre.bar_start(bar)
        inside = frozenset({beat - line} if beat in triplets else ())
        room = min(following, beat + length) - start
        value = next(note_values(start - line, room, score.metre.metre_at(bar), inside))
        notes = together[start]
        voice.append(Written(start, value.ticks, tuple(sorted(n.pitch for n in notes)), _graces(notes)))
    return tuple(voice)


def _with_words(voice: tuple[Written, ...], strokes: Sequence[Stroke], score: Score) -> tuple[Written, ...]:
    """The voice with the syllables on the notes that they were sung to; of two on one note, the words run together."""
    places = {played: stroke.start for stroke in strokes for played in stroke.played}
    sung: dict[Tick, str] = {}
    for lyric in score.lyrics:
        place = places.get(lyric.tick)
        if place is not None:
            before = sung.get(place, "")
            sung[place] = before[:-1] + lyric.text if before.endswith("-") else f"{before} {lyric.text}".strip()
    return tuple(replace(written, syllable=sung.get(written.start, "")) for written in voice)


def _clef(track: Track) -> Clef:
    """The clef in which most of the part lies on the staff."""
    if _is_unpitched(track):
        return Clef("percussion", 2)
    middle = median([note.pitch for note in track.notes] or [67])
    if middle < 43:
        return Clef("F", 4, -1)
    if middle < 56:
        return Clef("F", 4)
    return Clef("G", 2) if middle <= 86 else Clef("G", 2, 1)
