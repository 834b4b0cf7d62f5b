"""The key of a sound, major or minor.

A logistic model that is the same for every tonic (`estimators.yaml`, fitted by `benchmarks/fit_estimators.py`
on rendered POP909 *train* songs) weighs how the sound's pitch classes and the chords heard (`chords`) lie around
a tonic. Chords say what a profile alone can not: i-VI-III-VII has the pitch classes of its relative major.
"""

import numpy as np

from resonant.listening.chords import beat_chords
from resonant.listening.ear import Array
from resonant.listening.estimators import Weights, weights
from resonant.listening.hearing import Hearing
from resonant.theory.key import Key

PLAIN_MODES = ("major", "minor")


def key_heard(hearing: Hearing) -> Key | None:
    """The key of a sound; None for silence."""
    if not hearing.chroma.level.any():
        return None
    scores = key_scores(key_features(hearing, weights()), weights().keys)
    best = int(np.argmax(scores))
    return Key(best % 12, PLAIN_MODES[best // 12])


def key_features(hearing: Hearing, model: Weights) -> Array:
    """Pitch classes (12) and chords heard (12 major, 12 minor) as each of twelve tonics would see them, `[12, 36]`."""
    chroma = (hearing.chroma.treble * hearing.chroma.level[:, None]).sum(axis=0)
    share = np.sqrt(chroma / max(float(chroma.sum()), 1e-12))
    labels = beat_chords(hearing, model)
    chords = np.sqrt(np.bincount(labels, minlength=24) / len(labels))
    return np.stack(
        [np.concatenate([np.roll(part, -tonic) for part in (share, chords[:12], chords[12:])]) for tonic in range(12)]
    )


def key_scores(features: Array, model: Array) -> Array:
    """Score of 12 major and 12 minor keys, `[24]`; `model` is `[2, 37]`."""
    return np.concatenate([features @ row[:-1] + row[-1] for row in model])
