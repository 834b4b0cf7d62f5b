"""Figures: rhythms of bass, chords and arpeggios, written as step strings.

A figure is one or more bars, divided by `|`. Each character is a step, and a bar's steps share a 4/4 bar evenly: 16
characters are sixteenths, 8 eighths, 12 triplets. `-` holds what sounds, `.` rests; the other signs say what is
struck and depend on the part. Other metres are derived from the 4/4 bar.
"""

from typing import Annotated

from pydantic import AfterValidator, Field

from resonant.styles.base import StylePart

STEPS_PER_BAR = (4, 8, 12, 16, 24)
CHORD_SIGNS = "xXomdDuUpPhvt^123456"
LEFT_SIGNS = "RrOoFfTtLBP"
BASS_SIGNS = "RrFfOoLlTtSsANnxz"


def checked(text: str, signs: str) -> str:
    """The figure without blanks.

    Raises:
        ValueError: a bar has an odd number of steps, or a sign has no meaning.
    """
    figure = text.replace(" ", "").strip("|")
    for bar in figure.split("|"):
        if len(bar) not in STEPS_PER_BAR:
            counts = ", ".join(map(str, STEPS_PER_BAR))
            raise ValueError(f"bar {bar!r} has {len(bar)} steps; a bar has {counts} of them")
        unknown = sorted(set(bar) - set(signs) - set("-."))
        if unknown:
            raise ValueError(f"sign {unknown[0]!r} in {bar!r} has no meaning; known are {signs} - and .")
    return figure


def _checked_chords(text: str) -> str:
    return checked(text, CHORD_SIGNS)


def _checked_chords_or_none(text: str) -> str:
    return checked(text, CHORD_SIGNS) if text else text


def _checked_left(text: str) -> str:
    return checked(text, LEFT_SIGNS) if text else text


def _checked_bass(text: str) -> str:
    return checked(text, BASS_SIGNS)


def _an_octave_or_more(reach: tuple[int, int]) -> tuple[int, int]:
    low, high = reach
    if not 0 <= low <= high - 12 <= 115:
        raise ValueError(f"reach {low}…{high} must lie in 0…127 and span at least an octave (12)")
    return reach


def _rising(energy: tuple[float, float]) -> tuple[float, float]:
    if not 0 <= energy[0] <= energy[1] <= 1:
        raise ValueError(f"energy {energy[0]:g}…{energy[1]:g} must rise and lie in 0…1")
    return energy


Reach = Annotated[tuple[int, int], AfterValidator(_an_octave_or_more)]  # lowest and highest MIDI pitch
EnergyRange = Annotated[tuple[float, float], AfterValidator(_rising)]
ChordSteps = Annotated[str, AfterValidator(_checked_chords)]
LeftSteps = Annotated[str, AfterValidator(_checked_left)]
OptionalSteps = Annotated[str, AfterValidator(_checked_chords_or_none)]
BassSteps = Annotated[str, AfterValidator(_checked_bass)]


class Figure(StylePart):
    """What all figures share: how often one is taken, and at which energies (from, to)."""

    weight: float = Field(default=1.0, gt=0)
    energy: EnergyRange = (0.0, 1.0)
