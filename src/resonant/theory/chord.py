"""Chords: symbols as people write them, to pitch classes and back.

The suffix grammar follows common lead-sheet practice: triad, seventh, extension, alterations, added and
omitted notes, slash bass. Intervals are semitones above the root, in chord order (root, third, fifth, …).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from resonant.errors import BriefError
from resonant.theory.key import Key
from resonant.theory.pitch import FLAT_NAMES, pitch_class

_ROOT = re.compile(r"([A-G])(##|#|♯|bb|b|♭)?")
# A slash is a bass note unless digits follow it, as in C6/9.
_BASS = re.compile(r"/([A-G](?:#|♯|b|♭)?)$")
_TRIADS = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "5": (0, 7),
}
_DEGREES = {2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 14, 11: 17, 13: 21}
_SIGNS = {"b": -1, "♭": -1, "-": -1, "#": 1, "♯": 1, "+": 1}

# Spellings seen in the wild, to the canonical one. Longest first, so that "maj" is not read as "m".
_REWRITES = (
    ("major", "maj"), ("minor", "m"), ("min", "m"), ("Maj", "maj"),
    ("MA7", "maj7"), ("Ma7", "maj7"), ("ma7", "maj7"), ("ma9", "maj9"),
    ("Δ", "maj"), ("^", "maj"), ("M", "maj"), ("mi", "m"), ("ø7", "m7b5"), ("ø", "m7b5"), ("h7", "m7b5"),
    ("o7", "dim7"), ("°7", "dim7"), ("°", "dim"), ("alt", "7#5b9"), ("dom", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol.

    Args:
        root: pitch class 0…11.
        quality: canonical suffix, e.g. "", "m7", "maj9", "7b9", "m7b5", "dim7", "sus4", "6/9".
        bass: pitch class of a slash bass, or None where the root is the bass.
    """

    root: int
    quality: str = ""
    bass: int | None = None

    @classmethod
    def parse(cls, symbol: str) -> Self:
        """The chord a symbol means: "F#m7b5/E", "CΔ7", "Bb7#11".

        Raises:
            BriefError: the symbol is not understood.
        """
        text = symbol.strip().replace("(", "").replace(")", "").replace(",", "").replace(" ", "")
        root = _ROOT.match(text)
        if root is None:
            raise BriefError(f"chord {symbol!r} is not understood: it starts with a note name from A to G")
        rest = text[root.end() :]
        slash = _BASS.search(rest)
        suffix = rest[: slash.start()] if slash else rest
        quality = _canonical(suffix)
        if quality is None:
            raise BriefError(f"chord {symbol!r} is not understood: {suffix!r} is no chord type we know")
        root_pc = pitch_class(root[0])
        bass = pitch_class(slash[1]) if slash else None
        return cls(root_pc, quality, None if bass == root_pc else bass)

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, in chord order; a ninth is 14, not 2."""
        intervals = _intervals(self.quality)
        assert intervals is not None, f"{self.quality!r} was checked when the chord was made"
        return intervals

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Root, third, fifth, … and a slash bass that is not among them, each once."""
        pcs = [(self.root + step) % 12 for step in self.intervals]
        return tuple(dict.fromkeys([*pcs, self.bass_pc]))

    @property
    def bass_pc(self) -> int:
        return self.root if self.bass is None else self.bass

    @property
    def partner_pc(self) -> int:
        """What a bass plays beside its bass note: the fifth; the root where the chord stands on its third or fifth."""
        return self.root if self.bass is not None and self.bass in (self.third, self.fifth) else self.fifth

    @property
    def is_minor(self) -> bool:
        return 3 in self.intervals

    @property
    def third(self) -> int | None:
        """Pitch class of the third (or None in a power or suspended chord)."""
        return next(((self.root + step) % 12 for step in self.intervals if step in (3, 4)), None)

    @property
    def fifth(self) -> int:
        """Pitch class of the fifth, altered where the chord alters it."""
        return (self.root + next((step for step in self.intervals if step in (6, 7, 8)), 7)) % 12

    @property
    def seventh(self) -> int | None:
        return next(((self.root + step) % 12 for step in self.intervals if step in (10, 11)), None)

    def transposed(self, semitones: int) -> "Chord":
        bass = None if self.bass is None else (self.bass + semitones) % 12
        return Chord((self.root + semitones) % 12, self.quality, bass)

    def symbol(self, key: Key | None = None) -> str:
        """The chord as a lead sheet writes it, spelled for a key where one is given."""
        spell = key.spell if key is not None else lambda pc: FLAT_NAMES[pc % 12]
        return spell(self.root) + self.quality + ("" if self.bass is None else f"/{spell(self.bass)}")

    def __str__(self) -> str:
        return self.symbol()


