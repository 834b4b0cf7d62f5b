"""A score as MusicXML 4.0: a lead sheet, or all parts.

Written at 480 divisions a quarter, so that durations are our ticks and each measure adds up to the tick. Nothing is
transposed: every instrument is written as it sounds, low ones under an octave clef. The first staff carries what is the
song's: tempo, section marks (rehearsal), chord symbols.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element

from resonant.instruments import instrument
from resonant.score.model import Score
from resonant.score.musicxml_chords import harmony
from resonant.score.musicxml_drums import drum_sign
from resonant.score.musicxml_dynamics import dynamics
from resonant.score.musicxml_notes import Pen, write_voice
from resonant.score.notation import Staff, fifths, staves
from resonant.score.passes.feel import Swing
from resonant.score.xml_pages import child, xml_bytes
from resonant.units import TICKS_PER_QUARTER, Tick

Parts = Literal["lead", "all"]

_DOCTYPE = (
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">'
)
_STRAIGHT = Swing()
_MODES = {"harmonic minor": "minor", "melodic minor": "minor"}  # MusicXML has no names for these


@dataclass
class _Waiting:
    """Elements that stand at ticks of a measure, given out in time with the notes of the first voice."""

    items: list[tuple[Tick, Element]] = field(default_factory=list)

    def until(self, at: Tick, end: Tick) -> Iterator[Element]:
        """Those before `end`; what lies behind `at` is told how far by `offset`."""
        while self.items and self.items[0][0] < end:
            tick, element = self.items.pop(0)
            if tick != at:
                offset = Element("offset")
                offset.text = str(tick - at)
                _put_offset(element, offset)
            yield element


def to_musicxml(score: Score, parts: Parts = "lead", swing: Swing = _STRAIGHT) -> bytes:
    """The score as a MusicXML file; the same score gives the same bytes.

    Args:
        score: as it is played: micro-timing is taken out.
        parts: "lead" for the melody with chords and words, "all" for every part that plays.
        swing: where the style puts its off-beats; they are written straight.
    """
    page = staves(score, swing, lead_only=parts == "lead")
    root = Element("score-partwise", {"version": "4.0"})
    child(child(root, "work"), "work-title", score.title)
    child(child(child(root, "identification"), "encoding"), "software", "Resonant")
    names = child(root, "part-list")
    for number, staff in enumerate(page, start=1):
        _part_name(child(names, "score-part", id=f"P{number}"), staff, number)
    for number, staff in enumerate(page, start=1):
        part = child(root, "part", id=f"P{number}")
        _measures(part, score, staff, number, swing)
    return xml_bytes(root, _DOCTYPE)


def _part_name(element: Element, staff: Staff, number: int) -> None:
    sound = instrument(staff.track.instrument)
    child(element, "part-name", f"{staff.track.name} ({sound.label})")
    keys = staff.drum_keys or (None,)
    for key in keys:
        listed = child(element, "score-instrument", id=_instrument_id(number, key))
        child(listed, "instrument-name", sound.label if key is None else drum_sign(key).name)
    for key in keys:
        midi = child(element, "midi-instrument", id=_instrument_id(number, key))
        child(midi, "midi-channel", 10 if staff.is_unpitched else _channel(number))
        child(midi, "midi-program", sound.program + 1)
        if key is not None:
            child(midi, "midi-unpitched", key + 1)


def _instrument_id(number: int, key: int | None) -> str:
    return f"P{number}-I{1 if key is None else key}"


def _channel(number: int) -> int:
    """A MIDI channel 1…16 that is not the drums'."""
    index = (number - 1) % 15
    return index + 1 if index < 9 else index + 2


def _measures(part: Element, score: Score, staff: Staff, number: int, swing: Swing) -> None:
    pen = Pen(score, staff, f"P{number}")
    marks = list(dynamics(score, staff))
    for bar in range(score.bars):
        start, end = score.bar_ticks(bar)
        measure = child(part, "measure", number=bar + 1)
        _attributes(measure, score, staff, bar)
        of_the_song = _of_the_song(score, bar, swing) if number == 1 else []
        own = [(tick, mark) for tick, mark in marks if start <= tick < end]
        waiting = _Waiting(sorted([*of_the_song, *own], key=lambda item: item[0]))
        _voices(measure, pen, bar, waiting)
        _barline(measure, score, bar)


