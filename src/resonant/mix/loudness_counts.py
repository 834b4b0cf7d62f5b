"""The loudness of a piece as counts of how loud its moments are: a longer piece is measured by what was added."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.mix.loudness import momentary_lufs, short_term_lufs

_STEPS_PER_LU = 20
_ABSOLUTE_GATE_LUFS = -70.0  # ITU-R BS.1770-4, as in `resonant.mix.loudness`


@dataclass(frozen=True, slots=True)
class LoudnessCounts:
    """How many 400 ms and 3 s windows, one every 100 ms, have each loudness, in twentieths of a LU.

    It takes the same room however long the piece is.
    """

    momentary: Mapping[int, int] = field(default_factory=dict)
    short_term: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, audio: Audio, first: int = 0) -> Self:
        """The counts of a piece, without its first windows."""
        return cls(_counted(momentary_lufs(audio)[first:]), _counted(short_term_lufs(audio)[first:]))

    def replaced(self, old: "LoudnessCounts", new: "LoudnessCounts") -> "LoudnessCounts":
        """The counts once some windows have given way to others."""
        return LoudnessCounts(
            _replaced(self.momentary, old.momentary, new.momentary),
            _replaced(self.short_term, old.short_term, new.short_term),
        )

    @property
    def integrated_lufs(self) -> float | None:
        """Gated loudness of the whole, within 0.03 LU; None where all lies under the gate."""
        loudness, counts = _loud(self.momentary)
        if not counts.size:
            return None
        power = 10.0 ** (loudness / 10.0)
        gate = 10.0 * np.log10(np.average(power, weights=counts)) - 10.0
        kept = loudness > gate
        return float(10.0 * np.log10(np.average(power[kept], weights=counts[kept])))

    @property
    def range_lu(self) -> float:
        """Loudness range (EBU Tech 3342), within 0.1 LU."""
        loudness, counts = _loud(self.short_term)
        if not counts.size:
            return 0.0
        gate = 10.0 * np.log10(np.average(10.0 ** (loudness / 10.0), weights=counts)) - 20.0
        loudness, counts = loudness[loudness > gate], counts[loudness > gate]
        place = (np.cumsum(counts) - 0.5 * counts) / counts.sum()
        low, high = np.interp([0.1, 0.95], place, loudness)
        return float(high - low)


def _counted(lufs: NDArray[np.float64]) -> dict[int, int]:
    steps = np.rint(lufs[lufs > _ABSOLUTE_GATE_LUFS] * _STEPS_PER_LU).astype(int)
    return {int(step): int(count) for step, count in zip(*np.unique(steps, return_counts=True), strict=True)}


def _replaced(counts: Mapping[int, int], old: Mapping[int, int], new: Mapping[int, int]) -> dict[int, int]:
    total = Counter(counts)
    total.subtract(old)
    total.update(new)
    return {step: count for step, count in sorted(total.items()) if count > 0}


def _loud(counts: Mapping[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Loudness in LUFS, rising, and how often it is there."""
    items = sorted(counts.items())
    return (
        np.array([step / _STEPS_PER_LU for step, _ in items], dtype=np.float64),
        np.array([count for _, count in items], dtype=np.float64),
    )