@lru_cache(maxsize=1024)
def _canonical(suffix: str) -> str | None:
    # "omit" holds "mi": it is written "no" until the minors are read.
    text = suffix.replace("omit", "no")
    if text.startswith("-"):
        text = "m" + text[1:]
    if text.startswith("+"):
        text = "aug" + text[1:]
    for seen, meant in _REWRITES:
        if seen in text and not (meant.startswith(seen) and meant in text):
            text = text.replace(seen, meant, 1)
    text = text.replace("no", "omit")
    if text.startswith("o") and not text.startswith("omit"):
        text = "dim" + text[1:]
    text = (
        text.replace("m/maj", "mmaj").replace("sus", "sus4") if text.endswith("sus") else text.replace("m/maj", "mmaj")
    )
    text = {
        "maj": "",
        "69": "6/9",
        "m69": "m6/9",
        "2": "add9",
        "4": "add11",
        "7alt": "7#5b9",
        "77#5b9": "7#5b9",
        "aug7": "7#5",
    }.get(text, text)
    return text if _intervals(text) is not None else None


@lru_cache(maxsize=1024)
def _intervals(quality: str) -> tuple[int, ...] | None:
    text = quality
    triad = next((t for t in ("dim", "aug", "sus2", "sus4") if text.startswith(t)), None)
    if triad is None and text.startswith("m") and not text.startswith("maj"):
        triad = "m"
    if text == "5":
        return _TRIADS["5"]
    steps = dict(zip((1, 3, 5), _TRIADS[triad or ""], strict=True))
    text = text[len(triad or "") :]
    if triad == "dim" and text.startswith("7"):
        return (0, 3, 6, 9) if text == "7" else None
    match = re.match(r"(maj)?(6/9|13|11|9|7|6)?", text)
    assert match is not None
    major, extension = match[1] is not None, match[2]
    text = text[match.end() :]
    _extend(steps, extension, major)
    while text:
        edit = re.match(r"(sus2|sus4|aug|add|omit)?([b♭#♯+-])?(\d{1,2})?", text)
        if edit is None or not edit[0] or not _edit(steps, *edit.groups()):
            return None
        text = text[edit.end() :]
    return tuple(steps[degree] for degree in sorted(steps))


def _extend(steps: dict[int, int], extension: str | None, major: bool) -> None:
    """Adds the sixth, or the seventh and all that is stacked over it."""
    if extension == "6/9":
        steps |= {6: 9, 9: 14}
    elif extension == "6":
        steps[6] = 9
    elif extension is not None:
        steps[7] = 11 if major else 10
        # A dominant eleventh leaves out the clashing third in practice; a thirteenth leaves out the eleventh.
        steps |= {d: _DEGREES[d] for d in (9, 11, 13) if d <= int(extension) and not (d == 11 and extension == "13")}


def _edit(steps: dict[int, int], word: str | None, sign: str | None, number: str | None) -> bool:
    if word in ("sus2", "sus4"):
        steps[3] = 2 if word == "sus2" else 5
        return sign is None and number is None
    if word == "aug":
        steps[5] = 8
        return sign is None and number is None
    degree = int(number) if number else 0
    if degree not in _DEGREES:
        return False
    if word == "omit":
        return sign is None and steps.pop(degree, None) is not None
    if word is None and sign is None:
        return False
    target = {2: 9, 4: 11}.get(degree, degree)
    natural = _DEGREES[target] + (1 if target == 7 and word == "add" else 0)
    # C7b9#9 holds both ninths: the second alteration of a degree stands beside the first.
    slot = target + 20 if target in steps and steps[target] != natural and target in (5, 9) else target
    steps[slot] = natural + _SIGNS.get(sign or "", 0)
    return True


def common_tones(first: Iterable[int], second: Iterable[int]) -> int:
    """How many pitch classes two chords share."""
    return len({pc % 12 for pc in first} & {pc % 12 for pc in second})
