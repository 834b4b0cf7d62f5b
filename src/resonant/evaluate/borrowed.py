"""Is a tune taken from somewhere: the longest stretch of a melody that stands note for note in a collection?

Aim: what a learned player writes must not be what it learned from. A few notes in a row are common to many songs, a
whole phrase is not; how long the common stretches are of songs that have nothing to do with each other is the measure.

Method: each note is told by the interval from the note before, in semitones, and by the time from it, in 16ths; so
neither key nor tempo counts. Stretches are compared by a rolling hash of 61 bits. Of notes that begin together the
highest is the melody. Times over two bars count as two bars.

`longest_stretch` gives a number of notes: one more than the intervals that agree; 0 for a melody without two notes.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from resonant.evaluate.bars import nearest_step
from resonant.score.model import Note

Steps = NDArray[np.int64]
_FACTOR = 6_364_136_223_846_793_005  # odd and large, so that the upper bits mix (Knuth's MMIX)
_LONGEST_16THS = 32
_BETWEEN = np.int64(-1)  # stands between two melodies: no stretch reaches over it


class Collection:
    """Melodies to be found again; they are hashed once for each length that is asked about."""

    def __init__(self, melodies: Iterable[Sequence[Note]]) -> None:
        rows = [row for melody in melodies for row in (melodic_steps(melody), np.array([_BETWEEN]))]
        self._steps = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        self._known: dict[int, Steps] = {}

    def longest_stretch(self, melody: Sequence[Note]) -> int:
        """How many notes in a row of a melody stand in one of the collection."""
        steps = melodic_steps(melody)
        low, high = 0, len(steps)
        while low < high:  # a stretch that stands there holds shorter ones that do
            middle = (low + high + 1) // 2
            if np.isin(_hashes(steps, middle), self._hashes(middle), assume_unique=False).any():
                low = middle
            else:
                high = middle - 1
        return low + 1 if low else 0

    def _hashes(self, length: int) -> Steps:
        if length not in self._known:
            self._known[length] = np.unique(_hashes(self._steps, length))
        return self._known[length]


def melodic_steps(notes: Sequence[Note]) -> Steps:
    """A number for each note but the first: its interval and its time from the one before."""
    highest: dict[int, int] = {}
    for note in notes:
        step = nearest_step(note.start)
        highest[step] = max(highest.get(step, 0), note.pitch)
    line = np.array(sorted(highest.items()), dtype=np.int64).reshape(-1, 2)
    moves = np.diff(line, axis=0)
    found: Steps = (moves[:, 1] + 128) * (_LONGEST_16THS + 1) + np.minimum(moves[:, 0], _LONGEST_16THS)
    return found


def _hashes(steps: Steps, length: int) -> Steps:
    """A number for each stretch of that length that lies in one melody."""
    count = len(steps) - length + 1
    if length < 1 or count < 1:
        return np.zeros(0, dtype=np.int64)
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(length):  # wraps at 64 bits, as polynomial hashes may
        hashes = hashes * np.uint64(_FACTOR) + (steps[place : place + count] + 2).astype(np.uint64)
    breaks = np.concatenate([[0], np.cumsum(steps == _BETWEEN)])
    whole = breaks[length : length + count] == breaks[:count]
    found: Steps = (hashes[whole] >> np.uint64(3)).astype(np.int64)
    return found
