"""Sampling: logits to a word, under what is allowed."""

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a word is drawn.

    Args:
        temperature: 1 as the model thinks; lower is safer; 0 takes the likeliest.
        top_k: only the so many likeliest; 0 for all.
        top_p: only the likeliest that together have this probability (Holtzman et al. 2020); 1 for all.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 0.95


def drawn_word(
    logits: NDArray[np.float32], allowed: NDArray[np.bool_], how: Sampling, rng: random.Random
) -> tuple[int, float]:
    """A word, and the logarithm of the probability that the model gives it among the allowed ones.

    Args:
        logits: `float32 [vocabulary]`.
        allowed: `bool [vocabulary]`; at least one.
        how: temperature, top-k, top-p.
        rng: one number is drawn from it.
    """
    words = np.flatnonzero(allowed)
    assert words.size, "the grammar leaves always something to say"
    told = logits[words].astype(np.float64)
    told -= told.max()
    place = int(told.argmax()) if how.temperature <= 0.0 else _place(told / how.temperature, how, rng.random())
    return int(words[place]), float(told[place]) - math.log(np.exp(told).sum())


def log_chance(logits: NDArray[np.float32], allowed: NDArray[np.bool_], word: int) -> float:
    """The logarithm of the probability that the model gives an allowed word among the allowed ones, in nats."""
    told = logits[allowed].astype(np.float64)
    highest = told.max()
    return float(logits[word] - highest - np.log(np.exp(told - highest).sum()))


def _place(told: NDArray[np.float64], how: Sampling, number: float) -> int:
    """The place drawn by a number in 0…1, of words whose highest logit is 0."""
    chance = np.exp(told)
    order = (-chance).argsort(kind="stable")
    if how.top_k:
        order = order[: how.top_k]
    below = chance[order].cumsum()
    last = int(below.searchsorted(how.top_p * below[-1], side="left"))
    return int(order[min(int(below.searchsorted(number * below[last], side="right")), last)])
