"""Delay lines: read late by any time, silent before the start."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resonant.sound.delay_line import read_late
from resonant.sound.steps import steps_of


@given(st.integers(1, 40_000), st.integers(0, 700))
def test_a_time_that_stands_still_is_a_shift(num_samples: int, late: int) -> None:
    channel = np.random.default_rng(num_samples).standard_normal(num_samples).astype(np.float32)
    heard = read_late(channel, np.full(steps_of(num_samples).size, float(late)))
    expected = np.concatenate([np.zeros(late, dtype=np.float32), channel])[:num_samples]
    np.testing.assert_array_equal(heard, expected)


def test_a_line_that_gets_shorter_sounds_higher() -> None:
    rate, hz, seconds = 48_000, 440.0, 1.0
    tone = np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate).astype(np.float32)
    heard = read_late(tone, 960.0 * (1.0 - steps_of(tone.size) / tone.size))
    turns = np.count_nonzero(np.diff(np.signbit(heard[1000:])).astype(int)) / 2 / (tone.size - 1000) * rate
    assert abs(turns - hz * (1.0 + 960.0 / tone.size)) < 1.5


def test_between_two_samples_it_is_read_in_a_straight_line() -> None:
    ramp = np.arange(1000, dtype=np.float32)
    heard = read_late(ramp, np.full(steps_of(1000).size, 2.25))
    np.testing.assert_allclose(heard[10:], ramp[10:] - 2.25, rtol=1e-6)
