"""Work on the sides of a sound at once."""

from collections.abc import Callable
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
    channels = [channel[None] for channel in samples]
    if len(channels) < 2 or samples.shape[1] < _WORTH_A_THREAD:
        return [act(channel) for channel in channels]
    with Threads(len(channels) - 1) as beside:
        others = [beside.submit(act, channel) for channel in channels[1:]]
        return [act(channels[0]), *(other.result() for other in others)]


def by_channel(act: Callable[[Samples], Samples], samples: Samples) -> Samples:
    """An effect that treats each side alone, each in a thread of its own. `float32 [channels, samples]`."""
    return np.concatenate(each_channel(act, samples)) if samples.shape[0] > 1 else act(samples)
