"""The `form:` block of a style file: which sections there are and in which order they come."""

from typing import Literal

from pydantic import Field

from resonant.styles.base import StylePart

SectionName = Literal[
    "intro", "verse", "prechorus", "chorus", "bridge", "interlude", "instrumental", "solo",
    "build", "drop", "breakdown", "outro",
]  # fmt: skip


class SectionStyle(StylePart):
    """A section's usual length in bars, energy 0…1, and material letter (sections of one letter share their music)."""

    bars: int = Field(8, ge=1, le=64)
    energy: float = Field(0.5, ge=0, le=1)
    material: str = Field("A", pattern="^[A-Z]$")


class FormStyle(StylePart):
    """Order of sections: `opening`, then `cycle` as often as the length asks, then `late`, then `closing`.

    `sections` overrides the usual lengths, energies and letters of single sections. `breaks` is how often (0…1) the
    band stops for the last beats before a chorus or a drop.
    """

    opening: tuple[SectionName, ...] = ("intro",)
    cycle: tuple[SectionName, ...] = ("verse", "chorus")
    late: tuple[SectionName, ...] = ("bridge", "chorus")
    closing: tuple[SectionName, ...] = ("outro",)
    sections: dict[SectionName, SectionStyle] = {}
    breaks: float = Field(0.0, ge=0, le=1)


USUAL_SECTIONS: dict[str, SectionStyle] = {
    "intro": SectionStyle(bars=4, energy=0.3, material="A"),
    "verse": SectionStyle(bars=8, energy=0.5, material="A"),
    "prechorus": SectionStyle(bars=4, energy=0.62, material="P"),
    "chorus": SectionStyle(bars=8, energy=0.85, material="B"),
    "bridge": SectionStyle(bars=8, energy=0.55, material="C"),
    "interlude": SectionStyle(bars=4, energy=0.4, material="A"),
    "instrumental": SectionStyle(bars=8, energy=0.65, material="A"),
    "solo": SectionStyle(bars=8, energy=0.75, material="A"),
    "build": SectionStyle(bars=4, energy=0.65, material="B"),
    "drop": SectionStyle(bars=8, energy=1.0, material="B"),
    "breakdown": SectionStyle(bars=8, energy=0.25, material="C"),
    "outro": SectionStyle(bars=4, energy=0.3, material="A"),
}
