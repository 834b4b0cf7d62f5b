"""Waveform, spectrogram and chroma."""

import io

import numpy as np
import pytest
from PIL import Image

from resonant.audio import Audio
from resonant.pictures.sound import _CHROMA_ROW, _LEFT, _TOP, chroma_png, spectrogram_png, waveform_png
from resonant.score.model import ChordSpan, Score
from resonant.theory.chord import Chord
from resonant.theory.key import Key

RATE = 22_050


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def tone(hz: float, seconds: float = 2.0) -> Audio:
    times = np.arange(int(seconds * RATE)) / RATE
    return Audio((0.5 * np.sin(2 * np.pi * hz * times)).astype(np.float32)[None], RATE)


def brightness_of_rows(png: bytes) -> np.ndarray:
    return pixels(png)[:, _LEFT + 100 : -200].sum(axis=(1, 2))


@pytest.mark.parametrize(("hz", "pitch_class"), [(261.63, 0), (440.0, 9), (987.77, 11)])
def test_the_pitch_class_that_sounds_is_the_bright_row(hz: float, pitch_class: int) -> None:
    rows = brightness_of_rows(chroma_png(tone(hz), Score(1, key=Key(0))))[_TOP + 18 : _TOP + 18 + 12 * _CHROMA_ROW]
    strength = rows.reshape(12, _CHROMA_ROW).sum(axis=1)
    assert 11 - int(strength.argmax()) == pitch_class


def test_the_tones_of_the_chord_are_outlined() -> None:
    written = Score(1, harmony=(ChordSpan(0, 1920, Chord.parse("C")),))
    silence = Audio.silence(1, 2 * RATE, RATE)
    with_chord, without = pixels(chroma_png(silence, written)), pixels(chroma_png(silence, Score(1)))
    outlined = [
        row for row in range(12) if (with_chord != without)[_TOP + 18 + row * _CHROMA_ROW + 1, _LEFT + 100].any()
    ]
    assert [11 - row for row in outlined] == [7, 4, 0]


def test_a_higher_tone_stands_higher_in_the_spectrum() -> None:
    picture = slice(_TOP, _TOP + 320)
    low, high = (int(brightness_of_rows(spectrogram_png(tone(hz)))[picture].argmax()) for hz in (100, 4000))
    assert high < low


def test_a_louder_sound_has_a_taller_waveform() -> None:
    quiet = Audio(tone(200).samples * np.float32(0.1), RATE)
    white = np.array([252, 251, 248])
    drawn = [(pixels(waveform_png(audio)) != white).any(axis=2).sum() for audio in (tone(200), quiet)]
    assert drawn[0] > 2 * drawn[1]


@pytest.mark.parametrize("draw", [waveform_png, spectrogram_png, lambda audio: chroma_png(audio, Score(1))])
@pytest.mark.parametrize("samples", [0, 1, 500])
def test_hardly_any_sound_is_drawn_too(draw: object, samples: int) -> None:
    assert pixels(draw(Audio.silence(2, samples, RATE))).shape[1] == 1760  # type: ignore[operator]
