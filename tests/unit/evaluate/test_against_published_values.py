"""Our definitions, on real excerpts, give what the literature's tools gave on the whole collections."""

from statistics import mean

import pytest

from resonant.evaluate import drums, harmony_fit, null_models, pitch_content, repetition, rhythm
from resonant.evaluate.pieces import Piece
from resonant.score.model import Score, Track


def averages(songs: tuple[Piece, ...], role: str, ruin: str | None = None) -> dict[str, float]:
    rows = []
    for song in songs:
        score: Score = song.score if ruin is None else null_models.ruined(song.score, ruin, seed=7)
        track = score.of_role(role)
        assert isinstance(track, Track)
        rows.append(
            pitch_content.evaluate(score, track) | harmony_fit.evaluate(score, track, song.keys)
            | rhythm.evaluate(score, track) | repetition.evaluate(score, track)
        )  # fmt: skip
    return {name: mean(row[name] for row in rows) for name in rows[0]}


# Means of the held-out pieces of OpenEWLD (melodies) and of OpenScore Lieder (voice and both hands together); the
# tolerance is about the spread between pieces over the root of a dozen.
LEAD_SHEETS = {
    "pitch_class_entropy": (2.81, 0.1), "pitch_class_entropy_1_bar": (1.06, 0.2),
    "pitch_class_entropy_4_bars": (2.22, 0.1), "scale_consistency": (0.947, 0.03), "chord_tone_ratio": (0.757, 0.06),
    "groove_consistency": (0.831, 0.03), "onset_jaccard": (0.444, 0.06), "off_grid": (0.008, 0.01),
    "polyphony": (1.0, 0.02), "notes_per_bar": (3.1, 0.5), "bar_repeat": (0.356, 0.12),
    "ssm_lag_1": (0.080, 0.03), "ssm_lag_4": (0.107, 0.06), "ssm_lag_8": (0.207, 0.05),
}  # fmt: skip
LIEDER = {
    "pitch_class_entropy": (3.05, 0.1), "pitch_class_entropy_1_bar": (2.13, 0.12),
    "pitch_class_entropy_4_bars": (2.73, 0.1), "scale_consistency": (0.887, 0.03),
    "groove_consistency": (0.871, 0.03), "onset_jaccard": (0.762, 0.05), "off_grid": (0.056, 0.04),
    "polyphony": (4.70, 0.5), "notes_per_bar": (17.8, 3.0), "bar_repeat": (0.146, 0.06),
    "ssm_lag_1": (0.165, 0.03), "ssm_lag_2": (0.151, 0.04), "ssm_lag_4": (0.129, 0.03), "ssm_lag_8": (0.110, 0.03),
}  # fmt: skip


def test_lead_sheets_have_the_published_values(songs: tuple[Piece, ...]) -> None:
    found = averages(songs, "melody")
    for name, (value, tolerance) in LEAD_SHEETS.items():
        assert found[name] == pytest.approx(value, abs=tolerance), name


def test_lieder_have_the_published_values(lieder: tuple[Piece, ...]) -> None:
    found = averages(lieder, "chords")
    for name, (value, tolerance) in LIEDER.items():
        assert found[name] == pytest.approx(value, abs=tolerance), name


def test_chords_struck_as_written_are_all_chord_tones(songs: tuple[Piece, ...]) -> None:
    found = averages(songs, "chords")
    assert found["chord_tone_ratio"] == found["strong_beat_chord_tones"] == found["in_key_or_chord"] == 1.0


def test_real_beats_have_the_published_values(beats: tuple[Piece, ...]) -> None:
    rows = [drums.evaluate(beat.score, beat.score.tracks[0]) for beat in beats]
    assert mean(row["hits_per_bar"] for row in rows) == pytest.approx(18.3, abs=4)
    assert mean(row["velocity_sd"] for row in rows) == pytest.approx(30.3, abs=5)
    assert mean(row["timing_sd_ms"] for row in rows) == pytest.approx(22.7, abs=6)
    assert mean(row["kick_on_one"] for row in rows) == pytest.approx(0.877, abs=0.15)
    assert mean(row["snare_on_backbeat"] for row in rows) == pytest.approx(0.876, abs=0.15)
    assert mean(row["same_pattern"] for row in rows) == pytest.approx(0.337, abs=0.15)


@pytest.mark.parametrize(
    ("ruin", "metric", "falls"),
    [
        ("pitches_shuffled", "pitch_class_entropy_1_bar", False),
        ("pitches_uniform", "scale_consistency", True),
        ("times_jittered", "onset_jaccard", True),
        ("times_jittered", "off_grid", False),
        ("bars_shuffled", "onset_jaccard", True),
        ("one_bar_looped", "bar_repeat", False),
        ("one_bar_looped", "ssm_lag_1", False),
    ],
)
def test_each_kind_of_damage_to_a_piano_is_seen(pianos: tuple[Piece, ...], ruin: str, metric: str, falls: bool) -> None:
    whole, broken = averages(pianos, "chords")[metric], averages(pianos, "chords", ruin)[metric]
    assert (broken < whole) if falls else (broken > whole)


@pytest.mark.parametrize("role", ["melody", "chords"])
@pytest.mark.parametrize(
    ("ruin", "metric"),
    [
        ("pitches_shuffled", "chord_tone_ratio"),
        ("bars_shuffled", "chord_tone_ratio"),
        ("bars_shuffled", "ssm_lag_8"),
        ("bars_shuffled", "form"),
    ],
)
def test_damage_to_harmony_and_form_is_seen(songs: tuple[Piece, ...], role: str, ruin: str, metric: str) -> None:
    assert averages(songs, role, ruin)[metric] < averages(songs, role)[metric]


@pytest.mark.parametrize("name", null_models.NULL_MODELS)
def test_a_null_model_is_the_same_for_the_same_seed(songs: tuple[Piece, ...], name: str) -> None:
    score = songs[0].score
    assert null_models.ruined(score, name, 3) == null_models.ruined(score, name, 3)


@pytest.mark.parametrize("name", ["pitches_shuffled", "times_jittered", "bars_shuffled"])
def test_a_null_model_keeps_the_pitch_histogram(songs: tuple[Piece, ...], name: str) -> None:
    before, after = songs[0].score.tracks[0], null_models.ruined(songs[0].score, name, 3).tracks[0]
    assert sorted(note.pitch for note in before.notes) == sorted(note.pitch for note in after.notes)
