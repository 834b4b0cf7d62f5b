"""Melodies as pitch classes, against the filters of `transformers`."""

import numpy as np
import pytest
from transformers.audio_utils import chroma_filter_bank

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.players.performers.melody import RATE_HZ, WINDOW, chroma_filters, melody_of_sound, melody_of_track
from resonant.score.model import Note, Score, Track


def test_the_filters_are_those_of_the_reference() -> None:
    wanted = chroma_filter_bank(num_frequency_bins=WINDOW, num_chroma=12, sampling_rate=RATE_HZ, tuning=0.0)
    assert np.abs(chroma_filters() - wanted).max() < 1e-6


def sung(pitches: list[int], rate: int = 44_100) -> Audio:
    time = np.arange(rate) / rate
    return Audio(
        np.concatenate([0.3 * np.sin(2 * np.pi * 440.0 * 2 ** ((p - 69) / 12) * time) for p in pitches])[None].astype(
            np.float32
        ),
        rate,
    )


def test_what_is_sung_is_heard_second_by_second() -> None:
    pitches = [60, 64, 67, 69, 58]
    heard = melody_of_sound(sung(pitches))
    assert heard.dtype == np.float32 and heard.shape == (5 * RATE_HZ // 4096 + 1, 12) and (heard.sum(axis=1) == 1).all()
    assert [int(heard[round((place + 0.5) * RATE_HZ / 4096)].argmax()) for place in range(5)] == [0, 4, 7, 9, 10]


def test_a_sound_shorter_than_a_window_is_heard_and_silence_is_refused() -> None:
    short = sung([65])
    assert int(melody_of_sound(Audio(short.samples[:, :9_000], 44_100))[2].argmax()) == 5
    with pytest.raises(InputError, match="silent from beginning to end"):
        melody_of_sound(Audio.silence(2, 44_100, 44_100))


def test_notes_are_heard_as_their_sound_would_be() -> None:
    pitches = [60, 64, 67, 69]
    notes = tuple(Note(960 * place, pitch, 960, 90) for place, pitch in enumerate(pitches))
    score = Score(2, tracks=(Track("lead", "melody", "flute", notes),))
    told = melody_of_track(score, score.tracks[0])
    assert [int(told[round((place + 0.5) * RATE_HZ / 4096)].argmax()) for place in range(4)] == [0, 4, 7, 9]
    with pytest.raises(InputError, match="'lead' plays no notes"):
        melody_of_track(score, Track("lead", "melody", "flute"))
