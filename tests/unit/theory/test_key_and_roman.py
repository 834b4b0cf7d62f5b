"""Keys and roman numerals."""

import pytest

from resonant.errors import BriefError
from resonant.theory import Chord, Key, roman
from resonant.theory.key import MODES


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Bb minor", "Bb minor"), ("bb minor", "Bb minor"), ("C", "C major"), ("Am", "A minor"), ("F#m", "F# minor"),
        ("e flat major", "Eb major"), ("c sharp minor", "C# minor"), ("D dorian", "D dorian"), ("Ebm", "Eb minor"),
        ("C# major", "Db major"),
    ],
)  # fmt: skip
def test_a_key_is_read_as_people_write_it(text: str, name: str) -> None:
    assert str(Key.parse(text)) == name


@pytest.mark.parametrize("text", ["", "H minor", "C blue", "minor", "12"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(BriefError, match="not understood"):
        Key.parse(text)


def test_a_mode_that_is_not_known_is_refused() -> None:
    with pytest.raises(BriefError, match="the modes are major, minor"):
        Key(0, "hyperlydian")


def test_modes_of_one_signature_share_their_relative_major() -> None:
    for text in ("C major", "A minor", "D dorian", "E phrygian", "F lydian", "G mixolydian", "B locrian"):
        key = Key.parse(text)
        assert (key.relative_major, set(key.scale)) == (0, set(Key(0).scale)), text


@pytest.mark.parametrize(
    ("numeral", "key", "symbol"),
    [
        ("ii7", "C major", "Dm7"), ("V7/vi", "C major", "E7"), ("I/3", "C major", "C/E"), ("bVII", "C major", "Bb"),
        ("#IVdim7", "C major", "F#dim7"), ("viiø7", "C major", "Bm7b5"), ("iv6", "C major", "Fm6"),
        ("I6/9", "C", "C6/9"),
        ("VI", "A minor", "F"), ("bVI", "A minor", "F"), ("VII", "A minor", "G"), ("V7", "A minor", "E7"),
        ("vii°7", "A minor", "G#dim7"), ("#VI", "A minor", "F#"), ("IV7", "D dorian", "G7"), ("bII", "E phrygian", "F"),
        ("ii7/V", "C major", "Am7"), ("imaj7", "A minor", "Ammaj7"),
    ],
)  # fmt: skip
def test_a_numeral_is_a_chord_of_the_key(numeral: str, key: str, symbol: str) -> None:
    home = Key.parse(key)
    assert roman.chord(numeral, home).symbol(home) == symbol


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tonic", [0, 3, 9])
def test_every_chord_of_every_key_has_a_numeral_that_means_it(mode: str, tonic: int) -> None:
    key = Key(tonic, mode)
    for root in range(12):
        for quality in ("", "m", "7", "m7", "maj7", "dim7", "m7b5", "sus4", "mmaj7", "6/9", "m6/9", "9sus4"):
            chord = Chord(root, quality)
            assert roman.chord(roman.numeral(chord, key), key) == chord


@pytest.mark.parametrize("text", ["", "VIII", "X", "I/9", "IIII"])
def test_what_is_no_numeral_is_refused(text: str) -> None:
    with pytest.raises(BriefError):
        roman.chord(text, Key(0))
