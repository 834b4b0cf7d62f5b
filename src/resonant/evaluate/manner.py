"""In whose manner is it played: do drums, bass, chords and tempo sound like songs of that style?

Aim: a song told in another style lies nearer to songs of the new style than to songs of the old one, whatever its tune.

Conventions: a song is groups of features, each about 0…1: for kick, snare and cymbals the share of the bars with a hit
on each sixteenth (the first 16 of a bar); how full bass and chords are, by onsets a bar; how many tones a chord has and
how many of the chords are sevenths or more; tempo in octaves above 60 bpm; where off-beat eighths and sixteenths fall;
which instrument families play. The distance of two songs is Euclidean, with each group at the same weight.

Metrics:
    distance: 0 is the same manner.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resonant.evaluate.bars import bars_of
from resonant.evaluate.drums import KICKS, SNARES
from resonant.instruments import instrument
from resonant.listening.style_of_score import swing_of
from resonant.score.model import Score

_STEPS = 16
_FULL_BAR = 12.0  # onsets
_FAMILIES = (
    "piano", "organ", "guitar", "bass", "strings", "choir", "brass", "reeds", "winds", "synth", "mallets",
)  # fmt: skip

Array = NDArray[np.float64]


def evaluate(score: Score, other: Score) -> dict[str, float]:
    """All metrics of this module for two scores.

    Raises:
        InputError: a track is malformed.
    """
    return {"distance": distance(manner(score), manner(other))}


def distance(one: Sequence[Array], other: Sequence[Array]) -> float:
    """How far two manners lie apart; each group of features counts by the mean square of its differences."""
    return float(np.sqrt(np.mean([np.mean((a - b) ** 2) for a, b in zip(one, other, strict=True)])))


def mean_manner(manners: Sequence[Sequence[Array]]) -> tuple[Array, ...]:
    """The manner in the middle of several."""
    return tuple(np.mean(np.stack(group), axis=0) for group in zip(*manners, strict=True))


def manner(score: Score) -> tuple[Array, ...]:
    """The groups of features of a score: drums, fullness, chords, time, players."""
    families = {instrument(track.instrument).family for track in score.tracks if track.notes}
    tempo = np.log2(score.tempo.bpm / 60) / 2
    return (
        _drums(score),
        np.array([_fullness(score, "bass"), _fullness(score, "chords")]),
        _chords(score),
        np.array([tempo, 4 * (swing_of(score, 8) - 0.5), 4 * (swing_of(score, 16) - 0.5)]),
        np.array([float(family in families) for family in _FAMILIES]),
    )


def _drums(score: Score) -> Array:
    track = score.of_role("drums")
    hits = np.zeros((3, _STEPS))
    if track is None or not track.notes:
        return hits.ravel()
    for bar in bars_of(score, track):
        for kind, step in {(_kind(note.pitch), step) for step, note in bar.notes if step < _STEPS}:
            hits[kind, step] += 1 / score.bars
    return hits.ravel()


def _kind(pitch: int) -> int:
    return 0 if pitch in KICKS else 1 if pitch in SNARES else 2


def _fullness(score: Score, role: str) -> float:
    track = score.of_role(role)
    if track is None:
        return 0.0
    return min(sum(len(bar.onsets) for bar in bars_of(score, track)) / score.bars / _FULL_BAR, 1.0)


def _chords(score: Score) -> Array:
    tones = [len(span.chord.intervals) for span in score.harmony]
    if not tones:
        return np.zeros(2)
    return np.array([np.mean(tones) / 5, np.mean([count > 3 for count in tones])])
