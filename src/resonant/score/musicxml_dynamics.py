"""Dynamics on paper: how loud a part enters, and where a section is played louder or softer than the one before."""

from collections.abc import Iterator
from statistics import fmean
from xml.etree.ElementTree import Element

from resonant.score.model import Score
from resonant.score.notation import Staff
from resonant.score.xml_pages import child
from resonant.units import Tick

# MIDI velocities as notation programs play the marks.
_MARKS = {"ppp": 16, "pp": 33, "p": 49, "mp": 64, "mf": 80, "f": 96, "ff": 112, "fff": 127}
_FORTE_PERCENT = 100 / 90  # of a velocity: MusicXML counts from a forte of 90


def dynamics(score: Score, staff: Staff) -> Iterator[tuple[Tick, Element]]:
    """The marks of a part, by the tick of the note they stand at: one a section at most, none where nothing changes."""
    now = ""
    for start, end in _sections(score):
        played = [note.velocity for note in staff.track.between(start, end) if note.start >= start]
        first = min((w.start for voice in staff.voices for w in voice if start <= w.start < end), default=None)
        if not played or first is None:
            continue
        loudness = fmean(played)
        mark = min(_MARKS, key=lambda name: abs(_MARKS[name] - loudness))
        if mark != now:
            yield first, _direction(mark, above=staff.track.role == "vocal")
        now = mark


def _sections(score: Score) -> Iterator[tuple[Tick, Tick]]:
    if not score.sections:
        yield 0, score.end
    for section in score.sections:
        yield score.metre.bar_start(section.start_bar), score.metre.bar_start(section.end_bar)


def _direction(mark: str, above: bool) -> Element:
    direction = Element("direction", {"placement": "above" if above else "below"})
    child(child(child(direction, "direction-type"), "dynamics"), mark)
    child(direction, "sound", dynamics=f"{_MARKS[mark] * _FORTE_PERCENT:.4g}")
    return direction
