"""What fills are asked: how they are spread, how they sit among their neighbours, whether they are borrowed."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import part

from resonant.evaluate import spread
from resonant.evaluate.borrowed import Collection
from resonant.evaluate.pieces import Piece
from resonant.evaluate.sitting import sits
from resonant.score.model import Note

FIGURE = ((0, 4, 60), (4, 4, 64), (8, 2, 67), (12, 4, 72))


def bars_of_figure(*steps: int) -> list[tuple[int, int, int]]:
    """The figure once a bar, moved so many semitones."""
    return [(bar * 16 + at, size, pitch + step) for bar, step in enumerate(steps) for at, size, pitch in FIGURE]


def test_the_same_part_is_spread_the_same_and_an_empty_one_shares_nothing() -> None:
    score, track = part(*bars_of_figure(0, 5, 7, 0))
    assert list(spread.evaluate(score, track, track).values()) == pytest.approx([1.0] * 5)
    none = replace(track, notes=())
    assert set(spread.evaluate(score, none, track).values()) == {0.0}
    assert set(spread.evaluate(score, none, none).values()) == {1.0}


def test_each_spread_sees_its_own_kind_of_damage() -> None:
    score, track = part(*bars_of_figure(0, 5, 7, 0))
    changes = {"pitch_class": ("pitch", 1), "onset": ("start", 120), "velocity": ("velocity", 25)}
    for kind, (field, by) in {**changes, "duration": ("duration", 900)}.items():
        notes = (replace(note, **{field: getattr(note, field) + by}) for note in track.notes)
        found = spread.evaluate(score, replace(track, notes=tuple(notes)), track)
        assert found[kind] < 0.6, kind
        assert all(value == pytest.approx(1.0) for key, value in found.items() if key not in (kind, "overlap"))


def test_keys_do_not_count_and_parts_are_pooled_by_their_notes() -> None:
    score, track = part(*bars_of_figure(0, 0, 0, 0))
    one = spread.spreads(score, track.notes, drums=False)
    both = spread.pooled([one, {**one, "pitch_class": {1: 1.0}}], [30, 10])
    assert both["pitch_class"][1] == pytest.approx(0.25)
    assert sum(both["pitch_class"].values()) == pytest.approx(1.0)
    assert spread.shared_share(both["pitch_class"], one["pitch_class"]) == pytest.approx(0.75)


def test_bars_like_their_neighbours_sit_best() -> None:
    score, track = part(*bars_of_figure(0, 5, 7, 0))
    alike = sits(score, track, [2])
    others = {
        "out of key": [
            note if note.start // 1920 != 2 else replace(note, pitch=note.pitch + 1) for note in track.notes
        ],
        "crowded": [*track.notes, *(Note(2 * 1920 + 120 * step, 67, 120, 80) for step in range(16) if step % 4)],
        "elsewhere": [
            note if note.start // 1920 != 2 else replace(note, start=note.start + 120) for note in track.notes
        ],
        "empty": [note for note in track.notes if note.start // 1920 != 2],
    }
    for name, notes in others.items():
        changed = replace(track, notes=tuple(sorted(notes)))
        assert sits(score.with_track(changed), changed, [2]) < alike <= 1.0, name


def test_with_no_neighbours_only_harmony_counts() -> None:
    score, track = part(*bars_of_figure(0, 5, 7, 0))
    assert sits(score, track, range(4)) == pytest.approx(1.0)
    wrong = replace(track, notes=tuple(replace(note, pitch=note.pitch + 1) for note in track.notes))
    assert sits(score, wrong, range(4)) < 0.5


def test_real_bars_sit_better_than_another_songs(songs: tuple[Piece, ...]) -> None:
    wins = total = 0
    for song, other in pairwise(songs):
        track, strange = song.score.tracks[0], other.score.tracks[0]
        bars = range(4, 8)
        start, end = song.score.bar_ticks(4)[0], song.score.bar_ticks(7)[1]
        kept = [note for note in track.notes if not start <= note.start < end]
        swapped = replace(track, notes=tuple(sorted([*kept, *strange.between(start, end)])))
        wins += sits(song.score, track, bars) > sits(song.score.with_track(swapped), swapped, bars)
        total += 1
    assert total >= 2
    assert wins > total / 2


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(40, 80)), min_size=2, max_size=20), st.integers(-12, 12))
def test_a_tune_is_found_in_any_key_and_at_any_time(moves: list[tuple[int, int]], semitones: int) -> None:
    start, notes = 0, []
    for gap, pitch in moves:
        start += gap * 120
        notes.append(Note(start, pitch, 120, 80))
    moved = [replace(note, start=note.start + 4800, pitch=note.pitch + semitones) for note in notes]
    assert Collection([notes]).longest_stretch(moved) == len(notes)


def test_only_stretches_within_one_tune_count() -> None:
    rising = [Note(i * 240, 60 + i, 240, 80) for i in range(9)]
    falling = [Note(i * 240, 80 - 2 * i, 240, 80) for i in range(9)]
    known = Collection([rising[:5], rising[4:], falling])
    assert known.longest_stretch(rising) == 5
    assert known.longest_stretch([*falling[:6], *(replace(note, start=note.start + 2160) for note in rising[6:])]) == 6
    assert known.longest_stretch([Note(0, 60, 240, 80)]) == 0
    assert known.longest_stretch([]) == 0
    assert Collection([]).longest_stretch(rising) == 0
    strange = [Note(i * i * 120, 60 + 7 * i % 11, 120, 80) for i in range(5)]
    assert known.longest_stretch(strange) <= 2
