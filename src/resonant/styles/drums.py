"""Style schema: drums and percussion. Grooves and fills are step strings, one line an instrument.

A line such as `"x...|x.x."` has one string a bar, bars parted by `|`. All steps of a bar are equally long; how many
there are says what they are (16 in 4/4 are sixteenths, 12 are eighth triplets, 8 are eighths). The marks:

    .  nothing              x  a stroke             X  an accent
    o  a soft stroke        g  a ghost note         ?  a stroke that is there in some bars
    :  a soft stroke that is there in some bars     ,  a ghost note that is there in some bars
    f  a flam: an accent with a grace note          d  a drag: a stroke with two grace notes
    2 3 4 6  that many strokes within the step
"""

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from resonant.errors import BriefError
from resonant.styles.base import StylePart
from resonant.units import TICKS_PER_QUARTER, Metre, Tick

MARKS = frozenset(".xXog?:,fd2346")
SHORTEST_STROKE_TICKS: Tick = TICKS_PER_QUARTER // 12  # a 32nd triplet: as fast as a hat roll gets
ROLLED = frozenset({"hat", "snare", "swirl"})  # what may roll faster than sixteenths

DrumName = Literal[
    "kick", "kick2", "rim", "snare", "clap", "swirl", "slap", "hat", "pedal", "open_hat", "ride", "bell", "crash",
    "crash2", "china", "splash", "tom_high", "tom_mid", "tom_low", "tom_floor", "tambourine", "cowbell", "shaker",
    "cabasa", "bongo_high", "bongo_low", "conga_mute", "conga", "conga_low", "timbale_high", "timbale_low",
    "agogo_high", "agogo_low", "claves", "woodblock", "woodblock_low", "triangle", "triangle_mute", "guiro",
    "taiko", "taiko_rim", "timpani", "timpani_fifth",
]  # fmt: skip


def _known_marks(line: str) -> str:
    strange = sorted(set(line) - MARKS - {"|", " "})
    if strange:
        marks = " ".join(sorted(MARKS))
        raise ValueError(f"{line!r} holds {' '.join(strange)}; the marks are {marks} and | between bars")
    if not all(bar for bar in bars_of(line)):
        raise ValueError(f"{line!r} has a bar without steps")
    return line


def bars_of(line: str) -> tuple[str, ...]:
    """The bars of a line: `"x.x. | x..."` is ("x.x.", "x...")."""
    return tuple(line.replace(" ", "").split("|"))


Line = Annotated[str, AfterValidator(_known_marks)]
Energy = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


class Steps(StylePart):
    """What grooves and fills share.

    `lines` gives for each instrument one line, or several: the first is home, the others are how it varies.
    """

    lines: dict[DrumName, tuple[Line, ...]]
    energy: Energy = (0.0, 1.0)
    weight: float = Field(1.0, gt=0)

    @field_validator("lines", mode="before")
    @classmethod
    def _one_line_is_a_list_of_one(cls, lines: object) -> object:
        if not isinstance(lines, dict):
            return lines
        return {name: (line,) if isinstance(line, str) else line for name, line in lines.items()}

    @field_validator("lines")
    @classmethod
    def _lines_are_not_empty(cls, lines: dict[DrumName, tuple[Line, ...]]) -> dict[DrumName, tuple[Line, ...]]:
        silent = [name for name, choices in lines.items() if not choices]
        if silent:
            raise ValueError(f"{silent[0]} has no line")
        return lines

    @field_validator("energy")
    @classmethod
    def _energy_rises(cls, energy: Energy) -> Energy:
        if any(high < low for low, high in pairwise(energy)):
            raise ValueError(f"energy {energy[0]:g}…{energy[1]:g} runs backwards; write the lower end first")
        return energy


class Groove(Steps):
    """What is played bar by bar.

    `metre` is what it was written in (other metres are fitted from it). `manners` are the manners it is kept for
    ("brush"), none where it may be taken freely; `answers` those that ask for it besides ("one drop"), from other
    styles too. `sections` are the section names it is kept for, none for any.
    """

    name: str
    metre: str = "4/4"
    manners: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _steps_divide_the_bar(self) -> "Groove":
        try:
            ticks = Metre.parse(self.metre).ticks_per_bar
        except BriefError as error:
            raise ValueError(str(error)) from error
        for name, choices in self.lines.items():
            for bar in (bar for line in choices for bar in bars_of(line)):
                check_bar(name, bar, ticks)
        return self

    def suits(self, manner: str) -> bool:
        """Whether it is what a brief's manner asks for."""
        return any(word in manner for word in (*self.manners, *self.answers))

    @property
    def bars(self) -> int:
        """After how many bars it begins again."""
        return max(len(bars_of(line)) for choices in self.lines.values() for line in choices)


