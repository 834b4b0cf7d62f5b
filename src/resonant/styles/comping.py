"""Style schema: chords, pad, arpeggio, strings."""

from typing import Literal

from pydantic import Field

from resonant.styles.base import StylePart
from resonant.styles.figures import ChordSteps, Figure, LeftSteps, OptionalSteps, Reach
from resonant.theory.voicing import VoicingKind

ChordsVoicing = VoicingKind | Literal["guitar"]
ArpeggioShape = Literal["up", "down", "updown", "broken", "random", "thumb"]


class ChordsFigure(Figure):
    """A comping rhythm.

    Signs of `steps`: x chord, X accented, o soft, h all but the lowest voice, v the lowest voice, t the two top voices,
    ^ the top voice, 1…6 one voice from below, d and D a down-strum, u and U an up-strum of the high strings, m a muted
    scratch, p and P the next chord early.
    Signs of `left` (a left hand, for keyboards): R root, F fifth, O octave, T tenth, L fifth below, B root and octave,
    P root and fifth; small letters are soft.

    Args:
        kind: what a brief calls it as a manner.
        families: instrument families it is for; empty for any.
    """

    kind: str = ""
    steps: ChordSteps
    left: LeftSteps = ""
    families: tuple[str, ...] = ()


def _common() -> tuple[ChordsFigure, ...]:
    guitar = ("guitar",)
    rows: tuple[tuple[str, tuple[float, float], str, str, tuple[str, ...]], ...] = (
        ("block", (0.0, 0.5), "x-------x-------", "", ()),
        ("block", (0.4, 1.0), "x---x---x---x---", "", ()),
        ("held", (0.0, 0.3), "x---------------", "", ()),
        ("eighths", (0.7, 1.0), "X-x-x-x-X-x-x-x-", "", ()),
        ("broken", (0.0, 0.6), "1-2-3-2-1-2-3-2-", "", ()),
        ("ballad", (0.0, 0.6), "..1-h---..1-h---", "R-F-----R-F-----", ("piano",)),
        ("strum", (0.0, 0.55), "d---d-u---u-d-u-", "", guitar),
        ("strum", (0.35, 1.0), "D---d-u-.-u-D-u-|D---d-u---u-d-du", "", guitar),
        ("picked", (0.0, 0.45), "1-3-2-4-1-3-2-4-", "", guitar),
        ("skank", (0.0, 1.0), "....x.......x...", "", ()),
        ("stabs", (0.0, 1.0), "x..x..x...x..x..", "", ()),
        ("charleston", (0.0, 1.0), "x.....x.........", "", ()),
        ("alberti", (0.0, 1.0), "1-3-2-3-1-3-2-3-", "", ()),
        ("scratch", (0.0, 1.0), "mm.xmm.m.xm.xm.m", "", ()),
        ("boom-chick", (0.0, 1.0), "....d-u-....d-u-", "", ()),
        ("bossa", (0.0, 1.0), "x-..x-....x-..x-|..x-....x-..p---", "", ()),
    )
    return tuple(
        ChordsFigure(kind=kind, energy=energy, steps=steps, left=left, families=families)
        for kind, energy, steps, left, families in rows
    )


COMMON_CHORDS = _common()


class ChordsStyle(StylePart):
    """How this style comps.

    Args:
        kind: the kind of figures it plays unless the brief names a manner; "" for any of its own.
        voicing: how chords are laid out; "guitar" (and any guitar) takes shapes that a left hand can hold.
        reach: lowest and highest pitch of the comping hand.
        figures: its own rhythms; where none fits, those all styles share.
        gate: how long notes last, as a share of their steps.
        strum_ms: time from the first to the last string of a strum.
        pedal: whether a keyboard holds the sustain pedal (CC 64) through each chord.
        variation: how much a bar may differ from its figure.
        colour: how often a passing or neighbour note is put in.
        entry: energy below which it rests.
    """

    kind: str = ""
    voicing: ChordsVoicing = "triad"
    reach: Reach = (53, 76)
    figures: tuple[ChordsFigure, ...] = ()
    gate: float = Field(0.95, gt=0, le=1)
    strum_ms: float = Field(18.0, ge=0, le=80)
    pedal: bool = False
    variation: float = Field(0.4, ge=0, le=1)
    colour: float = Field(0.0, ge=0, le=1)
    entry: float = Field(0.0, ge=0, le=1)


class PadStyle(StylePart):
    """How this style holds chords (pad), or writes for string sections (strings).

    Args:
        voicing: how chords are laid out.
        reach: lowest and highest pitch.
        swell: depth of the expression swells (CC 11), 0 none … 1.
        steps: a rhythm that the pad plays instead of holding, as a comping figure: an organ's bubble, a gated pad.
        steps_from: energy from which it does.
        breath: how much of the last beat of a phrase is left empty, in beats.
        entry: energy below which it rests.
        lines: energy above which strings add a line in octaves over the chords.
        ostinato: energy above which strings repeat notes, or 1 for never.
        ostinato_steps: the rhythm of those repeats, as a comping figure.
    """

    voicing: VoicingKind = "spread"
    reach: Reach = (48, 79)
    swell: float = Field(0.4, ge=0, le=1)
    steps: OptionalSteps = ""
    steps_from: float = Field(0.0, ge=0, le=1)
    breath: float = Field(0.5, ge=0, le=4)
    entry: float = Field(0.15, ge=0, le=1)
    lines: float = Field(0.6, ge=0, le=1)
    ostinato: float = Field(1.0, ge=0, le=1)
    ostinato_steps: ChordSteps = "X-x-x-x-X-x-x-x-"


class ArpeggioStyle(StylePart):
    """How this style plays arpeggios.

    Args:
        shapes: orders it may take; one is drawn for each material.
        rate: notes to a quarter at low and high energy (2 eighths, 3 triplets, 4 sixteenths).
        reach: lowest and highest pitch.
        octaves: how many octaves it climbs.
        gate: how long notes last, as a share of their step.
        rests: share of steps left out.
        accent: every how many steps is loud (3 over sixteenths gives a cross rhythm).
        entry: energy below which it rests.
    """

    shapes: tuple[ArpeggioShape, ...] = ("up", "updown", "broken")
    rate: tuple[Literal[1, 2, 3, 4], Literal[1, 2, 3, 4]] = (2, 4)
    reach: Reach = (60, 88)
    octaves: int = Field(2, ge=1, le=3)
    gate: float = Field(0.7, gt=0, le=1)
    rests: float = Field(0.1, ge=0, le=0.8)
    accent: int = Field(4, ge=1, le=16)
    entry: float = Field(0.25, ge=0, le=1)
