"""What a part is reminded of while it is written: the bar in which it plays already and most around it is the same.

Music repeats, and a small model copies badly. So what the bar that is most alike foretells (`copying`) gets a share of
the chances beside what the model foretells, as in a pointer network (Merity et al. 2016, "Pointer sentinel mixture
models"): a small one at first, and a larger one the longer the bar being written has gone along with it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from resonant.players.score_lm.cells import SILENT, Cells, Tokens
from resonant.players.score_lm.copying import bars_most_like, foretold
from resonant.players.score_lm.grammar import Allowed, CellGrammar
from resonant.players.score_lm.layout import Hole
from resonant.players.score_lm.vocabulary import VOCABULARY

_V = VOCABULARY
Logits = NDArray[np.float32]
FARTHEST_BARS = 64
"""How far away a bar can be that is recalled."""

SHARES: Mapping[str, Sequence[float]] = MappingProxyType(
    json.loads(Path(__file__).with_name("recall.json").read_text(encoding="utf-8"))
)
"""By kind of word, the share of what is recalled behind none, one, two, and three or more words that came as recalled:
those under which the words of validation pieces are likeliest beside the shipped model (`benchmarks/fit_recall.py`)."""

RETURNING = 0.95
"""The share of what a section played before, where it returns."""


class Recall:
    """A cell that is recalled while another one is written.

    Args:
        cell: what is recalled.
        strength: 0…1, how much of the `SHARES`: 0 for a model that invents everything, 1 foretells best.
        returns: whether it is what a returning section played: then its share is `RETURNING` throughout.

    Attributes:
        came: how many words in a row came as recalled.
    """

    def __init__(self, cell: Tokens, strength: float, returns: bool = False) -> None:
        self._cell, self._strength, self._returns = cell, strength, returns
        self.came = 0

    def expected(self, grammar: CellGrammar) -> tuple[int, float] | None:
        """The word that is recalled where the grammar stands, and its share of the chances; None for none."""
        word = foretold(self._cell, grammar)
        if word is None or not grammar.allowed()[word]:
            return None
        if self._returns:
            return word, RETURNING
        shares = SHARES.get(kind_of(word, grammar.bounds.close), (0.0,))
        return word, self._strength * shares[min(self.came, len(shares) - 1)]

    def hear(self, word: int, expected: int) -> None:
        """Goes on behind a word, where another or the same was expected."""
        self.came = self.came + 1 if word == expected else 0


def leaned(logits: Logits, allowed: Allowed, word: int, share: float) -> Logits:
    """Logits under which one word has a share of the chances of those that are allowed, and the model the rest."""
    told = logits[allowed]
    chances = np.exp(told - told.max())
    found = logits.copy()
    found[allowed] = chances * ((1.0 - share) / chances.sum())
    found[word] += share
    with np.errstate(divide="ignore"):
        found[allowed] = np.log(found[allowed])
    return found


def recalled(encoded: Cells, holes: frozenset[Hole], wanted: frozenset[Hole] | None = None) -> dict[Hole, Tokens]:
    """By hole, the cell of its track that is recalled there: of the bar most alike, where the track does not rest.

    Args:
        encoded: the score in tokens.
        holes: what can not be recalled, for it is to be written.
        wanted: those of the holes for which it is asked; None for all.
    """
    bars = bars_most_like(encoded, holes, holes if wanted is None else wanted, FARTHEST_BARS)
    cells = {hole: encoded.notes[bar][hole[1]] for hole, bar in bars.items() if bar is not None}
    return {hole: cell for hole, cell in cells.items() if cell != SILENT}


def kind_of(word: int, close: int) -> str:
    """The family of a word; "close" for the one that closes its cell."""
    if word == close:
        return "close"
    return next((name for name, family in _V.families.items() if word in family), "sign")
