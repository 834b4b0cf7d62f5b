"""From played to written: what stands on the grid stays, looseness and swing go, triplets and ornaments are seen."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.score.model import Note, Score, Track
from resonant.score.passes.feel import Swing
from resonant.score.passes.quantise import quantised
from resonant.units import Metre, MetreMap

SWING = Swing.of(2 / 3, 8)


def track(*notes: Note, role: str = "melody") -> Track:
    return Track(role, role, "grand_piano", tuple(sorted(notes)))


def written(part: Track, score: Score, swing: Swing = Swing(), *, drums: bool = False) -> list[tuple[int, int, int]]:  # noqa: B008
    return [(s.start, s.end, s.pitch) for s in quantised(part, score, swing, unpitched=drums)]


sixteenths = st.lists(
    st.tuples(st.integers(0, 63), st.integers(1, 16), st.integers(40, 80)), max_size=20, unique_by=lambda n: n[0]
)


@given(sixteenths, st.integers(0, 2**32))
def test_loosely_played_sixteenths_are_written_where_they_were_meant(
    meant: list[tuple[int, int, int]], seed: int
) -> None:
    loose = random.Random(seed)
    played, expected = [], []
    for at, length, pitch in sorted(meant):
        end = min(at + length, 64)
        start = at * 120 + loose.randint(0 if at == 0 else -10, 10)
        played.append(Note(start, pitch, end * 120 - loose.randint(0, 4) - start, 80))
        expected.append((at * 120, end * 120, pitch))
    found = written(track(*played), Score(4))
    assert [(start, pitch) for start, _, pitch in found] == [(start, pitch) for start, _, pitch in expected]
    # A silence shorter than a sixteenth is articulation; a longer one stays a rest.
    assert [end for _, end, _ in found] == [end for _, end, _ in expected]


@given(st.lists(st.booleans(), min_size=32, max_size=32))
def test_swung_eighths_are_written_straight(played: list[bool]) -> None:
    notes = [Note(SWING.swung(240 * i), 60 + i % 5, 150, 80) for i, sounds in enumerate(played) if sounds]
    assert [start for start, _, _ in written(track(*notes), Score(4), SWING)] == [
        240 * i for i, sounds in enumerate(played) if sounds
    ]


@given(
    st.lists(st.tuples(st.integers(0, 9_000), st.integers(1, 4_000), st.integers(0, 127)), max_size=40),
    st.sampled_from(["4/4", "3/4", "6/8", "7/8", "5/16", "3/32", "2/2"]),
    st.sampled_from([Swing(), SWING, Swing.of(0.6, 16)]),
)
def test_whatever_is_played_everything_lies_on_a_grid_within_the_song(
    notes: list[tuple[int, int, int]], metre: str, swing: Swing
) -> None:
    score = Score(3, metre=MetreMap.constant(Metre.parse(metre)))
    part = track(*(Note(start, pitch, duration, 64) for start, duration, pitch in notes))
    strokes = quantised(part, score, swing)
    assert all(0 <= s.start < s.end <= score.end for s in strokes)
    assert all(tick % 60 == 0 or tick % 80 == 0 for s in strokes for tick in (s.start, s.end))
    sounded = {note.pitch for note in part.notes if note.start < score.end}
    assert {s.pitch for s in strokes} | {pitch for s in strokes for pitch in s.graces} == sounded


@pytest.mark.parametrize("swing", [Swing(), Swing.of(0.6, 8)])
def test_triplets_are_seen_in_a_beat_among_sixteenths(swing: Swing) -> None:
    notes = [Note(t, 60, 80, 80) for t in (0, 480, 645, 795, 960, 1440)]
    starts = [start for start, _, _ in written(track(*notes), Score(1), swing)]
    assert starts == [0, 480, 640, 800, 960, 1440]


def test_a_roll_is_written_in_thirty_seconds() -> None:
    notes = [Note(1440 + 60 * i, 38, 40, 80) for i in range(8)]
    assert [s for s, _, _ in written(track(*notes, role="drums"), Score(1), drums=True)] == [n.start for n in notes]


def test_a_short_note_into_another_is_its_grace_note() -> None:
    notes = [Note(480, 62, 38, 60), Note(520, 64, 430, 90)]
    (stroke,) = quantised(track(*notes), Score(1), Swing())
    assert (stroke.start, stroke.end, stroke.pitch, stroke.graces) == (480, 960, 64, (62,))
    assert set(stroke.played) == {480, 520}


def test_a_flam_is_one_stroke_and_another_drum_close_by_is_none_of_it() -> None:
    notes = [Note(455, 38, 30, 30), Note(470, 42, 30, 80), Note(480, 38, 90, 90)]
    strokes = quantised(track(*notes, role="drums"), Score(1), Swing(), unpitched=True)
    assert [(s.start, s.pitch, s.graces) for s in strokes] == [(480, 38, (38,)), (480, 42, ())]


def test_the_last_bar_line_is_never_crossed() -> None:
    assert written(track(Note(1915, 60, 500, 80)), Score(1)) == [(1800, 1920, 60)]
