"""Stems, loudness, spectrum: perfect, empty, malformed."""

import math

import numpy as np
import pytest
from sounds import broken, clicks, progression, silence

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.evaluate import loudness, spectrum, stems

RATE = 44_100


def noise(seed: int, seconds: float = 1.0, level: float = 0.1) -> Audio:
    samples = np.random.default_rng(seed).normal(0, level, (2, int(RATE * seconds)))
    return Audio((samples - samples.mean(axis=1, keepdims=True)).astype(np.float32), RATE)


def summed(*parts: Audio) -> Audio:
    return Audio(sum(part.samples.astype(np.float64) for part in parts).astype(np.float32), RATE)


def test_stems_that_sum_to_the_bus_are_perfect() -> None:
    a, b = noise(1), noise(2)
    found = stems.evaluate({"a": a, "b": b}, summed(a, b), summed(a, b))
    assert found["null_db"] < -120
    assert (found["equal_length"], found["silent_stems"], found["clipped_samples"]) == (1.0, 0.0, 0.0)
    assert found["dc_offset"] < 1e-6


def test_each_fault_of_stems_is_seen() -> None:
    a, quiet = noise(1), Audio.silence(2, RATE, RATE)
    shifted = Audio(a.samples + np.float32(0.01), RATE)
    loud = Audio(np.full((2, RATE), 1.0, dtype=np.float32), RATE)
    assert stems.evaluate({"a": a}, summed(a, a), a)["null_db"] == pytest.approx(-6.02, abs=0.01)
    assert stems.evaluate({"a": a, "b": quiet}, a, a)["silent_stems"] == 1.0
    assert stems.evaluate({"a": shifted}, shifted, a)["dc_offset"] == pytest.approx(0.01, abs=1e-4)
    assert stems.evaluate({"a": a}, a, loud)["clipped_samples"] == 2.0 * RATE
    assert stems.evaluate({"a": noise(1, 0.5)}, a, a) | {"null_db": 0.0, "equal_length": 0.0} == stems.evaluate(
        {"a": noise(1, 0.5)}, a, a
    )


def test_no_stems_at_all_is_defined() -> None:
    quiet = Audio.silence(2, RATE, RATE)
    found = stems.evaluate({}, quiet, quiet)
    assert found == {
        "equal_length": 1.0,
        "null_db": -math.inf,
        "silent_stems": 0.0,
        "clipped_samples": 0.0,
        "dc_offset": 0.0,
    }


def test_a_tone_at_its_target_has_no_error() -> None:
    time = np.arange(4 * RATE) / RATE
    tone = Audio(np.tile(0.1 * np.sin(2 * np.pi * 997 * time), (2, 1)).astype(np.float32), RATE)
    lufs = loudness.evaluate(tone, -14.0, -1.0)["loudness_lufs"]
    assert lufs == pytest.approx(-20.0, abs=0.1)
    found = loudness.evaluate(tone, lufs, -21.0)
    assert found["loudness_error_lu"] == 0.0
    assert found["over_ceiling_db"] == pytest.approx(1.0, abs=0.05)


def test_silence_reads_the_gate() -> None:
    assert loudness.evaluate(silence(), -14.0, -1.0)["loudness_lufs"] == loudness.GATE_LUFS
    assert spectrum.evaluate({"a": silence()}, silence()) == {"bands_filled": 0.0, "band_overlap": 0.0}


def test_broken_sound_is_refused_everywhere() -> None:
    good = clicks(120.0, 1.0)
    with pytest.raises(InputError, match="no numbers"):
        stems.evaluate({"a": broken()}, good, good)
    with pytest.raises(InputError, match="no numbers"):
        loudness.evaluate(broken(), -14.0, -1.0)
    with pytest.raises(InputError, match="no numbers"):
        spectrum.evaluate({}, broken())
    with pytest.raises(InputError, match="under 0"):
        loudness.evaluate(good, 3.0, -1.0)


def test_the_same_sound_masks_itself_wholly_and_far_ones_hardly() -> None:
    time = np.arange(2 * RATE) / RATE
    low, high = (
        Audio(np.sin(2 * np.pi * hz * time, dtype=np.float32)[None] * np.float32(0.3), RATE) for hz in (90, 6000)
    )
    assert spectrum.band_overlap({"a": low, "b": low}) == pytest.approx(1.0)
    assert spectrum.band_overlap({"a": low, "b": high}) < 0.01
    assert spectrum.bands_filled(spectrum.octave_shares(low)) == pytest.approx(0.9, abs=0.05)
    assert spectrum.bands_filled(spectrum.octave_shares(progression(["C", "F"]))) > 1.5
