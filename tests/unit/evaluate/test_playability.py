"""What hands can do, and what they can not."""

import pytest
from made_up import part

from resonant.evaluate import playability
from resonant.evaluate.playability import guitar_reaches, two_hands_reach


@pytest.mark.parametrize(
    "pitches", [[40, 47, 52, 56, 59, 64], [48, 52, 55, 60, 64], [45, 52, 57, 60, 64], [43, 47, 50, 55, 59, 67]]
)
def test_open_guitar_chords_are_reached(pitches: list[int]) -> None:
    assert guitar_reaches(pitches)


@pytest.mark.parametrize("pitches", [[40, 41, 42], [41, 43, 45, 46, 47, 48, 49], [40, 44, 45, 46]])
def test_clusters_low_on_a_guitar_are_not(pitches: list[int]) -> None:
    assert not guitar_reaches(pitches)


def test_two_hands_reach_ten_fingers_and_two_tenths() -> None:
    assert two_hands_reach([36, 48, 52, 60, 64, 67, 72])
    assert not two_hands_reach([36, 60, 84])
    assert not two_hands_reach(list(range(60, 71)))


@pytest.mark.parametrize(
    ("notes", "instrument", "fault"),
    [
        ([(0, 4, 20)], "flute", "in_range"),
        ([(0, 4, 60), (0, 4, 64)], "flute", "within_voices"),
        ([(0, 4, 36), (0, 4, 60), (0, 4, 96)], "grand_piano", "in_reach"),
        ([(0, 1, 60), (1, 1, 95)], "flute", "leaps_possible"),
        ([(0, 1, 36), (0, 1, 38), (0, 1, 42), (0, 1, 49), (0, 1, 51)], "standard_kit", "within_voices"),
    ],
)
def test_each_impossible_thing_is_found(notes: list[tuple[int, int, int]], instrument: str, fault: str) -> None:
    found = playability.evaluate(*part(*notes, instrument=instrument))
    assert found[fault] < 1.0
    assert found["playable"] < 1.0


def test_legato_is_not_two_voices() -> None:
    score, track = part((0, 4, 62), (4, 4, 64), instrument="flute")
    assert playability.evaluate(score, track)["within_voices"] == 1.0
