"""Keys: a tonic and a mode, their scales, spelling and names."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from resonant.errors import BriefError
from resonant.theory.pitch import FLAT_NAMES, SHARP_NAMES, pitch_class

# Semitones above the tonic.
MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
}
MODE_ALIASES = {
    "maj": "major", "ionian": "major", "dur": "major", "M": "major",
    "min": "minor", "aeolian": "minor", "natural minor": "minor", "moll": "minor", "m": "minor", "": "major",
}  # fmt: skip

# Semitones from the tonic up to the tonic of the major key with the same signature.
_RELATIVE_MAJOR = {
    "major": 0, "minor": 3, "dorian": 10, "phrygian": 8, "lydian": 7, "mixolydian": 5, "locrian": 1,
    "harmonic minor": 3, "melodic minor": 3,
}  # fmt: skip
_FLAT_MAJORS = {5, 10, 3, 8, 1}  # F Bb Eb Ab Db; F# is preferred to Gb
_KEY_TEXT = re.compile(r"\s*([A-Ga-g])\s*(##|#|♯|-?sharp|bb|b|♭|-?flat)?\s*(.*?)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class 0…11) and one of `MODES`."""

    tonic: int
    mode: str = "major"

    def __post_init__(self) -> None:
        if not 0 <= self.tonic <= 11 or self.mode not in MODES:
            raise BriefError(f"mode {self.mode!r} is not known; the modes are {', '.join(MODES)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key written as "Bb minor", "F# dorian", "Am" or "C".

        Raises:
            BriefError: the text is no key.
        """
        match = _KEY_TEXT.fullmatch(text)
        if match is None:
            raise BriefError(f"key {text!r} is not understood; write something like C, Bb minor or D dorian")
        sign = {"sharp": "#", "flat": "b"}.get((match[2] or "").lower().lstrip("-"), match[2] or "")
        mode_text = match[3] if match[3] in MODE_ALIASES else match[3].lower()
        mode = MODE_ALIASES.get(mode_text, mode_text)
        if mode not in MODES:
            raise BriefError(f"key {text!r} is not understood: the modes are {', '.join(MODES)}")
        return cls(pitch_class(match[1].upper() + sign), mode)

    @property
    def scale(self) -> tuple[int, ...]:
        """The seven pitch classes, from the tonic up."""
        return _scale(self.tonic, self.mode)

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return MODES[self.mode][2] == 3

    @property
    def relative_major(self) -> int:
        """Tonic of the major key that has the same signature."""
        return (self.tonic + _RELATIVE_MAJOR[self.mode]) % 12

    @property
    def uses_flats(self) -> bool:
        return self.relative_major in _FLAT_MAJORS or (self.relative_major == 6 and self.tonic == 3)

    def spell(self, pc: int) -> str:
        """The name of a pitch class as this key would write it: raised leading tones sharp, borrowed degrees flat."""
        pc %= 12
        if pc in self.scale:
            return (FLAT_NAMES if self.uses_flats else SHARP_NAMES)[pc]
        raised = {4, 6, 9, 11} if self.is_minor else {6}
        return (SHARP_NAMES if (pc - self.tonic) % 12 in raised else FLAT_NAMES)[pc]

    def degree(self, pc: int) -> int | None:
        """Scale degree 0…6 of a pitch class, or None outside the scale."""
        scale = self.scale
        return scale.index(pc % 12) if pc % 12 in scale else None

    def transposed(self, semitones: int) -> "Key":
        return Key((self.tonic + semitones) % 12, self.mode)

    @property
    def signature(self) -> str:
        """The name MIDI and MusicXML know: nearest of major or minor, such as "Bbm" for Bb dorian."""
        name = self.spell(self.tonic)
        if self.is_minor and name in {"Db", "Gb"}:
            name = {"Db": "C#", "Gb": "F#"}[name]
        if not self.is_minor and name in {"D#", "G#", "A#"}:
            name = {"D#": "Eb", "G#": "Ab", "A#": "Bb"}[name]
        return f"{name}m" if self.is_minor else name

    def __str__(self) -> str:
        return f"{self.spell(self.tonic)} {self.mode}"


@lru_cache(maxsize=256)
def _scale(tonic: int, mode: str) -> tuple[int, ...]:
    return tuple((tonic + step) % 12 for step in MODES[mode])
