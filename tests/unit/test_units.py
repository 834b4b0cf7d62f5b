"""Time: metres, tempo maps, metre maps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.errors import BriefError
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap


@pytest.mark.parametrize(
    ("text", "beats", "ticks"),
    [("4/4", 4, 1920), ("3/4", 3, 1440), ("6/8", 2, 1440), ("12/8", 4, 2880), ("7/8", 7, 1680)],
)
def test_a_metre_knows_its_felt_beats(text: str, beats: int, ticks: int) -> None:
    metre = Metre.parse(text)
    assert (metre.beats_per_bar, metre.ticks_per_bar) == (beats, ticks)


@pytest.mark.parametrize("text", ["", "four", "4", "17/3", "0/4", "33/4", "4/4/4"])
def test_what_is_no_metre_is_refused(text: str) -> None:
    with pytest.raises(BriefError, match="metre"):
        Metre.parse(text)


def test_a_tempo_map_adds_up_its_stretches() -> None:
    tempo = TempoMap((TempoChange(0, 120), TempoChange(960, 60)))
    assert tempo.seconds_at(960) == pytest.approx(1.0)
    assert tempo.seconds_at(1440) == pytest.approx(2.0)
    assert (tempo.tick_at(2.0), tempo.bpm_at(959), tempo.bpm_at(960)) == (1440, 120, 60)


@given(st.dictionaries(st.integers(1, 9_000), st.floats(20.0, 400.0), max_size=6), st.integers(0, 10_000))
def test_one_tick_comes_when_it_comes_among_many(changes: dict[int, float], tick: int) -> None:
    tempo = TempoMap((TempoChange(0, 97.0), *(TempoChange(at, changes[at]) for at in sorted(changes))))
    assert tempo.seconds_at(tick) == tempo.seconds_at(np.array([0, tick]))[1]


@pytest.mark.parametrize("bpm", [0, 19.9, 401, 1e9])
def test_a_tempo_out_of_range_is_refused_with_the_range(bpm: float) -> None:
    with pytest.raises(BriefError, match="20…400"):
        TempoMap.constant(bpm)


def test_bars_of_changing_metres_follow_each_other() -> None:
    metres = MetreMap((MetreChange(0, Metre(4, 4)), MetreChange(2, Metre(3, 4))))
    assert [metres.bar_start(bar) for bar in range(5)] == [0, 1920, 3840, 5280, 6720]
    assert [metres.bar_at(tick) for tick in (0, 1919, 3839, 3840, 5280)] == [0, 0, 1, 2, 3]
