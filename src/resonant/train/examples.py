"""What the model learns from: pieces with holes cut into them, another key and another hole each time."""

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.players.score_lm.cells import Cells
from resonant.players.score_lm.layout import Hole, View, fill_head, laid_out, ordered
from resonant.players.score_lm.vocabulary import MOST_MASKS, VOCABULARY
from resonant.seeds import stream
from resonant.train.corpus import Corpus, CorpusPiece

_V = VOCABULARY
Row = NDArray[np.int64]
CONTEXT_WEIGHT = 0.5  # what was seen is learned from as well, at half the price: it is free
_DROP_CONTROL = 0.3
_UNNAMED = 0.25  # how often a piece does not say where it comes from, or its style: a song at hand knows neither
_SHOW_FORM = 0.5  # how often the bars out of sight are there with their harmony
_LONGEST_BLOCK_BARS = 8
_FAR_BARS = 24
_TRIES = 2000


@dataclass(frozen=True, eq=False)
class Example:
    """One row for the model: it reads `tokens[:-1]` and foretells `tokens[1:]`, each weighed by `weights`.

    Args:
        tokens: `int64 [context + 1]`, padded at the end.
        weights: `float32 [context]`: 1 in fills, 0.5 in what is seen, 0 where it is padding or given at decoding.
    """

    tokens: Row
    weights: NDArray[np.float32]


def drawn(corpus: Corpus, context: int, seed: int, number: int) -> Example:
    """Example `number` of a training run: the same for the same seed, wherever the run was interrupted.

    Raises:
        InputError: nothing of the corpus fits.
    """
    rng = stream(seed, "example", number)
    for _ in range(_TRIES):
        piece = corpus[rng.randrange(len(corpus))]
        view = cut(piece, context, rng)
        if view is not None:
            row = example(piece.cells, view, context)
            if row is not None:
                return transposed(row, rng.randint(-5, 6))
    raise InputError(f"of {len(corpus)} pieces none was found that sounds and fits {context} words; prepare others")


def cut(piece: CorpusPiece, context: int, rng: random.Random) -> View | None:
    """A stretch of a piece that fits, with holes; None where nothing sounds in it."""
    cells = piece.cells
    near = _stretch(cells, context, rng)
    holes = _holes(cells, near, rng)
    if not holes:
        return None
    seen = near
    if rng.random() < _SHOW_FORM:
        seen = (max(near[0] - rng.randrange(_FAR_BARS), 0), min(near[1] + rng.randrange(_FAR_BARS), len(cells.bars)))
    controls = {
        place: tuple(token for token in said if rng.random() >= _DROP_CONTROL)
        for place, said in enumerate(cells.controls)
    }
    source = "user" if rng.random() < _UNNAMED else piece.source
    style = "none" if rng.random() < _UNNAMED else piece.style
    return View(frozenset(holes), near, seen, source, style, controls)


def example(cells: Cells, view: View, context: int) -> Example | None:
    """The row of a view; far bars are dropped where it is too long, and None where it still is."""
    laid = laid_out(cells, view)
    if len(laid.tokens) > context + 1:
        laid = laid_out(cells, View(view.holes, view.near, view.near, view.source, view.style, view.controls))
    if len(laid.tokens) > context + 1:
        return None
    tokens = np.full(context + 1, _V.pad, dtype=np.int64)
    tokens[: len(laid.tokens)] = laid.tokens
    weights = np.zeros(context, dtype=np.float32)
    weights[: laid.fill - 1] = CONTEXT_WEIGHT
    weights[laid.fill - 1 : len(laid.tokens) - 1] = 1.0
    at = laid.fill
    for number, (bar, place) in enumerate(ordered(view.holes)):
        head = len(fill_head(cells, number, bar, place))
        weights[at : at + head - 1] = 0.0  # behind the mask's own number, which closes the cell before
        at += head + len(cells.notes[bar][place])
    weights[laid.fill - 1] = 0.0  # the first hole's number is given
    return Example(tokens, weights)


def transposed(row: Example, semitones: int) -> Example:
    """The same in another key; drums stay."""
    return Example(TRANSPOSED[semitones][row.tokens], row.weights)


def _stretch(cells: Cells, context: int, rng: random.Random) -> tuple[int, int]:
    """As many bars from a place in the piece as fit, with something left for the heads of fills."""
    size = [
        4 + 2 * len(chords) + len(bar) + sum(map(len, notes))
        for bar, chords, notes in zip(cells.bars, cells.chords, cells.notes, strict=True)
    ]
    budget = int(context * 0.85) - 20 - 9 * len(cells.tracks)
    start = end = rng.randrange(len(size))
    used = 0
    while end < len(size) and used + size[end] <= budget:
        used += size[end]
        end += 1
    while start > 0 and used + size[start - 1] <= budget:
        start -= 1
        used += size[start]
    return start, max(end, start + 1)


def _holes(cells: Cells, near: tuple[int, int], rng: random.Random) -> set[Hole]:
    """The cells to cut out: half of the time a block, else a whole track, the end, or everything."""
    places = [p for p in range(len(cells.tracks)) if any(cells.notes[bar][p] != (_V.empty,) for bar in range(*near))]
    if not places:
        return set()
    kind, (start, end) = rng.random(), near
    if kind < 0.5:
        length = rng.randint(1, min(_LONGEST_BLOCK_BARS, end - start))
        first = rng.randint(start, end - length)
        bars, chosen = range(first, first + length), rng.sample(places, rng.randint(1, len(places)))
    elif kind < 0.75:
        bars, chosen = range(start, end), [rng.choice(places)]
    elif kind < 0.9:
        bars, chosen = range(rng.randint(start, end - 1), end), places
    else:
        bars, chosen = range(start, end), places
    cut_out = [(bar, place) for bar in bars for place in sorted(chosen)]
    return set(cut_out[:MOST_MASKS])


def _transposition(semitones: int) -> Row:
    """What each word becomes so many semitones up; pitches that would leave the range keep to their octave's edge."""
    table = np.arange(_V.size)
    for family in (_V.tonic, _V.root, _V.chord_bass):
        table[family.start : family.start + 12] = family.start + (np.arange(12) + semitones) % 12
    pitches = np.arange(128) + semitones
    pitches[pitches > 127] -= 12
    pitches[pitches < 0] += 12
    table[_V.pitch.start : _V.pitch.start + 128] = _V.pitch.start + pitches
    return table


TRANSPOSED = {semitones: _transposition(semitones) for semitones in range(-5, 7)}
