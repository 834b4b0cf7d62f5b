"""Chord symbols as people write them."""

import pytest

from resonant.errors import BriefError
from resonant.theory import Chord, Key

SPELLINGS = {
    "C": (0, 4, 7),
    "Cm": (0, 3, 7), "Cmin": (0, 3, 7), "C-": (0, 3, 7),
    "C7": (0, 4, 7, 10),
    "Cmaj7": (0, 4, 7, 11), "CM7": (0, 4, 7, 11), "CΔ7": (0, 4, 7, 11), "C^7": (0, 4, 7, 11), "Cma7": (0, 4, 7, 11),
    "Cm7": (0, 3, 7, 10), "C-7": (0, 3, 7, 10), "Cmin7": (0, 3, 7, 10), "Cmi7": (0, 3, 7, 10),
    "Cm7b5": (0, 3, 6, 10), "Cø7": (0, 3, 6, 10), "Cø": (0, 3, 6, 10),
    "Cdim": (0, 3, 6), "Co": (0, 3, 6), "C°7": (0, 3, 6, 9), "Co7": (0, 3, 6, 9), "Cdim7": (0, 3, 6, 9),
    "C+": (0, 4, 8), "Caug": (0, 4, 8), "C+7": (0, 4, 8, 10), "C7#5": (0, 4, 8, 10),
    "Csus": (0, 5, 7), "Csus2": (0, 2, 7), "C7sus4": (0, 5, 7, 10), "C9sus4": (0, 5, 7, 10, 14),
    "C6": (0, 4, 7, 9), "C6/9": (0, 4, 7, 9, 14), "C69": (0, 4, 7, 9, 14), "Cm69": (0, 3, 7, 9, 14),
    "C9": (0, 4, 7, 10, 14), "Cmaj9": (0, 4, 7, 11, 14), "C13": (0, 4, 7, 10, 14, 21),
    "C7b9": (0, 4, 7, 10, 13), "C7(#9)": (0, 4, 7, 10, 15), "Calt": (0, 4, 8, 10, 13), "C7b9#9": (0, 4, 7, 10, 13, 15),
    "Cadd9": (0, 4, 7, 14), "Cmadd9": (0, 3, 7, 14), "C2": (0, 4, 7, 14), "C5": (0, 7), "Cno3": (0, 7),
    "Comit3": (0, 7), "Cmaj7omit5": (0, 4, 11), "Cmi7omit5": (0, 3, 10), "C9omit3omit5": (0, 10, 14),
    "Cm(maj7)": (0, 3, 7, 11), "Cm/maj7": (0, 3, 7, 11),
}  # fmt: skip


@pytest.mark.parametrize(("symbol", "intervals"), SPELLINGS.items())
def test_a_symbol_means_its_intervals_in_every_spelling(symbol: str, intervals: tuple[int, ...]) -> None:
    assert Chord.parse(symbol).intervals == intervals


@pytest.mark.parametrize("symbol", SPELLINGS)
def test_a_symbol_that_we_write_means_the_same_chord_when_read_again(symbol: str) -> None:
    chord = Chord.parse(symbol)
    assert Chord.parse(chord.symbol()) == chord


def test_a_slash_puts_another_note_in_the_bass() -> None:
    chord = Chord.parse("F#m7b5/E")
    assert (chord.root, chord.bass_pc, chord.pitch_classes) == (6, 4, (6, 9, 0, 4))


@pytest.mark.parametrize(("symbol", "partner"), [("C", 7), ("C/E", 0), ("C/G", 0), ("C/D", 7), ("Bdim", 5)])
def test_beside_its_bass_note_a_chord_has_its_fifth_and_an_inversion_its_root(symbol: str, partner: int) -> None:
    assert Chord.parse(symbol).partner_pc == partner


def test_a_slash_bass_that_is_the_root_says_nothing() -> None:
    assert Chord.parse("C/C") == Chord.parse("C")


@pytest.mark.parametrize("symbol", ["", "H", "Cfoo", "C7x", "Cmm", "C/Q", "7"])
def test_nonsense_is_refused_by_name(symbol: str) -> None:
    with pytest.raises(BriefError, match="chord"):
        Chord.parse(symbol)


def test_a_key_decides_the_spelling() -> None:
    assert Chord.parse("Bb").symbol(Key.parse("F")) == "Bb"
    assert Chord.parse("Bb").symbol(Key.parse("B minor")) == "A#"
    assert Chord.parse("G#dim7").symbol(Key.parse("A minor")) == "G#dim7"
