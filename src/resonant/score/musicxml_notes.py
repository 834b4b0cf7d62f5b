"""The notes of one voice in one measure as MusicXML: values, ties, beams, tuplets, accidentals, syllables, rests."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from resonant.score.model import Score
from resonant.score.musicxml_beams import Stem, beams
from resonant.score.musicxml_drums import drum_sign
from resonant.score.notation import Spelling, Staff, Written, fifths, spelled
from resonant.score.note_values import NoteValue, note_values
from resonant.score.xml_pages import child
from resonant.units import TICKS_PER_QUARTER, Metre, Tick

_SHARP_ORDER = "FCGDAEB"
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}


@dataclass
class Pen:
    """What the writer of a staff keeps in mind: where it is, which accidentals hold, whether a word goes on.

    Args:
        score, staff: what is written.
        part_id: names the instruments of drums.
        bar, start, end: the measure.
        in_word: whether the last syllable goes on.
        triplets: the beats of the measure in triplets, counted from its start.
    """

    score: Score
    staff: Staff
    part_id: str
    bar: int = 0
    start: Tick = 0
    end: Tick = 0
    in_word: bool = False
    triplets: frozenset[Tick] = frozenset()
    _sounding: dict[tuple[str, int], int] = field(default_factory=dict)
    _by_bar: dict[int, list[list[Written]]] = field(default_factory=dict)
    _triplets_by_bar: dict[int, set[Tick]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        metre = self.score.metre
        for number, voice in enumerate(self.staff.voices):
            for written in voice:
                for bar in range(metre.bar_at(written.start), metre.bar_at(written.end - 1) + 1):
                    self._by_bar.setdefault(bar, [[] for _ in self.staff.voices])[number].append(written)
        for tick in self.staff.triplet_beats(self.score):
            bar = metre.bar_at(tick)
            self._triplets_by_bar[bar].add(tick - metre.bar_start(bar))

    @property
    def metre(self) -> Metre:
        return self.score.metre.metre_at(self.bar)

    @property
    def voices(self) -> Sequence[Sequence[Written]]:
        """What sounds in the measure, by voice."""
        return self._by_bar.get(self.bar) or [[] for _ in self.staff.voices]

    def turn_to(self, bar: int) -> None:
        """Begin a measure: accidentals of the one before no longer hold."""
        self.bar = bar
        self.start, self.end = self.score.bar_ticks(bar)
        self.triplets = frozenset(self._triplets_by_bar.get(bar, ()))
        self._sounding = {}

    def accidental(self, name: Spelling) -> str | None:
        """The sign that a note needs, after the signature and what stood before in this measure."""
        place = (name.step, name.octave)
        if self._sounding.get(place, _signed(self.score, name.step)) == name.alter:
            return None
        self._sounding[place] = name.alter
        return _ACCIDENTALS[name.alter]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One value of a note or rest: where it stands, its ties and beams, where the bracket of its triplet ends."""

    at: Tick
    value: NoteValue
    written: Written | None
    tied_from: bool = False
    tied_to: bool = False
    opens: bool = False
    closes: bool = False
    beams: tuple[str, ...] = ()

    @property
    def written_at(self) -> Tick:
        """Where the whole note begins: tied on, it keeps its spelling."""
        return self.at if self.written is None else self.written.start


def write_voice(
    measure: Element,
    pen: Pen,
    inside: Sequence[Written],
    number: int,
    before: Callable[[Tick, Tick], Iterable[Element]] = lambda at, end: (),
) -> None:
    """Writes a voice of the pen's measure, rests and all.

    Args:
        inside: what sounds in the measure.
        before: gives the elements to put before what lies between two ticks.
    """
    if not inside:
        for element in before(pen.start, pen.end):
            measure.append(element)
        _bar_of_rest(measure, pen, number)
        return
    for piece in _bracketed(_beamed(list(_pieces(pen, inside)), pen), pen):
        for element in before(piece.at, piece.at + piece.value.ticks):
            measure.append(element)
        _write(measure, pen, piece, number)


def _bar_of_rest(measure: Element, pen: Pen, number: int) -> None:
    note = child(measure, "note")
    child(note, "rest", measure="yes")
    child(note, "duration", pen.end - pen.start)
    child(note, "voice", number)


def _pieces(pen: Pen, inside: Sequence[Written]) -> Iterator[_Piece]:
    now = pen.start
    for written in inside:
        start, end = max(written.start, pen.start), min(written.end, pen.end)
        yield from _filled(pen, now, start, None)
        yield from _filled(pen, start, end, written)
        now = end
    yield from _filled(pen, now, pen.end, None)


def _filled(pen: Pen, start: Tick, end: Tick, written: Written | None) -> Iterator[_Piece]:
    at = start
    for value in note_values(at - pen.start, end - at, pen.metre, pen.triplets, rest=written is None):
        after = at + value.ticks
        if written is None:
            yield _Piece(at, value, None)
        else:
            yield _Piece(at, value, written, at > written.start, after < written.end)
        at = after


def _beamed(pieces: list[_Piece], pen: Pen) -> list[_Piece]:
    stems = [Stem(piece.at - pen.start, piece.value, piece.written is not None) for piece in pieces]
    return [replace(piece, beams=signs) for piece, signs in zip(pieces, beams(stems, pen.metre), strict=True)]


