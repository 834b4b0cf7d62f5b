"""The modelled drum machines."""

import numpy as np
import pytest
from tests.sound_features import RATE, SECOND, centroid_hz, decay_ms, heard, level_db

from resonant.score.model import Note
from resonant.sound.voices.kits import KITS

GM_DRUM_KEYS = range(35, 82)
KICK, SNARE, CLOSED, OPEN, CRASH, COWBELL = 36, 38, 42, 46, 49, 56


def hit(kit: str, key: int, velocity: int = 100, seconds: float = 4.0) -> np.ndarray:
    return heard(kit, Note(0, key, 60, velocity), seconds=seconds)


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("key", GM_DRUM_KEYS)
def test_every_general_midi_key_sounds_and_falls_silent(kit: str, key: int) -> None:
    samples = hit(kit, key)
    assert 0.02 < np.abs(samples).max() < 1.0
    assert np.abs(samples[:, -RATE // 10 :]).max() < 1e-6
    assert abs(float(samples.mean())) < 1e-4
    first = int(np.argmax(np.abs(samples).max(axis=0) > 0.1 * np.abs(samples).max()))
    assert first < 0.02 * RATE, "it speaks at once"


@pytest.mark.parametrize("kit", KITS)
def test_each_drum_lies_where_it_belongs_in_the_spectrum(kit: str) -> None:
    assert centroid_hz(hit(kit, KICK)) < 150
    assert 300 < centroid_hz(hit(kit, SNARE)) < 5_000
    assert centroid_hz(hit(kit, CLOSED)) > 5_000
    toms = [centroid_hz(hit(kit, key)) for key in (41, 43, 45, 47, 48, 50)]
    assert toms == sorted(toms)
    assert centroid_hz(hit(kit, 60)) > centroid_hz(hit(kit, 61)) and centroid_hz(hit(kit, 63)) > centroid_hz(
        hit(kit, 64)
    )


@pytest.mark.parametrize("kit", KITS)
def test_an_open_hat_rings_longer_than_a_closed_one_and_a_crash_longer_still(kit: str) -> None:
    closed, opened, crash = (decay_ms(hit(kit, key)) for key in (CLOSED, OPEN, CRASH))
    assert 3 * closed < opened < crash


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("closing", [42, 44])
def test_a_closing_hat_chokes_the_open_one(kit: str, closing: int) -> None:
    ringing = heard(kit, Note(0, OPEN, 60, 100))
    choked = heard(kit, Note(0, OPEN, 60, 100), Note(SECOND // 8, closing, 60, 1))
    later = slice(RATE // 5, RATE // 2)
    assert level_db(choked[:, later]) < level_db(ringing[:, later]) - 20.0


def test_a_choke_touches_no_other_drum() -> None:
    crash = heard("kit_909", Note(0, CRASH, 60, 100))
    with_hat = heard("kit_909", Note(0, CRASH, 60, 100), Note(SECOND // 2, CLOSED, 60, 100))
    hat = heard("kit_909", Note(SECOND // 2, CLOSED, 60, 100))
    assert np.allclose(with_hat, crash + hat, atol=1e-6)


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("key", [KICK, SNARE, CLOSED, OPEN, CRASH, COWBELL])
def test_a_harder_stroke_sounds_different_and_not_only_louder(kit: str, key: int) -> None:
    soft, hard = hit(kit, key, 45), hit(kit, key, 120)
    assert level_db(hard) > level_db(soft) + 8.0
    assert centroid_hz(hard) > 1.02 * centroid_hz(soft)


def test_strokes_take_turns_between_takes_and_come_out_the_same_again() -> None:
    strokes = [Note(i * SECOND, SNARE, 60, 100) for i in range(4)]
    samples = heard("kit_808", *strokes, seconds=4.0)
    first, second, third, fourth = (samples[:, i * RATE : i * RATE + RATE // 2] for i in range(4))
    assert not np.array_equal(first, second) and not np.array_equal(second, third)
    assert level_db(second) == pytest.approx(level_db(first), abs=1.5)
    assert np.array_equal(first, fourth)
    assert np.array_equal(samples, heard("kit_808", *strokes, seconds=4.0))


def test_the_three_kits_are_three_machines() -> None:
    kicks = {kit: decay_ms(hit(kit, KICK), 40.0) for kit in KITS}
    assert kicks["kit_808"] > kicks["kit_909"] > kicks["kit_lofi"]
    hats = {kit: centroid_hz(hit(kit, CLOSED)) for kit in KITS}
    assert hats["kit_lofi"] < 8_000 < hats["kit_808"]


def test_keys_that_a_kit_lacks_are_silent() -> None:
    assert not heard("kit_808", Note(0, 20, 60, 100)).any()
