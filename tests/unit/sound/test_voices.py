"""The modelled synthesiser voices: level, tuning, cleanliness, and what the hands do to them."""

import threading

import numpy as np
import pytest
from tests.sound_features import AT_120, RATE, SECOND, centroid_hz, heard, level_db, loudness_lufs, phrase, pitch_cents

from resonant.errors import BriefError, Cancelled
from resonant.instruments import instruments
from resonant.score.model import Bend, Control, Note, Track
from resonant.sound.voices import render_voice, voice_names
from resonant.sound.voices.cycle import Filter, Wave
from resonant.sound.voices.envelope import Envelope
from resonant.sound.voices.patch import Cutoff, Oscillator, Patch
from resonant.sound.voices.patches import PATCHES
from resonant.sound.voices.synth import kept_tones
from resonant.sound.voices.tone import Tone, sound

SUSTAINED = [name for name in PATCHES if name not in ("pluck", "stab")]


def note(pitch: int, start: int = 0, duration: int = SECOND, velocity: int = 100) -> Note:
    return Note(start, pitch, duration, velocity)


def test_every_voice_that_an_instrument_names_is_modelled() -> None:
    named = {instrument.voice for instrument in instruments().values() if instrument.voice is not None}
    assert named == set(voice_names())


@pytest.mark.parametrize("gate_s", [0.0005, 0.02, 0.3, 5.0])
def test_an_envelope_is_the_same_at_some_moments_and_throughout(gate_s: float) -> None:
    envelope = Envelope(0.05, 0.2, 0.4, 0.1)
    throughout = envelope.curve(RATE, RATE, gate_s)
    moments = np.array([0, 1, 20, 2_000, 2_205, 2_300, 9_000, 20_000, RATE - 1])
    assert envelope.at(moments / RATE, gate_s)[1:] == pytest.approx(throughout[moments][1:], abs=0.02)
    assert float(np.abs(np.diff(envelope.at(np.arange(RATE) / RATE, gate_s) - throughout)).max()) < 0.02


@pytest.mark.parametrize("voice", voice_names())
def test_a_phrase_at_velocity_100_is_as_loud_as_a_sampled_one(voice: str) -> None:
    assert loudness_lufs(heard(voice, *phrase(voice), seconds=9.0)) == pytest.approx(-20.0, abs=3.0)


