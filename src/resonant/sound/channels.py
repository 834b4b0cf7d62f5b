"""Work on the sides of a sound at once."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from resonant.audio import Samples
from resonant.threads import Threads

Result = TypeVar("Result")

_WORTH_A_THREAD = 1 << 18  # samples; under that a thread costs more than it saves


def each_channel(act: Callable[[Samples], Result], samples: Samples) -> list[Result]:
    """What `act` makes of each channel (`float32 [1, samples]`), in order; long ones side by side.

    For what runs when nothing else does, such as the master or a track that is made alone.
    """
    return _at_once([partial(act, channel[None]) for channel in samples], samples.shape[1])


def by_channel(act: Callable[[Samples], Samples], samples: Samples) -> Samples:
    """An effect that treats each side alone, each in a thread of its own. `float32 [channels, samples]`."""
    if samples.shape[0] == 1:
        return act(samples)
    sides = each_channel(act, samples)
    out = np.empty((len(sides), sides[0].shape[1]), dtype=np.float32)
    _at_once([partial(np.copyto, place, side[0]) for place, side in zip(out, sides, strict=True)], out.shape[1])
    return out


def _at_once(acts: list[Callable[[], Result]], num_samples: int) -> list[Result]:
    if len(acts) < 2 or num_samples < _WORTH_A_THREAD:
        return [act() for act in acts]
    with Threads(len(acts) - 1) as beside:
        others = [beside.submit(act) for act in acts[1:]]
        return [acts[0](), *(other.result() for other in others)]