def _voices(measure: Element, pen: Pen, bar: int, waiting: _Waiting) -> None:
    pen.turn_to(bar)
    for number, inside in enumerate(pen.voices, start=1):
        if number == 1:
            write_voice(measure, pen, inside, number, waiting.until)
        elif inside:
            child(child(measure, "backup"), "duration", pen.end - pen.start)
            write_voice(measure, pen, inside, number)


def _attributes(measure: Element, score: Score, staff: Staff, bar: int) -> None:
    changes = any(change.bar == bar for change in score.metre.changes)
    if bar > 0 and not changes:
        return
    attributes = child(measure, "attributes")
    if bar == 0:
        child(attributes, "divisions", TICKS_PER_QUARTER)
        key = child(attributes, "key")
        # Drums have no key to sign.
        child(key, "fifths", 0 if staff.is_unpitched else fifths(score.key))
        child(key, "mode", "none" if staff.is_unpitched else _MODES.get(score.key.mode, score.key.mode))
    metre = score.metre.metre_at(bar)
    time = child(attributes, "time")
    child(time, "beats", metre.numerator)
    child(time, "beat-type", metre.denominator)
    if bar == 0:
        clef = child(attributes, "clef")
        child(clef, "sign", staff.clef.sign)
        child(clef, "line", staff.clef.line)
        if staff.clef.octave:
            child(clef, "clef-octave-change", staff.clef.octave)


def _of_the_song(score: Score, bar: int, swing: Swing) -> list[tuple[Tick, Element]]:
    """What belongs to no part, by tick: section marks, tempo, chord symbols."""
    start, end = score.bar_ticks(bar)
    items = [(start, _rehearsal(section.name)) for section in score.sections if section.start_bar == bar]
    if bar == 0 and swing != _STRAIGHT and not score.metre.metre_at(0).is_compound:
        items.append((start, _words("Swing" if swing.unit_ticks >= TICKS_PER_QUARTER // 2 else "Swung 16ths")))
    tempos = [change for change in score.tempo.changes if start <= change.tick < end]
    items += [(change.tick, _tempo(score, bar, change.bpm, change.tick == start)) for change in tempos]
    for span in score.harmony:
        if start <= span.start < end:
            items.append((span.start, harmony(span.chord, score.key)))
    followed = {span.start for span in score.harmony}
    items += [
        (s.end, harmony(None, score.key)) for s in score.harmony if start <= s.end < end and s.end not in followed
    ]
    return sorted(items, key=lambda item: item[0])


def _rehearsal(name: str) -> Element:
    direction = Element("direction", {"placement": "above"})
    child(child(direction, "direction-type"), "rehearsal", name.capitalize())
    return direction


def _words(text: str) -> Element:
    direction = Element("direction", {"placement": "above"})
    child(child(direction, "direction-type"), "words", text)
    return direction


def _tempo(score: Score, bar: int, bpm: float, visible: bool) -> Element:
    """A tempo, shown in the beat of the metre where it begins a bar; those between only sound."""
    compound = score.metre.metre_at(bar).is_compound
    direction = Element("direction", {"placement": "above"})
    metronome = child(child(direction, "direction-type"), "metronome", print_object=None if visible else "no")
    child(metronome, "beat-unit", "quarter")
    if compound:
        child(metronome, "beat-unit-dot")
    child(metronome, "per-minute", f"{bpm / 1.5 if compound else bpm:.6g}")
    child(direction, "sound", tempo=f"{bpm:.10g}")  # always in quarters
    return direction


def _put_offset(element: Element, offset: Element) -> None:
    """In a direction the offset stands before the sound, in a harmony at the end."""
    sound = next((index for index, each in enumerate(element) if each.tag == "sound"), len(element))
    element.insert(sound, offset)


def _barline(measure: Element, score: Score, bar: int) -> None:
    last = bar == score.bars - 1
    if last or any(section.start_bar == bar + 1 for section in score.sections):
        child(child(measure, "barline", location="right"), "bar-style", "light-heavy" if last else "light-light")
