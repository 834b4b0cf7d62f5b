"""Filling the holes: the model reads the bars around them and writes cell by cell, only what the grammar allows."""

import random
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from resonant.errors import Cancelled
from resonant.nn.sampling import Sampling, drawn_word, log_chance
from resonant.players.score_lm.cells import Cells, Tokens
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import Hole, View, fill_head, ordered, prompt
from resonant.players.score_lm.line import Line
from resonant.players.score_lm.recall import Recall, leaned
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
        recalled: by hole, the cell that is recalled while it is written.
        returning: the holes whose recalled cell returns.
        recall: 0…1, how strongly: see `Recall`.
        rhythm: how it is drawn when notes begin and how long they last, if not by `sampling`.
        most_words: of one cell; a cell that grows longer is closed where it may be.
        longest: by hole, how long its cell may grow, where that is less.
        should_stop: asked before each word.
        heard: told of each note as soon as it is whole, with the words of its cell so far.
    """

    bounds: Mapping[Hole, Bounds]
    sampling: Sampling = field(default_factory=Sampling)
    theory: Mapping[Hole, Theory] = field(default_factory=dict)
    recalled: Mapping[Hole, Tokens] = field(default_factory=dict)
    returning: frozenset[Hole] = frozenset()
    recall: float = 0.0
    rhythm: Sampling | None = None
    most_words: int = 160
    longest: Mapping[Hole, int] = field(default_factory=dict)
    should_stop: Callable[[], bool] = lambda: False
    heard: Callable[[Hole, Sequence[int]], None] = nobody


@dataclass(frozen=True, slots=True)
class Filled:
    """The cell of a hole, and how likely the model found it: the sum of log probabilities of its words, in nats."""

    hole: Hole
    cell: Tokens
    log_chance: float


@dataclass(frozen=True)
class Begun:
    """A row that was read as far as the first word of the first fill.

    Args:
        reader: has read so far.
        logits: of that word.
        cells, view: what is filled.
    """

    reader: "Reader"
    logits: Logits
    cells: Cells
    view: View

    def forked(self) -> "Begun":
        """The same once more, to be filled another way."""
        return replace(self, reader=self.reader.forked())


def begun(reader: "Reader", cells: Cells, view: View) -> Begun:
    """Reads the song around the holes and the head of the first one, in one go; the reader has read nothing yet."""
    head = fill_head(cells, 0, *ordered(view.holes)[0])
    return Begun(reader, reader.read((*prompt(cells, view), *head)), cells, view)


def filled(rows: Sequence[Begun], filling: Filling, rngs: Sequence[random.Random]) -> list[tuple[Filled, ...]]:
    """The holes in order, written once for each row: `begun`, and as many forks of it as ways are wanted.

    What one is does not depend on the others, but for rounding: they are read in step, as that is quicker.

    Raises:
        Cancelled: `should_stop` said so.
    """
    from resonant.nn.generation import read_in_step

    writings = [_writing(row, filling, rng) for row, rng in zip(rows, rngs, strict=True)]
    wanted = {number: next(writing) for number, writing in enumerate(writings)}
    done: dict[int, tuple[Filled, ...]] = {}
    while wanted:
        told = read_in_step([rows[number].reader for number in wanted], list(wanted.values()))
        for number, logits in zip(list(wanted), told, strict=True):
            try:
                wanted[number] = writings[number].send(logits)
            except StopIteration as end:
                done[number] = end.value
                del wanted[number]
    return [done[number] for number in range(len(rows))]


_Writing = Generator[Tokens, Logits, tuple[Filled, ...]]
"""Says which words to read on, is told the logits behind them, and gives the fills in the end."""


def _writing(row: Begun, filling: Filling, rng: random.Random) -> _Writing:
    """The holes one after the other."""
    cells, view, logits = row.cells, row.view, row.logits
    holes = ordered(view.holes)
    lines: dict[int, Line] = {}
    done: list[Filled] = []
    for number, hole in enumerate(holes):
        bar, place = hole
        if (bar - 1, place) not in view.holes:
            lines[place] = Line()
            lines[place].hear(cells.notes[bar - 1][place] if bar else ())
        heads = [fill_head(cells, later, *holes[later]) for later in range(number + 1, len(holes))]
        room = row.reader.room - sum(len(head) + _LEAST_ROOM for head in heads) - _TO_END_A_NOTE
        close = heads[0][0] if heads else _V.end
        grammar = CellGrammar(replace(filling.bounds[hole], close=close))
        recalled, returns = filling.recalled.get(hole), hole in filling.returning
        recall = Recall(recalled, filling.recall, returns) if recalled is not None and filling.recall else None
        cell = _Cell(hole, grammar, filling.theory.get(hole), recall, lines[place])
        most = min(filling.most_words, filling.longest.get(hole, room), room)
        fill = yield from _written(cell, logits, replace(filling, most_words=most), rng)
        done.append(fill)
        if heads:
            logits = yield heads[0]
    return tuple(done)


@dataclass(frozen=True)
class _Cell:
    """A cell that is being written: what may follow in it, what bends its chances, and the line it goes on with."""

    hole: Hole
    grammar: CellGrammar
    theory: Theory | None
    recall: Recall | None
    line: Line
    words: list[int] = field(default_factory=list)


def _written(cell: _Cell, logits: Logits, filling: Filling, rng: random.Random) -> Generator[Tokens, Logits, Filled]:
    """One cell, word by word, up to the word that closes it, which is not read."""
    total, grammar = 0.0, cell.grammar
    while True:
        if filling.should_stop():
            raise Cancelled("stopped while a part was being written")
        word, log_chance = _drawn(logits, cell, filling, rng)
        grammar.take(word)
        total += log_chance
        if grammar.closed:
            return Filled(cell.hole, tuple(cell.words), total)
        cell.words.append(word)
        cell.line.hear((word,))
        if grammar.last == "note":
            filling.heard(cell.hole, cell.words)
        logits = yield (word,)


def _drawn(logits: Logits, cell: _Cell, filling: Filling, rng: random.Random) -> tuple[int, float]:
    """The next word of a cell, and the logarithm of the probability that the model itself gives it."""
    grammar = cell.grammar
    close, allowed = grammar.bounds.close, grammar.allowed()
    if len(cell.words) >= filling.most_words and allowed[close]:
        return close, log_chance(logits, allowed, close)
    bent = logits
    if cell.theory is not None and grammar.at_notes and not grammar.bounds.drums:
        bent = cell.theory.leaned(bent, allowed, grammar.position, cell.line.pitch, cell.line.times)
    expected = None if cell.recall is None else cell.recall.expected(grammar)
    if expected is not None:  # what the song plays itself needs no leave of theory
        bent = leaned(bent, allowed, *expected)
    how = filling.rhythm if filling.rhythm is not None and grammar.at_rhythm else filling.sampling
    word, told = drawn_word(bent, allowed, how, rng)
    if cell.recall is not None and expected is not None:
        cell.recall.hear(word, expected[0])
    return word, told if bent is logits else log_chance(logits, allowed, word)
