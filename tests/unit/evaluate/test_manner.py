"""In whose manner a song is played: laws of the measure."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.evaluate.composed import noted
from resonant.evaluate.manner import distance, evaluate, manner, mean_manner
from resonant.produce import Engine, Watch
from resonant.score.model import Score
from resonant.styles import all_styles
from resonant.testing import a_brief

STYLES = st.sampled_from(sorted(all_styles()))


@cache
def a_score(style: str, seed: int = 1) -> Score:
    return noted(a_brief(style, bars=8, seed=seed), Engine(), Watch()).score


@settings(max_examples=15, deadline=None)
@given(STYLES, STYLES)
def test_a_manner_is_its_own_and_distance_is_mutual(one: str, other: str) -> None:
    a, b = a_score(one), a_score(other)
    assert evaluate(a, a) == {"distance": 0.0}
    assert evaluate(a, b)["distance"] == pytest.approx(evaluate(b, a)["distance"])


@pytest.mark.parametrize("pair", [("house", "jazz"), ("trap", "folk"), ("classical", "funk")], ids="-".join)
def test_two_songs_of_a_style_lie_nearer_than_songs_of_two(pair: tuple[str, str]) -> None:
    one, other = pair
    again = evaluate(a_score(one), a_score(one, 2))["distance"]
    assert again < evaluate(a_score(one), a_score(other))["distance"]


def test_the_middle_of_songs_lies_between_them() -> None:
    a, b = manner(a_score("pop")), manner(a_score("rock"))
    middle = mean_manner([a, b])
    assert distance(a, middle) == pytest.approx(distance(b, middle)) == pytest.approx(distance(a, b) / 2)


def test_silence_has_a_manner_too() -> None:
    assert distance(manner(Score(4)), manner(Score(4))) == 0.0
