"""A tone added to what sounds already, under its envelope and at its level."""

import numpy as np
from numpy.typing import NDArray

from resonant.loops import SAMPLES, loop

Mono = NDArray[np.float32]


def _add_in_arrays(
    out: Mono, held: Mono, sound: Mono, release: Mono, stop: int, last: np.float32, level: np.float32
) -> None:
    out[:stop] += held[: min(stop, len(out))] * level
    if len(out) > stop:
        tail = sound[stop : len(out)] * release[: len(out) - stop]
        tail *= last
        tail *= level
        out[stop:] += tail


@loop(f"void(float32[::1], {SAMPLES}, {SAMPLES}, {SAMPLES}, int64, float32, float32)", _add_in_arrays)
def add_tone(out: Mono, held: Mono, sound: Mono, release: Mono, stop: int, last: np.float32, level: np.float32) -> None:
    """Adds as much of a tone as there is room for in `out`.

    Args:
        held: the tone under its envelope, as if its key were never let go.
        sound: the tone without it.
        release: how it falls from `stop` on, where the key is let go; from 1.
        last: where the envelope was then.
        level: of all of it.
    """
    until = min(stop, out.size)
    for i in range(until):
        out[i] += held[i] * level
    rest, falling = out[until:], sound[until : out.size]
    for i in range(rest.size):
        rest[i] += falling[i] * release[i] * last * level
