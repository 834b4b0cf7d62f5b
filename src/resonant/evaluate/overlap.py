"""Does a set of parts look like another set, feature by feature?

Aim: the overlapping area of Yang & Lerch, *On the evaluation of generative models in music* (Neural Computing and
Applications, 2020), "mgeval": for each feature, the distances between parts of one set, and from one set to the other,
are two distributions; how much of their area they share says how alike the sets are.

Conventions: features are taken from windows of eight bars with at least 8 notes. Distances are Euclidean; densities are
Gaussian kernel estimates (Scott's rule). Same-distribution music reaches 0.96 (mean of the eight), a model should
reach 0.90 for its role.

Limits, measured: it does not see rhythm damage (0.96 for jittered starts). Never report it alone.

Metrics, each 0…1: n_pitch, notes, range, interval, ioi, pitch_histogram, transition, lengths, and their mean `overlap`.
A set with fewer than three windows has no distribution: `InputError`. Two sets that are the same have 1.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.evaluate.bars import bars_of
from resonant.score.model import Note, Score, Track
from resonant.units import TICKS_PER_QUARTER

WINDOW_BARS = 8
_LEAST_NOTES, _LEAST_WINDOWS = 8, 3
_GRID_POINTS = 512
Part = tuple[Score, Track]
Features = dict[str, NDArray[np.float64]]


def evaluate(parts: Iterable[Part], reference: Iterable[Part]) -> dict[str, float]:
    """Overlapping area of each feature, and their mean.

    Args:
        parts: the set asked about, as `(score, track)`.
        reference: the set it is compared with.

    Raises:
        InputError: one of the sets has fewer than three windows of eight bars with notes.
    """
    ours, theirs = _stacked(parts, "parts"), _stacked(reference, "reference")
    areas = {name: feature_overlap(ours[name], theirs[name]) for name in theirs}
    return {**areas, "overlap": float(np.mean(list(areas.values())))}


def feature_overlap(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """Shared area of the distances within our set and from ours to theirs; both `[windows, dimensions]`."""
    from scipy.spatial.distance import cdist, pdist

    intra, inter = pdist(ours), cdist(ours, theirs).ravel()
    if ours.shape == theirs.shape and np.array_equal(ours, theirs):
        return 1.0
    return shared_area(intra, inter)


def shared_area(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Area under the lower of two kernel density estimates, 0…1."""
    from scipy.stats import gaussian_kde

    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float(np.ptp(first) == np.ptp(second) and first[0] == second[0])
    spread = 3 * max(float(np.std(first)), float(np.std(second)))
    points = np.linspace(min(first.min(), second.min()) - spread, max(first.max(), second.max()) + spread, _GRID_POINTS)
    lower = np.minimum(gaussian_kde(first)(points), gaussian_kde(second)(points))
    return float(min(np.trapezoid(lower, points), 1.0))


def windows(score: Score, track: Track) -> Iterator[list[Note]]:
    """The notes of each stretch of eight bars that holds at least eight."""
    bars = bars_of(score, track)
    for start in range(0, len(bars) - WINDOW_BARS + 1, WINDOW_BARS):
        notes = [note for bar in bars[start : start + WINDOW_BARS] for _, note in bar.notes]
        if len(notes) >= _LEAST_NOTES:
            yield notes


def features(notes: Sequence[Note]) -> Features:
    """The eight features of one window."""
    pitches = np.array([note.pitch for note in notes])
    starts = np.array([note.start for note in notes]) / TICKS_PER_QUARTER
    lengths = np.array([note.duration for note in notes]) / TICKS_PER_QUARTER
    transition = np.zeros((12, 12))
    for before, after in pairwise(pitches % 12):
        transition[before, after] += 1
    length_histogram = np.histogram(np.log2(np.clip(lengths, 1 / 8, 8)), bins=12, range=(-3, 3))[0]
    return {
        "n_pitch": np.array([len(set(pitches.tolist()))], dtype=float),
        "notes": np.array([len(notes)], dtype=float),
        "range": np.array([np.ptp(pitches)], dtype=float),
        "interval": np.array([np.abs(np.diff(pitches)).mean()]),
        "ioi": np.array([np.diff(starts).mean()]),
        "pitch_histogram": np.bincount(pitches % 12, minlength=12) / len(notes),
        "transition": (transition / max(len(notes) - 1, 1)).ravel(),
        "lengths": length_histogram / len(notes),
    }


def _stacked(parts: Iterable[Part], which: str) -> Features:
    rows = [features(window) for score, track in parts for window in windows(score, track)]
    if len(rows) < _LEAST_WINDOWS:
        raise InputError(
            f"{which} holds {len(rows)} windows of {WINDOW_BARS} bars with notes; at least {_LEAST_WINDOWS} are needed"
        )
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