class Fill(Steps):
    """What is played instead of the groove in the last `beats` beats of a bar; drums in `keeps` go on under it."""

    beats: int = Field(1, ge=1, le=8)
    keeps: tuple[DrumName, ...] = ()

    @model_validator(mode="after")
    def _steps_divide_the_beats(self) -> "Fill":
        for name, choices in self.lines.items():
            for line in choices:
                if "|" in line:
                    raise ValueError(f"a fill is one string, without |: {line!r}")
                steps = line.replace(" ", "")
                check_bar(name, steps, self.beats * TICKS_PER_QUARTER)
                if len(steps) % self.beats:
                    raise ValueError(f"{line!r} has {len(steps)} steps, which do not share out over {self.beats} beats")
        return self


def check_bar(name: str, bar: str, ticks: Tick) -> None:
    """Raises ValueError where the steps of `bar` do not divide `ticks`, or are faster than hands are."""
    if ticks % len(bar):
        raise ValueError(f"{name} {bar!r} has {len(bar)} steps, which do not divide a bar; 8, 12, 16 and 24 divide 4/4")
    step = ticks // len(bar)
    for mark in bar:
        strokes = int(mark) if mark.isdigit() else 1
        fastest = SHORTEST_STROKE_TICKS if name in ROLLED else TICKS_PER_QUARTER // 6
        if mark != "." and step // strokes < fastest:
            rolled = ", ".join(sorted(ROLLED))
            raise ValueError(f"{name} {bar!r} is faster than it can be played; only {rolled} roll so fast")


DEFAULT_GROOVES = (
    Groove(
        name="eighths",
        lines={
            "kick": ("x...?...x.?.....", "x.....?.x.x....?"),
            "snare": ("....X..,....X...", "....X..,....X..g"),
            "hat": ("x.o.x.o.x.o.x.o.", "x.o.x.o.x.o.x.oo"),
        },
    ),
)
DEFAULT_FILLS = (
    Fill(lines={"snare": ("oxxX",)}, beats=1, keeps=("kick",)),
    Fill(
        beats=2, lines={"snare": ("xoxX....",), "tom_mid": ("....xx..",), "tom_floor": ("......xx",)}, energy=(0.4, 1)
    ),
)
DEFAULT_PERCUSSION = (
    Groove(name="shaker", lines={"shaker": ("xoooxoooxoooxooo",), "tambourine": ("....x.......x...",)}),
)


class DrumsStyle(StylePart):
    """How this style drums.

    `hands`: a drummer is looser than a machine. `level` scales all velocities. `lifts` are the cymbals that may take
    over from the hat where energy is high. `crash` and `fills_at_ends`: how often (0…1) a section begins with a crash
    and ends with a fill. `build`: what leads into a drop. `intro`: what plays while an intro is still thin.
    """

    hands: Literal["drummer", "machine"] = "drummer"
    level: float = Field(1.0, gt=0, le=1.3)
    grooves: tuple[Groove, ...] = DEFAULT_GROOVES
    fills: tuple[Fill, ...] = DEFAULT_FILLS
    lifts: tuple[Literal["open_hat", "ride", "crash"], ...] = ("ride",)
    crash: float = Field(0.7, ge=0, le=1)
    fills_at_ends: float = Field(0.8, ge=0, le=1)
    build: Literal["none", "roll", "drop"] = "none"
    intro: tuple[DrumName, ...] = ("hat", "ride", "rim", "pedal", "shaker")
    ending: Literal["hit", "soft", "none"] = "hit"


class PercussionStyle(StylePart):
    """Which hand percussion this style adds: grooves as in `drums`, joining from `joins_at` energy on."""

    level: float = Field(1.0, gt=0, le=1.3)
    grooves: tuple[Groove, ...] = DEFAULT_PERCUSSION
    joins_at: float = Field(0.25, ge=0, le=1)
