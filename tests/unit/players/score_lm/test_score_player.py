"""The learned player: whatever its weights say, it writes what can be read, in the bars that were asked for."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from resonant.brief.reader import Call, read_brief
from resonant.errors import Cancelled, InputError
from resonant.evaluate.composed import noted
from resonant.instruments import instrument
from resonant.nn.generation import Reader, load_model, ready
from resonant.nn.sampling import Sampling, drawn_word
from resonant.players.context import Context
from resonant.players.score_lm.cells import SILENT, Cells, cells, notes_of
from resonant.players.score_lm.fill import Begun, Filling, begun, filled
from resonant.players.score_lm.grammar import Bounds, CellGrammar, is_legal
from resonant.players.score_lm.layout import View, fill_head, ordered, prompt
from resonant.players.score_lm.player import (
    BESIDE,
    ScorePlayer,
    room_for,
    usual_words,
    view_of,
    within_reach,
)
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.players.seams import outside
from resonant.produce import Engine, Watch
from resonant.score.model import Note, Score, Track
from resonant.styles import all_styles

V = VOCABULARY


@pytest.fixture(scope="module")
def song() -> Score:
    return noted(replace(read_brief("pop", Call(bars=12)), seed=2), Engine(), Watch()).score


def begun_by(weights: Path, encoded: Cells, view: View) -> Begun:
    return begun(Reader(load_model(weights)), encoded, view)


def context(song: Score, name: str, bars: tuple[int, ...], seed: int = 1, stop: bool = False) -> Context:
    track = song.track(name)
    assert track is not None
    blank = outside(track, song, bars)
    brief = read_brief("pop", Call(bars=song.bars))
    return Context(brief, all_styles()["pop"], song.with_track(blank), blank, bars, seed, "", lambda: stop)


@pytest.mark.parametrize("name", ["drums", "bass", "chords", "melody"])
def test_a_part_lies_in_its_bars_and_on_its_instrument(name: str, weights: Path, song: Score) -> None:
    bars = (3, 4, 7)
    part = ScorePlayer(weights).play(context(song, name, bars))
    track = song.track(name)
    assert track is not None and part.notes
    plays = instrument(track.instrument)
    for note in part.notes:
        assert song.metre.bar_at(note.start) in bars
        assert plays.is_drums or plays.low <= note.pitch <= plays.high
        assert note.duration > 0
        assert note.end <= song.end


def test_the_same_seed_writes_the_same_and_another_something_else(weights: Path, song: Score) -> None:
    player = ScorePlayer(weights)
    first = player.play(context(song, "melody", (2, 3)))
    assert ScorePlayer(weights).play(context(song, "melody", (2, 3))) == first
    assert player.play(context(song, "melody", (2, 3), seed=2)) != first


def test_stopping_is_heeded_within_a_word(weights: Path, song: Score) -> None:
    with pytest.raises(Cancelled):
        ScorePlayer(weights).play(context(song, "bass", (1,), stop=True))
    encoded = cells(song)
    view = View(frozenset({(1, 0)}), (0, 3), (0, 3))
    asked: list[int] = []

    def third_time() -> bool:
        asked.append(1)
        return len(asked) > 2

    filling = Filling({(1, 0): Bounds(48, True, 0, 127, 0)}, should_stop=third_time)
    with pytest.raises(Cancelled):
        filled([begun_by(weights, encoded, view)], filling, [random.Random(1)])
    assert len(asked) == 3


def test_missing_weights_are_named(song: Score, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json can not be read"):
        ScorePlayer(tmp_path).play(context(song, "bass", (1,)))


def test_no_decode_yields_what_can_not_be_read(weights: Path, song: Score) -> None:
    """A model without any training says anything; the grammar lets only the legal through."""
    encoded = cells(song)
    model = load_model(weights).model
    model.embedding.weight.data.mul_(30.0)  # loud and wrong opinions
    loud = ready(model)
    count = 0
    for seed in range(12):
        holes = frozenset((bar, place) for bar in (1, 2) for place in range(len(encoded.tracks)))
        view = View(holes, (0, 3), (0, 6))
        bounds = {hole: Bounds(48, song.tracks[hole[1]].role == "drums", 36, 84, 0) for hole in holes}
        how = Filling(bounds, Sampling(1.5, 0, 1.0), most_words=30)
        (done,) = filled([begun(Reader(loud), encoded, view)], how, [random.Random(seed)])
        assert [each.hole for each in done] == ordered(holes)
        for each in done:
            assert is_legal(each.cell, replace(bounds[each.hole], close=V.end))
            assert each.log_chance <= 0.0
            count += len(each.cell)
    assert count > 1000


def test_what_is_filled_is_as_likely_as_the_model_says_without_a_cache(weights: Path, song: Score) -> None:
    """The log probability of a fill, told while sampling, is that of the whole row read at once."""
    encoded, model = cells(song), load_model(weights).model
    view = View(frozenset({(1, 1)}), (0, 3), (0, 3))
    bounds = Bounds(48, False, 30, 60, 0)
    ((done,),) = filled([begun_by(weights, encoded, view)], Filling({(1, 1): bounds}), [random.Random(4)])
    head = (*prompt(encoded, view), *fill_head(encoded, 0, 1, 1))
    row = (*head, *done.cell, V.end)
    with torch.inference_mode():
        logits = model(torch.tensor([row]))[0].numpy()
    grammar, total = CellGrammar(replace(bounds, close=V.end)), 0.0
    for at, word in enumerate((*done.cell, V.end), start=len(head) - 1):
        told = np.where(grammar.allowed(), logits[at], -np.inf)
        total += float(told[word] - np.log(np.exp(told - told.max()).sum()) - told.max())
        grammar.take(word)
    assert total == pytest.approx(done.log_chance, abs=1e-2)


def test_the_view_takes_what_fits_and_leaves_room_to_write(song: Score) -> None:
    encoded = cells(song)
    holes = frozenset({(5, 0), (6, 0)})
    short, narrow, wide = (
        view_of(encoded, holes, reach, "user", "pop") for reach in ((300, 4096), (4096, 512), (4096, 4096))
    )
    assert wide.near == wide.seen == (0, 12)
    for view in (short, narrow):
        assert view.near[0] <= 5 and view.near[1] >= 7
        assert view.near[1] - view.near[0] < 12
    assert len(prompt(encoded, short)) <= 300
    assert len(prompt(encoded, narrow)) + sum(room_for(encoded, hole) for hole in holes) <= 512
    assert narrow.controls == {place: said for place, said in enumerate(encoded.controls) if said}


def test_a_crowd_is_seen_but_for_its_busiest_and_around_a_hole_its_own_track_alone(song: Score) -> None:
    encoded, bar = cells(song), 5
    for place in range(len(encoded.tracks)):
        others = [p for p in range(len(encoded.tracks)) if p != place and encoded.notes[bar][p] != SILENT]
        words = {p: 1 + len(encoded.notes[bar][p]) for p in others}
        seen: list[frozenset[int]] = []
        for sight in (40, 70, 100, 150, 250, 600):
            view = view_of(encoded, frozenset({(bar, place)}), (sight, 4096), "user", "pop")
            assert view.beside is not None and view.around == {place}
            seen.append(view.beside & set(others))
            hidden = set(others) - view.beside
            assert not hidden or max((words[p] for p in seen[-1]), default=0) <= min(words[p] for p in hidden)
            assert sum(words[p] for p in seen[-1]) <= BESIDE * sight
        assert seen == sorted(seen, key=len) and seen[-1] == set(others)
        row = prompt(encoded, view)
        near = row[row.index(V.bar) :]
        assert sum(word == V.track(place) for word in near) > sum(word == V.track(others[0]) for word in near) == 1


def test_a_part_that_plays_nowhere_yet_sees_the_others_around_it(song: Score) -> None:
    encoded = cells(song)
    blank = replace(encoded, notes=tuple((SILENT, *bar[1:]) for bar in encoded.notes))
    view = view_of(blank, frozenset({(5, 0)}), (600, 4096), "user", "pop")
    assert view.beside and view.around == view.beside | {0}
    written = view_of(encoded, frozenset({(5, 0)}), (600, 4096), "user", "pop", is_new=True)
    assert written.around == view.around


def test_a_cell_is_closed_where_it_has_grown_as_long_as_it_may(weights: Path, song: Score) -> None:
    player, bars = ScorePlayer(weights, recall=0.0), (3, 4)
    place = [track.name for track in song.tracks].index("bass")
    asked = player.asked(context(song, "bass", bars).score, frozenset((bar, place) for bar in bars), "pop")
    longest = max(len(cell[place]) for cell in asked.cells.notes)
    usual = usual_words(asked.cells, (3, place))
    assert asked.filling.longest == dict.fromkeys(asked.view.holes, max(longest, round(1.5 * usual)))

    def written(filling: Filling) -> list[int]:
        (done,) = filled([begun(Reader(player.model), asked.cells, asked.view)], filling, [random.Random(1)])
        return [len(fill.cell) for fill in done]

    free, short = written(asked.filling), written(replace(asked.filling, longest=dict.fromkeys(asked.view.holes, 4)))
    assert max(free) > 9 >= max(short)  # a note that is begun is written to its end


def test_a_row_that_runs_full_is_closed_in_time(weights: Path, song: Score) -> None:
    """However much the first bars say, the last still finds room, and nothing is read beyond the model's end."""
    encoded = cells(song)
    model = load_model(weights).model
    model.embedding.weight.data[[V.end, *range(V.mask.start, V.mask.start + 96)]] *= -50.0  # it never wants to stop
    holes = frozenset((bar, place) for bar in (3, 4, 5, 6) for place in (0, 1, 2))
    view = view_of(encoded, holes, (300, model.config.context), "user", "pop")
    row = begun(Reader(ready(model)), encoded, view)
    bounds = {hole: Bounds(48, song.tracks[hole[1]].role == "drums", 0, 127, 0) for hole in holes}
    (done,) = filled([row], Filling(bounds, most_words=400), [random.Random(1)])
    assert [each.hole for each in done] == ordered(holes)
    assert row.reader.room >= 0
    assert all(is_legal(each.cell, replace(bounds[each.hole], close=V.end)) for each in done)


