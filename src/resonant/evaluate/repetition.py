"""Does it come back: is there form, and is it more than a loop?

Aim: real music repeats at the distance of its phrases (4 and 8 bars) more than from bar to bar. Shuffled bars lose the
difference, a looped bar has everything equal, random notes have nothing.

Conventions: bars are compared by their cells, `(16th, pitch)` pairs; velocity, length and micro-timing do not count.
Empty bars repeat nothing.

Metrics:
    bar_repeat: share of the bars with notes whose cells were heard before in exactly this way.
    ssm_lag_1, _2, _4, _8, _16: mean Jaccard similarity |A∩B| / |A∪B| of bars that lie so many bars apart: the mean of a
        diagonal of the self-similarity matrix; pairs of two empty bars are left out.
    best_match: for each bar with notes, the largest similarity to a bar at least four bars away; mean over bars.
    form: (ssm_lag_4 + ssm_lag_8) / 2 over ssm_lag_1; 1 where the order of the bars does not matter, 1.8 in POP909.

An empty part has 0 for all. `form` is 0 where lag 1 is 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resonant.evaluate.bars import Cell, bars_of, mean
from resonant.score.model import Score, Track

LAGS = (1, 2, 4, 8, 16)
FAR_BARS = 4


def evaluate(score: Score, track: Track) -> dict[str, float]:
    """All metrics of this module for one track.

    Raises:
        InputError: the track is malformed.
    """
    cells = [bar.cells for bar in bars_of(score, track)]
    similarity = self_similarity(cells)
    filled = np.array([bool(bar) for bar in cells], dtype=bool)
    lags = {f"ssm_lag_{lag}": lag_mean(similarity, filled, lag) for lag in LAGS}
    near, far = lags["ssm_lag_1"], (lags["ssm_lag_4"] + lags["ssm_lag_8"]) / 2
    return {
        "bar_repeat": bar_repeat(cells),
        **lags,
        "best_match": best_match(similarity, filled),
        "form": far / near if near else 0.0,
    }


def bar_repeat(cells: Sequence[frozenset[Cell]]) -> float:
    """Share of the bars with notes that are exactly like an earlier one; 0 for none."""
    filled = [bar for bar in cells if bar]
    return 1.0 - len(set(filled)) / len(filled) if filled else 0.0


def self_similarity(cells: Sequence[frozenset[Cell]]) -> NDArray[np.float64]:
    """Jaccard similarity of every pair of bars, `[bars, bars]`."""
    vocabulary = {cell: index for index, cell in enumerate(sorted(set().union(*cells)))} if cells else {}
    incidence = np.zeros((len(cells), len(vocabulary)))
    for row, bar in enumerate(cells):
        incidence[row, [vocabulary[cell] for cell in bar]] = 1.0
    shared = incidence @ incidence.T
    sizes = incidence.sum(axis=1)
    together = sizes[:, None] + sizes[None, :] - shared
    return np.asarray(np.divide(shared, together, out=np.zeros_like(shared), where=together > 0))


def lag_mean(similarity: NDArray[np.float64], filled: NDArray[np.bool_], lag: int) -> float:
    """Mean similarity of bars `lag` apart, of which at least one holds notes; 0 where there are none."""
    either = filled[lag:] | filled[:-lag]
    return mean(similarity.diagonal(lag)[either].tolist()) if either.any() else 0.0


def best_match(similarity: NDArray[np.float64], filled: NDArray[np.bool_]) -> float:
    """Mean over bars with notes of the best similarity to a bar four or more bars away; 0 for shorter parts."""
    bars = len(filled)
    distance = np.abs(np.subtract.outer(np.arange(bars), np.arange(bars)))
    far = np.where(distance >= FAR_BARS, similarity, -1.0)
    best = far.max(axis=1, initial=-1.0)
    return mean(best[filled & (best >= 0)].tolist())
