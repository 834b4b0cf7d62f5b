"""The score in tokens: lossless on the grid, legal by the grammar, laid out with its holes behind it."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.evaluate.pieces import Piece, read_pieces
from resonant.players.score_lm.cells import SILENT, cell, cells, chord_of, notes_of, on_the_grid
from resonant.players.score_lm.grammar import Bounds, CellGrammar, is_legal
from resonant.players.score_lm.layout import View, fill_head, laid_out, ordered, prompt
from resonant.players.score_lm.vocabulary import (
    DURATIONS,
    GRID,
    QUALITIES,
    SHIFT_STEP,
    VELOCITIES,
    VOCABULARY,
    quality_index,
    tempo_index,
)  # fmt: skip
from resonant.score.model import Note
from resonant.theory.chord import Chord

V = VOCABULARY
PIECES = Path(__file__).parents[3] / "data" / "pieces.jsonl.gz"


@pytest.fixture(scope="module")
def pieces() -> list[Piece]:
    return [piece for piece in read_pieces(PIECES) if piece.score.bars <= 40]


def test_every_word_has_one_number_and_one_family() -> None:
    numbers = [f.start + i for f in V.families.values() for i in range(f.size)]
    assert numbers == list(range(V.size))
    assert len(set(V.signs)) == V.size


def test_pieces_on_the_grid_come_back_whole(pieces: list[Piece]) -> None:
    for piece in pieces:
        settled = on_the_grid(piece.score)
        assert on_the_grid(settled) == settled
        assert sum(len(t.notes) for t in settled.tracks) > 0.9 * sum(len(t.notes) for t in piece.score.tracks)


def test_what_a_score_becomes_is_near_what_it_was(pieces: list[Piece]) -> None:
    for piece in pieces:
        for before, after in zip(piece.score.tracks, on_the_grid(piece.score).tracks, strict=True):
            starts = {note.start for note in before.notes}
            assert all(min(abs(note.start - s) for s in starts) <= GRID for note in after.notes[:50])


@given(
    st.lists(
        st.tuples(st.integers(0, 47), st.integers(0, 127), st.sampled_from(DURATIONS), st.sampled_from(VELOCITIES)),
        max_size=24,
        unique_by=lambda each: each[:2],
    ),
    st.lists(st.integers(-2, 2), min_size=48, max_size=48),
)
def test_a_cell_is_legal_and_means_its_notes(plain: list[tuple[int, int, int, int]], shifts: list[int]) -> None:
    start = 4800
    notes = sorted(
        Note(start + position * GRID + shifts[position] * SHIFT_STEP, pitch, length * GRID, velocity)
        for position, pitch, length, velocity in plain
    )
    tokens = cell(notes, (start, start + 48 * GRID), drums=False)
    assert is_legal(tokens, Bounds(48, False, 0, 127, V.end))
    assert sorted(notes_of(tokens, start)) == notes


def test_a_note_just_before_the_end_of_a_song_stays_in_its_last_bar() -> None:
    tokens = cell([Note(1910, 60, 10, 80)], (0, 1920), drums=False)
    assert is_legal(tokens, Bounds(48, False, 0, 127, V.end))
    (note,) = notes_of(tokens, 0)
    assert 1880 <= note.start < 1920


@given(st.integers(0, 2**32 - 1), st.booleans(), st.integers(6, 84))
def test_whatever_the_grammar_allows_can_be_read(seed: int, drums: bool, positions: int) -> None:
    rng = np.random.default_rng(seed)
    bounds = Bounds(positions, drums, 40, 64, V.mask(3))
    grammar, tokens = CellGrammar(bounds), []
    while not grammar.closed:
        allowed = np.flatnonzero(grammar.allowed())
        assert allowed.size
        tokens.append(int(rng.choice(allowed)))
        grammar.take(tokens[-1])
    notes = list(notes_of(tokens[:-1], 0))
    assert all(drums or 40 <= note.pitch <= 64 for note in notes)
    assert all(note.start < positions * GRID for note in notes)
    assert is_legal(cell(notes, (0, positions * GRID), drums), bounds)


@pytest.mark.parametrize(
    "tokens",
    [
        (),
        (V.position(0),),
        (V.position(0), V.velocity(1)),
        (V.position(0), V.pitch(60), V.duration(1)),
        (V.position(0), V.velocity(1), V.pitch(60)),
        (V.position(3), V.velocity(1), V.pitch(60), V.duration(1), V.position(3)),
        (V.position(0), V.velocity(1), V.pitch(60), V.duration(1), V.pitch(60), V.duration(1)),
        (V.position(0), V.velocity(1), V.pitch(30), V.duration(1)),
        (V.position(50), V.velocity(1), V.pitch(60), V.duration(1)),
        (V.empty, V.position(0)),
    ],
)
def test_what_can_not_be_read_is_illegal(tokens: tuple[int, ...]) -> None:
    assert not is_legal(tokens, Bounds(48, False, 40, 100, V.end))


def test_a_row_hides_the_holes_and_tells_them_behind(pieces: list[Piece]) -> None:
    band = next(piece for piece in pieces if len(piece.score.tracks) > 1 and piece.score.bars >= 8)
    encoded = cells(band.score)
    view = View(frozenset({(2, 0), (3, 0), (3, 1)}), (0, 5), (0, 8))
    laid = laid_out(encoded, view)
    head = prompt(encoded, view)
    assert laid.tokens[: laid.fill] == head
    assert ordered(view.holes) == [(2, 0), (3, 0), (3, 1)]
    assert [token for token in head if token in V.mask] == [V.mask(0), V.mask(1), V.mask(2)]
    behind = laid.tokens[laid.fill :]
    expected: list[int] = []
    for number, (bar, place) in enumerate(ordered(view.holes)):
        expected += [*fill_head(encoded, number, bar, place), *encoded.notes[bar][place]]
    assert behind == (*expected, V.end)
    assert head.count(V.far) == 3


def test_some_bars_are_told_as_in_the_whole_and_the_others_are_silent(pieces: list[Piece]) -> None:
    for piece in pieces:
        whole, bars = cells(piece.score), piece.score.bars
        for told in ((0, bars), (0, 1), (bars // 3, bars // 2 + 1), (bars - 1, bars)):
            some = cells(piece.score, told)
            assert (some.opening, some.tracks, some.controls) == (whole.opening, whole.tracks, whole.controls)
            for bar in range(bars):
                inside = told[0] <= bar < told[1]
                assert some.notes[bar] == (whole.notes[bar] if inside else (SILENT,) * len(whole.tracks))
                assert some.bars[bar] == (whole.bars[bar] if inside else ())


def test_chords_come_back_as_the_nearest_listed_one() -> None:
    for place, quality in enumerate(QUALITIES):
        assert quality_index(Chord(0, quality)) == place
    assert QUALITIES[quality_index(Chord(0, "m11"))] in ("m9", "m7")
    assert QUALITIES[quality_index(Chord(0, "7b9"))] == "7"
    assert chord_of((V.root(2), V.quality(1), V.chord_bass(9))) == Chord(2, "m", 9)


def test_tempi_rise_and_stay_in_range() -> None:
    words = [tempo_index(bpm) for bpm in (20, 30, 60, 90, 120, 180, 300, 400)]
    assert words == sorted(words)
    assert (words[0], words[-1]) == (0, 23)