def test_sampling_keeps_to_what_is_allowed_and_to_the_top() -> None:
    logits = np.array([3.0, 2.0, 1.0, 0.0], dtype=np.float32)
    allowed = np.array([False, True, True, True])
    rng = random.Random(1)
    words = [drawn_word(logits, allowed, Sampling(1.0, 0, 1.0), rng)[0] for _ in range(3000)]
    shares = [words.count(word) / 3000 for word in range(4)]
    expected = np.exp([2.0, 1.0, 0.0]) / np.exp([2.0, 1.0, 0.0]).sum()
    assert shares[0] == 0.0
    np.testing.assert_allclose(shares[1:], expected, atol=0.03)
    assert {drawn_word(logits, allowed, Sampling(1.0, 2, 1.0), rng)[0] for _ in range(200)} == {1, 2}
    assert {drawn_word(logits, allowed, Sampling(1.0, 0, 0.5), rng)[0] for _ in range(200)} == {1}
    assert {drawn_word(logits, allowed, Sampling(0.0), rng)[0] for _ in range(20)} == {1}


def test_a_row_that_is_too_long_is_refused(weights: Path) -> None:
    reader = Reader(load_model(weights))
    with pytest.raises(InputError, match="ask for fewer bars"):
        reader.read([V.bar] * 1025)


