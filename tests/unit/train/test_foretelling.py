"""The yardsticks of the learned model: an n-gram, and copies; and what all of them foretell."""

import gzip
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.errors import InputError
from resonant.evaluate.pieces import read_pieces
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.score_lm.cells import SILENT, cells
from resonant.players.score_lm.copying import bar_before, bar_most_like, foretold
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import laid_out
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.train.corpus import CorpusPiece, packed
from resonant.train.foretelling import (
    ByRole,
    Case,
    Copying,
    case_of,
    learned,
    mixing_weight,
    notes_in,
    places,
    surprises,
)
from resonant.train.held_out import COLLECTIONS, held_out, torn
from resonant.train.ngram import NGram
from resonant.train.prepare import Told

V = VOCABULARY
PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"
REACH = (400, 1024)


@pytest.fixture(scope="module")
def told() -> list[Told]:
    found = [piece for piece in read_pieces(PIECES) if len(piece.score.tracks) > 1 and piece.score.bars >= 8][:3]
    return [Told(piece.id, piece.id, "test", "lieder", "classical", "", piece.score) for piece in found]


@pytest.fixture(scope="module")
def cases(told: list[Told]) -> list[Case]:
    return [case_of(each, REACH) for each in torn(told, 3)]


@pytest.fixture(scope="module")
def grams(told: list[Told]) -> ByRole:
    corpus = packed(CorpusPiece(p.id, p.source, "none", cells(p.score)) for p in told)
    return ByRole(corpus, order=3, rare_words=50)


rows_of_words = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=12), min_size=1, max_size=20)


@settings(max_examples=60)
@given(rows_of_words, st.lists(st.integers(0, 9), max_size=6), st.integers(1, 5))
def test_chances_of_an_ngram_sum_to_one_and_none_is_impossible(
    rows: list[list[int]], before: list[int], order: int
) -> None:
    chances = NGram(rows, 10, order).chances(before)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances > 0).all()


def test_an_ngram_knows_what_it_heard_and_where_rows_begin() -> None:
    gram = NGram([[1, 2, 3, 4]] * 20 + [[5, 2, 6]] * 5, 10, order=3)
    assert gram.chances([1, 2]).argmax() == 3
    assert gram.chances([5, 2]).argmax() == 6
    assert gram.chances([]).argmax() == 1
    assert gram.chances([9, 9, 1, 2]).argmax() == 3
    behind = gram.chances([9, 2])  # of a context that is new the end is known
    assert min(behind[[3, 6]]) > max(behind[[1, 4, 5]])


def test_kneser_and_neys_example_short_contexts_count_different_neighbours() -> None:
    """A word that came often, but behind one word only, is no guess behind a new one (San Francisco)."""
    rows = [[1, 2]] * 30 + [[3, 4], [5, 4], [6, 4], [7, 4]]
    chances = NGram(rows, 10, order=2).chances([8])
    assert chances[4] > 2 * chances[2]


def test_holes_are_where_the_track_plays_and_the_rest_stays(told: list[Told]) -> None:
    found = list(torn(told, 3))
    assert {len(each.places) > 1 for each in found} == {True, False}
    for each in found:
        whole = cells(each.whole)
        around = cells(each.score)
        for bar in range(each.whole.bars):
            for place in range(len(each.whole.tracks)):
                if (bar, place) in each.holes:
                    assert around.notes[bar][place] == SILENT or bar == each.first  # an early note of the bar behind
                elif bar not in (each.first - 1, each.first + 4):
                    assert around.notes[bar][place] == whole.notes[bar][place]
    assert list(torn(told, 3)) == found != list(torn(told, 4))


def test_all_foretell_the_same_words_and_their_chances_sum_to_one(cases: list[Case], grams: ByRole) -> None:
    torch.manual_seed(1)
    model = Transformer(TransformerConfig(V.size, width=32, layers=1, heads=2, context=1024)).eval()
    copying = Copying(grams, cases[:3])
    for case in cases[:3]:
        chances = learned(model, case)
        assert chances is not None
        for place in places(case):
            assert place.word in place.legal
            all_of_them = {**copying.chances(case, place), "model": chances(place)}
            for name, each in all_of_them.items():
                assert each.sum() == pytest.approx(1.0), name
                assert len(each) == len(place.legal)


