"""Tones that are kept are what they would be if they were made."""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from resonant.sound.kept_tones import KeptTones

Mono = NDArray[np.float32]


def ramp(end: int, asked: list[int]) -> Callable[[int], Mono]:
    """A tone of `end` samples of which the last 2000 that are given are wrong, unless it ends there."""

    def make(num_samples: int) -> Mono:
        asked.append(num_samples)
        sound = np.arange(min(num_samples, end), dtype=np.float32)
        if num_samples < end:
            sound[-2000:] = -1.0
        return sound

    return make


@given(st.lists(st.integers(1, 20_000), min_size=1, max_size=8), st.integers(1, 20_000))
def test_a_tone_is_the_same_whatever_was_wanted_before(wanted: list[int], end: int) -> None:
    tones = KeptTones()
    asked: list[int] = []
    for length in wanted:
        heard = tones.tone("a", length, ramp(end, asked))
        assert np.array_equal(heard, np.arange(min(length, end), dtype=np.float32))
    assert len(asked) == len({length for n, length in enumerate(wanted) if length > max(wanted[:n], default=0)}) or any(
        length > end for length in asked
    )


def test_the_tones_unused_for_longest_are_dropped() -> None:
    tones, asked = KeptTones(max_bytes=3 * 4000), []
    for name in ("a", "b", "a", "c", "d", "a"):
        tones.tone(name, 1000, ramp(10_000, asked))
    assert len(asked) == 4
    assert tones.num_bytes == 3 * 4000
    tones.tone("b", 1000, ramp(10_000, asked))
    assert len(asked) == 5