def _bracketed(pieces: list[_Piece], pen: Pen) -> Iterator[_Piece]:
    """The pieces, with the first and last of each beat of triplets marked."""
    for piece in pieces:
        inside = (piece.at - pen.start) % TICKS_PER_QUARTER
        opens = piece.value.triplet and inside == 0
        closes = piece.value.triplet and inside + piece.value.ticks == TICKS_PER_QUARTER
        yield replace(piece, opens=opens, closes=closes)


def _write(measure: Element, pen: Pen, piece: _Piece, number: int) -> None:
    if piece.written is None:
        note = child(measure, "note")
        child(note, "rest")
        child(note, "duration", piece.value.ticks)
        _look(note, piece, number, None)
        _notations(note, piece)
        return
    if not piece.tied_from:
        for grace in piece.written.graces:
            _grace(child(measure, "note"), pen, grace, piece.at, number)
    for index, pitch in enumerate(piece.written.pitches):
        note = child(measure, "note")
        if index:
            child(note, "chord")
        _head(note, pen, pitch, piece, number)
        for level, sign in enumerate(piece.beams if index == 0 else (), start=1):
            child(note, "beam", sign, number=level)
        _notations(note, piece, first=index == 0)
        if index == 0 and not piece.tied_from:
            _syllable(note, pen, piece.written.syllable)


def _head(note: Element, pen: Pen, pitch: int, piece: _Piece, number: int) -> None:
    accidental = _pitch(note, pen, pitch, piece.written_at, tied_from=piece.tied_from)
    child(note, "duration", piece.value.ticks)
    if piece.tied_from:
        child(note, "tie", type="stop")
    if piece.tied_to:
        child(note, "tie", type="start")
    _drum(note, pen, pitch)
    _look(note, piece, number, accidental)
    _notehead(note, pen, pitch)


def _grace(note: Element, pen: Pen, pitch: int, at: Tick, number: int) -> None:
    child(note, "grace", slash="yes")
    accidental = _pitch(note, pen, pitch, at)
    _drum(note, pen, pitch)
    child(note, "voice", number)
    child(note, "type", "eighth")
    if accidental is not None:
        child(note, "accidental", accidental)
    _notehead(note, pen, pitch)


def _pitch(note: Element, pen: Pen, pitch: int, at: Tick, *, tied_from: bool = False) -> str | None:
    """Writes the pitch (of a drum its place); gives the accidental that it needs. A tie carries the one before on."""
    if pen.staff.is_unpitched:
        place = child(note, "unpitched")
        child(place, "display-step", drum_sign(pitch).step)
        child(place, "display-octave", drum_sign(pitch).octave)
        return None
    name = spelled(pitch, pen.score.key, pen.score.chord_at(at))
    element = child(note, "pitch")
    child(element, "step", name.step)
    if name.alter:
        child(element, "alter", name.alter)
    child(element, "octave", name.octave)
    return None if tied_from else pen.accidental(name)


def _drum(note: Element, pen: Pen, pitch: int) -> None:
    if pen.staff.is_unpitched:
        child(note, "instrument", id=f"{pen.part_id}-I{pitch}")


def _look(note: Element, piece: _Piece, number: int, accidental: str | None) -> None:
    child(note, "voice", number)
    child(note, "type", piece.value.type)
    for _ in range(piece.value.dots):
        child(note, "dot")
    if accidental is not None:
        child(note, "accidental", accidental)
    if piece.value.triplet:
        modification = child(note, "time-modification")
        child(modification, "actual-notes", 3)
        child(modification, "normal-notes", 2)


def _notehead(note: Element, pen: Pen, pitch: int) -> None:
    if pen.staff.is_unpitched and drum_sign(pitch).head != "normal":
        child(note, "notehead", drum_sign(pitch).head)


def _notations(note: Element, piece: _Piece, *, first: bool = True) -> None:
    """Ties on every head; the bracket of a triplet on the first head of a stem."""
    signs: list[tuple[str, str]] = []
    signs += [("tied", "stop")] if piece.tied_from else []
    signs += [("tied", "start")] if piece.tied_to else []
    signs += [("tuplet", "start")] if piece.opens and first else []
    signs += [("tuplet", "stop")] if piece.closes and first else []
    if signs:
        notations = child(note, "notations")
        for tag, type_ in signs:
            child(notations, tag, type=type_)


def _syllable(note: Element, pen: Pen, syllable: str) -> None:
    if not syllable:
        return
    goes_on = syllable.endswith("-") and len(syllable) > 1
    lyric = child(note, "lyric", number=1)
    child(lyric, "syllabic", _SYLLABIC[pen.in_word, goes_on])
    child(lyric, "text", syllable[:-1] if goes_on else syllable)
    pen.in_word = goes_on


_SYLLABIC = {(False, False): "single", (False, True): "begin", (True, True): "middle", (True, False): "end"}


def _signed(score: Score, step: str) -> int:
    """What the signature does to a letter."""
    count = fifths(score.key)
    if count >= 0:
        return 1 if step in _SHARP_ORDER[:count] else 0
    return -1 if step in _SHARP_ORDER[::-1][:-count] else 0