def test_of_several_fills_the_judges_is_played_and_each_is_another(weights: Path, song: Score) -> None:
    asked: list[tuple[Note, ...]] = []

    def few(score: Score, track: Track, bars: Sequence[int]) -> float:
        notes = tuple(note for note in track.notes if score.metre.bar_at(note.start) in bars)
        assert score.track(track.name) == track
        asked.append(notes)
        return -len(notes)

    part = ScorePlayer(weights, candidates=3, judge=few).play(context(song, "melody", (2, 3)))
    assert len(set(asked)) == 3
    assert part.notes in asked
    assert asked[0] == ScorePlayer(weights).play(context(song, "melody", (2, 3))).notes


def test_busy_parts_are_tried_less_often(weights: Path, song: Score) -> None:
    place = [track.name for track in song.tracks].index("drums")
    drums = context(song, "drums", (4, 5)).score

    def tried(player: ScorePlayer) -> int:
        return player.worth_trying(player.asked(drums, frozenset({(4, place), (5, place)}), "pop"))

    usual = usual_words(cells(drums), (4, place))
    assert usual > 10
    assert tried(ScorePlayer(weights, candidates=3, words_a_bar=1000)) == 3
    assert tried(ScorePlayer(weights, candidates=3, words_a_bar=int(2.5 * usual))) == 2
    assert tried(ScorePlayer(weights, candidates=3, words_a_bar=1)) == 1
    assert tried(ScorePlayer(weights, words_a_bar=1000)) == 1


