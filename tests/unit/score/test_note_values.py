"""How a stretch of time is written: exact to the tick, and with the beats in sight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.score.note_values import NoteValue, note_values
from resonant.units import Metre

PLAIN = {"breve": 3840, "whole": 1920, "half": 960, "quarter": 480, "eighth": 240, "16th": 120, "32nd": 60, "64th": 30}
metres = st.builds(Metre, st.integers(1, 15), st.sampled_from((1, 2, 4, 8, 16, 32)))


def sounding(value: NoteValue) -> float:
    """What a value lasts by its name, dots and tuplet."""
    return PLAIN[value.type] * (2 - 0.5**value.dots) * (2 / 3 if value.triplet else 1)


@given(metres, st.data())
def test_values_are_together_exactly_as_long_and_each_is_as_long_as_it_looks(metre: Metre, data: st.DataObject) -> None:
    steps = metre.ticks_per_bar // 30
    start, end = sorted(data.draw(st.tuples(st.integers(0, steps), st.integers(0, steps))))
    for rest in (False, True):
        values = list(note_values(start * 30, (end - start) * 30, metre, rest=rest))
        assert sum(value.ticks for value in values) == (end - start) * 30
        assert all(sounding(value) == value.ticks for value in values)


@given(st.data())
def test_beats_of_triplets_are_filled_exactly_too(data: st.DataObject) -> None:
    triplets = data.draw(st.frozensets(st.sampled_from((0, 480, 960, 1440))))
    places = sorted(
        {beat + step for beat in (0, 480, 960, 1440) for step in range(0, 480, 80 if beat in triplets else 60)} | {1920}
    )
    start, end = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places))))
    values = list(note_values(start, end - start, Metre(), triplets))
    assert sum(value.ticks for value in values) == end - start
    assert all(sounding(value) == pytest.approx(value.ticks) for value in values)


@pytest.mark.parametrize(
    ("metre", "at", "duration", "written"),
    [
        ("4/4", 0, 1920, "whole"), ("4/4", 0, 1440, "half."), ("4/4", 480, 960, "half"), ("4/4", 240, 480, "quarter"),
        ("4/4", 720, 480, "eighth eighth"), ("4/4", 240, 720, "quarter."), ("4/4", 480, 720, "quarter eighth"),
        ("4/4", 0, 600, "quarter 16th"), ("4/4", 120, 240, "eighth"), ("4/4", 360, 240, "16th 16th"),
        ("3/4", 0, 1440, "half."), ("3/4", 480, 960, "half"), ("6/8", 0, 1440, "half."), ("6/8", 0, 720, "quarter."),
        ("6/8", 480, 480, "eighth eighth"), ("6/8", 0, 360, "eighth."), ("12/8", 720, 1440, "half."),
        ("7/8", 0, 1680, "half. eighth"),
    ],
)  # fmt: skip
def test_a_note_is_written_as_players_read_it(metre: str, at: int, duration: int, written: str) -> None:
    values = note_values(at, duration, Metre.parse(metre))
    assert " ".join(value.type + "." * value.dots for value in values) == written


@pytest.mark.parametrize(
    ("metre", "at", "duration", "written"),
    [
        ("4/4", 480, 1440, "quarter half"), ("4/4", 240, 720, "eighth quarter"), ("4/4", 120, 360, "16th eighth"),
        ("6/8", 720, 720, "quarter."), ("6/8", 240, 480, "eighth eighth"),
    ],
)  # fmt: skip
def test_a_rest_never_hides_a_beat(metre: str, at: int, duration: int, written: str) -> None:
    values = note_values(at, duration, Metre.parse(metre), rest=True)
    assert " ".join(value.type + "." * value.dots for value in values) == written


def test_a_note_that_reaches_into_triplets_is_tied_to_them() -> None:
    values = note_values(240, 240 + 160, Metre(), frozenset({480}))
    assert [(v.ticks, v.type, v.triplet) for v in values] == [(240, "eighth", False), (160, "eighth", True)]
