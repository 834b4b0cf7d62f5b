"""Filling the holes: the model reads the bars around them and writes cell by cell, only what the grammar allows."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from resonant.errors import Cancelled
from resonant.nn.generation import Reader
from resonant.nn.sampling import Sampling, drawn_word
from resonant.players.score_lm.cells import Cells, Tokens
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import Hole, View, fill_head, ordered, prompt
from resonant.players.score_lm.vocabulary import VOCABULARY

_V = VOCABULARY


@dataclass(frozen=True)
class Filling:
    """How holes are filled.

    Args:
        bounds: by hole, what it can hold; the word that closes it is put in here.
        sampling: temperature, top-k, top-p.
        most_words: of one cell; a cell that grows longer is closed where it may be.
        should_stop: asked before each word.
    """

    bounds: Mapping[Hole, Bounds]
    sampling: Sampling = field(default_factory=Sampling)
    most_words: int = 160
    should_stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Filled:
    """The cell of a hole, and how likely the model found it: the sum of log probabilities of its words, in nats."""

    hole: Hole
    cell: Tokens
    log_chance: float


def filled(reader: Reader, cells: Cells, view: View, filling: Filling, rng: random.Random) -> Iterator[Filled]:
    """The holes one after the other, each as soon as it is written.

    Args:
        reader: reads words and foretells the next; it has read nothing yet.

    Raises:
        Cancelled: `should_stop` said so.
    """
    holes = ordered(view.holes)
    reader.read(prompt(cells, view))
    for number, hole in enumerate(holes):
        close = _V.mask(number + 1) if number + 1 < len(holes) else _V.end
        head = fill_head(cells, number, *hole)
        # The mask of a later hole was read already: it closed the cell before.
        logits = reader.read(head if number == 0 else head[1:])
        cell: list[int] = []
        total = 0.0
        bounds = filling.bounds[hole]
        grammar = CellGrammar(Bounds(bounds.positions, bounds.drums, bounds.low, bounds.high, close))
        while not grammar.closed:
            if filling.should_stop():
                raise Cancelled("stopped while a part was being written")
            allowed = grammar.allowed()
            if len(cell) >= filling.most_words and allowed[close]:
                allowed[:] = False
                allowed[close] = True
            word, log_chance = drawn_word(logits, allowed, filling.sampling, rng)
            grammar.take(word)
            total += log_chance
            if not grammar.closed:
                cell.append(word)
            if not (grammar.closed and close == _V.end):
                logits = reader.read((word,))
        yield Filled(hole, tuple(cell), total)
