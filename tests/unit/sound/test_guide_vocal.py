"""The guide vocal: in tune, in time, in words."""

import subprocess
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.instruments import instrument
from resonant.score.model import Lyric, Note, Score, Track
from resonant.sound import guide_vocal_speech
from resonant.sound.banks import default_bank
from resonant.sound.guide_vocal import guide_vocal
from resonant.sound.guide_vocal_words import sung_syllables
from resonant.sound.render import Rendering, render_stems, stem_keys
from resonant.units import TempoMap

RATE = 22_050
TUNE = (("Sing", 60), ("me", 64), ("for-", 67), ("ev-", 65), ("er", 62), ("love", 72), ("song", 69))


def tune(words: tuple[tuple[str, int], ...] = TUNE, quarter: int = 480) -> Score:
    """A word a beat at 120 bpm, from the second beat on."""
    starts = [quarter * (number + 1) for number in range(len(words))]
    notes = tuple(Note(start, pitch, quarter - 40, 96) for start, (_, pitch) in zip(starts, words, strict=True))
    lyrics = tuple(Lyric(start, text) for start, (text, _) in zip(starts, words, strict=True) if text)
    return Score(3, tracks=(Track("vocal", "vocal", "guide_vocal", notes),), lyrics=lyrics)


def sung(score: Score, language: str = "en") -> Audio:
    return guide_vocal(score, language, 5 * RATE, RATE)


@cache
def sung_tune() -> Audio:
    return sung(tune())


def pitch_cents(sound: NDArray[np.float32], pitch: int) -> float:
    """How far a sound is from a MIDI pitch, by YIN's normalised difference (de Cheveigne and Kawahara)."""
    wave = sound.astype(float)
    half, wanted = len(wave) // 2, 440.0 * 2 ** ((pitch - 69) / 12)
    lags = np.arange(1, half)
    difference = np.array([np.sum((wave[:half] - wave[lag : lag + half]) ** 2) for lag in lags])
    normal = difference * lags / np.maximum(np.cumsum(difference), 1e-12)
    near = np.flatnonzero(np.abs(1200 * np.log2(RATE / lags / wanted)) < 600)
    best = int(near[normal[near].argmin()])
    assert normal[best] < 0.3, "no pitch is heard"
    before, here, after = difference[best - 1 : best + 2]
    lag = lags[best] + 0.5 * (before - after) / (before - 2 * here + after)
    return float(1200 * np.log2(RATE / lag / wanted))


@pytest.mark.parametrize("number", range(len(TUNE)))
def test_every_note_is_sung_within_15_cents(number: int) -> None:
    start = round((0.5 * (number + 1) + 0.09) * RATE)
    assert abs(pitch_cents(sung_tune().samples[0, start : start + RATE // 10], TUNE[number][1])) < 15


@pytest.mark.parametrize("number", range(len(TUNE)))
def test_a_vowel_begins_within_30_ms_of_its_note(number: int) -> None:
    sos = butter(4, [300, 3000], "band", fs=RATE, output="sos")
    level = np.sqrt(np.convolve(sosfilt(sos, sung_tune().samples[0]) ** 2, np.ones(110) / 110, "same"))
    note = round(0.5 * (number + 1) * RATE)
    loudest = note - RATE // 20 + int(level[note - RATE // 20 : note + RATE // 8].argmax())
    begins = int(np.flatnonzero(level[:loudest] < level[loudest] * 10 ** (-7 / 20))[-1])
    assert abs(begins - note) < 0.03 * RATE


def test_a_note_without_words_before_the_first_is_silent() -> None:
    score = tune((("", 60), ("la", 62)))
    assert np.abs(sung(score).samples[0, : round(0.75 * RATE)]).max() == 0.0


def test_a_syllable_goes_on_over_the_notes_behind_it() -> None:
    sound = sung(tune((("oh", 60), ("", 64), ("", 67)), quarter=480)).samples[0]
    assert abs(pitch_cents(sound[round(1.7 * RATE) : round(1.8 * RATE)], 67)) < 15


def test_both_channels_are_the_same_and_a_level_fit_for_a_strip() -> None:
    samples = sung_tune().samples
    assert np.array_equal(samples[0], samples[1])
    assert 0.1 < np.abs(samples).max() < 1.0


def test_the_same_words_give_the_same_samples() -> None:
    assert np.array_equal(sung(tune()).samples, sung_tune().samples)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", (("schö-", 60), ("ne", 62), ("Nacht", 64))),
        ("fr", (("l'a-", 60), ("mour", 62), ("toujours", 64))),
        ("es", (("co-", 60), ("ra-", 62), ("zón", 64))),
        ("ru", (("жизнь", 60), ("мо-", 62), ("я", 64))),
        ("ja", (("さ-", 60), ("く-", 62), ("ら", 64))),
        ("zh", (("月-", 60), ("亮", 62))),
    ],
)
def test_other_languages_are_sung(language: str, words: tuple[tuple[str, int], ...]) -> None:
    score = tune(words)
    syllables = sung_syllables(score.tracks[0], score.lyrics, TempoMap(), language)
    assert len(syllables) >= len(words)
    start = round(0.6 * RATE)
    assert abs(pitch_cents(sung(score, language).samples[0, start : start + RATE // 10], 60)) < 15


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=4))
@settings(max_examples=15, deadline=None)
def test_any_words_are_sung_or_silent_but_never_more_than_their_time(texts: list[str]) -> None:
    sound = sung(tune(tuple((text, 60) for text in texts))).samples
    assert np.isfinite(sound).all()
    assert np.abs(sound[:, round(0.5 * (len(texts) + 1) * RATE) :]).max() == 0.0


@pytest.mark.parametrize("text", ["[[h@l'oU]]", '<voice name="x">', "$(touch x)", "; rm -rf", "a" * 5000, "\x00\x07"])
def test_hostile_words_are_only_words(text: str) -> None:
    assert np.isfinite(sung(tune(((text, 60),))).samples).all()


def test_a_language_that_nobody_speaks_is_refused_in_words() -> None:
    with pytest.raises(InputError, match=r"espeak-ng can not sing this: .*choose another language"):
        sung(tune(), "xx")


def test_without_espeak_the_next_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    guide_vocal_speech.espeak_version.cache_clear()
    monkeypatch.setattr(guide_vocal_speech.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="install espeak-ng"):
        stem_keys(tune(), Rendering(RATE), default_bank())


def test_a_program_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(*args: object, **kwargs: object) -> None:
        raise subprocess.TimeoutExpired("espeak-ng", 10)

    monkeypatch.setattr(guide_vocal_speech.subprocess, "run", hangs)
    with pytest.raises(InputError, match="did not answer"):
        sung(tune((("unheardof", 60),)))


def test_a_vocal_is_a_stem_like_any_other_and_its_words_and_language_are_in_its_key() -> None:
    score, bank = tune(), default_bank()
    stem = render_stems(score, Rendering(RATE, tail_s=1.0), bank).tracks["vocal"]
    assert np.abs(stem.samples).max() > 0.1
    other = tune((("Hum", 60), *TUNE[1:]))
    keys = [
        stem_keys(each, Rendering(RATE, language=language), bank)["vocal"]
        for each, language in ((score, "en"), (other, "en"), (score, "de"), (score, "en"))
    ]
    assert keys[0] == keys[3] and len(set(keys)) == 3
    assert instrument("guide_vocal").roles == ("vocal",)
