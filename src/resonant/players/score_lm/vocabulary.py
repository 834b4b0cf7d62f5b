"""The words that the score model reads and writes: their names and their numbers.

Words come in families; the number of a word is the start of its family and its place in it. The order of the families
is the order in the weights of every trained model: a family is added at the end, never between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from resonant.theory.chord import Chord
from resonant.units import TICKS_PER_QUARTER, Tick

GRID: Tick = TICKS_PER_QUARTER // 12
"""Onsets lie on twelfths of a quarter: sixteenths and triplets of eighths."""

SHIFT_STEP: Tick = GRID // 5
"""How early or late an onset is, in steps of 8 ticks (8 ms at 125 bpm); five shifts tile the grid without gap."""

SHIFTS = (-2, -1, 0, 1, 2)
DURATIONS = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 96)
"""Lengths of notes in twelfths of a quarter, about logarithmic: performed lengths cost more tokens than they say."""

VELOCITIES = (24, 40, 52, 64, 76, 88, 102, 118)
POSITIONS = 84  # twelfths in the longest bar there is: seven quarters
MOST_TRACKS, MOST_MASKS = 16, 96
TEMPI = 24
LOWEST_BPM, HIGHEST_BPM = 30.0, 300.0

METRES = ("2/4", "3/4", "4/4", "5/4", "6/4", "7/4", "2/2", "3/2", "3/8", "5/8", "6/8", "7/8", "9/8", "12/8", "other")
ROLES = ("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter", "other")
SECTIONS = (
    "none", "intro", "verse", "prechorus", "chorus", "bridge", "interlude", "instrumental", "solo", "drop", "build",
    "breakdown", "outro",
)  # fmt: skip
SOURCES = ("pop909", "groove", "quartets", "lieder", "openewld", "freedoom", "pseudo", "arranger", "user")
STYLES = (
    "none", "ambient", "ballad", "blues", "bossa nova", "cinematic", "classical", "country", "drum & bass", "folk",
    "funk", "gospel", "hip hop", "house", "jazz", "lo-fi", "pop", "r&b", "reggae", "rock", "techno", "trap",
    "latin", "soul", "user 1", "user 2", "user 3", "user 4",
)  # fmt: skip
QUALITIES = (
    "", "m", "7", "maj7", "m7", "m7b5", "dim", "dim7", "aug", "sus4", "sus2", "6", "m6", "9", "maj9", "m9", "5",
    "mmaj7", "7sus4", "add9",
)  # fmt: skip
DRUMS = tuple(range(27, 88))  # General MIDI percussion with GS's neighbours
LEVELS = 8  # of each control


@dataclass(frozen=True, slots=True)
class Family:
    """Words of one kind: `size` of them from `start` on."""

    name: str
    start: int
    size: int

    def __call__(self, index: int) -> int:
        """The number of the word at a place in the family."""
        assert 0 <= index < self.size, f"{self.name} has {self.size} words, not one at {index}"
        return self.start + index

    def __contains__(self, token: int) -> bool:
        return self.start <= token < self.start + self.size

    def index(self, token: int) -> int:
        """The place in the family of a word of it."""
        assert token in self, f"{token} is no {self.name}"
        return token - self.start


_FAMILIES: tuple[tuple[str, int], ...] = (
    ("sign", 9), ("source", len(SOURCES)), ("style", len(STYLES)), ("metre", len(METRES)), ("tempo", TEMPI),
    ("tonic", 12), ("mode", 2), ("section", len(SECTIONS)), ("track", MOST_TRACKS), ("role", len(ROLES)),
    ("program", 129), ("density", LEVELS), ("polyphony", LEVELS), ("register", LEVELS), ("rhythm", LEVELS),
    ("position", POSITIONS), ("shift", len(SHIFTS)), ("velocity", len(VELOCITIES)), ("pitch", 128),
    ("duration", len(DURATIONS)), ("drum", len(DRUMS)), ("root", 12), ("quality", len(QUALITIES)), ("chord_bass", 12),
    ("mask", MOST_MASKS),
)  # fmt: skip


class Vocabulary:
    """All words; `Vocabulary().pitch(60)` is the number of middle C."""

    def __init__(self) -> None:
        start = 0
        families = {}
        for name, size in _FAMILIES:
            families[name] = Family(name, start, size)
            start += size
        self.families = families
        self.size = start
        self.pad, self.bos, self.bar, self.far, self.empty, self.no_chord, self.definition, self.sep, self.end = range(
            9
        )
        self.source, self.style, self.metre, self.tempo = (
            families[name] for name in ("source", "style", "metre", "tempo")
        )
        self.tonic, self.mode, self.section = (families[name] for name in ("tonic", "mode", "section"))
        self.track, self.role, self.program = (families[name] for name in ("track", "role", "program"))
        self.density, self.polyphony, self.register, self.rhythm = (
            families[name] for name in ("density", "polyphony", "register", "rhythm")
        )
        self.position, self.shift, self.velocity = (families[name] for name in ("position", "shift", "velocity"))
        self.pitch, self.duration, self.drum = (families[name] for name in ("pitch", "duration", "drum"))
        self.root, self.quality, self.chord_bass, self.mask = (
            families[name] for name in ("root", "quality", "chord_bass", "mask")
        )

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """What each number means, for people."""
        named = ("pad", "bos", "bar", "far bar", "empty", "no chord", "track is", "sep", "end")
        rest = (f"{f.name} {i}" for f in list(self.families.values())[1:] for i in range(f.size))
        return (*named, *rest)

    def spelled(self, tokens: Sequence[int]) -> Iterator[str]:
        """The words of tokens, for people who look for a mistake."""
        return (self.signs[token] for token in tokens)


VOCABULARY = Vocabulary()


@lru_cache(maxsize=4096)
def nearest(values: tuple[float, ...], value: float) -> int:
    """The place of the value nearest to one; of two equally near the first."""
    return min(range(len(values)), key=lambda i: abs(values[i] - value))


def tempo_index(bpm: float) -> int:
    """The tempo's word: 24 steps between 30 and 300 bpm, each a tenth faster than the last."""
    from math import log

    share = log(bpm / LOWEST_BPM) / log(HIGHEST_BPM / LOWEST_BPM)
    return min(max(round(share * (TEMPI - 1)), 0), TEMPI - 1)


def quality_index(chord: Chord) -> int:
    """The listed quality that shares most with the chord's: its own, else the one with the same lower tones."""
    if chord.quality in QUALITIES:
        return QUALITIES.index(chord.quality)
    steps = [step % 12 for step in chord.intervals]

    def likeness(place: int) -> float:
        other = [step % 12 for step in Chord(chord.root, QUALITIES[place]).intervals]
        same = sum(1.0 / (1 + i) for i, step in enumerate(other) if step in steps)
        missed = sum(0.5 / (1 + i) for i, step in enumerate(other) if step not in steps)
        return same - missed

    return max(range(len(QUALITIES)), key=likeness)
