"""The `harmony:` block of a style file: the phrases, cadences and substitutions that its chords are made of."""

from typing import Literal

from pydantic import Field, field_validator

from resonant.errors import BriefError
from resonant.styles.base import StylePart
from resonant.theory import roman
from resonant.theory.key import Key


class Phrase(StylePart):
    """Some bars of roman numerals, "I | vi | IV V | I": bars between lines, the chords of a bar share its beats.

    `sections` limits it to sections of those names; empty means any.
    """

    chords: str
    weight: float = Field(1.0, gt=0)
    sections: tuple[str, ...] = ()

    @field_validator("chords")
    @classmethod
    def _numerals_can_be_read(cls, text: str) -> str:
        for bar in text.split("|"):
            if not bar.split():
                raise ValueError("a bar of a phrase needs at least one numeral; write I | vi | IV | V")
            for numeral in bar.split():
                try:
                    roman.chord(numeral, Key(0))
                except BriefError as error:
                    raise ValueError(str(error)) from error
        return text

    @property
    def bars(self) -> tuple[tuple[str, ...], ...]:
        """Numerals by bar."""
        return tuple(tuple(bar.split()) for bar in self.chords.split("|"))


class Palette(StylePart):
    """What chord types a plain triad may become, by its function; repeated entries are likelier."""

    major: tuple[str, ...] = ("", "", "maj7", "add9")
    minor: tuple[str, ...] = ("m", "m", "m7")
    dominant: tuple[str, ...] = ("", "7", "7", "sus4")


Move = Literal[
    "secondary_dominant", "ii_v", "tritone", "passing_diminished", "minor_iv", "suspension", "inversion", "backdoor"
]


class HarmonyStyle(StylePart):
    """How this style moves.

    `color` 0…1 is how often a plain triad takes a type of the palette. `moves` are chances (0…1) of substitutions.
    `loop` styles repeat one phrase through a section, others string phrases together. Modes without phrases of
    their own use those of `MODAL` below.
    """

    loop: bool = True
    color: float = Field(0.3, ge=0, le=1)
    palette: Palette = Palette()
    major: tuple[Phrase, ...] = ()
    minor: tuple[Phrase, ...] = ()
    half: tuple[Phrase, ...] = ()  # cadences that leave a phrase open; major, one or two bars
    half_minor: tuple[Phrase, ...] = ()
    turnaround: tuple[Phrase, ...] = ()  # the way back to the top of a section
    turnaround_minor: tuple[Phrase, ...] = ()
    close: tuple[Phrase, ...] = ()  # the end of the song
    close_minor: tuple[Phrase, ...] = ()
    moves: dict[Move, float] = {}


def _phrases(*texts: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(chords=text) for text in texts)


USUAL = HarmonyStyle(
    major=_phrases("I | V | vi | IV", "vi | IV | I | V", "I | vi | IV | V", "IV | I | V | vi", "I | IV | vi | V"),
    minor=_phrases("i | VI | III | VII", "i | VII | VI | VII", "i | iv | VI | V", "VI | VII | i | i"),
    half=_phrases("IV | V", "ii | V"),
    half_minor=_phrases("iv | V", "VI | VII"),
    turnaround=_phrases("ii | V", "IV V"),
    turnaround_minor=_phrases("iv | V", "VI VII"),
    close=_phrases("V | I", "IV V | I"),
    close_minor=_phrases("V | i", "VI VII | i"),
)

MODAL: dict[str, tuple[Phrase, ...]] = {
    "dorian": _phrases("i | IV | i | IV", "i | VII | IV | i", "i | ii | IV | i", "i | IV | VII | i"),
    "phrygian": _phrases("i | bII | i | bII", "i | bII | VII | i", "i | VII | bII | i"),
    "lydian": _phrases("I | II | I | II", "I | II | vii | I", "I | II | iii | I"),
    "mixolydian": _phrases("I | bVII | IV | I", "I | v | bVII | IV", "I | IV | bVII | I"),
    "locrian": _phrases("i° | bII | bVII | i°", "i° | bVII | bVI | i°"),
}
