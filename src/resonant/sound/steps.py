"""What moves slowly is worked out every 32 samples; between those it moves in straight lines."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.float32, np.float64)

STEP = 32
"""Samples from one step to the next: 0.7 ms at 44.1 kHz."""


def steps_of(num_samples: int) -> NDArray[np.int64]:
    """The samples at which something is to be worked out: every `STEP`, and once more behind the last."""
    return np.arange(0, num_samples + 2 * STEP, STEP)


def between(at_steps: NDArray[Number], num_samples: int) -> NDArray[Number]:
    """What lies on the lines between the values at `steps_of(num_samples)`: a new array `[num_samples]`."""
    ramp = np.arange(STEP, dtype=at_steps.dtype) / at_steps.dtype.type(STEP)
    lines = np.diff(at_steps)[:, None] * ramp
    lines += at_steps[:-1, None]
    return lines.reshape(-1)[:num_samples]