@pytest.mark.parametrize("voice", SUSTAINED)
def test_a_held_note_is_in_tune_within_three_cents(voice: str) -> None:
    pitch = 48 if "bass" in voice else 69
    held = heard(voice, note(pitch, duration=8 * SECOND), seconds=8.0)[:, RATE // 2 :]
    assert abs(pitch_cents(held, pitch)) < 3.0


@pytest.mark.parametrize("voice", PATCHES)
def test_oscillators_lie_evenly_around_the_tuning(voice: str) -> None:
    """Plucked voices are too short to measure: their oscillators of the same octave must balance."""
    inside = [o for o in PATCHES[voice].oscillators if abs(o.cents) < 250]
    mean = sum(o.level**2 * o.cents for o in inside) / sum(o.level**2 for o in inside)
    assert abs(mean) < 3.0


@pytest.mark.parametrize("voice", PATCHES)
def test_a_note_ends_in_silence_without_a_click_or_an_offset(voice: str) -> None:
    samples = heard(voice, note(48, duration=2 * SECOND), seconds=7.0)
    assert np.abs(samples[:, -RATE // 10 :]).max() < 1e-6
    assert abs(float(samples.mean())) < 1e-4
    steps = np.abs(np.diff(samples, axis=1)).max(axis=0)
    assert steps[2 * RATE :].max() <= 1.3 * steps[: 2 * RATE].max()


@pytest.mark.parametrize("voice", [name for name in PATCHES if PATCHES[name].cutoff.velocity_octaves > 0])
def test_a_harder_note_is_brighter_and_louder(voice: str) -> None:
    soft, hard = heard(voice, note(60, velocity=40)), heard(voice, note(60, velocity=120))
    assert level_db(hard) > level_db(soft) + 4.0
    assert centroid_hz(hard) > centroid_hz(soft)


@pytest.mark.parametrize("pitch", [48, 72, 84, 96, 108])
def test_a_driven_resonant_saw_has_no_alias_to_be_heard(pitch: int) -> None:
    patch = Patch(
        (Oscillator(Wave("saw")),),
        filter=Filter("ladder", 0.5, 2.0),
        cutoff=Cutoff(6_000.0, 0.0, 1.0, 0.0),
        amp=Envelope(0.001, 1.0, 1.0, 0.05),
        drift_cents=0.0,
    )
    steady = sound(patch, Tone(((0.0, pitch),), 100, 2.0, 2.0), RATE)[0, 4_000 : 4_000 + 65_536].astype(np.float64)
    power = np.abs(np.fft.rfft(steady * np.blackman(65_536))) ** 2
    hz, note_hz = np.fft.rfftfreq(65_536, 1 / RATE), 440.0 * 2.0 ** ((pitch - 69) / 12)
    between = np.abs(hz - np.round(hz / note_hz) * note_hz) > 8.0
    assert 10 * np.log10(power[between].sum() / power.sum()) < -65.0


def test_overlapping_notes_slide_and_detached_ones_do_not() -> None:
    slurred = heard("acid_bass", note(36, 0, 500), note(48, 480, 480))
    detached = heard("acid_bass", note(36, 0, 400), note(48, 480, 480))
    early = slice(RATE // 2 + 200, RATE // 2 + 1_800)
    assert np.abs(np.diff(slurred[0, early])).max() > 0
    hz_slurred, hz_detached = (_cycles_per_second(samples[0, early]) for samples in (slurred, detached))
    assert hz_slurred < 0.9 * hz_detached


def _cycles_per_second(mono: np.ndarray) -> float:
    """From the strongest lag of the autocorrelation between 50 and 200 Hz."""
    centred = mono - mono.mean()
    lags = np.correlate(centred, centred, "full")[len(mono) - 1 :]
    first, last = RATE // 200, min(RATE // 50, len(mono) - 1)
    return RATE / (first + int(np.argmax(lags[first:last])))


def test_a_bend_moves_the_pitch_by_its_cents() -> None:
    bent = heard("bass_808", note(36, duration=3 * SECOND), seconds=3.0, bends=(Bend(SECOND, 300),))
    assert abs(pitch_cents(bent[:, RATE // 4 : RATE], 36)) < 4.0
    assert abs(pitch_cents(bent[:, RATE + 2_000 :], 39)) < 3.0


def test_the_modulation_wheel_makes_vibrato() -> None:
    still = heard("warm_pad", note(69, duration=3 * SECOND))
    moved = heard("warm_pad", note(69, duration=3 * SECOND), controls=(Control(0, 1, 127),))
    assert not np.allclose(still, moved, atol=1e-3)
    assert level_db(moved) == pytest.approx(level_db(still), abs=1.0)


def test_expression_volume_and_pan_are_played() -> None:
    plain = heard("saw_lead", note(60))
    soft = heard("saw_lead", note(60), controls=(Control(0, 11, 64),))
    assert level_db(soft) - level_db(plain) == pytest.approx(40 * np.log10(64 / 127), abs=0.3)
    quiet = heard("saw_lead", note(60), controls=(Control(0, 7, 50),))
    assert level_db(quiet) - level_db(plain) == pytest.approx(-12.04, abs=0.3)
    left = heard("saw_lead", note(60), controls=(Control(0, 10, 0),))
    assert level_db(left[:1]) > level_db(left[1:]) + 40.0


def test_the_pedal_holds_a_note_until_it_comes_up() -> None:
    pedal = (Control(0, 64, 127), Control(3 * SECOND // 2, 64, 0))
    held = heard("warm_pad", note(60, duration=SECOND // 2), controls=pedal, seconds=4.0)
    written = heard("warm_pad", note(60, duration=3 * SECOND // 2), seconds=4.0)
    assert np.array_equal(held, written)


def test_a_pedal_that_never_comes_up_holds_until_the_last_note_has_ended() -> None:
    last = note(72, start=2 * SECOND, duration=SECOND)
    held = heard("warm_pad", note(60, duration=SECOND // 2), last, controls=(Control(0, 64, 127),), seconds=6.0)
    written = heard("warm_pad", note(60, duration=3 * SECOND), last, seconds=6.0)
    assert np.array_equal(held, written)


def test_a_key_struck_again_lets_its_earlier_note_go() -> None:
    overlapping = heard("synth_keys", note(60, duration=2 * SECOND), note(60, start=SECOND))
    in_turn = heard("synth_keys", note(60, duration=SECOND), note(60, start=SECOND))
    assert np.array_equal(overlapping, in_turn)


def test_a_chord_on_a_lead_keeps_all_its_notes() -> None:
    chord = heard("square_lead", note(60), note(64), note(67))
    alone = [heard("square_lead", note(pitch)) for pitch in (60, 64, 67)]
    assert np.allclose(chord, sum(alone), atol=1e-5)


def test_pads_and_supersaws_are_wide_and_basses_stand_in_the_middle() -> None:
    for voice in ("warm_pad", "glass_pad", "dark_pad", "synth_strings", "supersaw"):
        left, right = heard(voice, note(60, duration=3 * SECOND))
        assert np.corrcoef(left, right)[0, 1] < 0.9, voice
    for voice in ("synth_bass", "acid_bass", "sub_bass", "bass_808"):
        left, right = heard(voice, note(36))
        assert np.allclose(left, right, atol=1e-6), voice


def test_the_same_notes_give_the_same_samples_in_any_thread() -> None:
    first = heard("supersaw", *phrase("supersaw"))
    again: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: again.append(heard("supersaw", *phrase("supersaw")))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(first, other) for other in again) and len(again) == 2


@pytest.mark.parametrize("voice", ["stab", "warm_pad", "bass_808", "sub_bass"])
def test_a_tone_that_was_kept_sounds_as_one_that_is_made(voice: str) -> None:
    notes = (note(48), note(48, 2 * SECOND, 2 * SECOND), note(55, 4 * SECOND, 3 * SECOND))
    kept_tones.cache_clear()
    heard(voice, note(48, duration=SECOND // 4), seconds=1.0)
    after_a_shorter_one = heard(voice, *notes, seconds=6.0)
    after_the_same = heard(voice, *notes, seconds=6.0)
    kept_tones.cache_clear()
    made = heard(voice, *notes, seconds=6.0)
    assert np.array_equal(after_a_shorter_one, made)
    assert np.array_equal(after_the_same, made)


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000])
def test_voices_keep_their_pitch_and_level_at_other_rates(rate: int) -> None:
    here = heard("synth_keys", note(69, duration=2 * SECOND))
    there = heard("synth_keys", note(69, duration=2 * SECOND), rate=rate)
    assert abs(pitch_cents(there[:, : 2 * rate], 69, rate)) < 3.0
    assert level_db(there) == pytest.approx(level_db(here), abs=1.0)


def test_an_unknown_voice_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(BriefError, match=r"'moog' is not known.*acid_bass"):
        render_voice(Track("t", "bass", "moog"), AT_120, "moog", 100, RATE)


@pytest.mark.parametrize("voice", ["warm_pad", "acid_bass", "kit_909"])
def test_a_render_that_is_stopped_raises_cancelled(voice: str) -> None:
    track = Track("t", "x", voice, phrase(voice))
    render_voice(track, AT_120, voice, RATE, RATE)  # so that its tones are kept
    with pytest.raises(Cancelled):
        render_voice(track, AT_120, voice, RATE, RATE, lambda: True)
