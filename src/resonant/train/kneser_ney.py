"""Interpolated modified Kneser-Ney: the n-gram that a learned model has to beat.

Chen & Goodman 1999, section 4.1.6: three discounts an order, from the counts of counts; the highest order counts
occurrences, the lower ones how many different words stand before. The unigram is mixed with evenly spread chances.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Context = tuple[int, ...]
_START = -1


class KneserNey:
    """Chances of the next word after the last `order - 1`.

    Args:
        rows: what is learnt from; words 0…size - 1.
        size: how many words there are.
        order: 5 for a 5-gram.
    """

    def __init__(self, rows: Iterable[Sequence[int]], size: int, order: int = 5) -> None:
        self._size, self._order = size, order
        counts = [_counted(rows, order)]
        while len(counts) < order:
            counts.append(_shortened(counts[-1]))
        self._counts = counts[::-1]  # by length of the context
        self._discounts = [_discounts(table) for table in self._counts]

    def chances(self, before: Sequence[int]) -> NDArray[np.float64]:
        """Chance of each word after these, `float64 [size]`; it sums to 1. Fewer than `order - 1` are a row's start."""
        padded = (*[_START] * (self._order - 1), *before)
        chance = np.full(self._size, 1.0 / self._size)
        for length, (table, discounts) in enumerate(zip(self._counts, self._discounts, strict=True)):
            found = table.get(padded[len(padded) - length :])
            if found:
                chance = _mixed(found, discounts, chance)
        return chance


def _mixed(
    found: Counter[int], discounts: tuple[float, float, float], lower: NDArray[np.float64]
) -> NDArray[np.float64]:
    words, counts = np.array(list(found)), np.array(list(found.values()), dtype=float)
    taken = np.minimum(np.take((0.0, *discounts), np.minimum(counts, 3).astype(int)), counts)
    chance: NDArray[np.float64] = lower * (taken.sum() / counts.sum())
    chance[words] += (counts - taken) / counts.sum()
    return chance


def _counted(rows: Iterable[Sequence[int]], order: int) -> dict[Context, Counter[int]]:
    table: dict[Context, Counter[int]] = defaultdict(Counter)
    for row in rows:
        padded = (*[_START] * (order - 1), *row)
        for at in range(order - 1, len(padded)):
            table[padded[at - order + 1 : at]][padded[at]] += 1
    return dict(table)


def _shortened(table: dict[Context, Counter[int]]) -> dict[Context, Counter[int]]:
    """How many different words stand before each shorter n-gram; one that begins a row keeps its count."""
    shorter: dict[Context, Counter[int]] = defaultdict(Counter)
    for context, found in table.items():
        # All that can stand before the start of a row is more of the start: there occurrences are counted.
        starts = len(context) > 1 and context[1] == _START
        for word, count in found.items():
            shorter[context[1:]][word] += count if starts else 1
    return dict(shorter)


def _discounts(table: dict[Context, Counter[int]]) -> tuple[float, float, float]:
    """Discounts of n-grams seen once, twice and oftener; 0.75 each where the counts of counts are too few to tell."""
    seen = Counter(count for found in table.values() for count in found.values())
    ones, twos, threes, fours = (seen[count] for count in (1, 2, 3, 4))
    if not (ones and twos and threes and fours):
        return 0.75, 0.75, 0.75
    y = ones / (ones + 2 * twos)
    raw = (1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes)
    first, second, more = (min(max(value, 0.1), limit - 0.05) for limit, value in enumerate(raw, 1))
    return first, second, more
