"""How well torn bars are foretold, word by word: by the learned model, by an n-gram and by copying, in the same words.

Each foreteller gives every legal word a chance, and the chances of all legal words sum to 1; so the surprises, in nats,
can be compared. The n-gram and the copies hear the song in C, which spares them the twelve keys.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from resonant.nn.transformer import Transformer
from resonant.players.score_lm.cells import Cells, Tokens, cells, role_of
from resonant.players.score_lm.copying import bar_before, bar_most_like, foretold
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import Hole, View, fill_head, laid_out, ordered
from resonant.players.score_lm.player import view_of
from resonant.players.score_lm.recall import Recall, kind_of, recalled
from resonant.players.score_lm.vocabulary import GRID, VOCABULARY
from resonant.train.corpus import Corpus
from resonant.train.examples import TRANSPOSED
from resonant.train.held_out import Torn
from resonant.train.ngram import NGram

_V = VOCABULARY
Chances = NDArray[np.float64]
COPIES: Mapping[str, Callable[[Cells, frozenset[Hole], Hole], int | None]] = {
    "the 4 bars before": bar_before,
    "the most similar bars": bar_most_like,
}
SMOOTHERS = ("even", "n-gram")
_OF_ALL_ROLES = "any"


@dataclass(frozen=True)
class Case:
    """A torn piece as words, with what a player sees of it.

    Args:
        torn: the piece and its holes.
        cells: of the whole piece; what is said of how tracks play knows only what stands around the holes.
        view: as the player looks at it.
    """

    torn: Torn
    cells: Cells
    view: View

    @cached_property
    def semitones_to_c(self) -> int:
        return semitones_to_c(self.cells)

    @cached_property
    def copied(self) -> dict[Hole, dict[str, int | None]]:
        """The bars that would be copied into each hole."""
        holes = self.view.holes
        return {hole: {name: pick(self.cells, holes, hole) for name, pick in COPIES.items()} for hole in holes}


@dataclass(frozen=True)
class Place:
    """A word to be foretold.

    Args:
        hole: where it stands.
        number: its place in the cell; the word that closes the cell comes last.
        grammar: before the word.
        legal: the words that may come.
        word: the one that comes.
        written: the cell before it.
    """

    hole: Hole
    number: int
    grammar: CellGrammar
    legal: NDArray[np.int64]
    word: int
    written: Tokens

    @property
    def at(self) -> int:
        return int(np.searchsorted(self.legal, self.word))


def semitones_to_c(song: Cells) -> int:
    """How far a song is moved so that its tonic is C, −5…6."""
    return (-_V.tonic.index(song.opening[2]) + 5) % 12 - 5


def case_of(torn: Torn, reach: tuple[int, int]) -> Case:
    """The case of a torn piece, of which so many words are seen (see `view_of`)."""
    around, whole = cells(torn.score), cells(torn.whole)
    view = view_of(around, torn.holes, reach, "user", torn.piece.style)
    return Case(torn, replace(whole, controls=around.controls), view)


def places(case: Case) -> Iterator[Place]:
    """All words of the torn cells."""
    holes = ordered(case.view.holes)
    score = case.torn.whole
    for number, (bar, track) in enumerate(holes):
        close = _V.mask(number + 1) if number + 1 < len(holes) else _V.end
        start, end = score.bar_ticks(bar)
        drums = case.cells.tracks[track][3] == _V.program(128)
        grammar = CellGrammar(Bounds((end - start) // GRID, drums, 0, 127, close))
        cell = case.cells.notes[bar][track]
        for at, word in enumerate((*cell, close)):
            legal = np.flatnonzero(grammar.allowed())
            yield Place((bar, track), at, replace(grammar), legal, word, cell[:at])
            grammar.take(word)


def notes_in(case: Case) -> int:
    """How many notes stand in the holes."""
    return sum(
        word in _V.duration or word in _V.drum for bar, t in case.view.holes for word in case.cells.notes[bar][t]
    )


@torch.inference_mode()
def learned(model: Transformer, case: Case) -> Callable[[Place], Chances] | None:
    """What the model foretells; None where the case is longer than what it reads."""
    laid = laid_out(case.cells, case.view)
    if len(laid.tokens) > model.config.context + 1:
        return None
    logits = model(torch.tensor([laid.tokens[:-1]]))[0].float().numpy()
    starts: dict[Hole, int] = {}
    at = laid.fill
    for number, hole in enumerate(ordered(case.view.holes)):
        starts[hole] = at + len(fill_head(case.cells, number, *hole))
        at = starts[hole] + len(case.cells.notes[hole[0]][hole[1]])

    def chances(place: Place) -> Chances:
        told = logits[starts[place.hole] + place.number - 1][place.legal].astype(np.float64)
        shares = np.exp(told - told.max())
        found: Chances = shares / shares.sum()
        return found

    return chances


def recalling(chances: Callable[[Place], Chances], case: Case, strength: float) -> Callable[[Place], Chances]:
    """What is foretold by who recalls the bars most alike; asked of each place once, in their order."""
    found = recalled(case.cells, case.view.holes)
    recalls = {hole: Recall(cell, strength) for hole, cell in found.items()}

    def mixed(place: Place) -> Chances:
        told, recall = chances(place), recalls.get(place.hole)
        expected = None if recall is None else recall.expected(place.grammar)
        if recall is not None and expected is not None:
            word, share = expected
            told = told * (1.0 - share)
            told[int(np.searchsorted(place.legal, word))] += share
            recall.hear(place.word, word)
        return told

    return mixed


class ByRole:
    """An n-gram for each role, and one for roles that are rare."""

    def __init__(self, corpus: Corpus, order: int = 5, rare_words: int = 100_000) -> None:
        rows: dict[str, list[Tokens]] = {}
        for number in range(len(corpus)):
            heard = corpus[number].cells
            table = TRANSPOSED[semitones_to_c(heard)]
            for track in range(len(heard.tracks)):
                into = rows.setdefault(role_of(heard, track), [])
                into += (tuple(table[[*bar[track], _V.end]].tolist()) for bar in heard.notes)
        enough = {role: found for role, found in rows.items() if sum(map(len, found)) >= rare_words}
        self._grams = {role: NGram(found, _V.size, order) for role, found in enough.items()}
        self._grams[_OF_ALL_ROLES] = NGram((row for found in rows.values() for row in found), _V.size, order)

    def chances(self, case: Case, place: Place) -> Chances:
        """What the n-gram of the track's role foretells."""
        role = role_of(case.cells, place.hole[1])
        gram = self._grams.get(role, self._grams[_OF_ALL_ROLES])
        table = TRANSPOSED[case.semitones_to_c]
        in_c = gram.chances(table[list(place.written)].tolist())
        legal = np.where(place.legal == place.grammar.bounds.close, _V.end, table[place.legal])
        found: Chances = in_c[legal] / in_c[legal].sum()
        return found


