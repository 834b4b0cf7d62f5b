import itertools

import pytest

from resonant.theory.chord import Chord
from resonant.theory.voicing import VOICING_KINDS, Hand, is_clear, lead, movement, telling, voicings

SYMBOLS = (
    "C",
    "Am7",
    "Dm7",
    "G7",
    "Cmaj9",
    "F#m7b5",
    "B7b9",
    "Fsus4",
    "Bdim7",
    "C6",
    "Ab13",
    "D/F#",
    "G5",
    "Aaug",
    "Cm11",
)


@pytest.mark.parametrize("kind", VOICING_KINDS)
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_kind_has_a_clear_voicing_of_every_chord_within_the_hand(kind: str, symbol: str) -> None:
    hand = Hand(kind, 50, 77)
    for voicing in voicings(Chord.parse(symbol), hand):
        assert list(voicing) == sorted(set(voicing))
        assert voicing[0] >= 50 and voicing[-1] <= 77
        assert is_clear(voicing)


@pytest.mark.parametrize("kind", ["triad", "close", "drop2", "shell", "power", "open", "spread"])
def test_plain_kinds_sound_chord_tones_only(kind: str) -> None:
    for symbol in ("C", "Am7", "G7", "F#m7b5", "Bdim7"):
        chord = Chord.parse(symbol)
        fifths = {(chord.root + 7) % 12} if kind == "power" else set()
        for voicing in voicings(chord, Hand(kind, 48, 79)):
            assert {p % 12 for p in voicing} <= set(chord.pitch_classes) | fifths


def test_a_rootless_dominant_is_third_fifth_seventh_and_ninth() -> None:
    found = {frozenset(p % 12 for p in v) for v in voicings(Chord.parse("G7"), Hand("rootless", 52, 76))}
    assert found == {frozenset({11, 2, 5, 9})}


@pytest.mark.parametrize("kind", ["close", "drop2", "shell"])
@pytest.mark.parametrize("symbol", ["Cmaj9", "Fm9", "E7", "G13", "Cm6", "D6", "F#m7b5", "B7b9"])
def test_voicings_that_are_not_rootless_hold_root_third_and_seventh(kind: str, symbol: str) -> None:
    chord = Chord.parse(symbol)
    telling_tones = {chord.root, chord.third, chord.seventh} - {None}
    for voicing in voicings(chord, Hand(kind, 48, 79)):
        assert telling_tones <= {p % 12 for p in voicing}


def test_a_shell_of_a_sixth_chord_has_its_fifth() -> None:
    chord = Chord.parse("Cm6")
    assert all(chord.fifth in {p % 12 for p in v} for v in voicings(chord, Hand("shell", 48, 79)))


def test_a_shell_of_a_major_seventh_has_its_fifth_and_one_of_a_minor_seventh_has_not() -> None:
    """E and B alone are of E; with G, the rest of Am7 is C."""
    hand = Hand("shell", 48, 79)
    assert all(7 in {p % 12 for p in v} for v in voicings(Chord.parse("Cmaj7"), hand))
    assert not any(4 in {p % 12 for p in v} for v in voicings(Chord.parse("Am7"), hand))


@pytest.mark.parametrize("symbol", ["Cmaj7", "Am7", "Fmaj9", "Dm9", "Cm6", "G7", "C6"])
def test_three_voices_of_a_chord_are_no_other_plain_triad(symbol: str) -> None:
    chord = Chord.parse(symbol)
    for voicing in voicings(chord, Hand("triad", 48, 79)):
        others = {root for root in range(12) for third in (3, 4)
                  if {p % 12 for p in voicing} == {root, (root + third) % 12, (root + 7) % 12}}  # fmt: skip
        assert others <= {chord.root}


@pytest.mark.parametrize(("symbol", "count"), [("A/C#", 2), ("F/C", 2), ("Am7/G", 3), ("Cmaj7", 3), ("Dm7", 3)])
def test_voices_that_tell_an_inversion_or_a_seventh_hold_the_root(symbol: str, count: int) -> None:
    chord = Chord.parse(symbol)
    for voicing in voicings(chord, Hand("close", 48, 79)):
        assert chord.root in {p % 12 for p in telling(voicing, chord, count)}


@pytest.mark.parametrize("symbol", ["C", "E7", "Am7", "Cmaj9", "Bdim7", "Cm6"])
def test_two_voices_that_tell_a_chord_hold_its_third_and_its_seventh(symbol: str) -> None:
    chord = Chord.parse(symbol)
    for voicing in voicings(chord, Hand("close", 48, 79)):
        found = {p % 12 for p in telling(voicing, chord, 2)}
        assert chord.third in found
        assert chord.seventh is None or chord.seventh in found


def test_rootless_voicings_stand_on_the_third_or_the_seventh() -> None:
    chord = Chord.parse("Dm7")
    assert {v[0] % 12 for v in voicings(chord, Hand("rootless", 48, 76))} == {chord.third, chord.seventh}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_one_hand_reaches_every_drop_two(symbol: str) -> None:
    assert all(v[-1] - v[0] <= 16 for v in voicings(Chord.parse(symbol), Hand("drop2", 46, 79)))


def test_drop_two_puts_the_second_voice_from_the_top_at_the_bottom() -> None:
    assert (55, 60, 64, 71) in voicings(Chord.parse("Cmaj7"), Hand("drop2", 50, 76))


def test_quartal_voicings_are_stacked_in_fourths() -> None:
    for voicing in voicings(Chord.parse("Dm11"), Hand("quartal", 50, 79)):
        assert all(4 <= b - a <= 6 for a, b in itertools.pairwise(voicing))


def test_low_thirds_are_mud_and_low_fifths_are_not() -> None:
    assert not is_clear((40, 44, 47))
    assert is_clear((40, 47, 56))


def test_movement_matches_each_voice_with_its_counterpart() -> None:
    assert movement((60, 64, 67), (60, 64, 67)) == 0
    assert movement((60, 64, 67), (59, 62, 67)) == 1
    assert movement((60, 64, 67), (60, 64, 67, 72)) == 1.25
    assert movement((), (60, 64)) == 0


def test_a_hand_too_small_for_the_kind_still_plays_the_telling_tones() -> None:
    assert {p % 12 for p in voicings(Chord.parse("C7"), Hand("drop2", 60, 74, voices=2))[0]} == {0, 4}


def test_leading_moves_less_than_root_positions_would() -> None:
    chords = [Chord.parse(s) for s in ("C", "Am", "F", "G", "C", "F", "Dm", "G")]
    path = lead([voicings(c, Hand("triad", 53, 76)) for c in chords], [63.0] * len(chords))
    led = [movement(a, b) for a, b in itertools.pairwise(path)]
    blocks = [abs((b.root - a.root + 6) % 12 - 6) for a, b in itertools.pairwise(chords)]
    assert sum(led) / len(led) < 2.0 < sum(blocks) / len(blocks)


def test_leading_starts_from_what_sounded_before_and_heads_for_what_comes_after() -> None:
    layer = voicings(Chord.parse("C"), Hand("triad", 48, 84))
    low = lead([layer], [66.0], before=(48, 52, 55), after=(48, 52, 55))[0]
    high = lead([layer], [66.0], before=(72, 76, 79), after=(72, 76, 79))[0]
    assert low[-1] < high[0]


def test_leading_nothing_gives_nothing() -> None:
    assert lead([], []) == ()
