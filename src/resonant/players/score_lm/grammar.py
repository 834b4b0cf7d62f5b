"""What may follow what inside a cell: only legal words get a chance, so no decode ever yields what can not be read."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from resonant.players.score_lm.vocabulary import DRUMS, POSITIONS, SHIFTS, VOCABULARY

_V = VOCABULARY
Allowed = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a hole can hold.

    Args:
        positions: twelfths of a quarter in its bar.
        drums: whether it is a part of drums.
        low, high: MIDI pitches that the instrument can play.
        close: the word that closes the cell: the next hole's mask, or `end`.
        voices: how many notes can be struck at once.
    """

    positions: int
    drums: bool
    low: int
    high: int
    close: int
    voices: int = 128


@dataclass
class CellGrammar:
    """Walks through one cell: `allowed` before each word, `take` after it.

    Words of a cell: `empty`, or at rising positions an optional shift, then notes of rising pitch, each with a velocity
    where that changes; the first note says its velocity; a pitch is followed by its duration.
    """

    bounds: Bounds
    position: int = -1
    pitch: int = -1
    velocity: int | None = None
    struck: int = 0
    last: str = "start"
    closed: bool = False
    _open: Allowed | None = field(default=None, repr=False)

    @property
    def at_notes(self) -> bool:
        """Whether a pitch may come next."""
        return self.last in ("position", "shift", "velocity", "note")

    @property
    def at_rhythm(self) -> bool:
        """Whether it is said next when a note begins, how long it lasts, or that no more come."""
        return self.last in ("start", "pitch", "note", "empty")

    def allowed(self) -> Allowed:
        """`bool [vocabulary]`: the words that may come next; at least one may."""
        if self._open is None:
            self._open = self._reckoned()
        return self._open

    def _reckoned(self) -> Allowed:
        mask = np.zeros(_V.size, dtype=np.bool_)
        if self.last == "pitch":
            _open(mask, "duration")
            return mask
        if self.last == "empty":
            mask[self.bounds.close] = True
            return mask
        if self.last in ("start", "note"):
            mask[_V.position.start + self.position + 1 : _V.position.start + min(self.bounds.positions, POSITIONS)] = (
                True
            )
        if self.last == "start":
            mask[_V.empty] = True
            return mask
        if self.last == "note":
            mask[self.bounds.close] = True
        if self.struck < self.bounds.voices:
            self._open_notes(mask)
        return mask

    def take(self, token: int) -> None:
        """Goes on behind a word that was allowed."""
        assert self.allowed()[token], f"{_V.signs[token]} may not follow here"
        self._open = None
        if token == self.bounds.close:
            self.closed = True
        elif token == _V.empty:
            self.last = "empty"
        elif token in _V.position:
            self.position, self.pitch, self.last = _V.position.index(token), -1, "position"
            self.struck = 0
        elif token in _V.shift:
            self.last = "shift"
        elif token in _V.velocity:
            self.velocity, self.last = _V.velocity.index(token), "velocity"
        elif token in _V.pitch:
            self.pitch, self.last = _V.pitch.index(token), "pitch"
            self.struck += 1
        elif token in _V.drum:
            self.pitch, self.last = DRUMS[_V.drum.index(token)], "note"
        else:
            self.last = "note"

    def _open_notes(self, mask: Allowed) -> None:
        """Opens the notes above the last one, and before them a shift or a velocity where one may stand."""
        low, high = max(self.bounds.low, self.pitch + 1), self.bounds.high
        if self.bounds.drums:
            low, high = max(DRUMS[0], self.pitch + 1), DRUMS[-1]
        if low > high:
            return
        if self.last == "position":
            _open(mask, "shift")
            mask[_V.shift(SHIFTS.index(0))] = False
        if self.last != "velocity":
            _open(mask, "velocity")
            if self.velocity is not None:
                mask[_V.velocity(self.velocity)] = False
        if self.velocity is not None:
            start = _V.drum.start - DRUMS[0] if self.bounds.drums else _V.pitch.start
            mask[start + low : start + high + 1] = True


def _open(mask: Allowed, family: str) -> None:
    words = _V.families[family]
    mask[words.start : words.start + words.size] = True


def is_legal(tokens: tuple[int, ...], bounds: Bounds) -> bool:
    """Whether a cell, without the word that closes it, follows the grammar."""
    grammar = CellGrammar(bounds)
    for token in (*tokens, bounds.close):
        if not grammar.allowed()[token]:
            return False
        grammar.take(token)
    return grammar.closed
