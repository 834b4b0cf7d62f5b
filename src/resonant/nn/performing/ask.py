"""What a performer is asked for, and what it gives."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.nn.lm.choosing import Choosing

Codes = NDArray[np.int64]

_MOST_TAKES = 16
_HIGHEST_GUIDANCE, _HIGHEST_TEMPERATURE = 20.0, 5.0


@dataclass(frozen=True, eq=False)
class Ask:
    """A request.

    Args:
        words: what it shall sound like: a sentence, or tags with commas between them; may be empty.
        seconds: of music to write, behind the past where there is one.
        seeds: one for each take; all are written side by side.
        lyrics: what is sung; only for performers that sing.
        negative: what it shall not sound like.
        melody: its pitch classes, `float32 [frames, 12]`, one 1 in each row; only for performers that hear one.
        past: codes to go on from, `int64 [codebooks, frames]`.
        guidance: how far away from what is said without words; None for the performer's own, 1 for none.
        choosing: temperature, top-k, top-p; None for the performer's own.
    """

    words: str
    seconds: float
    seeds: tuple[int, ...] = (0,)
    lyrics: str = ""
    negative: str = ""
    melody: NDArray[np.float32] | None = None
    past: Codes | None = None
    guidance: float | None = None
    choosing: Choosing | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.seconds < math.inf:
            raise InputError(f"seconds={self.seconds} must be more than 0")
        if not 1 <= len(self.seeds) <= _MOST_TAKES:
            raise InputError(f"{len(self.seeds)} takes are asked for; ask for 1 to {_MOST_TAKES} at once")
        if self.guidance is not None and not 0.0 <= self.guidance <= _HIGHEST_GUIDANCE:
            raise InputError(f"guidance={self.guidance} must lie in 0…{_HIGHEST_GUIDANCE:g}; 1 is none")
        if self.choosing is not None:
            _refuse(self.choosing)


def _refuse(choosing: Choosing) -> None:
    if not 0.0 <= choosing.temperature <= _HIGHEST_TEMPERATURE:
        raise InputError(f"temperature={choosing.temperature} must lie in 0…{_HIGHEST_TEMPERATURE:g}")
    if choosing.top_k < 0 or not 0.0 < choosing.top_p <= 1.0:
        raise InputError(f"top_k={choosing.top_k} must be 0 or more, and top_p={choosing.top_p} within 0…1")


@dataclass(frozen=True, eq=False)
class Performance:
    """One take.

    Args:
        seed: what it was asked with.
        codes: `int64 [codebooks, frames]`, with those of the past before them.
        sound: of all codes.
    """

    seed: int
    codes: Codes
    sound: Audio


@dataclass(frozen=True, eq=False)
class Stretch:
    """Sound that nothing that follows will change; the stretches of a take behind one another are its sound.

    Args:
        take: place of its seed among those asked for.
        samples: `float32 [channels, samples]`.
    """

    take: int
    samples: NDArray[np.float32]
