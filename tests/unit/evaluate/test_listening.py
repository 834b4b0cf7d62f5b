"""What is heard in a sound whose truth is known, and what is heard in none."""

from itertools import product

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import broken, clicks, progression, silence

from resonant.errors import InputError
from resonant.evaluate import chords_audio, key_audio, tempo_audio
from resonant.evaluate.chords_audio import TimedChord, majmin_overlap
from resonant.listening.hearing import hear
from resonant.listening.onsets import onset_strength
from resonant.score.model import ChordSpan, Score
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import TempoMap

FOUR_SECONDS_AT_120 = 8 * 480


@pytest.mark.parametrize("bpm", [62.0, 82.0, 100.0, 127.0, 150.0, 174.0])
def test_the_tempo_of_clicks_is_found_blind_and_to_the_promille(bpm: float) -> None:
    tempo = TempoMap.constant(bpm)
    found = tempo_audio.evaluate(onset_strength(clicks(bpm)), tempo, tempo.tick_at(15.0))
    assert found["blind_tempo_ok"] == 1.0
    assert found["tempo_error"] < 0.001
    assert found["grid_ratio"] > 2.0
    assert found["beat_cv"] < 0.03


def test_clicks_off_the_grid_are_off_the_grid() -> None:
    tempo = TempoMap.constant(100.0)
    late = onset_strength(clicks(100.0, offset_s=60 / 100 / 8))
    assert tempo_audio.evaluate(late, tempo, tempo.tick_at(15.0))["grid_ratio"] < 0.5


def test_a_tempo_two_percent_off_is_measured() -> None:
    tempo = TempoMap.constant(120.0)
    found = tempo_audio.evaluate(onset_strength(clicks(122.4)), tempo, tempo.tick_at(15.0))
    assert found["tempo_error"] == pytest.approx(0.02, abs=0.001)


def test_silence_has_defined_values() -> None:
    hearing = hear(silence())
    tempo = tempo_audio.evaluate(hearing.strength, TempoMap(), FOUR_SECONDS_AT_120)
    assert tempo == {
        "grid_ratio": 0.0,
        "tempo_error": 0.04,
        "blind_tempo_bpm": 0.0,
        "blind_tempo_ok": 0.0,
        "beat_cv": 0.0,
    }
    assert key_audio.evaluate(hearing, Key(0)) == {"key_exact": 0.0, "key_weighted": 0.0}
    written = Score(bars=1, harmony=(ChordSpan(0, 1920, Chord(0)),))
    assert chords_audio.evaluate(hearing, written) == {"majmin_overlap": 0.0}


def test_broken_sound_and_questions_about_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="no numbers"):
        hear(broken())
    with pytest.raises(InputError, match="tick 0"):
        tempo_audio.evaluate(np.ones(100), TempoMap(), 0)
    with pytest.raises(InputError, match="one row"):
        tempo_audio.evaluate(np.ones((2, 100)), TempoMap(), 480)
    with pytest.raises(InputError, match="rising time"):
        majmin_overlap([TimedChord(1.0, 0.5, None)], [])
    with pytest.raises(InputError, match="major and minor"):
        key_audio.mirex_score(Key(0, "dorian"), Key(0))


@pytest.mark.parametrize("symbols", [["C", "Am", "F", "G"], ["Em", "C", "G", "D"], ["Bb", "Gm7", "Eb", "F7"]])
def test_block_chords_are_heard(symbols: list[str]) -> None:
    sound = progression(symbols * 2)
    bar = 4 * 480
    harmony = tuple(ChordSpan(i * bar, bar, Chord.parse(symbol)) for i, symbol in enumerate(symbols * 2))
    score = Score(bars=8, tempo=TempoMap.constant(120.0), harmony=harmony)
    assert chords_audio.evaluate(hear(sound), score)["majmin_overlap"] > 0.85


@pytest.mark.parametrize(
    ("symbols", "key"),
    [(["C", "F", "G7", "C"], Key(0)), (["Am", "Dm", "E7", "Am"], Key(9, "minor")), (["Eb", "Ab", "Bb7", "Eb"], Key(3))],
)
def test_the_key_of_a_cadence_is_heard(symbols: list[str], key: Key) -> None:
    assert key_audio.evaluate(hear(progression(symbols * 2)), key) == {"key_exact": 1.0, "key_weighted": 1.0}


def test_a_modal_key_counts_as_the_one_of_its_third() -> None:
    assert key_audio.plain(Key(2, "dorian")) == Key(2, "minor")
    assert key_audio.plain(Key(7, "mixolydian")) == Key(7, "major")


def test_the_key_score_is_mir_evals() -> None:
    keys = [Key(tonic, mode) for tonic, mode in product(range(12), ("major", "minor"))]
    for found, true in product(keys, keys):
        ours = key_audio.mirex_score(found, true)
        assert ours == pytest.approx(mir_eval.key.weighted_score(str(true), str(found)))


HARTE = {
    "": "maj",
    "m": "min",
    "7": "7",
    "maj7": "maj7",
    "m7": "min7",
    "dim": "dim",
    "sus4": "sus4",
    "m7b5": "hdim7",
    "6": "maj6",
}
spans = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 11), st.sampled_from(sorted(HARTE))), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(written=spans, heard=spans)
def test_the_chord_score_is_mir_evals(written: list[tuple[int, int, str]], heard: list[tuple[int, int, str]]) -> None:
    true, found = (
        timed(written),
        timed([(length, root, "m" if "m" in quality else "") for length, root, quality in heard]),
    )
    end = min(true[-1].end_s, found[-1].end_s)
    true, found = ended(true, end), ended(found, end)
    intervals, true_labels, found_labels = mir_eval.util.merge_labeled_intervals(*harte(true), *harte(found))
    scores = mir_eval.chord.majmin(true_labels, found_labels)
    lengths = mir_eval.util.intervals_to_durations(intervals)
    expected = (scores * lengths)[scores >= 0].sum() / lengths[scores >= 0].sum() if (scores >= 0).any() else 1.0
    assert majmin_overlap(found, true) == pytest.approx(expected)


def ended(rows: list[TimedChord], end_s: float) -> list[TimedChord]:
    return [TimedChord(row.start_s, min(row.end_s, end_s), row.chord) for row in rows if row.start_s < end_s]


def timed(rows: list[tuple[int, int, str]]) -> list[TimedChord]:
    out, at = [], 0.0
    for length, root, quality in rows:
        out.append(TimedChord(at, at + length / 10, Chord(root, quality)))
        at += length / 10
    return out


def harte(rows: list[TimedChord]) -> tuple[np.ndarray, list[str]]:
    names = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    chords = [row.chord for row in rows]
    labels = [f"{names[chord.root]}:{HARTE[chord.quality]}" for chord in chords if chord is not None]
    return np.array([[row.start_s, row.end_s] for row in rows]), labels
