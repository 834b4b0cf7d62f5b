"""The chords of a sound: a major or minor chord for every beat.

Chroma of treble and bass, averaged from beat to beat, weighed by a multinomial logistic model that is the same
for every root (`estimators.yaml`, fitted by `benchmarks/fit_estimators.py` on rendered *train* songs: POP909 for
triads, OpenEWLD lead sheets for sevenths and walking basses), then the likeliest path by Viterbi with a chance of
staying fitted there too.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from resonant.listening.ear import Array
from resonant.listening.estimators import Weights, weights
from resonant.listening.hearing import Hearing
from resonant.theory.chord import Chord

_SILENT = 0.02
_ROTATIONS = (np.arange(12)[:, None] + np.arange(12)[None, :]) % 12


@dataclass(frozen=True, slots=True)
class TimedChord:
    """A chord from `start_s` to `end_s`; None where none is named."""

    start_s: float
    end_s: float
    chord: Chord | None


def chords_heard(hearing: Hearing) -> tuple[TimedChord, ...]:
    """The chords of a sound, neighbours of one name joined."""
    labels, edges = beat_chords(hearing, weights()), hearing.edges_s
    sounding = hearing.by_beat(hearing.chroma.level) > _SILENT
    named = np.where(sounding, labels, -1)
    spans = []
    start = 0
    for label, group in groupby(named.tolist()):
        end = start + len(list(group))
        spans.append(TimedChord(float(edges[start]), float(edges[end]), _triad(label)))
        start = end
    return tuple(spans)


def majmin_label(chord: Chord | None) -> int | None:
    """Root of a major triad, 12 + root of a minor one, None of any other chord."""
    if chord is None:
        return None
    triad = {step for step in chord.intervals if step < 8}
    if triad == {0, 4, 7}:
        return chord.root
    return chord.root + 12 if triad == {0, 3, 7} else None


def beat_chords(hearing: Hearing, model: Weights) -> NDArray[np.int64]:
    """Majmin label of each beat."""
    scores = label_scores(beat_features(hearing), model.chords)
    scores -= scores.max(axis=1, keepdims=True)
    return _likeliest(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), model.stay)


def beat_features(hearing: Hearing) -> Array:
    """Root of treble and bass chroma of each beat, `[beats, 24]`."""
    level = hearing.chroma.level[:, None]
    return np.concatenate(
        [_root_share(hearing.by_beat(chroma * level)) for chroma in (hearing.chroma.treble, hearing.chroma.bass)],
        axis=1,
    )


def rotated(features: Array) -> Array:
    """Features as each of twelve roots would see them, `[beats, 12, 24]`."""
    return np.concatenate([features[:, :12][:, _ROTATIONS], features[:, 12:][:, _ROTATIONS]], axis=2)


def label_scores(features: Array, model: Array) -> Array:
    """Score of the 24 labels, `[beats, 24]`; `model` is `[2, 25]`: major and minor, 24 weights and a constant."""
    seen = rotated(features)
    return np.concatenate([seen @ row[:-1] + row[-1] for row in model], axis=1)


def _likeliest(log_probability: Array, stay: float) -> NDArray[np.int64]:
    """The path of labels that is likeliest when a chord stays with that chance a beat, and else moves anywhere."""
    beats, labels = log_probability.shape
    moves = np.full((labels, labels), np.log((1 - stay) / (labels - 1)))
    np.fill_diagonal(moves, np.log(stay))
    best, came_from = log_probability[0], np.zeros((beats, labels), dtype=np.int64)
    for beat in range(1, beats):
        paths = best[:, None] + moves
        came_from[beat] = paths.argmax(axis=0)
        best = paths.max(axis=0) + log_probability[beat]
    path = np.zeros(beats, dtype=np.int64)
    path[-1] = best.argmax()
    for beat in range(beats - 1, 0, -1):
        path[beat - 1] = came_from[beat, path[beat]]
    return path


def _root_share(chroma: Array) -> Array:
    return np.asarray(np.sqrt(np.maximum(chroma, 0) / np.maximum(chroma.sum(axis=1, keepdims=True), 1e-9)))


def _triad(label: int) -> Chord | None:
    return None if label < 0 else Chord(label % 12, "m" if label >= 12 else "")
