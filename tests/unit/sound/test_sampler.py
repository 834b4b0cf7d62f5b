"""The sampler against what the SoundFont specification says, on a sample whose every property is known."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from soundfont_files import sf2, sine

from resonant.score.model import Bend, Control, Note, Track
from resonant.sound.banks import SoundBank
from resonant.sound.sampler import render_sampled
from resonant.sound.sampler.envelope import fall
from resonant.units import TempoMap

RATE = 48_000
TEMPO = TempoMap.constant(120.0)  # 960 ticks are a second
LOOP = (4410, 4410 + 4410)  # 44 whole periods of 440 Hz
LOUDEST = 0.5 * (100 / 127) ** 2 / np.sqrt(2)  # of the test sine, by volume 100 and a place in the middle


def _played(tmp_path: Path, data: bytes, track: Track, seconds: float = 2.0, rate: int = RATE) -> NDArray[np.float32]:
    path = tmp_path / "bank.sf2"
    path.write_bytes(data)
    return render_sampled(track, TEMPO, 0, 0, int(seconds * rate), rate, SoundBank(path)).samples


@pytest.mark.parametrize("length", [1, 7, 16_384, 16_385, 100_003])
def test_a_short_fall_is_the_beginning_of_a_long_one(length: int) -> None:
    assert np.array_equal(fall(0.3, length, RATE), fall(0.3, 400_000, RATE)[:length])


def _track(*notes: Note, bends: tuple[Bend, ...] = (), controls: tuple[Control, ...] = ()) -> Track:
    return Track("part", "melody", "flute", notes, bends, controls)


def _hertz(sound: NDArray[np.float32], rate: int = RATE) -> float:
    """Frequency by the phase between two halves: exact to a hundredth of a hertz for one sine."""
    half = len(sound) // 2
    size = 1 << 19
    spectrum = np.abs(np.fft.rfft(sound[: 2 * half] * np.hanning(2 * half), size))
    top = int(np.argmax(spectrum))
    a, b, c = np.log(spectrum[top - 1 : top + 2])
    return float((top + 0.5 * (a - c) / (a - 2 * b + c)) * rate / size)


def _level(sound: NDArray[np.float32]) -> float:
    return float(np.sqrt(2 * np.mean(np.square(sound))))


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("key", [45, 57, 69, 76, 93])
def test_each_key_sounds_at_its_own_pitch(tmp_path: Path, key: int, rate: int) -> None:
    sound = _played(tmp_path, sf2(loop=LOOP), _track(Note(0, key, 1900, 127)), rate=rate)[0]
    expected = 440.0 * 2 ** ((key - 69) / 12)
    assert abs(1200 * np.log2(_hertz(sound[4800:80_000], rate) / expected)) < 0.2


def test_tuning_generators_add_up(tmp_path: Path) -> None:
    data = sf2(loop=LOOP, amounts={51: -3, 52: 25, 56: 50, 58: 67})
    sound = _played(tmp_path, data, _track(Note(0, 71, 1900, 127)))[0]
    cents = (71 - 67) * 50 - 300 + 25
    assert abs(1200 * np.log2(_hertz(sound[4800:80_000]) / 440.0) - cents) < 0.2


def test_a_loop_has_no_seam(tmp_path: Path) -> None:
    sound = _played(tmp_path, sf2(loop=LOOP), _track(Note(0, 64, 1900, 127)))[0][4800:86_400]
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound))))
    top = int(np.argmax(spectrum))
    spectrum[top - 20 : top + 20] = 0
    assert 20 * np.log10(spectrum.max() / (np.blackman(len(sound)).sum() / 2 * LOUDEST)) < -75


def test_a_sample_played_two_octaves_up_does_not_alias(tmp_path: Path) -> None:
    data = sf2(sine(88_200, 8_000.0))
    sound = _played(tmp_path, data, _track(Note(0, 93, 900, 127)))[0]
    assert _level(sound[2000:20_000]) < 0.5 * 10 ** (-60 / 20), "32 kHz is above what 48 kHz can hold"


def test_an_unlooped_sample_ends_where_it_ends(tmp_path: Path) -> None:
    sound = _played(tmp_path, sf2(sine(22_050)), _track(Note(0, 69, 1900, 127)))[0]
    assert _level(sound[: RATE // 2]) > 0.2
    assert not np.any(sound[RATE // 2 + 200 :])


def test_velocity_is_a_square_law_and_volume_and_expression_too(tmp_path: Path) -> None:
    def level(velocity: int, *controls: Control) -> float:
        track = _track(Note(0, 69, 1900, velocity), controls=controls)
        return _level(_played(tmp_path, sf2(loop=LOOP), track)[0][4800:80_000])

    assert level(127) == pytest.approx(LOUDEST, rel=1e-2)
    assert level(64) / level(127) == pytest.approx((64 / 127) ** 2, rel=1e-3)
    assert level(127, Control(0, 7, 50)) / level(127) == pytest.approx((50 / 100) ** 2, rel=1e-3)
    assert level(127, Control(0, 11, 90)) / level(127) == pytest.approx((90 / 127) ** 2, rel=1e-3)


def test_the_volume_envelope_keeps_its_times_and_decibels(tmp_path: Path) -> None:
    # Attack 0.25 s, hold 0.25 s, decay 2 s for 100 dB down to −20 dB, release 1 s for 100 dB.
    data = sf2(loop=LOOP, amounts={34: -2400, 35: -2400, 36: 1200, 37: 200, 38: 0})
    sound = _played(tmp_path, data, _track(Note(0, 69, 1440, 127)), 3.0)[0]

    def db(moment_s: float) -> float:
        at = int(moment_s * RATE)
        return 20 * np.log10(_level(sound[at - 480 : at + 480]) / LOUDEST)

    assert db(0.125) == pytest.approx(-6.0, abs=0.2)
    assert db(0.4) == pytest.approx(0.0, abs=0.1)
    assert db(0.7) == pytest.approx(-10.0, abs=0.3)
    assert db(1.3) == pytest.approx(-20.0, abs=0.1)
    assert db(1.7) == pytest.approx(-40.0, abs=0.3)
    assert db(2.0) == pytest.approx(-70.0, abs=0.5)


def test_keys_shorten_hold_and_decay_where_the_zone_says_so(tmp_path: Path) -> None:
    data = sf2(loop=LOOP, amounts={36: 0, 37: 1000, 40: 100})
    low, high = (_played(tmp_path, data, _track(Note(0, key, 1900, 127)))[0] for key in (48, 72))
    for sound, decay_s in ((low, 2.0), (high, 0.5)):
        at = int(0.2 * decay_s * RATE)
        assert 20 * np.log10(_level(sound[at - 200 : at + 200]) / LOUDEST) == pytest.approx(-20.0, abs=0.7)


def test_pan_is_of_equal_power_and_the_controller_moves_it(tmp_path: Path) -> None:
    def sides(pan: int, *controls: Control) -> tuple[float, float]:
        track = _track(Note(0, 69, 1900, 127), controls=controls)
        sound = _played(tmp_path, sf2(loop=LOOP, amounts={17: pan}), track)
        return _level(sound[0, 4800:80_000]), _level(sound[1, 4800:80_000])

    assert sides(0)[0] == pytest.approx(sides(0)[1])
    assert sides(-500)[1] == 0.0 and sides(-500)[0] == pytest.approx(LOUDEST * np.sqrt(2), rel=1e-3)
    assert sides(0, Control(0, 10, 127))[0] < 1e-3
    left, right = sides(-250)
    assert left**2 + right**2 == pytest.approx(2 * LOUDEST**2, rel=1e-2)


def test_a_bend_is_heard_in_cents(tmp_path: Path) -> None:
    track = _track(Note(0, 69, 1900, 127), bends=(Bend(0, 0), Bend(960, 150)))
    sound = _played(tmp_path, sf2(loop=LOOP), track)[0]
    assert _hertz(sound[4800:43_000]) == pytest.approx(440.0, abs=0.1)
    assert _hertz(sound[52_800:90_000]) == pytest.approx(440.0 * 2 ** (150 / 1200), abs=0.1)


def test_the_modulation_wheel_brings_vibrato_of_fifty_cents(tmp_path: Path) -> None:
    data = sf2(loop=LOOP, amounts={24: -851})  # 5 Hz
    still, moved = (
        _played(tmp_path, data, _track(Note(0, 69, 1900, 127), controls=(Control(0, 1, value),)))[0]
        for value in (0, 127)
    )
    crossings = np.flatnonzero((moved[:-1] < 0) & (moved[1:] >= 0))
    exact = crossings + moved[crossings] / (moved[crossings] - moved[crossings + 1])
    cents = 1200 * np.log2(RATE / np.diff(exact[20:800]) / 440.0)
    assert cents.max() == pytest.approx(50, abs=4) and cents.min() == pytest.approx(-50, abs=4)
    assert _hertz(still[4800:90_000]) == pytest.approx(440.0, abs=0.1)


def test_the_pedal_holds_a_note_until_it_is_lifted(tmp_path: Path) -> None:
    pedal = (Control(0, 64, 127), Control(1440, 64, 0))
    with_pedal = _played(tmp_path, sf2(loop=LOOP), _track(Note(0, 69, 480, 127), controls=pedal))[0]
    without = _played(tmp_path, sf2(loop=LOOP), _track(Note(0, 69, 480, 127)))[0]
    assert not np.any(without[RATE // 2 + 2000 :])
    assert _level(with_pedal[RATE : RATE + 20_000]) == pytest.approx(LOUDEST, rel=0.01)
    assert not np.any(with_pedal[int(1.5 * RATE) + 2000 :])


def test_a_key_struck_again_ends_its_first_note(tmp_path: Path) -> None:
    track = _track(Note(0, 69, 1900, 127), Note(960, 69, 400, 127))
    sound = _played(tmp_path, sf2(loop=LOOP), track)[0]
    assert _level(sound[RATE + 4800 : RATE + 19_000]) == pytest.approx(LOUDEST, rel=0.02)
    assert not np.any(sound[int(1.5 * RATE) :])


def test_a_closed_hi_hat_chokes_an_open_one(tmp_path: Path) -> None:
    zones = ({43: 42 | 42 << 8, 57: 1, 58: 42, 37: 0}, {43: 46 | 46 << 8, 57: 1, 58: 46})
    data = sf2(loop=LOOP, zones=zones, place=(0, 0))
    alone = _played(tmp_path, data, _track(Note(0, 46, 1900, 127)))[0]
    choked = _played(tmp_path, data, _track(Note(0, 46, 1900, 127), Note(480, 42, 20, 127)))[0]
    assert _level(alone[RATE : RATE + 9600]) > 0.2
    assert _level(choked[RATE : RATE + 9600]) < 1e-3


def test_the_low_pass_takes_away_what_lies_above_its_cutoff(tmp_path: Path) -> None:
    cutoff_cents = 6900  # 440 Hz
    low, high = (
        _played(tmp_path, sf2(sine(88_200, hz), amounts={8: cutoff_cents}), _track(Note(0, 69, 1800, 127)))[0]
        for hz in (440.0, 3520.0)
    )
    assert 20 * np.log10(_level(low[9600:48_000]) / LOUDEST) == pytest.approx(-3.0, abs=0.2)
    assert 20 * np.log10(_level(high[9600:48_000]) / LOUDEST) == pytest.approx(-36.1, abs=1.5)


def test_the_modulation_envelope_opens_the_filter(tmp_path: Path) -> None:
    data = sf2(sine(88_200, 3520.0), amounts={8: 6900, 11: 4800, 28: 0, 29: 1000})
    sound = _played(tmp_path, data, _track(Note(0, 69, 1900, 127)))[0]
    early, late = _level(sound[480:1920]), _level(sound[60_000:70_000])
    assert early > 0.8 * LOUDEST and late < 0.03 * LOUDEST


@pytest.mark.parametrize(
    "amounts",
    [
        {8: 6900},
        {8: 6900, 11: 4800, 28: 0, 29: 1000},
        {8: 13500, 11: -4800, 28: 0, 29: 1000},
        {8: 9000, 10: 1200},
        {13: 200, 22: -2000},
    ],
    ids=["still", "opening", "closing", "swaying", "tremolo"],
)
def test_a_tone_that_is_kept_is_the_one_that_would_be_made(tmp_path: Path, amounts: dict[int, int]) -> None:
    """Whatever was played before: shorter notes, longer ones."""
    path = tmp_path / "bank.sf2"
    path.write_bytes(sf2(sine(88_200, 1760.0), loop=LOOP, amounts=amounts))
    short, long = _track(Note(0, 69, 400, 100)), _track(Note(0, 69, 1700, 100))

    def played(bank: SoundBank, track: Track) -> NDArray[np.float32]:
        return render_sampled(track, TEMPO, 0, 0, 2 * RATE, RATE, bank).samples

    for first, then in ((short, long), (long, short)):
        bank = SoundBank(path)
        played(bank, first)
        assert np.array_equal(played(bank, then), played(SoundBank(path), then))


def test_velocity_closes_the_filter_only_where_the_file_says_so(tmp_path: Path) -> None:
    bright = sine(88_200, 7040.0)
    soft = _track(Note(0, 69, 1800, 32))
    plain = _played(tmp_path, sf2(bright), soft)[0]
    moved = _played(tmp_path, sf2(bright, modulators=((0x0102, 8, -4800, 0, 0),)), soft)[0]
    assert _level(plain[9600:48_000]) == pytest.approx(LOUDEST * (32 / 127) ** 2, rel=0.03)
    assert _level(moved[9600:48_000]) < 0.2 * _level(plain[9600:48_000])


def test_a_loop_until_release_plays_out_its_end(tmp_path: Path) -> None:
    sound = np.concatenate([sine(8820), sine(44_100, 1760.0)])
    data = sf2(sound, loop=LOOP, amounts={54: 3, 38: 3000})
    played = _played(tmp_path, data, _track(Note(0, 69, 960, 127)))[0]
    assert _hertz(played[9600:47_000]) == pytest.approx(440.0, abs=0.2)
    assert _hertz(played[RATE + 6000 : RATE + 30_000]) == pytest.approx(1760.0, abs=1.0)


def test_a_track_without_notes_is_silent(tmp_path: Path) -> None:
    assert not np.any(_played(tmp_path, sf2(), _track()))


def test_what_rings_past_the_end_is_cut_there(tmp_path: Path) -> None:
    data = sf2(loop=LOOP, amounts={38: 2400})
    short = _played(tmp_path, data, _track(Note(0, 69, 480, 127)), 1.0)
    long = _played(tmp_path, data, _track(Note(0, 69, 480, 127)), 3.0)
    assert np.max(np.abs(short - long[:, :RATE])) < 1e-6
    assert np.any(long[:, RATE:])


@pytest.mark.parametrize("kind", [number for number in range(61) if number not in (41, 43, 44, 53)])
def test_no_amount_however_wild_breaks_the_sound(tmp_path: Path, kind: int) -> None:
    for amount in (-32_768, -1, 1, 32_767):
        for shape in ({7: 300, 11: 300, 6: 20}, {54: 3}):
            data = sf2(loop=LOOP, amounts={**shape, kind: amount})
            sound = _played(tmp_path, data, _track(Note(0, 60, 200, 100)), 0.5, 16_000)
            assert np.all(np.isfinite(sound)), f"generator {kind} = {amount}"
