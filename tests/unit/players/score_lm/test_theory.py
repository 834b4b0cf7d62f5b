"""Theory bends pitches as far as it is told to, and says nothing of anything else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from resonant.players.score_lm.theory import PASSING, STAYING, Theory, theory_of
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key

V = VOCABULARY
C_MAJOR = frozenset(Key(0).scale)
C, G = frozenset((0, 4, 7)), frozenset((7, 11, 2))
ALL = np.ones(V.size, dtype=np.bool_)


def chances(logits: np.ndarray) -> np.ndarray:
    told = np.exp(logits - logits.max())
    return np.asarray(told / told.sum())


def drawn_logits(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(V.size).astype(np.float32)


def pitch_classes(logits: np.ndarray) -> np.ndarray:
    """The chance of each pitch class among the pitches."""
    words = chances(logits)[V.pitch.start : V.pitch.start + 128]
    return np.asarray([words[pc::12].sum() for pc in range(12)]) / words.sum()


def test_without_strength_the_model_is_let_alone() -> None:
    logits = drawn_logits(1)
    assert Theory(((0, C),), C_MAJOR, strength=0.0).leaned(logits, ALL, 0) is logits


@given(st.integers(0, 1000), st.floats(0.0, 1.0))
def test_there_are_as_many_notes_as_before(seed: int, strength: float) -> None:
    logits = drawn_logits(seed)
    leaned = Theory(((0, C),), C_MAJOR, strength=strength).leaned(logits, ALL, 0)
    others = np.ones(V.size, dtype=np.bool_)
    others[V.pitch.start : V.pitch.start + 128] = False
    np.testing.assert_allclose(chances(leaned)[others], chances(logits)[others], rtol=1e-4)


@given(st.integers(0, 1000), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_strength_means_more_tones_of_the_chord(seed: int, one: float, other: float) -> None:
    logits = drawn_logits(seed)
    weak, strong = (
        pitch_classes(Theory(((0, C),), C_MAJOR, strength=s).leaned(logits, ALL, 0)) for s in sorted((one, other))
    )
    assert sum(strong[pc] for pc in C) >= sum(weak[pc] for pc in C) - 1e-5
    assert sum(strong[pc] for pc in C_MAJOR) >= sum(weak[pc] for pc in C_MAJOR) - 1e-5


def test_at_full_strength_what_is_of_neither_has_no_chance_and_the_range_is_kept() -> None:
    theory = Theory(((0, C),), C_MAJOR, usual=(50, 70), passing=0.5, strength=1.0)
    leaned = chances(theory.leaned(drawn_logits(2), ALL, 0))[V.pitch.start : V.pitch.start + 128]
    assert not leaned[[pitch for pitch in range(128) if pitch % 12 not in C_MAJOR or not 50 <= pitch <= 70]].any()
    assert leaned[[50, 52, 53, 55, 70 - 1]].all()


@given(st.integers(0, 1000), st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.integers(1, 5))
def test_a_tune_leaves_the_pitch_it_is_on_the_sooner_the_stronger_theory_is_and_the_longer_it_has_stayed(
    seed: int, strength: float, staying: float, times: int
) -> None:
    logits, theory = drawn_logits(seed), Theory((), frozenset(range(12)), staying=staying, strength=strength)
    free, moved = (
        chances(leaned)[V.pitch.start :][:128] for leaned in (logits, theory.leaned(logits, ALL, 0, 64, times))
    )
    odds_free, odds_moved = (told[64] / (told.sum() - told[64]) for told in (free, moved))
    np.testing.assert_allclose(odds_moved, odds_free * (1.0 - strength * staying) ** max(times - 1, 1), rtol=1e-3)
    others = np.arange(128) != 64
    np.testing.assert_allclose(moved[others] / moved[others].sum(), free[others] / free[others].sum(), rtol=1e-3)


def test_each_chord_rules_from_its_place_on() -> None:
    theory = Theory(((0, C), (24, G)), C_MAJOR, passing=1.0, strength=1.0)
    logits = drawn_logits(3)
    early, late = (pitch_classes(theory.leaned(logits, ALL, position)) for position in (23, 24))
    assert set(np.flatnonzero(early)) == C and set(np.flatnonzero(late)) == G


def test_where_nothing_would_be_left_theory_keeps_silent() -> None:
    allowed = np.zeros(V.size, dtype=np.bool_)
    allowed[[V.pitch(61), V.pitch(66)]] = True
    logits = drawn_logits(4)
    assert Theory(((0, C),), C_MAJOR, strength=1.0).leaned(logits, allowed, 0) is logits


def test_a_track_tells_its_chords_key_and_range() -> None:
    notes = tuple(Note(240 * i, 60 + i, 240, 80) for i in range(8))
    track = Track("melody", "melody", "flute", notes)
    harmony = (ChordSpan(0, 960, Chord(0, "")), ChordSpan(960, 2880, Chord(7, "")))
    score = Score(bars=2, key=Key(0), harmony=harmony, tracks=(track,))
    theory = theory_of(score, track, 0, 0.5)
    assert theory.chords == ((0, C), (24, G))
    assert theory.usual == (57, 70)
    assert theory_of(score, track, 1, 0.5).chords == ((0, G),)
    assert theory_of(score, Track("new", "melody", "flute"), 0, 0.5).usual == (0, 127)
    assert theory.staying == STAYING["melody"]
    new = theory_of(score, Track("new", "melody", "flute"), 0, 0.5)
    assert (new.passing, new.strict) == (PASSING["melody"], 1.0)
    assert theory_of(score, Track("bass", "bass", "acoustic_bass"), 0, 0.5).staying == 0.0


def test_a_part_is_held_to_what_it_keeps_to_near_by() -> None:
    harmony = (ChordSpan(0, 4 * 3840, Chord(0, "")),)

    def theory(pitches: list[int], role: str = "melody") -> Theory:
        notes = tuple(Note(480 * i, pitch, 240, 80) for i, pitch in enumerate(pitches))
        track = Track("x", role, "flute", notes)
        return theory_of(Score(bars=4, key=Key(0), harmony=harmony, tracks=(track,)), track, 3, 0.5)

    on_chords, in_key = theory([60, 64, 67] * 4), theory([60, 62, 65, 69] * 3)
    assert on_chords.passing > PASSING["melody"] > in_key.passing
    assert on_chords.strict == in_key.strict == 1.0
    assert 0.0 < theory([60] * 9 + [61]).strict < 1.0
    assert theory([60, 61, 63] * 4).strict == 0.0
    assert theory([61] * 3).strict == 1.0  # so few notes are no habit
    assert theory([62] * 12, "bass").passing == PASSING["bass"]
