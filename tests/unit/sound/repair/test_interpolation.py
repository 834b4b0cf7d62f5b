"""Short gaps filled in from both sides: how near that comes to what was there, and what it leaves alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sound_features import RATE, heard, phrase

from resonant.audio import Samples
from resonant.sound.repair.interpolation import LONGEST_S, filled_in

VOICES = ("synth_keys", "warm_pad", "synth_bass", "pluck", "kit_lofi")


def mixture() -> Samples:
    """Two seconds of a band that plays together, in stereo."""
    parts = [heard(voice, *phrase(voice), seconds=3.0) for voice in VOICES]
    return sum(parts[1:], parts[0])[:, RATE // 2 : RATE // 2 + 2 * RATE]  # type: ignore[return-value]


BAND = mixture()


def crossed_over(samples: Samples, start: int, end: int) -> Samples:
    """The plain remedy: what stands before fades into what stands behind."""
    length = end - start
    rise = np.linspace(0.0, 1.0, length, dtype=np.float32)
    return samples[:, start - length : start] * (1 - rise) + samples[:, end : end + length] * rise  # type: ignore[no-any-return]


def decibels(wanted: Samples, got: Samples) -> float:
    """Signal over error."""
    return float(10 * np.log10((wanted**2).sum() / ((wanted - got) ** 2).sum()))


@pytest.mark.parametrize(("channels", "milliseconds"), [(2, 5), (1, 10), (2, 20)])
def test_a_filled_gap_is_far_nearer_to_what_was_there_than_a_cross_fade(channels: int, milliseconds: int) -> None:
    sound, length = BAND[:channels], milliseconds * RATE // 1000
    ours, plain = [], []
    for start_s in (0.15, 0.65, 1.4):  # between attacks: one that begins in a gap is nowhere to be found
        first, last = round(start_s * RATE), round(start_s * RATE) + length
        damaged = sound.copy()
        damaged[:, first:last] = 0.9
        ours.append(decibels(sound[:, first:last], filled_in(damaged, RATE, first, last)))
        plain.append(decibels(sound[:, first:last], crossed_over(sound, first, last)))
    assert np.median(ours) > np.median(plain) + 10.0 and min(ours) > 0.0, (ours, plain)


def test_a_steady_tone_is_filled_in_as_if_it_had_never_stopped() -> None:
    times = np.arange(RATE) / RATE
    tone = sum(np.sin(2 * np.pi * hz * times + hz) / 4 for hz in (110.0, 277.2, 659.3))
    sound = np.asarray(tone, dtype=np.float32)[None]
    first, last = 20_000, 20_000 + round(LONGEST_S * RATE)
    assert decibels(sound[:, first:last], filled_in(sound, RATE, first, last)) > 50.0


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 900), st.data())
def test_any_gap_in_any_sound_gets_numbers_that_do_not_hang_on_what_it_held(length: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(start + 1, length))
    kind = data.draw(st.sampled_from(["noise", "silence", "steps", "full scale"]))
    noise = np.random.default_rng(length).standard_normal((2, length)).astype(np.float32)
    sound = {
        "noise": 0.3 * noise, "silence": 0 * noise, "steps": np.sign(noise), "full scale": np.ones_like(noise)
    }[kind]  # fmt: skip
    got = filled_in(sound, 8000, start, end)
    assert got.shape == (2, end - start) and got.dtype == np.float32 and bool(np.isfinite(got).all())
    assert float(np.abs(got).max()) <= 4.0
    damaged = sound.copy()
    damaged[:, start:end] = np.nan
    assert np.array_equal(filled_in(damaged, 8000, start, end), got)


def test_silence_stays_silent() -> None:
    assert not filled_in(np.zeros((1, 5000), dtype=np.float32), RATE, 2000, 2400).any()
