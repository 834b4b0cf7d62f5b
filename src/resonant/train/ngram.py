"""An n-gram of words: what a model that hears nothing but the last few words foretells. The yardstick of a learned one.

Interpolated modified Kneser-Ney (Chen & Goodman 1999, section 4.1.6): a context that was heard gives its counts less a
discount, one of three by the count, and what the discounts free goes to the shorter context; short contexts count not
how often a word came but behind how many different words. Below all lies the even chance.

Counts are sorted arrays: a run of words is one number, its last word the lowest digit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.int64]
_BITS = 11  # a word is less than 2048, so five of them fit into 63 bits
MOST_ORDER = 63 // _BITS
_FEW = (0.75, 0.75, 0.75)  # where too few counts are known to tell


@dataclass(frozen=True, eq=False)
class _Order:
    """Runs of one length.

    Args:
        words, counts: the last word of each run and how often it came, runs sorted.
        contexts, starts: each context once, sorted, and where its runs begin; one more start than contexts.
        taken: of each count, what goes to shorter contexts.
    """

    words: Words
    counts: NDArray[np.float64]
    contexts: Words
    starts: Words
    taken: NDArray[np.float64]


class NGram:
    """Foretells the next word of rows that begin anew each time.

    Args:
        rows: what it learns from.
        size: words are 0…size − 1; size itself stands before the first word.
        order: how many words a run has, the foretold one among them.
    """

    def __init__(self, rows: Iterable[Sequence[int]], size: int, order: int = 5) -> None:
        assert size < 1 << _BITS and 1 <= order <= MOST_ORDER, "a run of words is one number of 63 bits"
        self._size, self._order = size, order
        runs = _runs(rows, size, order)
        counted: list[_Order] = []
        keys, counts = np.unique(runs, return_counts=True)
        for length in range(order, 0, -1):
            counted.append(_grouped(keys, counts))
            keys, counts = _shortened(keys, counts, length, size)
        self._orders = counted[::-1]

    def chances(self, before: Sequence[int]) -> NDArray[np.float64]:
        """The chance of each word behind those of a row so far, `[size]`; they sum to 1."""
        history = [self._size] * (self._order - 1) + list(before[-self._order :])
        chances = np.full(self._size, 1.0 / self._size)
        for length, order in enumerate(self._orders):
            context = _number(history[len(history) - length :])
            at = int(np.searchsorted(order.contexts, context))
            if at == len(order.contexts) or order.contexts[at] != context:
                continue
            heard = slice(int(order.starts[at]), int(order.starts[at + 1]))
            counts, taken = order.counts[heard], order.taken[heard]
            chances *= taken.sum() / counts.sum()
            chances[order.words[heard]] += (counts - taken) / counts.sum()
        return chances


def _runs(rows: Iterable[Sequence[int]], size: int, order: int) -> Words:
    """Every word of every row with the words before it, as one number each."""
    padding = [size] * (order - 1)
    flat: list[int] = []
    for row in rows:
        flat += padding
        flat += row
    words = np.array(flat, dtype=np.int64)
    runs = np.zeros(max(len(words) - order + 1, 0), dtype=np.int64)
    for place in range(order):
        runs = (runs << _BITS) | words[place : place + len(runs)]
    whole: Words = runs[words[order - 1 :] != size]
    return whole


def _number(words: Sequence[int]) -> int:
    number = 0
    for word in words:
        number = number << _BITS | word
    return number


def _shortened(keys: Words, counts: Words, length: int, start: int) -> tuple[Words, Words]:
    """Runs without their first word, and behind how many different words each came.

    Before the start of a row there is only more of the start: runs that begin with it keep their counts.
    """
    shorter = keys & ((1 << _BITS * (length - 1)) - 1)
    starting = (shorter >> _BITS * max(length - 2, 0) == start) & (length > 2)
    found, place = np.unique(shorter, return_inverse=True)
    return found, np.bincount(place, np.where(starting, counts, 1), len(found)).astype(np.int64)


def _grouped(keys: Words, counts: Words) -> _Order:
    contexts, starts = np.unique(keys >> _BITS, return_index=True)
    discounts = np.array([0.0, *_discounts(counts)])
    taken = np.minimum(discounts[np.minimum(counts, 3)], counts)
    return _Order(keys & ((1 << _BITS) - 1), counts.astype(np.float64), contexts, np.append(starts, len(keys)), taken)


def _discounts(counts: Words) -> tuple[float, float, float]:
    """What runs that came once, twice and oftener give away, from how many came once to four times."""
    ones, twos, threes, fours = (int((counts == count).sum()) for count in (1, 2, 3, 4))
    if not (ones and twos and threes and fours):
        return _FEW
    y = ones / (ones + 2 * twos)
    raw = (1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes)
    first, second, more = (min(max(value, 0.1), limit - 0.05) for limit, value in enumerate(raw, 1))
    return first, second, more