class Copying:
    """What copying foretells, once it has learned how far to trust a copy: for each kind of word another share."""

    def __init__(self, grams: ByRole, cases: Iterable[Case]) -> None:
        self._grams = grams
        pairs: dict[tuple[str, str, str], list[tuple[bool, float]]] = {}
        for case in cases:
            for place in places(case):
                for name, guess in self._guesses(case, place):
                    for smoother, smooth in self._smooth(case, place).items():
                        key = name, smoother, kind_of(guess, place.grammar.bounds.close)
                        pairs.setdefault(key, []).append((guess == place.word, float(smooth[place.at])))
        self.shares = {key: mixing_weight(found) for key, found in pairs.items()}

    def chances(self, case: Case, place: Place) -> dict[str, Chances]:
        """Of the smoothers alone and of each copy over each smoother, by name."""
        smooth = self._smooth(case, place)
        guesses = dict(self._guesses(case, place))
        found = dict(smooth)
        for name in COPIES:
            for smoother, chances in smooth.items():
                mixed = chances
                if name in guesses:
                    guess = guesses[name]
                    share = self.shares.get((name, smoother, kind_of(guess, place.grammar.bounds.close)), 0.0)
                    mixed = chances * (1 - share)
                    mixed[int(np.searchsorted(place.legal, guess))] += share
                found[f"copy of {name}, else {smoother}"] = mixed
        return found

    def _smooth(self, case: Case, place: Place) -> dict[str, Chances]:
        even = np.full(len(place.legal), 1.0 / len(place.legal))
        return dict(zip(SMOOTHERS, (even, self._grams.chances(case, place)), strict=True))

    def _guesses(self, case: Case, place: Place) -> Iterator[tuple[str, int]]:
        for name, bar in case.copied[place.hole].items():
            if bar is not None:
                guess = foretold(case.cells.notes[bar][place.hole[1]], place.grammar)
                if guess is not None and guess in place.legal:
                    yield name, guess


def mixing_weight(pairs: Sequence[tuple[bool, float]]) -> float:
    """The share of a copy, 0…1, under which what really came is likeliest.

    Args:
        pairs: of each foretold word, whether it came, and the chance that the smooth foreteller gave to what came.
    """
    share = 0.5
    for _ in range(40):  # expectation maximisation of a mixture of two
        blame = sum(share * hit / (share * hit + (1 - share) * smooth) for hit, smooth in pairs)
        share = min(max(blame / max(len(pairs), 1), 1e-4), 1 - 1e-4)
    return share


def surprises(
    cases: Sequence[Case], copying: Copying, models: Mapping[str, Transformer]
) -> Iterator[tuple[Case, int, dict[str, float]]]:
    """Of each case its notes, and the surprise of each foreteller in nats; cases too long for a model are left out."""
    for case in cases:
        by_model = {name: learned(model, case) for name, model in models.items()}
        if any(found is None for found in by_model.values()):
            continue
        sums: dict[str, float] = {}
        for place in places(case):
            told = copying.chances(case, place)
            told |= {name: chances(place) for name, chances in by_model.items() if chances is not None}
            for name, chances in told.items():
                sums[name] = sums.get(name, 0.0) - float(np.log(max(chances[place.at], 1e-12)))
        yield case, notes_in(case), sums
