"""What moves slowly: straight lines between steps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resonant.sound.steps import STEP, between, steps_of


@given(st.integers(1, 5_000), st.sampled_from([np.float32, np.float64]))
def test_a_straight_line_comes_back_whole(num_samples: int, kind: type[np.floating]) -> None:
    steps = steps_of(num_samples)
    line = between((3.0 - steps / 64.0).astype(kind), num_samples)
    assert line.dtype == kind
    np.testing.assert_array_equal(line, (3.0 - np.arange(num_samples) / 64.0).astype(kind))


def test_at_a_step_it_is_what_was_worked_out() -> None:
    values = np.random.default_rng(1).normal(size=steps_of(1_000).size)
    np.testing.assert_allclose(between(values, 1_000)[::STEP], values[: -(-1_000 // STEP)])
