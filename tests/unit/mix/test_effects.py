"""Each effect does what its settings say."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import sosfilt

from resonant.mix.effects.chorus import chorus
from resonant.mix.effects.compressor import Compression, compress, curve_db
from resonant.mix.effects.convolution import Response, convolved, filtered
from resonant.mix.effects.delay import echo_response
from resonant.mix.effects.ducking import duck, ducking_curve
from resonant.mix.effects.eq import Band, equalise, response_db, sections_of
from resonant.mix.effects.limiter import limit
from resonant.mix.effects.reverb import ROOMS, RoomName, impulse_response
from resonant.mix.effects.saturation import saturate
from resonant.mix.effects.tape import age
from resonant.mix.effects.width import equalise_sides, place
from resonant.mix.loudness import peak_envelope

RATE = 44_100


def sine(freq_hz: float, seconds: float = 1.0, level: float = 0.5) -> NDArray[np.float32]:
    wave = level * np.sin(2 * np.pi * freq_hz * np.arange(round(seconds * RATE)) / RATE)
    return wave.astype(np.float32)[None]


def noise(channels: int = 2, seconds: float = 2.0, level: float = 0.1, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    return (level * rng.standard_normal((channels, round(seconds * RATE)))).astype(np.float32)


def rms_db(samples: NDArray[np.float32]) -> float:
    return float(10.0 * np.log10(np.mean(samples.astype(np.float64) ** 2)))


class TestEqualiser:
    @pytest.mark.parametrize(
        ("band", "freq_hz", "gain_db"),
        [
            (Band("peak", 1000.0, 6.0, 1.0), 1000.0, 6.0),
            (Band("peak", 1000.0, 6.0, 1.0), 30.0, 0.0),
            (Band("low_shelf", 200.0, -4.0), 20.0, -4.0),
            (Band("low_shelf", 200.0, -4.0), 8000.0, 0.0),
            (Band("high_shelf", 5000.0, 3.0), 20000.0, 3.0),
            (Band("high_shelf", 5000.0, 3.0), 100.0, 0.0),
            (Band("low_cut", 100.0), 100.0, -3.0),
            (Band("low_cut", 100.0), 50.0, -12.3),
            (Band("high_cut", 5000.0), 5000.0, -3.0),
        ],
    )
    def test_a_band_has_its_gain_where_it_should(self, band: Band, freq_hz: float, gain_db: float) -> None:
        assert response_db((band,), RATE, np.array([freq_hz]))[0] == pytest.approx(gain_db, abs=0.2)

    @pytest.mark.parametrize("freq_hz", [60.0, 440.0, 3000.0])
    def test_a_sine_comes_out_at_the_drawn_level(self, freq_hz: float) -> None:
        bands = (Band("low_cut", 80.0), Band("peak", 440.0, 4.0, 1.0), Band("high_shelf", 2000.0, -5.0))
        heard = rms_db(equalise(sine(freq_hz), RATE, bands)[:, RATE // 2 :]) - rms_db(sine(freq_hz)[:, RATE // 2 :])
        assert heard == pytest.approx(response_db(bands, RATE, np.array([freq_hz]))[0], abs=0.05)

    def test_the_convolution_of_many_bands_equals_the_bands_one_after_the_other(self) -> None:
        bands = (Band("low_cut", 30.0), Band("peak", 62.0, 2.0, 1.2), Band("peak", 900.0, -3.0), Band("high_cut", 9e3))
        reference = sosfilt(sections_of(bands, RATE), noise().astype(np.float64), axis=1)
        assert np.abs(equalise(noise(), RATE, bands) - reference).max() < 1e-5

    def test_bands_beyond_the_rate_are_brought_under_it(self) -> None:
        assert np.isfinite(equalise(noise(), 8_000, (Band("high_shelf", 9000.0, 3.0), Band("high_cut", 2e4)))).all()


class TestConvolution:
    @pytest.mark.parametrize("count", [1, 100, 8193, 40_000, 300_000])
    def test_blocks_give_what_one_convolution_gives(self, count: int) -> None:
        response = noise(1, 0.1)[0] * np.exp(-np.arange(4410) / 500).astype(np.float32)
        samples = noise(2, 7.0)[:, :count]
        whole = np.stack([np.convolve(side, response)[:count] for side in samples[:, :3000]])
        assert np.abs(filtered(samples, response)[:, :3000] - whole[:, :3000]).max() < 1e-5
        assert filtered(samples, response).shape == samples.shape

    @pytest.mark.parametrize("name", ["room", "hall", "ambient"])  # the longer ones in parts
    def test_a_click_through_a_room_is_the_room_wherever_it_comes(self, name: RoomName) -> None:
        room = impulse_response(name, RATE)
        response = Response(room)  # keeps its spectrum for sends of one length
        for seconds in (8, 8, 3):
            send = np.zeros((seconds + 1) * RATE, dtype=np.float32)
            send[seconds * RATE] = 1.0
            wet = convolved(send, response, send.size + room.shape[1])
            assert np.abs(wet[:, : seconds * RATE]).max() < 1e-6
            assert np.abs(wet[:, seconds * RATE : seconds * RATE + room.shape[1]] - room).max() < 1e-6


class TestCompressor:
    def test_the_curve_is_straight_below_and_of_its_ratio_above_the_knee(self) -> None:
        out = curve_db(np.array([-60.0, -30.0, -10.0, 0.0]), Compression(-20.0, 4.0, knee_db=6.0))
        assert out == pytest.approx([-60.0, -30.0, -17.5, -15.0])

    def test_a_steady_tone_settles_on_the_curve(self) -> None:
        settings = Compression(-20.0, 3.0, 5.0, 60.0)
        tone = sine(1000.0, 2.0, 0.5)
        out = compress(tone, RATE, settings)
        assert rms_db(out[:, RATE:]) == pytest.approx(float(curve_db(np.array(rms_db(tone)), settings)), abs=0.5)

    def test_gain_comes_back_with_the_release(self) -> None:
        quiet, loud = sine(1000.0, 1.0, 0.01), sine(1000.0, 1.0, 0.8)
        out = compress(np.concatenate((quiet, loud, quiet), axis=1), RATE, Compression(-20.0, 4.0, 5.0, 50.0))
        just_after, later = out[:, 2 * RATE + 200 : 2 * RATE + 1000], out[:, -RATE // 2 :]
        assert rms_db(just_after) < rms_db(quiet) - 3.0
        assert rms_db(later) == pytest.approx(rms_db(quiet), abs=0.1)


class TestLimiter:
    @pytest.mark.parametrize("level", [0.05, 0.3, 1.0, 4.0])
    def test_no_peak_between_the_samples_goes_over_the_ceiling(self, level: float) -> None:
        out = limit(noise(level=level), RATE, -1.0)
        assert 20 * np.log10(peak_envelope(out).max()) <= -1.0 + 0.1

    def test_what_is_under_the_ceiling_is_left_alone(self) -> None:
        assert np.array_equal(limit(sine(440.0), RATE, -1.0), sine(440.0))


class TestDucking:
    def test_the_curve_is_down_at_each_kick_and_up_between(self) -> None:
        curve = ducking_curve(np.array([0.2, 0.5, 0.52, 0.99, 1.0, 2.0]), (0.5, 1.0), 0.6, 0.25)
        assert curve == pytest.approx([1.0, 0.4, 0.4, 1.0, 0.4, 1.0], abs=1e-6)

    def test_the_gain_never_jumps(self) -> None:
        out = duck(np.ones((1, RATE), dtype=np.float32), RATE, (0.25, 0.3, 0.7), 0.9, 0.2)
        assert np.abs(np.diff(out)).max() < 0.01


class TestSaturation:
    def test_a_quiet_sound_is_unchanged_and_a_loud_one_gets_third_harmonics(self) -> None:
        quiet, loud = sine(500.0, level=0.002), sine(500.0, level=0.4)
        assert np.abs(saturate(quiet, 6.0) - quiet).max() < 1e-6
        spectrum = np.abs(np.fft.rfft(saturate(loud, 6.0)[0]))
        assert spectrum[1500] > 30 * spectrum[1000]
        assert 0.02 < spectrum[1500] / spectrum[500] < 0.2

    def test_what_folds_back_lies_60_db_down(self) -> None:
        spectrum = np.abs(np.fft.rfft(saturate(sine(9000.0, level=0.3), 6.0)[0] * np.hanning(RATE)))
        assert spectrum[RATE - 27_000 - 5 : RATE - 27_000 + 6].max() < 1e-2 * spectrum.max()

    def test_pieces_are_joined_without_a_seam(self) -> None:
        tone = sine(100.0, 3.0)
        assert np.array_equal(saturate(tone, 8.0)[:, :40_000], saturate(tone[:, :40_000], 8.0))


class TestRooms:
    @pytest.mark.parametrize("name", list(ROOMS))
    def test_a_room_decays_in_its_time_is_wide_and_of_unit_energy(self, name: RoomName) -> None:
        response = impulse_response(name, RATE)
        energy = (response.astype(np.float64) ** 2).sum(axis=1)
        assert energy == pytest.approx([1.0, 1.0], abs=1e-3)
        assert abs(np.corrcoef(response)[0, 1]) < 0.3
        left = np.cumsum(response[0, ::-1].astype(np.float64) ** 2)[::-1]
        fallen = [np.argmax(10 * np.log10(left / left[0] + 1e-20) < level) / RATE for level in (-10.0, -30.0)]
        assert 3.0 * (fallen[1] - fallen[0]) == pytest.approx(ROOMS[name].decay_s, rel=0.3)

    def test_high_notes_die_before_low_ones(self) -> None:
        response = impulse_response("hall", RATE)
        late = np.abs(np.fft.rfft(response[0, RATE : RATE + 32_768]))
        soon = np.abs(np.fft.rfft(response[0, 4_000 : 4_000 + 32_768]))
        bands = [
            slice(round(low * 32_768 / RATE), round(high * 32_768 / RATE)) for low, high in ((300, 600), (4e3, 6e3))
        ]
        falls = [(soon[band] ** 2).sum() / (late[band] ** 2).sum() for band in bands]
        assert falls[1] > 4 * falls[0]


class TestEcho:
    def test_repeats_come_in_time_and_swing_from_side_to_side(self) -> None:
        response = echo_response(RATE, 0.3, 0.4)
        step = round(0.3 * RATE)
        energies = [(response[:, n * step : n * step + 1500] ** 2).sum(axis=1) for n in (1, 2, 3)]
        assert energies[0][0] > energies[0][1]
        assert energies[1][1] > energies[1][0]
        assert energies[0].sum() > energies[1].sum() > energies[2].sum()


class TestPlace:
    def test_the_middle_keeps_its_level_and_power_is_constant(self) -> None:
        assert place(sine(440.0), 0.0) == pytest.approx(np.tile(sine(440.0), (2, 1)), abs=1e-6)
        powers = [(place(sine(440.0), pan) ** 2).sum() for pan in (-1.0, -0.3, 0.4, 1.0)]
        assert powers == pytest.approx([powers[0]] * 4, rel=1e-5)

    def test_left_is_left(self) -> None:
        left, right = place(sine(440.0), -1.0)
        assert np.abs(right).max() < 1e-6 < np.abs(left).max()

    def test_low_notes_are_brought_to_the_middle_and_high_ones_stay(self) -> None:
        wide = np.concatenate((sine(50.0) + sine(2000.0), -sine(50.0) - sine(2000.0)))
        side = np.subtract(*equalise_sides(wide, RATE, (), 1.0, 200.0))[RATE // 2 :]
        spectrum = np.abs(np.fft.rfft(side))
        assert spectrum[25] < 0.1 * spectrum[1000]

    def test_no_width_is_mono(self) -> None:
        assert equalise_sides(noise(), RATE, (), 0.0, None).shape[0] == 1


class TestChorusAndTape:
    def test_chorus_makes_a_mono_part_wide(self) -> None:
        left, right = chorus(noise(1), RATE)
        assert np.corrcoef(left, right)[0, 1] < 0.95

    def test_tape_is_duller_noisy_and_wavers(self) -> None:
        tone = np.tile(sine(1000.0, 4.0, 0.2), (2, 1))
        old = age(tone, RATE, 0.8)
        assert old.shape == tone.shape
        phase = np.unwrap(np.angle(np.fft.ifft(np.fft.fft(old[0]) * (np.fft.fftfreq(old.shape[1]) > 0))))
        cents = 1200 * np.log2(np.diff(phase[RATE:-RATE:441]) / (2 * np.pi * 1000 * 441 / RATE))
        assert 2.0 < np.abs(cents).max() < 30.0
        assert rms_db(age(noise(level=0.05), RATE, 1.0)) < rms_db(noise(level=0.05)) - 3.0

    def test_silence_gets_no_noise(self) -> None:
        assert not age(np.zeros((2, RATE), dtype=np.float32), RATE, 1.0).any()
