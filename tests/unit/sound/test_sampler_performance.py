"""A track on the clock: controllers as curves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resonant.score.model import Control, Note, Track
from resonant.sound.sampler.performance import Curve, perform
from resonant.units import TempoMap

RATE = 1_000  # a glide of 5 ms is 5 samples


def test_a_curve_keeps_its_values_and_glides_between_them() -> None:
    curve = Curve((0, 100, 200), (10.0, 20.0, 0.0))
    line = curve.over(0, 300, RATE)
    assert np.all(line[:101] == 10.0) and np.all(line[105:201] == 20.0) and np.all(line[205:] == 0.0)
    assert np.allclose(np.diff(line[100:106]), 2.0)


def test_a_change_within_a_glide_turns_off_where_the_line_has_got_to() -> None:
    line = Curve((0, 100, 102), (0.0, 10.0, 0.0)).over(0, 200, RATE)
    assert np.allclose(line[100:108], [0.0, 2.0, 4.0, 3.2, 2.4, 1.6, 0.8, 0.0])


@given(st.dictionaries(st.integers(1, 400), st.integers(0, 127), max_size=8), st.integers(0, 300), st.integers(1, 200))
def test_a_stretch_of_a_curve_is_that_stretch_of_the_whole(moves: dict[int, int], start: int, length: int) -> None:
    samples = (0, *sorted(moves))
    curve = Curve(samples, (64.0, *(float(moves[sample]) for sample in samples[1:])))
    assert np.allclose(curve.over(start, length, RATE), curve.over(0, 600, RATE)[start : start + length], atol=1e-4)


def test_a_pedal_put_down_at_the_end_of_a_note_catches_it() -> None:
    controls = (Control(480, 64, 127), Control(960, 64, 0))
    track = Track("p", "chords", "grand_piano", (Note(0, 60, 480, 90),), controls=controls)
    (strike,) = perform(track, TempoMap.constant(120.0), RATE).strikes
    assert (strike.start, strike.stop) == (0, 1_000)
