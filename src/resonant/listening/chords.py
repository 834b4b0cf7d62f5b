"""The chords of a sound: a major or minor chord for every beat, or half or quarter of a slow one.

Chroma of treble and bass, averaged from edge to edge, weighed by a multinomial logistic model that is the same
for every root (`estimators.yaml`, fitted by `benchmarks/fit_estimators.py` on rendered *train* songs: POP909 for
triads, OpenEWLD lead sheets for sevenths and walking basses). Then the likeliest path by Viterbi, under a harmony that
moves in a pulse of its own: chords change at every second edge, or every third, fourth … from some edge on, and seldom
elsewhere (both chances are fitted there too). Of all such pulses the one whose path is likeliest is heard.
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
_PULSES = (2, 3, 4, 6, 8)  # edges from one place where the harmony moves to the next
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
    """Majmin label of each stretch between the hearing's edges."""
    scores = label_scores(beat_features(hearing), model.chords)
    scores -= scores.max(axis=1, keepdims=True)
    probability = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    return likeliest(probability, changing(len(probability), model.changes))


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


def changing(stretches: int, changes: tuple[float, float]) -> Array:
    """The chance that a chord changes where each stretch begins, under each of the pulses, `[pulses, stretches]`.

    Args:
        stretches: how many there are.
        changes: the chance on the pulse and the one beside it.
    """
    places = np.arange(stretches)
    return np.stack([np.where(places % pulse == first, *changes) for pulse in _PULSES for first in range(pulse)])


def likeliest(log_probability: Array, chances: Array) -> NDArray[np.int64]:
    """The path of labels that is likeliest, under the pulse that makes it likeliest.

    Args:
        log_probability: of each label in each stretch, `[stretches, labels]`.
        chances: that the label changes before each stretch, `[pulses, stretches]`; it may change to any other, and
            staying is likelier than any one of those.
    """
    stretches, labels = log_probability.shape
    pulses = np.arange(len(chances))
    stays, moves = np.log1p(-chances), np.log(chances / (labels - 1))
    best = np.repeat(log_probability[:1], len(chances), axis=0)
    came_from = np.empty((stretches, len(chances), labels), dtype=np.int8)
    for place in range(1, stretches):
        top = best.argmax(axis=1)
        moved = (best[pulses, top] + moves[:, place])[:, None]
        stayed = best + stays[:, place, None]
        came_from[place] = np.where(stayed >= moved, np.arange(labels), top[:, None])
        best = np.maximum(stayed, moved) + log_probability[place]
    pulse = int(best.max(axis=1).argmax())
    path = np.zeros(stretches, dtype=np.int64)
    path[-1] = best[pulse].argmax()
    for place in range(stretches - 1, 0, -1):
        path[place - 1] = came_from[place, pulse, path[place]]
    return path


def _root_share(chroma: Array) -> Array:
    return np.asarray(np.sqrt(np.maximum(chroma, 0) / np.maximum(chroma.sum(axis=1, keepdims=True), 1e-9)))


def _triad(label: int) -> Chord | None:
    return None if label < 0 else Chord(label % 12, "m" if label >= 12 else "")
