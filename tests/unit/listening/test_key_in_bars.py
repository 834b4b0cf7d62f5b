"""The key of bars: what they begin and end with counts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.listening.chroma import CHROMA_RATE_HZ, Chromagram
from resonant.listening.hearing import Hearing
from resonant.listening.key_in_bars import bar_key_features, key_in_bars
from resonant.theory.chord import Chord
from resonant.theory.key import Key

BAR_S = 2.0


def hearing_of(symbols: str, times: int = 2, level: float = 1.0) -> tuple[Hearing, np.ndarray]:
    """Plain triads, one a bar, and where their bars begin."""
    chords = [Chord.parse(symbol) for symbol in symbols.split()] * times
    frames = np.arange(int(len(chords) * BAR_S * CHROMA_RATE_HZ))
    treble, bass = np.zeros((len(frames), 12)), np.zeros((len(frames), 12))
    for frame in frames:
        chord = chords[int(frame / CHROMA_RATE_HZ / BAR_S)]
        treble[frame, list(chord.pitch_classes)] = 1.0 / 3.0
        bass[frame, chord.root] = 1.0
    seconds = len(chords) * BAR_S
    chroma = Chromagram(treble, bass, np.full(len(frames), level), 0.0)
    hearing = Hearing(np.zeros(10), chroma, 120.0, np.arange(0.0, seconds, 0.5), seconds)
    return hearing, np.arange(0.0, seconds, BAR_S)


@pytest.mark.parametrize(
    ("chords", "key"),
    [("C F G C", "C"), ("C Am F G", "C"), ("Am Dm E Am", "A minor"), ("Am G F E", "A minor"), ("G Em C D", "G")],
)
def test_loops_that_everybody_knows(chords: str, key: str) -> None:
    assert key_in_bars(*hearing_of(chords, times=4)) == Key.parse(key)


def test_where_the_bars_begin_changes_what_is_seen() -> None:
    hearing, downbeats = hearing_of("C F G C")
    one, other = bar_key_features(hearing, downbeats), bar_key_features(hearing, downbeats[1:])
    assert one is not None and other is not None and one.shape == (12, 744)
    assert not np.array_equal(one, other)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 11))
def test_whatever_sounds_is_heard_as_much_higher_as_it_is_moved(seed: int, steps: int) -> None:
    rng = np.random.default_rng(seed)
    hearing, downbeats = hearing_of("C F G C")
    treble, bass = rng.dirichlet(np.ones(12), (2, len(hearing.chroma.level)))
    heard = replace(hearing, chroma=replace(hearing.chroma, treble=treble, bass=bass))
    there = replace(
        heard, chroma=replace(heard.chroma, treble=np.roll(treble, steps, axis=1), bass=np.roll(bass, steps, axis=1))
    )
    key = key_in_bars(heard, downbeats)
    assert key is not None and key_in_bars(there, downbeats) == Key((key.tonic + steps) % 12, key.mode)


def test_the_order_of_chords_counts_not_only_how_many_there_are() -> None:
    one, other = (bar_key_features(*hearing_of(chords)) for chords in ("C Am F G C", "C F Am G C"))
    assert one is not None and other is not None
    np.testing.assert_allclose(one[:, :24], other[:, :24])
    assert not np.allclose(one[:, 168:], other[:, 168:])


def test_a_change_is_seen_from_the_tonic() -> None:
    features = bar_key_features(*hearing_of("G C"))
    assert features is not None
    moves = features[:, 168:].reshape(12, 24, 24)
    assert moves[0, 7, 0] == moves[7, 0, 5] == moves.max() and np.count_nonzero(moves[0]) == 2


def test_silence_has_no_key() -> None:
    hearing, downbeats = hearing_of("C F", level=0.0)
    assert bar_key_features(hearing, downbeats) is None and key_in_bars(hearing, downbeats) is None


def test_one_chord_alone_has_no_changes_and_still_a_key() -> None:
    hearing, downbeats = hearing_of("C C")
    features = bar_key_features(hearing, downbeats)
    assert features is not None and not features[:, 168:].any()
    assert key_in_bars(hearing, downbeats) == Key(0)