def test_the_models_surprise_is_that_of_its_row(cases: list[Case], grams: ByRole) -> None:
    """Word for word the logits before it, under the grammar."""
    torch.manual_seed(2)
    model = Transformer(TransformerConfig(V.size, width=32, layers=1, heads=2, context=1024)).eval()
    case = cases[0]
    row = laid_out(case.cells, case.view).tokens
    chances = learned(model, case)
    assert chances is not None
    (bar, track), *_ = sorted(case.view.holes)
    first = next(place for place in places(case))
    at = row.index(V.mask(0), row.index(V.sep))
    at += 2 + len(case.cells.chords[bar])
    assert row[at] == first.word == (*case.cells.notes[bar][track], V.mask(1))[0]
    with torch.inference_mode():
        logits = model(torch.tensor([row[:at]]))[0, -1].numpy()[first.legal]
    expected = np.exp(logits - logits.max())
    np.testing.assert_allclose(chances(first), expected / expected.sum(), rtol=1e-3)


def test_surprises_are_sums_over_the_holes(cases: list[Case], grams: ByRole) -> None:
    copying = Copying(grams, cases)
    for case, notes, sums in surprises(cases[:4], copying, {}):
        assert notes == notes_in(case) > 0
        assert sums["even"] == pytest.approx(sum(math.log(len(place.legal)) for place in places(case)))
        assert sums["n-gram"] < sums["even"]  # it has heard these very pieces


def test_a_copied_bar_foretells_itself(told: list[Told]) -> None:
    for piece in told:
        song = cells(piece.score)
        for bar in song.notes[:6]:
            for cell, definition in zip(bar, song.tracks, strict=True):
                grammar = CellGrammar(Bounds(84, definition[3] == V.program(128), 0, 127, V.end))
                for word in (*cell, V.end):
                    assert foretold(cell, grammar) == word
                    grammar.take(word)


def test_behind_an_added_note_the_copy_is_taken_up_again() -> None:
    cell = (
        V.position(0), V.velocity(3), V.pitch(60), V.duration(2), V.position(12), V.pitch(62), V.duration(2),
        V.position(24), V.pitch(64), V.duration(2),
    )  # fmt: skip
    grammar = CellGrammar(Bounds(48, False, 0, 127, V.mask(7)))
    for word in (V.position(0), V.velocity(5), V.pitch(60), V.duration(2), V.position(6), V.pitch(61), V.duration(1)):
        grammar.take(word)
    assert foretold(cell, grammar) == V.position(12)
    grammar.take(V.position(12))
    assert foretold(cell, grammar) == V.velocity(3)  # it is louder here than there
    for word in (V.velocity(3), V.pitch(62), V.duration(2), V.position(30), V.pitch(62)):
        grammar.take(word)
    assert foretold(cell, grammar) is None
    grammar.take(V.duration(2))
    assert foretold(cell, grammar) == V.mask(7)


def test_bars_to_copy_are_not_torn_themselves(cases: list[Case]) -> None:
    for case in cases:
        for hole in case.view.holes:
            for pick in (bar_before, bar_most_like):
                bar = pick(case.cells, case.view.holes, hole)
                assert bar is None or (bar, hole[1]) not in case.view.holes


def test_the_most_similar_bar_is_the_one_with_the_same_neighbours(told: list[Told]) -> None:
    song = cells(told[0].score)
    twice = replace(
        song,
        bars=(*song.bars, *song.bars), chords=(*song.chords, *song.chords), notes=(*song.notes, *song.notes),
    )  # fmt: skip
    length = len(song.bars)
    assert bar_most_like(twice, frozenset({(2, 0)}), (2, 0)) == 2 + length


def test_mixing_weights_are_what_is_likeliest() -> None:
    assert mixing_weight([(True, 0.1)] * 50) > 0.95
    assert mixing_weight([(False, 0.1)] * 50) < 0.05
    pairs = [(True, 0.05)] * 30 + [(False, 0.05)] * 70
    best = max(
        (share / 100 for share in range(1, 100)),
        key=lambda share: sum(math.log(share * hit + (1 - share) * smooth) for hit, smooth in pairs),
    )
    assert mixing_weight(pairs) == pytest.approx(best, abs=0.02)


def test_held_out_pieces_come_from_every_collection_and_its_absence_is_named(tmp_path: Path) -> None:
    with gzip.open(PIECES, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for collection in COLLECTIONS[:-1]:
        (tmp_path / collection).mkdir()
        with gzip.open(tmp_path / collection / "test.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows[:4])
    with pytest.raises(InputError, match="groove"):
        held_out(tmp_path, 2)
    (tmp_path / "groove").mkdir()
    with gzip.open(tmp_path / "groove" / "test.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows if row["id"].startswith("groove"))
    found = held_out(tmp_path, 2)
    assert found
    assert all(len(piece.score.tracks) <= 16 and piece.score.bars >= 8 for piece in found)
