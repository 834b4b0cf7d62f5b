"""Chord symbols for MusicXML: a kind of its list, and the degrees that are added, altered or left out.

MusicXML 4.0, element `harmony`: the alteration of an added degree counts from a dominant chord's (major and perfect
intervals, minor seventh), that of an altered or omitted one from the kind's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from xml.etree.ElementTree import Element

from resonant.score.notation import spelled
from resonant.score.xml_pages import child
from resonant.theory.chord import Chord
from resonant.theory.key import Key

# Semitones above the root by degree; elevenths and thirteenths as we voice them (theory.chord).
_KINDS: dict[str, dict[int, int]] = {
    "major": {1: 0, 3: 4, 5: 7},
    "minor": {1: 0, 3: 3, 5: 7},
    "augmented": {1: 0, 3: 4, 5: 8},
    "diminished": {1: 0, 3: 3, 5: 6},
    "dominant": {1: 0, 3: 4, 5: 7, 7: 10},
    "major-seventh": {1: 0, 3: 4, 5: 7, 7: 11},
    "minor-seventh": {1: 0, 3: 3, 5: 7, 7: 10},
    "diminished-seventh": {1: 0, 3: 3, 5: 6, 7: 9},
    "augmented-seventh": {1: 0, 3: 4, 5: 8, 7: 10},
    "half-diminished": {1: 0, 3: 3, 5: 6, 7: 10},
    "major-minor": {1: 0, 3: 3, 5: 7, 7: 11},
    "major-sixth": {1: 0, 3: 4, 5: 7, 6: 9},
    "minor-sixth": {1: 0, 3: 3, 5: 7, 6: 9},
    "dominant-ninth": {1: 0, 3: 4, 5: 7, 7: 10, 9: 14},
    "major-ninth": {1: 0, 3: 4, 5: 7, 7: 11, 9: 14},
    "minor-ninth": {1: 0, 3: 3, 5: 7, 7: 10, 9: 14},
    "dominant-11th": {1: 0, 3: 4, 5: 7, 7: 10, 9: 14, 11: 17},
    "major-11th": {1: 0, 3: 4, 5: 7, 7: 11, 9: 14, 11: 17},
    "minor-11th": {1: 0, 3: 3, 5: 7, 7: 10, 9: 14, 11: 17},
    "dominant-13th": {1: 0, 3: 4, 5: 7, 7: 10, 9: 14, 13: 21},
    "major-13th": {1: 0, 3: 4, 5: 7, 7: 11, 9: 14, 13: 21},
    "minor-13th": {1: 0, 3: 3, 5: 7, 7: 10, 9: 14, 13: 21},
    "suspended-second": {1: 0, 2: 2, 5: 7},
    "suspended-fourth": {1: 0, 4: 5, 5: 7},
    "power": {1: 0, 5: 7},
}
# What an interval is called beside a kind that lacks it; a sixth is not a thirteenth, nor a second a ninth.
_ADDED = {
    1: (9, -1), 2: (2, 0), 3: (3, -1), 4: (3, 0), 5: (4, 0), 6: (5, -1), 7: (5, 0), 8: (5, 1), 9: (6, 0), 10: (7, 0),
    11: (7, 1), 12: (7, 2), 13: (9, -1), 14: (9, 0), 15: (9, 1), 16: (11, -1), 17: (11, 0), 18: (11, 1), 19: (13, -2),
    20: (13, -1), 21: (13, 0), 22: (13, 1),
}  # fmt: skip
_RARER = 0.5  # a kind whose degrees must be altered is further off than one to which they are added


@dataclass(frozen=True, slots=True)
class Degree:
    """A degree of a chord that its kind does not have as it is: `type` is add, alter or subtract."""

    value: int
    alter: int
    type: str


def kind_of(quality: str) -> tuple[str, tuple[Degree, ...]]:
    """MusicXML's kind of a chord quality such as "7b9", and what must be said besides.

    >>> kind_of("7b9")
    ('dominant', (Degree(value=9, alter=-1, type='add'),))
    """
    return _kind_of(Chord(0, quality).intervals)


def harmony(chord: Chord | None, key: Key) -> Element:
    """The `harmony` element of a chord, spelled for the key; None is "N.C."."""
    element = Element("harmony", {"print-frame": "no"})
    _pitch(child(element, "root"), "root", 0 if chord is None else chord.root, key)
    if chord is None:
        child(element, "kind", "none", text="N.C.")
        return element
    kind, degrees = kind_of(chord.quality)
    child(element, "kind", kind, text=chord.quality)
    if chord.bass is not None:
        _pitch(child(element, "bass"), "bass", chord.bass, key)
    for degree in degrees:
        # The text of the kind says it all already.
        added = child(element, "degree", print_object="no")
        child(added, "degree-value", degree.value)
        child(added, "degree-alter", degree.alter)
        child(added, "degree-type", degree.type)
    return element


def _pitch(parent: Element, tag: str, pitch_class: int, key: Key) -> None:
    name = spelled(60 + pitch_class, key)
    child(parent, f"{tag}-step", name.step)
    if name.alter:
        child(parent, f"{tag}-alter", name.alter)


@cache
def _kind_of(intervals: tuple[int, ...]) -> tuple[str, tuple[Degree, ...]]:
    options = [(name, tuple(_differences(degrees, intervals))) for name, degrees in _KINDS.items()]
    return min(options, key=lambda option: len(option[1]) + _RARER * sum(d.type != "add" for d in option[1]))


def _differences(kind: dict[int, int], intervals: tuple[int, ...]) -> Iterator[Degree]:
    """How the chord comes out of the kind: a degree it has otherwise is altered, others are added or left out."""
    missing = {degree: step for degree, step in kind.items() if step not in intervals}
    for step in intervals:
        if step in kind.values():
            continue
        value, alter = _ADDED[step]
        if value in missing:
            yield Degree(value, step - missing.pop(value), "alter")
        else:
            yield Degree(value, alter, "add")
    yield from (Degree(value, 0, "subtract") for value in missing)
