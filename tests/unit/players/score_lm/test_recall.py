"""What is recalled while a part is written: the bar most alike, and how far it is gone along with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from resonant.evaluate.pieces import read_pieces
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.score_lm import recall
from resonant.players.score_lm.cells import SILENT, Cells, Tokens, cells
from resonant.players.score_lm.grammar import Bounds, CellGrammar
from resonant.players.score_lm.layout import Hole
from resonant.players.score_lm.player import ScorePlayer
from resonant.players.score_lm.recall import FARTHEST_BARS, SHARES, Recall, leaned, recalled
from resonant.players.score_lm.vocabulary import GRID, VOCABULARY
from resonant.players.seams import outside
from resonant.score.model import Score
from resonant.seeds import stream
from resonant.train.foretelling import case_of, learned, places, recalling
from resonant.train.held_out import torn
from resonant.train.prepare import Told

V = VOCABULARY
PIECES = Path(__file__).parents[3] / "data" / "pieces.jsonl.gz"


@pytest.fixture(scope="module")
def song() -> Score:
    return next(p.score for p in read_pieces(PIECES) if len(p.score.tracks) > 1 and p.score.bars >= 12)


def turned(encoded: Cells, order: list[int]) -> Cells:
    """The bars in another order, or more than once."""
    bars, chords, notes = (tuple(part[bar] for bar in order) for part in (encoded.bars, encoded.chords, encoded.notes))
    return replace(encoded, bars=bars, chords=chords, notes=notes)


def bounds(score: Score, bar: int, drums: bool) -> Bounds:
    start, end = score.bar_ticks(bar)
    return Bounds((end - start) // GRID, drums, 0, 127, V.end)


def test_who_goes_along_is_told_the_cell_to_its_end_and_trusts_it_more_and_more(song: Score) -> None:
    encoded, met = cells(song), 0
    for bar in range(song.bars):
        for place, cell in enumerate(encoded.notes[bar]):
            if cell == SILENT:
                continue
            grammar = CellGrammar(bounds(song, bar, encoded.tracks[place][3] == V.program(128)))
            half, strong = Recall(cell, 0.5), Recall(cell, 1.0)
            for number, word in enumerate((*cell, V.end)):
                found, more = half.expected(grammar), strong.expected(grammar)
                assert found is not None and more is not None
                assert found[0] == more[0] == word
                assert more[1] == pytest.approx(2 * found[1])
                kind = "close" if word == V.end else next(n for n, family in V.families.items() if word in family)
                assert more[1] == SHARES[kind][min(number, 3)]
                half.hear(word, found[0])
                strong.hear(word, more[0])
                grammar.take(word)
            met += 1
    assert met > 10
    assert all(0.0 <= share <= 1.0 for shares in SHARES.values() for share in shares)
    assert all(SHARES[kind][3] > SHARES[kind][0] for kind in SHARES)


def test_who_goes_another_way_trusts_it_less_until_it_comes_again(song: Score) -> None:
    cell = (V.position(0), V.velocity(3), V.pitch(60), V.duration(3), V.position(12), V.pitch(64), V.duration(3))
    melody, grammar = Recall(cell, 1.0), CellGrammar(bounds(song, 0, drums=False))
    shares = []
    for word in (V.position(0), V.velocity(3), V.pitch(60), V.duration(3), V.position(6), V.pitch(62), V.duration(3)):
        found = melody.expected(grammar)
        shares.append(None if found is None else found[1])
        if found is not None:
            melody.hear(word, found[0])
        grammar.take(word)
    assert shares[4] == SHARES["position"][3]
    assert shares[5] is None  # it has never been there
    assert melody.expected(grammar) == (V.position(12), SHARES["position"][0])


@given(st.lists(st.floats(-20, 20, width=32), min_size=3, max_size=12), st.floats(0, 1), st.data())
def test_chances_are_the_models_but_for_the_share(values: list[float], share: float, data: st.DataObject) -> None:
    logits = np.array(values, dtype=np.float32)
    word = data.draw(st.integers(0, logits.size - 1))
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=logits.size, max_size=logits.size)))
    allowed[word] = True
    alone = np.where(allowed, np.exp(logits.astype(np.float64)), 0.0)
    wanted = alone / alone.sum() * (1.0 - share)
    wanted[word] += share
    found = np.exp(leaned(logits, allowed, word, share).astype(np.float64))[allowed]
    np.testing.assert_allclose(found, wanted[allowed], atol=1e-5)


def test_a_hole_recalls_the_bar_in_which_all_the_rest_is_the_same(song: Score) -> None:
    encoded = cells(song)
    twice = turned(encoded, [*range(8), *range(8)])
    place = next(p for p in range(len(encoded.tracks)) if all(encoded.notes[bar][p] != SILENT for bar in range(8)))
    holes = frozenset((bar, place) for bar in (11, 12))
    found = recalled(twice, holes)
    assert found == {(bar, place): encoded.notes[bar - 8][place] for bar in (11, 12)}


def test_silence_and_what_is_too_far_away_is_not_recalled(song: Score) -> None:
    encoded = cells(song)
    place = next(p for p in range(len(encoded.tracks)) if encoded.notes[0][p] != SILENT)
    silent = tuple(SILENT if p == place else cell for p, cell in enumerate(encoded.notes[0]))
    far = turned(encoded, [0] * (FARTHEST_BARS + 3))
    far = replace(far, notes=(encoded.notes[0], *(silent,) * (FARTHEST_BARS + 2)))
    assert recalled(far, frozenset({(FARTHEST_BARS + 2, place)})) == {}
    assert recalled(far, frozenset({(2, place)})) == {}  # the bars beside it, where the track rests, are more alike
    assert recalled(far, frozenset({(1, place)})) in ({}, {(1, place): encoded.notes[0][place]})


def test_a_player_writes_what_it_is_sure_to_recall(weights: Path, song: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that were never trained say anything: what is written whole is what is recalled."""
    encoded = cells(song)
    place = next(p for p in range(len(encoded.tracks)) if all(encoded.notes[bar][p] != SILENT for bar in range(8)))
    blank = song.with_track(outside(song.tracks[place], song, (3, 4)))
    holes = frozenset((bar, place) for bar in (3, 4))
    monkeypatch.setattr(recall, "SHARES", dict.fromkeys(SHARES, (1.0,)))

    def written(strength: float) -> dict[Hole, Tokens]:
        player = ScorePlayer(weights, recall=strength, theory=0.0)
        (tried,) = player.tried(player.asked(blank, holes, "pop"), [stream(1, "x")])
        return {fill.hole: fill.cell for fill in tried.fills}

    assert written(1.0) == recalled(cells(blank), holes)
    assert written(0.0) != written(0.5) != written(1.0)


def test_what_recurs_is_less_surprising_to_who_recalls(song: Score, config: TransformerConfig) -> None:
    torch.manual_seed(1)
    model = Transformer(config).eval()
    told = Told("x", "x", "test", "lieder", "classical", "", song)
    nothing = recalls = 0.0
    for each in torn([told], 3):
        case = case_of(each, (256, 1024))
        alone, again = learned(model, case), learned(model, case)
        assert alone is not None and again is not None
        whole, none = recalling(alone, case, 1.0), recalling(again, case, 0.0)
        for place in places(case):
            chances = whole(place)
            assert chances.sum() == pytest.approx(1.0)
            recalls -= np.log(chances[place.at])
            same = none(place)
            np.testing.assert_allclose(same, alone(place))
            nothing -= np.log(same[place.at])
    assert recalls < 0.9 * nothing
