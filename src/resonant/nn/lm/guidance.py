"""Guidance: what a model says under several conditions, weighed against one another (Ho & Salimans 2022)."""

from dataclasses import dataclass
from itertools import accumulate

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Guidance:
    """The branches that are read side by side, and how much each counts; the weights add up to 1.

    Args:
        weights: by branch, the one that hears most first.
    """

    weights: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        assert abs(sum(self.weights) - 1.0) < 1e-9, "what all branches agree on must stay as it is"

    @property
    def branches(self) -> int:
        return len(self.weights)

    def merged(self, logits_RV: Tensor) -> Tensor:
        """One row for each item of rows that stand branch by branch, `[branches x B, ...]` to `[B, ...]`."""
        if self.branches == 1:
            return logits_RV
        by_branch = logits_RV.view(self.branches, -1, *logits_RV.shape[1:])
        # From the last branch on, as the papers write it: no condition, and steps away from it.
        merged = by_branch[-1]
        for place, step in enumerate(accumulate(self.weights[:-1])):
            merged = merged + step * (by_branch[place] - by_branch[place + 1])
        return merged


def guided(scale: float) -> Guidance:
    """Condition against none: none + scale x (condition - none); no second branch at a scale of 1."""
    return Guidance() if scale == 1.0 else Guidance((scale, 1.0 - scale))


def guided_apart(tags: float, lyrics: float) -> Guidance:
    """Tags and lyrics, tags alone, nothing: a scale for the step from each to the next."""
    return Guidance((lyrics, tags - lyrics, 1.0 - tags))
