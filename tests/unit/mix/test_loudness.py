"""The meter against EBU Tech 3341 and 3342's test signals, and against pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest

from resonant.audio import Audio
from resonant.errors import AudioError
from resonant.mix.loudness import (
    integrated_lufs,
    measure,
    momentary_lufs,
    peak_envelope,
    quick_lufs,
    short_term_lufs,
    true_peak_dbtp,
)

RATE = 48_000


def tones(*steps: tuple[float, float], channels: int = 2, rate: int = RATE) -> Audio:
    """A 1 kHz sine in stretches of (dBFS, seconds)."""
    gains = np.concatenate([np.full(round(seconds * rate), 10.0 ** (db / 20.0)) for db, seconds in steps])
    sine = gains * np.sin(2 * np.pi * 1000.0 * np.arange(gains.size) / rate)
    return Audio(np.tile(sine, (channels, 1)).astype(np.float32), rate)


def noise(seed: int, rate: int = 44_100, seconds: float = 12.0) -> Audio:
    """Pinkish noise that swells, stereo."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate)
    white = rng.standard_normal((2, count))
    spectrum = np.fft.rfft(white, axis=1) / np.sqrt(np.arange(1, count // 2 + 2))
    swell = 1.0 + 0.9 * np.sin(2 * np.pi * 0.15 * np.arange(count) / rate)
    pink = np.fft.irfft(spectrum, count, axis=1) * swell
    return Audio((0.1 * pink / pink.std()).astype(np.float32), rate)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (((-23.0, 20.0),), -23.0),
        (((-33.0, 20.0),), -33.0),
        (((-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)), -23.0),
        (((-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)), -23.0),
        (((-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)), -23.0),
    ],
)
def test_integrated_loudness_reads_the_ebu_test_signals_within_a_tenth(
    steps: tuple[tuple[float, float], ...], expected: float
) -> None:
    assert integrated_lufs(tones(*steps)) == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (((-20.0, 20.0), (-30.0, 20.0)), 10.0),
        (((-20.0, 20.0), (-15.0, 20.0)), 5.0),
        (((-40.0, 20.0), (-20.0, 20.0)), 20.0),
        (((-50.0, 20.0), (-35.0, 20.0), (-20.0, 20.0), (-35.0, 20.0), (-50.0, 20.0)), 15.0),
    ],
)
def test_loudness_range_reads_the_ebu_test_signals_within_one_unit(
    steps: tuple[tuple[float, float], ...], expected: float
) -> None:
    assert measure(tones(*steps)).range_lu == pytest.approx(expected, abs=1.0)


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000, 96_000])
def test_integrated_loudness_agrees_with_pyloudnorm_at_every_rate(rate: int) -> None:
    audio = noise(1, rate)
    oracle = pyloudnorm.Meter(rate).integrated_loudness(audio.samples.T.astype(np.float64))
    assert integrated_lufs(audio) == pytest.approx(oracle, abs=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_the_quick_meter_agrees_with_the_exact_one(seed: int) -> None:
    audio = noise(seed)
    assert quick_lufs(audio) == pytest.approx(integrated_lufs(audio), abs=0.1)


def test_a_meter_that_listens_sparsely_is_in_step_with_no_rhythm() -> None:
    """Quarters at 200 bpm last 300 ms each: every third 100 ms would hear all beats or none."""
    beats = noise(5, RATE, 30.0).samples.copy()
    beat = np.arange(beats.shape[1]) % round(0.3 * RATE)
    beats *= np.where(beat < RATE // 10, 1.0, 0.3).astype(np.float32)
    audio = Audio(beats, RATE)
    assert quick_lufs(audio, sparsely=True) == pytest.approx(integrated_lufs(audio), abs=0.5)
    assert quick_lufs(Audio.silence(2, 30 * RATE, RATE), sparsely=True) is None


def test_momentary_and_short_term_loudness_of_a_steady_tone_are_its_level_throughout() -> None:
    audio = tones((-23.0, 6.0))
    assert momentary_lufs(audio) == pytest.approx(np.full(57, -23.0), abs=0.1)
    assert short_term_lufs(audio) == pytest.approx(np.full(31, -23.0), abs=0.1)


@pytest.mark.parametrize("phase", [0.0, 45.0, 60.0, 67.5])
@pytest.mark.parametrize("divisor", [4, 6, 8])
def test_true_peak_of_sines_between_the_samples_is_within_the_tolerance_of_the_ebu(divisor: int, phase: float) -> None:
    sine = 0.5 * np.sin(2 * np.pi * np.arange(RATE) / divisor + np.radians(phase))
    ramp = np.clip(np.minimum(np.arange(RATE), RATE - np.arange(RATE)) / 4800, 0, 1)
    reading = true_peak_dbtp(Audio((sine * ramp).astype(np.float32)[None], RATE))
    assert -6.02 - 0.4 <= reading <= -6.02 + 0.2


def test_leaving_out_blocks_that_can_not_hold_the_peak_does_not_change_it() -> None:
    samples = noise(3).samples
    assert peak_envelope(samples, floor=float(np.abs(samples).max())).max() == peak_envelope(samples).max()


@pytest.mark.parametrize("under_db", [0.0, 3.0, 9.0])
@pytest.mark.parametrize("sound", [noise(3), tones((-6.0, 1.0)), Audio(noise(4).samples * np.float32(8.0), 44_100)])
def test_a_floor_leaves_out_no_peak_that_lies_over_it(sound: Audio, under_db: float) -> None:
    all_peaks = peak_envelope(sound.samples)
    floor = float(all_peaks.max()) * 10.0 ** (-under_db / 20.0)
    quick = peak_envelope(sound.samples, floor)
    over = all_peaks > floor
    assert np.array_equal(quick[over], all_peaks[over])
    assert (quick <= all_peaks).all()


@pytest.mark.parametrize("count", [0, 1, 100, 48_000])
def test_silence_has_no_loudness_and_no_range(count: int) -> None:
    loudness = measure(Audio.silence(2, count, RATE))
    assert (loudness.integrated_lufs, loudness.short_term_max_lufs, loudness.range_lu) == (None, None, 0.0)
    assert loudness.true_peak_dbtp == -200.0


def test_less_than_a_gating_block_is_measured_as_one_block() -> None:
    assert integrated_lufs(tones((-23.0, 0.25))) == pytest.approx(-23.0, abs=0.3)


def test_surround_is_refused_in_words() -> None:
    with pytest.raises(AudioError, match="mono or stereo, not on 6 channels"):
        integrated_lufs(Audio.silence(6, RATE, RATE))
