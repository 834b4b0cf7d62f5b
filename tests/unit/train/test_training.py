"""Training: the same examples by number, and a run that was cut off has the curve of one that was not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resonant.errors import InputError
from resonant.evaluate.pieces import read_pieces
from resonant.nn.checkpoints import load_weights
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.score_lm.cells import cells
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.train.corpus import Corpus, CorpusPiece, load_corpus, packed, save_corpus
from resonant.train.crew import Crew
from resonant.train.examples import drawn, transposed
from resonant.train.loop import drawn_ahead, train
from resonant.train.recipes import Recipe, cpu, gpu, tiny
from resonant.train.run_folder import read_log
from resonant.train.ship import ship
from resonant.train.steps import rate_at

V = VOCABULARY
PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"
SMALL = replace(
    tiny(), model=TransformerConfig(V.size, width=32, layers=1, heads=2, context=384), steps=6, batch=2,
    warm_up=2, check_every=3, save_every=2, checks=2, half=False,
)  # fmt: skip


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    pieces = [piece for piece in read_pieces(PIECES) if len(piece.score.tracks) > 1][:4]
    return packed(CorpusPiece(p.id, "lieder", "none", cells(p.score)) for p in pieces)


def test_a_corpus_comes_back_from_its_file(corpus: Corpus, tmp_path: Path) -> None:
    save_corpus(corpus, tmp_path / "c.npz")
    again = load_corpus(tmp_path / "c.npz")
    assert [again[i] for i in range(len(again))] == [corpus[i] for i in range(len(corpus))]
    first = next(piece for piece in read_pieces(PIECES) if len(piece.score.tracks) > 1)
    assert again[0] == CorpusPiece(first.id, "lieder", "none", cells(first.score))
    (tmp_path / "broken.npz").write_bytes(b"no")
    with pytest.raises(InputError, match="is no corpus"):
        load_corpus(tmp_path / "broken.npz")


def test_an_example_is_named_by_its_number(corpus: Corpus) -> None:
    for number in range(12):
        first, again = drawn(corpus, 384, 1, number), drawn(corpus, 384, 1, number)
        np.testing.assert_array_equal(first.tokens, again.tokens)
    assert len({drawn(corpus, 384, 1, number).tokens.tobytes() for number in range(12)}) == 12


def test_only_what_is_to_be_written_has_full_weight(corpus: Corpus) -> None:
    for number in range(20):
        row = drawn(corpus, 384, 2, number)
        sep = int(np.flatnonzero(row.tokens == V.sep)[0])
        assert set(row.weights[: sep - 1]) == {np.float32(0.5)}
        ahead = row.tokens[1:]
        assert not row.weights[ahead == V.pad].any()
        behind = np.arange(len(ahead)) >= sep
        given = behind & np.isin(
            ahead, [*range(V.root.start, V.root.start + 12), *range(V.track.start, V.track.start + 16)]
        )
        assert not row.weights[given].any()
        assert row.weights[np.flatnonzero(ahead == V.end)[0]] == 1.0


def test_transposing_there_and_back_changes_nothing(corpus: Corpus) -> None:
    row = drawn(corpus, 384, 3, 0)
    np.testing.assert_array_equal(transposed(transposed(row, 4), -4).tokens, row.tokens)
    moved = transposed(row, 5).tokens
    drums = np.isin(row.tokens, range(V.drum.start, V.drum.start + V.drum.size))
    np.testing.assert_array_equal(moved[drums], row.tokens[drums])
    pitches = (row.tokens >= V.pitch.start) & (row.tokens < V.pitch.start + 128)
    assert set(moved[pitches] - row.tokens[pitches]) <= {5, -7}


def test_the_rate_rises_and_falls() -> None:
    recipe = cpu()
    rates = [rate_at(recipe, step) for step in range(recipe.steps)]
    assert max(rates) == pytest.approx(recipe.rate)
    assert rates[0] < rates[recipe.warm_up - 1] > rates[-1] > 0.09 * recipe.rate


def test_the_recipes_have_the_sizes_that_are_promised() -> None:
    from resonant.nn.transformer import Transformer

    millions = [sum(p.numel() for p in Transformer(r.model).parameters()) / 1e6 for r in (cpu(), gpu())]
    assert 6 < millions[0] < 7
    assert 14 < millions[1] < 16


def test_a_run_that_went_on_has_the_curve_and_the_weights_of_one_that_did_not_stop(
    corpus: Corpus, tmp_path: Path
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(SMALL, (corpus, corpus), whole, tell=lambda line: None)

    class Cut(Exception):
        pass

    def cut_at_the_first_check(line: str) -> None:
        raise Cut

    with pytest.raises(Cut):
        train(SMALL, (corpus, corpus), parts, tell=cut_at_the_first_check)
    train(SMALL, (corpus, corpus), parts, tell=lambda line: None)
    curves = [[(row["step"], row.get("loss"), row.get("check")) for row in read_log(run)] for run in (whole, parts)]
    assert curves[0] == curves[1]
    assert len(curves[0]) == SMALL.steps + 2
    same = [(run / "last" / "model.safetensors").read_bytes() for run in (whole, parts)]
    assert same[0] == same[1]


def test_a_folder_of_another_recipe_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    train(replace(SMALL, steps=1), (corpus, corpus), tmp_path, tell=lambda line: None)
    other: Recipe = replace(SMALL, steps=2)
    with pytest.raises(InputError, match="another recipe"):
        train(other, (corpus, corpus), tmp_path)


def test_workers_draw_the_same_examples_in_the_same_order(corpus: Corpus) -> None:
    plain, ahead = (list(drawn_ahead(corpus, SMALL, 2, Crew(workers=workers))) for workers in (0, 2))
    assert len(plain) == len(ahead) == SMALL.steps - 2
    for mine, theirs in zip(plain, ahead, strict=True):
        for row, other in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(row.tokens, other.tokens)
            np.testing.assert_array_equal(row.weights, other.weights)
    np.testing.assert_array_equal(plain[0][0].tokens, drawn(corpus, 384, SMALL.seed, 2 * SMALL.batch).tokens)


def test_the_processes_of_a_crew_share_a_step(corpus: Corpus) -> None:
    recipe = replace(SMALL, batch=4, steps=2)
    alone = [row.tokens.tobytes() for rows in drawn_ahead(corpus, recipe, 0, Crew()) for row in rows]
    shares = [list(drawn_ahead(corpus, recipe, 0, Crew(rank, 2))) for rank in (0, 1)]
    together = [rows[place].tokens.tobytes() for step in zip(*shares, strict=True) for place in (0, 1) for rows in step]
    assert together == alone


def test_a_corpus_in_which_nothing_fits_is_refused(corpus: Corpus) -> None:
    with pytest.raises(InputError, match="none was found that sounds and fits 24 words"):
        drawn(corpus, 24, 1, 0)


def test_looking_at_the_run_does_not_disturb_it(corpus: Corpus, tmp_path: Path) -> None:
    often, seldom = (replace(SMALL, steps=4, check_every=every) for every in (1, 4))
    for recipe, name in ((often, "often"), (seldom, "seldom")):
        train(recipe, (corpus, corpus), tmp_path / name)
    weights = [(tmp_path / name / "last" / "model.safetensors").read_bytes() for name in ("often", "seldom")]
    assert weights[0] == weights[1]
    assert sorted(path.name for path in (tmp_path / "often" / "samples").iterdir()) == [
        f"step-{step}.png" for step in (1, 2, 3, 4)
    ]
    assert (tmp_path / "seldom" / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_best_weights_are_given_away_at_half_the_size(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no weights yet"):
        ship(tmp_path, tmp_path / "out")
    best = train(SMALL, (corpus, corpus), tmp_path / "run")
    weights = ship(tmp_path / "run", tmp_path / "out")
    assert weights.stat().st_size < 0.6 * (best / "model.safetensors").stat().st_size
    ours, theirs = (Transformer(SMALL.model) for _ in range(2))
    load_weights(tmp_path / "out", ours)
    load_weights(best, theirs)
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-3)
