"""Pitch classes and MIDI pitches: names both ways, nearest octaves.

Pitch 60 is C4 (middle C), as in the MIDI 1.0 specification's common octave naming.
"""

import re

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
ACCIDENTALS = {"": 0, "#": 1, "♯": 1, "##": 2, "x": 2, "b": -1, "♭": -1, "bb": -2}

_NOTE_NAME = re.compile(r"([A-Ga-g])(##|#|♯|x|bb|b|♭)?")


def pitch_class(name: str) -> int:
    """The pitch class 0…11 of a note name such as "F#" or "Bb".

    >>> pitch_class("Bb")
    10

    Raises:
        ValueError: the text is not a note name.
    """
    match = _NOTE_NAME.fullmatch(name.strip())
    if match is None:
        raise ValueError(f"{name!r} is not a note name such as C, F# or Bb")
    return (LETTERS[match[1].upper()] + ACCIDENTALS[match[2] or ""]) % 12


def pitch_name(pitch: int, flats: bool = False) -> str:
    """The name with octave of a MIDI pitch: 60 is "C4"."""
    return f"{(FLAT_NAMES if flats else SHARP_NAMES)[pitch % 12]}{pitch // 12 - 1}"


def nearest(pitch_class: int, to: int) -> int:
    """The MIDI pitch of this pitch class that lies nearest to another pitch; the lower of two equals.

    >>> nearest(0, 61)
    60
    """
    below = to - (to - pitch_class) % 12
    return below if to - below <= below + 12 - to else below + 12


def fold(pitch: int, low: int, high: int) -> int:
    """The pitch moved by octaves into `low`…`high` (which must span at least 12 semitones)."""
    assert high - low >= 11, "a range to fold into spans at least an octave"
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch
