"""The contract of every symbolic question: perfect = its ideal, empty = defined, malformed = raises."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from made_up import part

from resonant.errors import InputError
from resonant.evaluate import drums, harmony_fit, pitch_content, playability, repetition, rhythm
from resonant.score.model import Note, Score, Track

Question = Callable[[Score, Track], dict[str, float]]

QUESTIONS: dict[str, Question] = {
    "pitch_content": pitch_content.evaluate,
    "harmony_fit": harmony_fit.evaluate,
    "rhythm": rhythm.evaluate,
    "repetition": repetition.evaluate,
    "drums": drums.evaluate,
    "playability": playability.evaluate,
}
# A four-bar arpeggio of the chords, the same rhythm in every bar, on the grid, in the key.
PERFECT = part(
    *[
        (bar * 16 + beat * 4, 4, root + step)
        for bar, root in enumerate((60, 65, 67, 60))
        for beat, step in enumerate((0, 4, 7, 12))
    ]
)
BACKBEAT = part(
    *[(bar * 16 + step, 1, pitch) for bar in range(4) for step, pitch in ((0, 36), (4, 38), (8, 36), (12, 38))],
    role="drums",
    instrument="standard_kit",
)
IDEALS = {
    "pitch_content": (PERFECT, {"scale_consistency": 1.0, "pitch_class_entropy_1_bar": 1.5}),
    "harmony_fit": (PERFECT, {"chord_tone_ratio": 1.0, "in_key_or_chord": 1.0, "strong_beat_chord_tones": 1.0}),
    "rhythm": (
        PERFECT,
        {"groove_consistency": 1.0, "onset_jaccard": 1.0, "off_grid": 0.0, "empty_beats": 0.0, "polyphony": 1.0},
    ),
    "repetition": (BACKBEAT, {"bar_repeat": 0.75, "ssm_lag_1": 1.0, "ssm_lag_2": 1.0}),
    "drums": (
        BACKBEAT,
        {"hits_per_bar": 4.0, "kick_on_one": 1.0, "snare_on_backbeat": 1.0, "same_pattern": 1.0, "timing_sd_ms": 0.0},
    ),
    "playability": (
        PERFECT,
        {"in_range": 1.0, "within_voices": 1.0, "in_reach": 1.0, "leaps_possible": 1.0, "playable": 1.0},
    ),
}
EMPTY = {
    "pitch_content": {"pitch_class_entropy": 0.0, "scale_consistency": 0.0, "pitches_used": 0.0},
    "harmony_fit": {"chord_tone_ratio": 1.0, "in_key_or_chord": 1.0, "chord_voice_movement": 0.0},
    "rhythm": {"groove_consistency": 0.0, "onset_jaccard": 0.0, "empty_beats": 1.0, "notes_per_bar": 0.0},
    "repetition": {"bar_repeat": 0.0, "ssm_lag_1": 0.0, "best_match": 0.0, "form": 0.0},
    "drums": {"hits_per_bar": 0.0, "kick_on_one": 0.0, "velocity_sd": 0.0, "timing_sd_ms": 0.0},
    "playability": {"playable": 1.0},
}
MALFORMED = {
    "a pitch above MIDI's": Note(0, 128, 120, 80),
    "a velocity of zero": Note(0, 60, 120, 0),
    "a note before the start": Note(-1, 60, 120, 80),
    "a note of no length": Note(0, 60, 0, 80),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_perfect_part_has_the_ideal_value(question: str) -> None:
    (score, track), ideal = IDEALS[question]
    found = QUESTIONS[question](score, track)
    assert {name: found[name] for name in ideal} == pytest.approx(ideal)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_empty_part_has_defined_values(question: str) -> None:
    score, track = PERFECT
    found = QUESTIONS[question](score, replace(track, notes=()))
    assert {name: found[name] for name in EMPTY[question]} == EMPTY[question]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_score_of_no_bars_has_defined_values(question: str) -> None:
    found = QUESTIONS[question](Score(bars=0), Track("melody", "melody", "grand_piano"))
    assert all(value == value for value in found.values())


@pytest.mark.parametrize("fault", MALFORMED)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_malformed_part_is_refused(question: str, fault: str) -> None:
    score, track = PERFECT
    with pytest.raises(InputError, match="melody"):
        QUESTIONS[question](score, replace(track, notes=(MALFORMED[fault],)))


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_part_gives_the_same_metrics(question: str) -> None:
    score, track = PERFECT
    assert QUESTIONS[question](score, track) == QUESTIONS[question](score, track)
