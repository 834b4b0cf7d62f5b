"""A region: the cells of tracks x bars that an act may write."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

HARMONY = "harmony"  # the name under which the chord spans themselves are a row of the grid


@dataclass(frozen=True, slots=True)
class Region:
    """A set of cells `(track, bar)`; bars are 0-based, ranges half-open."""

    cells: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, tracks: Iterable[str], start_bar: int, end_bar: int) -> Self:
        """The rectangle of tracks x `start_bar`…`end_bar` (end not included)."""
        return cls(frozenset((track, bar) for track in tracks for bar in range(start_bar, end_bar)))

    def __or__(self, other: "Region") -> "Region":
        return Region(self.cells | other.cells)

    def __sub__(self, other: "Region") -> "Region":
        return Region(self.cells - other.cells)

    def __and__(self, other: "Region") -> "Region":
        return Region(self.cells & other.cells)

    def __bool__(self) -> bool:
        return bool(self.cells)

    def bars_of(self, track: str) -> tuple[int, ...]:
        """The bars (0-based, rising) of one track that lie in this region."""
        return tuple(sorted(bar for name, bar in self.cells if name == track))

    def ranges_of(self, track: str) -> tuple[tuple[int, int], ...]:
        """The bars of one track as half-open ranges."""
        ranges: list[tuple[int, int]] = []
        for bar in self.bars_of(track):
            if ranges and ranges[-1][1] == bar:
                ranges[-1] = (ranges[-1][0], bar + 1)
            else:
                ranges.append((bar, bar + 1))
        return tuple(ranges)

    @property
    def tracks(self) -> tuple[str, ...]:
        return tuple(sorted({name for name, _ in self.cells}))


NOTHING = Region(frozenset())
