"""The key of bars: what they begin and end with counts."""

import numpy as np
import pytest

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
    assert one is not None and other is not None and one.shape == (12, 168)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("tonic", range(12))
def test_a_song_in_another_key_is_heard_there(tonic: int) -> None:
    hearing, downbeats = hearing_of("C Am Dm G C F G C")
    moved = Chromagram(*(np.roll(part, tonic, axis=1) for part in (hearing.chroma.treble, hearing.chroma.bass)),
                       hearing.chroma.level, 0.0)  # fmt: skip
    there = Hearing(hearing.strength, moved, 120.0, hearing.beats, hearing.seconds)
    assert key_in_bars(there, downbeats) == Key(tonic)


def test_silence_has_no_key() -> None:
    hearing, downbeats = hearing_of("C F", level=0.0)
    assert bar_key_features(hearing, downbeats) is None and key_in_bars(hearing, downbeats) is None
