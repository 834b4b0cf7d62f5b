"""Of several fills the likely one that also sits well is played."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from resonant.players.score_lm.candidates import Candidate, chosen
from resonant.players.score_lm.fill import Filled


def candidate(log_chance: float, words: int = 9) -> Candidate:
    return Candidate((Filled((0, 0), tuple(range(words)), log_chance),), ())


def test_alone_the_likeliest_word_for_word_is_played() -> None:
    short, long = candidate(-12.0, words=3), candidate(-20.0, words=19)
    assert (short.log_chance, long.log_chance) == (-3.0, -1.0)
    assert chosen([short, long]) is long


def test_the_judge_counts_as_much_as_the_likelihood() -> None:
    best, middle, worst = (candidate(log_chance) for log_chance in (-10.0, -20.0, -30.0))
    assert chosen([best, middle, worst], [0.0, 1.0, 0.5]) is middle
    assert chosen([best, middle, worst], [1.0, 0.5, 0.0]) is best


def test_of_two_that_tie_the_judge_decides_and_then_the_earlier() -> None:
    one, other = candidate(-10.0), candidate(-20.0)
    assert chosen([one, other], [0.0, 1.0]) is other
    same = replace(one)
    assert chosen([one, same], [1.0, 1.0]) is one


@given(st.lists(st.tuples(st.floats(-100, 0), st.floats(-5, 5)), min_size=1, max_size=8))
def test_nothing_better_in_both_is_ever_left_lying(values: list[tuple[float, float]]) -> None:
    tried = [candidate(log_chance) for log_chance, _ in values]
    best = chosen(tried, [judged for _, judged in values])
    taken = next(i for i, each in enumerate(tried) if each is best)
    likely, liked = tried[taken].log_chance, values[taken][1]
    assert not any(t.log_chance > likely and judged > liked for t, (_, judged) in zip(tried, values, strict=True))
