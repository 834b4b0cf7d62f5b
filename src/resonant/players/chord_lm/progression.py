"""Whole progressions: chords and when they change, one after the other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.errors import BriefError
from resonant.nn.sampling import Sampling, drawn_word
from resonant.players.chord_lm.forecast import Taste
from resonant.players.chord_lm.network import Network
from resonant.players.chord_lm.vocabulary import (
    CHORDS,
    SECTION,
    SIZE,
    SLOTS_PER_BAR,
    chord_of,
    heading,
    place_word,
    word_of,
)
from resonant.seeds import stream
from resonant.theory.chord import Chord
from resonant.theory.key import Key

MOST_BARS = 64
_TOP_P = 0.9
_COLDEST = 0.01  # below, the likeliest is drawn anyhow, and numbers overflow
_STEP = SLOTS_PER_BAR // 2  # chords change on bars and on half bars
_PHRASE = 4 * SLOTS_PER_BAR  # sections are as many phrases long as there are
Bars = tuple[tuple[Chord, ...], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What progression is wanted.

    Args:
        key: its key.
        bars: how long, 1…`MOST_BARS`.
        start: the first bars as they are, one or two chords each.
        taste: whose harmony.
        temperature: 1 as freely as the songs; 0 always the likeliest.
        seed: the same seed gives the same progression.

    Raises:
        BriefError: it is too long, the start is longer than it, or a bar of it holds more than two chords.
    """

    key: Key
    bars: int = 8
    start: Bars = ()
    taste: Taste = Taste()  # noqa: RUF009 # frozen
    temperature: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.bars <= MOST_BARS:
            raise BriefError(f"bars={self.bars} must lie in 1…{MOST_BARS}")
        if len(self.start) > self.bars:
            raise BriefError(f"the start has {len(self.start)} bars, the progression {self.bars}; ask for more bars")
        if any(len(bar) not in (1, 2) for bar in self.start):
            raise BriefError("a bar of the start holds one chord or two; part it with |, such as | Dm7 G7 | C |")


def progression(network: Network, wanted: Wanted) -> Bars:
    """The chords of each bar, one or two: the start as it was given, then what songs might go on with."""
    changes = dict(_changes(network, wanted))
    sounding: list[Chord] = []
    for slot in range(0, wanted.bars * SLOTS_PER_BAR, _STEP):
        sounding.append(changes.get(slot) or sounding[-1])
    halves = zip(sounding[::2], sounding[1::2], strict=True)
    return tuple((first,) if first == second else (first, second) for first, second in halves)


def _changes(network: Network, wanted: Wanted) -> Iterator[tuple[int, Chord]]:
    """The chords with the slots where they begin."""
    writing = _Writing(network, wanted)
    slot = 0
    for slot, chord in _given(wanted.start):
        writing.take(slot, chord)
        yield slot, chord
    end = wanted.bars * SLOTS_PER_BAR
    free = len(wanted.start) * SLOTS_PER_BAR
    slot = writing.drawn_slot(max(slot + _STEP, free)) if free else 0
    while slot < end:
        chord = writing.drawn_chord(slot)
        yield slot, chord
        slot = writing.drawn_slot(slot + _STEP)


def _given(start: Bars) -> Iterator[tuple[int, Chord]]:
    before = None
    for bar, chords in enumerate(start):
        for number, chord in enumerate(chords):
            if chord != before:
                yield bar * SLOTS_PER_BAR + number * _STEP, chord
            before = chord


class _Writing:
    """A timed row that grows."""

    def __init__(self, network: Network, wanted: Wanted) -> None:
        self._network, self._wanted = network, wanted
        mode = "minor" if wanted.key.is_minor else "major"
        self._words = list(heading(wanted.taste.source, mode, "timed", "song"))
        self._sampling = Sampling(wanted.temperature if wanted.temperature >= _COLDEST else 0.0, 0, _TOP_P)
        self._rng = stream(wanted.seed, "chords")
        self._section = 0  # the slot where the section began
        self._last: int | None = None  # the word of the chord that sounds

    def take(self, slot: int, chord: Chord) -> None:
        """Writes a chord that begins at a slot."""
        word = word_of(chord, self._wanted.key.tonic)
        if word != self._last:  # another bass or colour of the same family is no change to the model
            self._words += (place_word(slot - self._section), word)
            self._last = word

    def drawn_chord(self, slot: int) -> Chord:
        """Writes a chord that begins at a slot: any but the one before."""
        allowed = np.arange(SIZE) < CHORDS
        if self._last is not None:
            allowed[self._last] = False
        self._words.append(place_word(slot - self._section))
        self._last = self._drawn(allowed)
        self._words.append(self._last)
        return chord_of(self._last, self._wanted.key.tonic)

    def drawn_slot(self, first: int) -> int:
        """Where the next chord begins: on a half bar from `first` on, within four bars, or in the next section."""
        slots = self._places_from(first)
        word = self._drawn(_only((*slots, SECTION)))
        if word == SECTION:
            self._section = first + (self._section - first) % _PHRASE
            self._words.append(SECTION)
            slots = self._places_from(self._section)
            word = self._drawn(_only(slots))
        return slots[word]

    def _places_from(self, first: int) -> dict[int, int]:
        """Words of places, and the slots that they mean."""
        return {place_word(slot - self._section): slot for slot in range(first, first + _PHRASE, _STEP)}

    def _drawn(self, allowed: NDArray[np.bool_]) -> int:
        logits = self._network.logits(np.array([self._words]))[0, -1]
        chances = np.exp(logits[:CHORDS].astype(np.float64) - logits[:CHORDS].max())
        logits[:CHORDS] = np.log(np.maximum(self._wanted.taste.coloured(chances), 1e-30))
        return drawn_word(logits, allowed, self._sampling, self._rng)[0]


def _only(words: Iterable[int]) -> NDArray[np.bool_]:
    allowed = np.zeros(SIZE, dtype=bool)
    allowed[list(words)] = True
    return allowed
