"""Delay lines that are read late by a time that moves slowly: choruses and ensembles."""

import numpy as np
from numpy.typing import NDArray

from resonant.loops import SAMPLES, loop
from resonant.sound.steps import STEP, between

Floats = NDArray[np.float32]

_CHUNK = 16_384  # all that is touched at once stays in the second-level cache


def read_late(channel: Floats, late_at_steps: NDArray[np.float64]) -> Floats:
    """A channel read late, between samples too; silent before its start: `float32 [samples]`.

    Args:
        channel: `float32 [samples]`.
        late_at_steps: by how many samples at each of `steps_of(samples)`, 0 or more.
    """
    reach = int(late_at_steps.max()) + 2
    padded = np.concatenate([np.zeros(reach, dtype=np.float32), channel])
    out = np.empty_like(channel)
    _read(padded, late_at_steps.astype(np.float32), out)
    return out


def _read_in_arrays(padded: Floats, late_at_steps: Floats, out: Floats) -> None:
    late = between(late_at_steps, out.size)
    reach = padded.size - out.size
    places = np.arange(reach, reach + _CHUNK)
    for start in range(0, out.size, _CHUNK):
        fraction = late[start : start + _CHUNK]
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


@loop(f"void({SAMPLES}, {SAMPLES}, float32[::1])", _read_in_arrays)
def _read(padded: Floats, late_at_steps: Floats, out: Floats) -> None:
    """What stands late in `padded`, which begins with as much silence as it is longer than `out`."""
    reach = padded.size - out.size
    for i in range(out.size):
        step, within = i // STEP, i % STEP
        first = late_at_steps[step]
        late = (late_at_steps[step + 1] - first) * (np.float32(within) / np.float32(STEP)) + first
        whole = np.int64(late)
        value = padded[i + reach - whole]
        out[i] = value + (padded[i + reach - whole - 1] - value) * (late - np.float32(whole))
