"""Several fills of the same holes, and which of them is played: the likely ones that also sit well in the song."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from resonant.players.score_lm.fill import Filled
from resonant.score.model import Note, Score, Track

Judge = Callable[[Score, Track, Sequence[int]], float]
"""How well a track plays in some bars of a score: higher is better. `resonant.evaluate.sitting.sits` is one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to fill the holes.

    Args:
        fills: the cell of each hole.
        notes: what they mean.
    """

    fills: tuple[Filled, ...]
    notes: tuple[Note, ...]

    @property
    def log_chance(self) -> float:
        """Of a word, in the mean: long fills shall not seem unlikely for their length."""
        words = sum(len(fill.cell) + 1 for fill in self.fills)
        return sum(fill.log_chance for fill in self.fills) / max(words, 1)


def chosen(candidates: Sequence[Candidate], judged: Sequence[float] | None = None) -> Candidate:
    """The candidate whose places by likelihood and by the judge are best together; the earlier of two that tie.

    Args:
        candidates: at least one.
        judged: what the judge says of each; None where nobody judges.
    """
    assert candidates, "there is something to choose from"
    likely = _places([candidate.log_chance for candidate in candidates])
    liked = _places(judged) if judged is not None else [0] * len(candidates)
    return candidates[min(range(len(candidates)), key=lambda i: (likely[i] + liked[i], liked[i], i))]


def _places(values: Sequence[float]) -> list[int]:
    """The place of each when the highest is first; equal ones share it."""
    return [sum(other > value for other in values) for value in values]
