"""Delay lines that are read late by a time that moves slowly: choruses and ensembles."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STEP = 32
"""Samples from one worked-out delay to the next; between them it moves in a straight line."""
_CHUNK = 16_384  # all that is touched at once stays in the second-level cache


def steps_of(num_samples: int) -> NDArray[np.int64]:
    """The samples at which a delay is to be worked out: every `STEP`, and once more behind the last."""
    return np.arange(0, num_samples + 2 * STEP, STEP)


def read_late(channel: Floats, late_at_steps: NDArray[np.float64]) -> Floats:
    """A channel read late, between samples too; silent before its start: `float32 [samples]`.

    Args:
        channel: `float32 [samples]`.
        late_at_steps: by how many samples at each of `steps_of(samples)`, 0 or more.
    """
    reach = int(late_at_steps.max()) + 2
    padded = np.concatenate([np.zeros(reach, dtype=np.float32), channel])
    late = _between(late_at_steps.astype(np.float32))
    places = np.arange(reach, reach + _CHUNK)
    out = np.empty_like(channel)
    for start in range(0, channel.size, _CHUNK):
        fraction = late[start : start + _CHUNK][: channel.size - start]
        whole = fraction.astype(np.int64)
        fraction -= whole.astype(np.float32)
        index = places[: whole.size] - whole
        index += start
        value = padded.take(index)
        index -= 1
        moved = padded.take(index)
        moved -= value
        moved *= fraction
        np.add(value, moved, out=out[start : start + whole.size])
    return out


def _between(at_steps: Floats) -> Floats:
    """What lies on straight lines between values a step apart, the last one left out: a new array."""
    ramp = np.arange(STEP, dtype=np.float32) / np.float32(STEP)
    return np.asarray(at_steps[:-1, None] + (at_steps[1:] - at_steps[:-1])[:, None] * ramp).reshape(-1)
