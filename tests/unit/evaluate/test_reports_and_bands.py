"""Reports of songs, the reference they are held against, and the verdicts drawn from them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from made_up import part

from resonant.errors import InputError
from resonant.evaluate import coherence, null_models, overlap, reference
from resonant.evaluate.pieces import Piece
from resonant.evaluate.prompts import read_prompts
from resonant.evaluate.report import by_role, score_report, table
from resonant.evaluate.verdicts import verdicts
from resonant.score.model import Note, Score, Track
from resonant.seeds import stream


def reports(songs: tuple[Piece, ...], ruin: str | None = None) -> list:
    scores = [song.score if ruin is None else null_models.ruined(song.score, ruin, 5) for song in songs]
    return [score_report(score, "pop") for score in scores]


def means(songs: tuple[Piece, ...], role: str, ruin: str | None = None) -> dict[str, float]:
    return {name: sum(values) / len(values) for name, values in by_role(reports(songs, ruin))[role].items()}


def without_harmony(found: dict[str, float]) -> dict[str, float]:
    harmony = ("chord_tone_ratio", "in_key_or_chord", "strong_beat_chord_tones", "chord_voice_movement")
    return {name: value for name, value in found.items() if name not in harmony}


def test_the_bands_of_the_issue_are_the_published_ones() -> None:
    melody, drums = reference.bands("melody"), reference.bands("drums")
    assert (melody["chord_tone_ratio"].mean, melody["chord_tone_ratio"].sd) == (0.698, 0.09)
    assert melody["pitch_class_entropy_1_bar"].holds(1.5)
    assert not melody["pitch_class_entropy_1_bar"].holds(1.77)
    assert drums["velocity_sd"].mean == 30.3
    assert reference.band("melody", "hits_per_bar") is None
    assert reference.band("pad", "polyphony") is None
    with pytest.raises(InputError, match="melody"):
        reference.bands("pad")


@pytest.mark.parametrize("role", ["melody", "chords"])
@pytest.mark.parametrize("ruin", null_models.NULL_MODELS)
def test_real_songs_are_nearer_to_music_and_ruined_ones_to_their_ruin(
    songs: tuple[Piece, ...], role: str, ruin: str
) -> None:
    assert reference.nearer_to_music(role, means(songs, role), ruin)
    assert not reference.nearer_to_music(role, means(songs, role, ruin), ruin)


# Bars in another order are told by the chords under them, and nobody wrote chord symbols over these pianos.
@pytest.mark.parametrize("ruin", [name for name in null_models.NULL_MODELS if name != "bars_shuffled"])
def test_real_pianos_are_told_from_ruined_ones_without_their_chords(pianos: tuple[Piece, ...], ruin: str) -> None:
    real, ruined = (without_harmony(means(pianos, "chords", damage)) for damage in (None, ruin))
    assert reference.nearer_to_music("chords", real, ruin)
    assert not reference.nearer_to_music("chords", ruined, ruin)


@pytest.mark.parametrize("ruin", ["times_jittered", "one_bar_looped"])
def test_real_beats_are_told_from_ruined_ones(beats: tuple[Piece, ...], ruin: str) -> None:
    assert reference.nearer_to_music("drums", means(beats, "drums"), ruin)
    assert not reference.nearer_to_music("drums", means(beats, "drums", ruin), ruin)


def test_a_table_shows_each_role_beside_real_music(songs: tuple[Piece, ...], beats: tuple[Piece, ...]) -> None:
    text = table(reports(songs[:3]) + reports(beats[:3]))
    assert "melody (3 tracks)" in text
    assert "drums (3 tracks)" in text
    assert "0.698 ±  0.090" in text


def test_a_report_can_be_written_as_json(songs: tuple[Piece, ...]) -> None:
    report = reports(songs[:1])[0]
    kept = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert kept["tracks"][0]["metrics"]["chord_tone_ratio"] == report.tracks[0].metrics["chord_tone_ratio"]


def test_no_songs_give_an_empty_table_and_lines_that_do_not_hold() -> None:
    assert table([]) == ""
    assert not any(line.holds for line in verdicts([]))


def test_verdicts_hold_for_real_songs_and_fail_for_random_pitches(songs: tuple[Piece, ...]) -> None:
    real = {line.what: line.holds for line in verdicts(reports(songs))}
    random = {line.what: line.holds for line in verdicts(reports(songs, "pitches_uniform"))}
    for what in (
        "strong-beat melody notes on chord tones",
        "melody: pitch_class_entropy_4_bars",
        "melody: ssm_lag_8",
        "melody: nearer to music than to pitches_uniform",
        "chords: chord_tone_ratio",
        "chords: scale_consistency",
    ):
        assert real[what]
        assert not random[what]


def test_a_set_overlaps_itself_wholly_and_a_ruined_one_less(pianos: tuple[Piece, ...]) -> None:
    parts = [(song.score, song.score.tracks[0]) for song in pianos]
    ruined = [
        (score, null_models.ruined_track(score, track, null_models.pitches_uniform, stream(1, score.title)))
        for score, track in parts
    ]
    assert overlap.evaluate(parts, parts)["overlap"] == 1.0
    assert overlap.evaluate(ruined, parts)["overlap"] < 0.8
    halves = overlap.evaluate(parts[::2], parts[1::2])
    apart = overlap.evaluate(ruined[::2], parts[1::2])
    assert halves["overlap"] > 0.8 > apart["overlap"]
    assert apart["interval"] < halves["interval"]
    with pytest.raises(InputError, match="windows"):
        overlap.evaluate([], parts)


def test_bass_that_plays_with_the_kick_is_heard_to_lock() -> None:
    score, bass = part(
        *[(bar * 16 + step, 2, 36) for bar in range(4) for step in (0, 8)], role="bass", instrument="fingered_bass"
    )
    kicks = Track("drums", "drums", "standard_kit", tuple(Note(n.start, 36, 60, 100) for n in bass.notes))
    locked = coherence.evaluate(score.with_track(kicks))
    apart = coherence.evaluate(
        score.with_track(replace(kicks, notes=tuple(replace(n, start=n.start + 240) for n in kicks.notes)))
    )
    assert (locked["bass_with_kick"], locked["kick_over_chance"]) == (1.0, 8.0)
    assert apart["bass_with_kick"] == 0.0
    empty = coherence.evaluate(Score(bars=2))
    assert empty == {"bass_with_kick": 0.0, "kick_over_chance": 0.0, "melody_space": 1.0, "shared_downbeats": 1.0}


def test_the_prompts_are_sixty_and_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    assert len(set(read_prompts())) == 60
    path = tmp_path / "prompts.txt"
    path.write_text("# mine\n\nslow blues in A\n")
    assert read_prompts(path) == ("slow blues in A",)
    path.write_text("# nothing\n")
    for bad in (path, tmp_path / "none.txt"):
        with pytest.raises(InputError, match=bad.name):
            read_prompts(bad)
