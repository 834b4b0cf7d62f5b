"""Filling the holes: the model reads the bars around them and writes cell by cell, only what the grammar allows."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from resonant.errors import Cancelled
from resonant.nn.sampling import Sampling, drawn_word, log_chance
from resonant.players.score_lm.cells import Cells, Tokens
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import Hole, View, fill_head, ordered
from resonant.players.score_lm.theory import Logits, Theory
from resonant.players.score_lm.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from resonant.nn.generation import Reader

_V = VOCABULARY
_LEAST_ROOM = 16  # words that are kept for each later hole, whatever the earlier ones say
_TO_END_A_NOTE = 5


def nobody(hole: Hole, words: Sequence[int]) -> None:
    """The listener of a fill that nobody waits for."""


@dataclass(frozen=True)
class Filling:
    """How holes are filled.

    Args:
        bounds: by hole, what it can hold; the word that closes it is put in here.
        sampling: temperature, top-k, top-p.
        theory: by hole, what bends the chances of pitches; holes that are left out are the model's alone.
        most_words: of one cell; a cell that grows longer is closed where it may be.
        should_stop: asked before each word.
        heard: told of each note as soon as it is whole, with the words of its cell so far.
    """

    bounds: Mapping[Hole, Bounds]
    sampling: Sampling = field(default_factory=Sampling)
    theory: Mapping[Hole, Theory] = field(default_factory=dict)
    most_words: int = 160
    should_stop: Callable[[], bool] = lambda: False
    heard: Callable[[Hole, Sequence[int]], None] = nobody


@dataclass(frozen=True, slots=True)
class Filled:
    """The cell of a hole, and how likely the model found it: the sum of log probabilities of its words, in nats."""

    hole: Hole
    cell: Tokens
    log_chance: float


def filled(reader: "Reader", cells: Cells, view: View, filling: Filling, rng: random.Random) -> Iterator[Filled]:
    """The holes one after the other, each as soon as it is written.

    Args:
        reader: reads words and foretells the next; it has read the `prompt` of the view.

    Raises:
        Cancelled: `should_stop` said so.
    """
    holes = ordered(view.holes)
    for number, hole in enumerate(holes):
        close = _V.mask(number + 1) if number + 1 < len(holes) else _V.end
        head = fill_head(cells, number, *hole)
        # The mask of a later hole was read already: it closed the cell before.
        logits = reader.read(head if number == 0 else head[1:])
        later = sum(len(fill_head(cells, 0, *other)) + _LEAST_ROOM for other in holes[number + 1 :])
        most = min(filling.most_words, reader.room - later - _TO_END_A_NOTE)
        yield _written(reader, logits, hole, close, replace(filling, most_words=most), rng)


def _written(reader: "Reader", logits: Logits, hole: Hole, close: int, filling: Filling, rng: random.Random) -> Filled:
    """One cell, word by word, up to the word that closes it, which is read unless it ends the row."""
    cell: list[int] = []
    total = 0.0
    grammar = CellGrammar(replace(filling.bounds[hole], close=close))
    while True:
        if filling.should_stop():
            raise Cancelled("stopped while a part was being written")
        word, log_chance = _drawn(logits, grammar, len(cell), hole, filling, rng)
        grammar.take(word)
        total += log_chance
        if grammar.closed:
            break
        cell.append(word)
        if grammar.last == "note":
            filling.heard(hole, cell)
        logits = reader.read((word,))
    if close != _V.end:
        reader.read((word,))
    return Filled(hole, tuple(cell), total)


def _drawn(
    logits: Logits, grammar: CellGrammar, length: int, hole: Hole, filling: Filling, rng: random.Random
) -> tuple[int, float]:
    """The next word of a cell, and the logarithm of the probability that the model itself gives it."""
    close = grammar.bounds.close
    allowed = grammar.allowed()
    if length >= filling.most_words and allowed[close]:
        return close, log_chance(logits, allowed, close)
    theory = filling.theory.get(hole)
    if theory is None or grammar.bounds.drums or not grammar.at_notes:
        return drawn_word(logits, allowed, filling.sampling, rng)
    word, _ = drawn_word(theory.leaned(logits, allowed, grammar.position), allowed, filling.sampling, rng)
    return word, log_chance(logits, allowed, word)
