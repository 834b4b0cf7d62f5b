"""Style schema: bass."""

from typing import Annotated, Literal

from pydantic import Field

from resonant.styles.base import StylePart
from resonant.styles.figures import BassSteps, Figure, Reach

# Kinds that a player makes up note by note; every other kind is a name for a set of figures.
BassLine = Literal["walking", "acid", "classical"]


class BassFigure(Figure):
    """A bass rhythm.

    Signs: R root (the slash bass where there is one), F fifth above, L fifth below, O octave above, T third, S seventh
    or sixth, A a step into the next chord's root, N the next chord's root early, n the same softly, x a dead note,
    z a ghosted octave; small letters are soft.
    """

    kind: str = "roots"
    steps: BassSteps


def _common() -> tuple[BassFigure, ...]:
    return tuple(
        BassFigure(kind=kind, steps=steps, energy=energy)
        for kind, energy, steps in (
            ("roots", (0.0, 0.45), "R-----R-R-------"),
            ("roots", (0.3, 0.75), "R--R--R-R---R-A-"),
            ("roots", (0.6, 1.0), "R-R-R-R-R-R-R-A-"),
            ("eighths", (0.0, 1.0), "R-R-R-R-R-R-R-R-"),
            ("two-beat", (0.0, 1.0), "R------.F------."),
            ("octave", (0.0, 1.0), "..O...O...O...O.|..O...O...O.R.O."),
            ("disco", (0.0, 1.0), "R.O.R.O.R.O.R.O."),
            ("slap", (0.0, 1.0), "R..z.xO.R.xS.xOx|R..z.xO.x.S-A-Ox"),
            ("808", (0.0, 1.0), "R-------....R---|R-----R-......A-"),
            ("pedal", (0.0, 1.0), "R---------------"),
            ("sustained", (0.0, 1.0), "R---------------"),
            ("bossa", (0.0, 1.0), "R-----F-F-----R-"),
            ("boom-chick", (0.0, 1.0), "R---....L---...."),
            ("ostinato", (0.0, 1.0), "R-R-O-R-F-R-O-F-"),
            ("reggae", (0.0, 1.0), "..R-R-F-....R-T-|R---..T-F-..F-R-"),
            ("reese", (0.0, 1.0), "R---------R-----|R-----R---------"),
            ("motown", (0.0, 1.0), "R--RF-RS-RO-F-A-|R--RT-F--RF-S-A-"),
            ("gospel", (0.0, 1.0), "R---..R-F---R-A-|R--R..O-F-T-R-A-"),
        )
    )


COMMON_BASS = _common()


class BassStyle(StylePart):
    """How this style plays its bass.

    Args:
        kind: what is played unless the brief names a manner: walking, acid, classical, or the kind of a figure.
        reach: lowest and highest pitch it usually keeps to (within the instrument's own range).
        figures: its own rhythms; a kind that has none here is taken from those all styles share.
        fills: how likely the last bar of a phrase runs into the next.
        kick: how much it follows the kick drum, 0…1.
        gate: how long notes last, as a share of their steps.
        slides: how likely a long note slides to the next at a phrase end (pitch bend).
        entry: energy below which it rests.
    """

    kind: str = "roots"
    reach: Reach = (28, 50)
    figures: tuple[BassFigure, ...] = ()
    fills: float = Field(0.5, ge=0, le=1)
    kick: float = Field(0.5, ge=0, le=1)
    gate: float = Field(0.92, gt=0, le=1)
    slides: float = Field(0.0, ge=0, le=1)
    variation: float = Field(0.4, ge=0, le=1)
    entry: Annotated[float, Field(ge=0, le=1)] = 0.0
