"""The likeliest chords of a sound whose harmony moves in a pulse."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from resonant.audio import Audio
from resonant.listening.chords import changing, chords_heard, likeliest
from resonant.listening.hearing import Hearing, hear

CHANGES = (0.7, 0.05)


@settings(deadline=None)
@given(
    arrays.arrays(float, (5, 3), elements=st.floats(-6, 0)),
    arrays.arrays(float, (2, 5), elements=st.floats(0.01, 0.65)),
)
def test_no_path_under_any_pulse_is_likelier_than_the_one_found(seen: np.ndarray, chances: np.ndarray) -> None:
    def worth(path: tuple[int, ...], changes: np.ndarray) -> float:
        moves = [
            np.log(p / 2) if a != b else np.log1p(-p) for a, b, p in zip(path, path[1:], changes[1:], strict=False)
        ]
        return float(sum(moves) + sum(seen[place, label] for place, label in enumerate(path)))

    best = max(worth(path, changes) for path in product(range(3), repeat=5) for changes in chances)
    found = tuple(likeliest(seen, chances).tolist())
    assert np.isclose(max(worth(found, changes) for changes in chances), best)


@given(st.integers(1, 40))
def test_every_pulse_leaves_each_place_either_on_it_or_beside_it(stretches: int) -> None:
    chances = changing(stretches, CHANGES)
    assert set(np.unique(chances)) <= set(CHANGES)
    assert chances.shape[1] == stretches
    assert (chances == CHANGES[0]).any(axis=0).all(), "there is a pulse that moves at each place"


def test_a_bass_that_leaves_the_root_for_a_while_is_no_chord_where_the_harmony_moves_by_the_bar() -> None:
    """Four stretches a bar, a chord a bar; the third stretch of every bar looks a little more like another chord."""
    seen = np.full((32, 24), -6.0)
    truth = np.repeat([0, 5, 7, 0, 9, 5, 7, 0], 4)
    seen[np.arange(32), truth] = -0.2
    seen[2::4] = -6.0
    seen[np.arange(2, 32, 4), truth[2::4]] = -3.0
    seen[np.arange(2, 32, 4), (truth[2::4] + 7) % 12] = -0.2
    assert likeliest(seen, changing(32, CHANGES)).tolist() == truth.tolist()


@settings(max_examples=20, deadline=None)
@given(st.floats(0.25, 3.0), st.floats(0.0, 1.0))
def test_stretches_are_short_rise_and_cover_the_sound(period: float, start: float) -> None:
    seconds = 12.0
    silence = hear(Audio(np.zeros((2, 44_100), dtype=np.float32), 44_100))
    beats = np.arange(start, seconds, period)
    edges = Hearing(silence.strength, silence.chroma, 60 / period, beats, seconds).edges_s
    assert (np.diff(edges) > 0).all()
    assert len(beats) < 3 or np.diff(edges).max() <= 0.4 + 1e-9
    assert edges[0] <= start + 1e-9 <= edges[-1]
    assert edges[-1] >= seconds - period


def test_silence_has_no_chords() -> None:
    heard = chords_heard(hear(Audio(np.zeros((2, 88_200), dtype=np.float32), 44_100)))
    assert all(span.chord is None for span in heard)
