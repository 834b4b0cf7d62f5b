"""What a performer is asked for, and what it gives; known without torch."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.errors import InputError

Codes = NDArray[np.int64]

_MOST_TAKES = 16
_HIGHEST_GUIDANCE, _HIGHEST_TEMPERATURE, _HIGHEST_TOP_K, _LEAST_TOP_P = 20.0, 5.0, 100_000, 0.01


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
        temperature: 1 as the model thinks, 0 for the likeliest; None, as below, for the performer's own.
        top_k: only the so many likeliest codes; 0 for all.
        top_p: only the likeliest codes that together have this probability; 1 for all.
    """

    words: str
    seconds: float
    seeds: tuple[int, ...] = (0,)
    lyrics: str = ""
    negative: str = ""
    melody: NDArray[np.float32] | None = None
    past: Codes | None = None
    guidance: float | None = None
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.seconds < math.inf:
            raise InputError(f"seconds={self.seconds} must be more than 0")
        if not 1 <= len(self.seeds) <= _MOST_TAKES:
            raise InputError(f"{len(self.seeds)} takes are asked for; ask for 1 to {_MOST_TAKES} at once")
        _refuse_outside("guidance", self.guidance, 0.0, _HIGHEST_GUIDANCE)
        _refuse_outside("temperature", self.temperature, 0.0, _HIGHEST_TEMPERATURE)
        _refuse_outside("top-k", self.top_k, 0, _HIGHEST_TOP_K)
        _refuse_outside("top-p", self.top_p, _LEAST_TOP_P, 1.0)

    def filled(self, usual: "Usual") -> "Ask":
        """The request with what a performer usually does where nothing is said."""
        said = {name: getattr(self, name) for name in ("guidance", "temperature", "top_k", "top_p")}
        return replace(self, **{name: getattr(usual, name) if value is None else value for name, value in said.items()})


@dataclass(frozen=True, slots=True)
class Usual:
    """How a performer chooses codes where nothing else is asked for; the fields are those of `Ask`."""

    guidance: float
    temperature: float
    top_k: int
    top_p: float


MUSICGEN = Usual(3.0, 1.0, 250, 1.0)
HEARTMULA = Usual(1.5, 1.0, 50, 1.0)


def _refuse_outside(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InputError(f"{name} {value:g} must lie in {low:g}…{high:g}")


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
