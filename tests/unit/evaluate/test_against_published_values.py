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


# Means of POP909's test split (81 songs); the tolerance is about the spread between songs over the root of twelve.
MELODY = {
    "pitch_class_entropy_1_bar": (1.50, 0.2), "pitch_class_entropy_4_bars": (2.22, 0.2),
    "scale_consistency": (0.986, 0.03), "chord_tone_ratio": (0.698, 0.07),
    "groove_consistency": (0.767, 0.06), "onset_jaccard": (0.402, 0.1),
}  # fmt: skip
PIANO = {
    "pitch_class_entropy_1_bar": (1.86, 0.2), "chord_tone_ratio": (0.970, 0.03), "groove_consistency": (0.854, 0.05),
    "onset_jaccard": (0.741, 0.1), "ssm_lag_1": (0.116, 0.05), "polyphony": (3.24, 0.5),
}  # fmt: skip


@pytest.mark.parametrize(("role", "published"), [("melody", MELODY), ("chords", PIANO)])
def test_real_songs_have_the_published_values(
    songs: tuple[Piece, ...], role: str, published: dict[str, tuple[float, float]]
) -> None:
    found = averages(songs, role)
    for name, (value, tolerance) in published.items():
        assert found[name] == pytest.approx(value, abs=tolerance), name


def test_real_beats_have_the_published_values(beats: tuple[Piece, ...]) -> None:
    rows = [drums.evaluate(beat.score, beat.score.tracks[0]) for beat in beats]
    assert mean(row["hits_per_bar"] for row in rows) == pytest.approx(18.3, abs=4)
    assert mean(row["velocity_sd"] for row in rows) == pytest.approx(30.3, abs=5)
    assert mean(row["timing_sd_ms"] for row in rows) == pytest.approx(22.7, abs=6)
    assert mean(row["kick_on_one"] for row in rows) == pytest.approx(0.877, abs=0.15)


@pytest.mark.parametrize(
    ("ruin", "metric", "falls"),
    [
        ("pitches_shuffled", "chord_tone_ratio", True),
        ("pitches_shuffled", "pitch_class_entropy_1_bar", False),
        ("pitches_uniform", "scale_consistency", True),
        ("times_jittered", "onset_jaccard", True),
        ("times_jittered", "off_grid", False),
        ("bars_shuffled", "form", True),
        ("one_bar_looped", "bar_repeat", False),
        ("one_bar_looped", "ssm_lag_1", False),
    ],
)
def test_each_kind_of_damage_is_seen(songs: tuple[Piece, ...], ruin: str, metric: str, falls: bool) -> None:
    whole, broken = averages(songs, "chords")[metric], averages(songs, "chords", ruin)[metric]
    assert (broken < whole) if falls else (broken > whole)


@pytest.mark.parametrize("name", null_models.NULL_MODELS)
def test_a_null_model_is_the_same_for_the_same_seed(songs: tuple[Piece, ...], name: str) -> None:
    score = songs[0].score
    assert null_models.ruined(score, name, 3) == null_models.ruined(score, name, 3)


@pytest.mark.parametrize("name", ["pitches_shuffled", "times_jittered", "bars_shuffled"])
def test_a_null_model_keeps_the_pitch_histogram(songs: tuple[Piece, ...], name: str) -> None:
    before, after = songs[0].score.tracks[0], null_models.ruined(songs[0].score, name, 3).tracks[0]
    assert sorted(note.pitch for note in before.notes) == sorted(note.pitch for note in after.notes)
