"""The words of the chord model: every chord has one, and comes back as the nearest family."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.players.chord_lm.vocabulary import (
    CHORDS,
    FAMILIES,
    LAYOUTS,
    MODE_WORDS,
    PLACES,
    SECTION,
    SIZE,
    SOURCES,
    STARTS,
    chord_of,
    family,
    heading,
    place_word,
    word_of,
)
from resonant.theory.chord import Chord

TONICS = st.integers(0, 11)


@given(st.integers(0, CHORDS - 1), TONICS)
def test_a_word_in_a_key_is_a_chord_and_the_same_word_again(word: int, tonic: int) -> None:
    assert word_of(chord_of(word, tonic), tonic) == word


@given(st.integers(0, CHORDS - 1), TONICS, TONICS)
def test_a_chord_and_its_key_moved_together_are_the_same_word(word: int, tonic: int, step: int) -> None:
    chord = chord_of(word, tonic)
    assert word_of(chord.transposed(step), (tonic + step) % 12) == word


@given(st.sets(st.integers(0, 21)))
def test_whatever_sounds_over_a_root_has_a_family(intervals: set[int]) -> None:
    assert family(intervals) in FAMILIES


@pytest.mark.parametrize(
    ("symbol", "meant"),
    [
        ("C13", "C9"), ("C7#11", "C7"), ("C7b9", "C7"), ("C6/9", "C6"), ("Cmmaj7", "Cm"), ("Cm11", "Cm9"),
        ("Csus2", "Cadd9"), ("C11", "C7sus4"), ("C9sus4", "C7sus4"), ("C/E", "C"), ("Cø", "Cm7b5"), ("C+", "Caug"),
        ("C7#5", "C7"), ("Co7", "Cdim7"), ("C5", "C5"), ("Cmaj13", "Cmaj9"),
    ],
)  # fmt: skip
def test_a_richer_chord_is_read_as_its_family(symbol: str, meant: str) -> None:
    assert str(chord_of(word_of(Chord.parse(symbol), 0), 0)) == meant


def test_no_two_words_mean_the_same() -> None:
    heads = [heading(s, m, la, start) for s in SOURCES for m in MODE_WORDS for la in LAYOUTS for start in STARTS]
    said = {word for head in heads for word in head}
    assert len(set(heads)) == len(heads)
    assert min(said) == SECTION + 1
    assert max(said) == SIZE - 1
    assert {place_word(slot) for slot in range(2 * PLACES)} == set(range(CHORDS, SECTION))