def test_full_theory_leaves_no_note_outside_key_and_chord(weights: Path, song: Score) -> None:
    bars = (2, 3, 4)
    for note in ScorePlayer(weights, theory=1.0).play(context(song, "chords", bars)).notes:
        chord = song.chord_at(note.start)
        assert chord is not None
        assert note.pitch % 12 in {*song.key.scale, *chord.pitch_classes}


def test_notes_are_heard_before_their_cell_is_done(weights: Path, song: Score) -> None:
    player, bars = ScorePlayer(weights), (2, 3)
    place = [track.name for track in song.tracks].index("melody")
    score = context(song, "melody", bars).score
    asked = player.asked(score, frozenset((bar, place) for bar in bars), "pop")
    heard: list[tuple[int, int]] = []
    filling = replace(asked.filling, heard=lambda hole, words: heard.append((hole[0], len(words))))
    (done,) = filled([begun(Reader(player.model), asked.cells, asked.view)], filling, [random.Random(3)])
    notes = sum(len(list(notes_of(each.cell, 0))) for each in done)
    assert len(heard) == notes > len(done)


def test_of_more_tracks_than_have_numbers_the_asked_one_stays_in_its_order(song: Score) -> None:
    many = tuple(replace(song.tracks[0], name=f"drums {number}") for number in range(20))
    kept = within_reach(replace(song, tracks=many), "drums 18")
    assert [track.name for track in kept.tracks] == [*(f"drums {number}" for number in range(15)), "drums 18"]
    assert within_reach(song, "bass") == song


def test_a_crowded_score_is_read_in_parts_and_thinned_where_it_must_be(weights: Path, song: Score) -> None:
    """Nine tracks of a note on every twelfth are far more than the model reads in a bar."""
    crowd = tuple(Note(tick, 60, 40, 80) for tick in range(0, song.metre.bar_start(2), 40))
    others = tuple(replace(song.tracks[1], name=f"crowd {number}", notes=crowd) for number in range(9))
    melody = song.track("melody")
    assert melody is not None
    crowded = replace(song, tracks=(*others, melody))
    part = ScorePlayer(weights).play(context(crowded, "melody", (0, 1, 2)))
    assert part.notes
    assert {crowded.metre.bar_at(note.start) for note in part.notes} <= {0, 1, 2}


def test_without_its_libraries_it_says_what_to_install(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"score-lm needs torch.*; run: pip install"):
        _ = ScorePlayer(weights).model
