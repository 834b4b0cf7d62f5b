"""The `melody:` and `counter:` blocks of a style file: rhythm cells, density, breath, and how the line moves."""

from typing import Literal

from pydantic import Field, field_validator

from resonant.styles.base import StylePart

USUAL_CELLS: dict[str, float] = {
    "x---": 4, "x-x-": 6, "--x-": 2, "----": 2, "x--x": 1.5, "-x-x": 0.5, "x-xx": 1.2, "xxx-": 0.5, "xx--": 0.4,
    "..x-": 1.5, "....": 0.8,
}  # fmt: skip


class MelodyStyle(StylePart):
    """How this style's melodies go.

    Args:
        approach: "motif" develops a short idea, "chord-tone" outlines the harmony, "scale" runs by step.
        notes_per_bar: in 4/4 at energy 0.5; more energy, more notes.
        cells: rhythms of one beat as four sixteenths, by weight: x a note, - held on, . silent.
        syncopation: 0…1, share of notes off the beat that is aimed at.
        breath: beats of silence at the end of a phrase.
        span: how wide the line ranges, 1 about an octave within a section.
        leap: 0 smooth … 1 leaping.
        repeat: liking for repeated notes, 0…1.
        legato: sounding share of the time to the next note, 0.3…1.05.
        grace: chance of a grace note from below on a strong note.
        rests_below: sections of less energy than this have no melody (intros, breakdowns).
    """

    approach: Literal["motif", "chord-tone", "scale"] = "motif"
    notes_per_bar: float = Field(5.0, ge=0.5, le=16)
    cells: dict[str, float] = USUAL_CELLS
    syncopation: float = Field(0.35, ge=0, le=1)
    breath: float = Field(1.5, ge=0, le=4)
    span: float = Field(1.25, ge=0.2, le=3)
    leap: float = Field(0.35, ge=0, le=1)
    repeat: float = Field(0.3, ge=0, le=1)
    legato: float = Field(0.92, ge=0.3, le=1.05)
    grace: float = Field(0.0, ge=0, le=1)
    rests_below: float = Field(0.34, ge=0, le=1)

    @field_validator("cells")
    @classmethod
    def _cells_are_beats(cls, cells: dict[str, float]) -> dict[str, float]:
        for cell, weight in cells.items():
            if len(cell) != 4 or set(cell) - set("x-.") or weight <= 0:
                raise ValueError(f"cell {cell!r}: {weight} is not four of x - . with a weight above 0, such as x-x-: 2")
        if not any("x" in cell for cell in cells):
            raise ValueError("at least one cell must have a note in it, such as x-x-: 2")
        return cells


class CounterStyle(StylePart):
    """How the second voice answers.

    Args:
        answers: 0…1, how often it fills a rest of the melody.
        notes_per_answer: at most.
        guides: what it does otherwise: hold guide tones, stab them short, or keep silent.
        from_energy: sections of less energy have no second voice.
        harmony: energy from which it sings with the melody, a third to a sixth below; 1 for never.
        voices: how many chord tones a stab or an answer stacks, as a horn section does.
    """

    answers: float = Field(0.5, ge=0, le=1)
    notes_per_answer: int = Field(4, ge=1, le=8)
    guides: Literal["hold", "stab", "rest"] = "hold"
    from_energy: float = Field(0.45, ge=0, le=1)
    harmony: float = Field(1.0, ge=0, le=1)
    voices: int = Field(1, ge=1, le=4)
