"""Clicks and short dropouts filled in from the sound on both sides, without any weights.

Autoregressive interpolation (Janssen, Veldhuis & Vries 1986): near the gap each sample is taken to be a weighted sum of
the samples before it and a little that is new; the weights are fitted to both sides by least squares, and the gap gets
the samples with which the least is new. What rings is continued well; what is noise comes out too calm, so that gaps
beyond some 60 ms want a model that writes music.
"""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples

LONGEST_S = 0.060
"""Gaps beyond this are not filled in well."""

_LEAST_REACH_S = 0.034  # of the weights: a period of the lowest tones; measured, fewer are worse in any gap
_MOST_WEIGHTS = 2000
_SAMPLES_A_WEIGHT = 2  # on each side, that the weights are fitted to; more of them are of other notes
_RIDGE = 1e-7  # of the power of the context: as far below it as the steps of a file of 16 bits

Array = NDArray[np.float64]


def filled_in(samples: Samples, rate: int, start: int, end: int) -> Samples:
    """What belongs into `[start, end)`, `float32 [channels, end - start]`; what stands there is not looked at.

    Before its first sample and behind its last the sound is taken to be silent. Each channel is filled in by itself.

    Args:
        samples: `float32 [channels, samples]`.
        rate: Hz.
        start, end: within the sound, at least one sample.
    """
    order = _order(end - start, rate)
    context = _SAMPLES_A_WEIGHT * order
    low, high = max(start - context, 0), min(end + context, samples.shape[1])
    around = samples[:, low:high].astype(np.float64)
    return np.stack([_filled(channel, start - low, end - low, order) for channel in around]).astype(np.float32)


def _order(length: int, rate: int) -> int:
    """How many weights a gap of so many samples asks for: 3 n + 2, as the paper has it, within what is worth while."""
    return min(max(3 * length + 2, round(_LEAST_REACH_S * rate)), _MOST_WEIGHTS)


def _filled(sound: Array, start: int, end: int, order: int) -> Array:
    before, behind = sound[:start], sound[end:]
    power = float(before @ before + behind @ behind) / max(len(before) + len(behind), 1)
    if power == 0.0:
        return np.zeros(end - start)
    order = max(min(order, (len(before) + len(behind)) // (2 * _SAMPLES_A_WEIGHT)), 1)
    error = np.concatenate([[1.0], -_weights((before, behind), order, power)])
    return _calmest(sound, start, end, error)


def _weights(sides: tuple[Array, Array], order: int, power: float) -> Array:
    """The weights `[order]` of the samples before, the nearest first, with which both sides are foretold best."""
    from scipy.linalg import solve

    likeness, count = np.zeros((order + 1, order + 1)), 0
    for side in sides:
        if len(side) > order:
            likeness += _likeness(side, order)
            count += len(side) - order
    normal = likeness[1:, 1:]
    normal[np.diag_indices(order)] += _RIDGE * power * max(count, 1)
    weights: Array = solve(normal, likeness[0, 1:], assume_a="pos")  # which reads the upper triangle
    return weights


def _likeness(side: Array, order: int) -> Array:
    """The products of a side with itself i and j samples earlier, summed; the upper triangle of `[order + 1] x 2`.

    Along a diagonal each sum is the one before with a product more at its start and one less at its end.
    """
    size, start, end = order + 1, side[:order][::-1], side[::-1][:order]
    first = np.correlate(side, side[order:], "valid")[::-1]
    found = np.zeros(size * size)
    for lag in range(size):
        changes = start[: order - lag] * start[lag:] - end[: order - lag] * end[lag:]
        found[lag : (size - lag) * size : size + 1] = first[lag] + np.concatenate([[0.0], np.cumsum(changes)])
    return found.reshape(size, size)


def _calmest(sound: Array, start: int, end: int, error: Array) -> Array:
    """The samples of the gap with which the squares of what `error` leaves over add up to the least.

    Their normal equations are those of a symmetric Toeplitz band, the autocorrelation of the error filter.
    """
    from scipy.linalg import solveh_banded

    length, reach = end - start, len(error) - 1
    likeness = np.correlate(error, error, "full")[reach:]
    known = np.zeros(length + 2 * reach)
    low, high = max(start - reach, 0), min(end + reach, len(sound))
    known[low - start + reach : high - start + reach] = sound[low:high]
    known[reach : reach + length] = 0.0
    heard = np.convolve(known, np.concatenate([likeness[:0:-1], likeness]), "valid")
    bands = min(reach, length - 1) + 1
    matrix = np.repeat(likeness[:bands, None], length, axis=1)
    found: Array = solveh_banded(matrix, -heard, lower=True)
    return found
