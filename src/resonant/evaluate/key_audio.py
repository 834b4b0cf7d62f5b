"""Is the key heard that was written?

Aim: from the sound alone, name a major or minor key, and compare it with the truth.

Conventions: keys are the 24 major and minor ones; a modal key counts as the one of its third (D dorian as D minor).

Method: a logistic model that is the same for every tonic (`estimators.yaml`, fitted by `benchmarks/fit_estimators.py`
on rendered POP909 *train* songs) weighs how the sound's pitch classes and the chords heard (`chords_audio`) lie around
a tonic. Chords say what a profile alone can not: i-VI-III-VII has the pitch classes of its relative major.

Metrics:
    key_exact: 1 where the key heard is the key written.
    key_weighted: the MIREX score: 1 exact, 0.5 a fifth above (same mode), 0.3 the relative key, 0.2 the parallel one,
        else 0 (music-ir.org, *Audio Key Detection*; `mir_eval.key.weighted_score`).

Silence has no key: 0 for both.
"""

import numpy as np

from resonant.errors import InputError
from resonant.evaluate.chords_audio import beat_chords
from resonant.evaluate.estimators import Weights, weights
from resonant.evaluate.hearing import Hearing
from resonant.evaluate.listening import Array
from resonant.theory.key import Key

_PLAIN_MODES = ("major", "minor")


def evaluate(hearing: Hearing, key: Key) -> dict[str, float]:
    """All metrics of this module."""
    found = key_heard(hearing)
    if found is None:
        return {"key_exact": 0.0, "key_weighted": 0.0}
    weighted = mirex_score(found, plain(key))
    return {"key_exact": float(weighted == 1.0), "key_weighted": weighted}


def key_heard(hearing: Hearing) -> Key | None:
    """The key of a sound; None for silence."""
    if not hearing.chroma.level.any():
        return None
    scores = key_scores(key_features(hearing, weights()), weights().keys)
    best = int(np.argmax(scores))
    return Key(best % 12, _PLAIN_MODES[best // 12])


def plain(key: Key) -> Key:
    """Major or minor on the same tonic, by the key's third."""
    return Key(key.tonic, "minor" if key.is_minor else "major")


def mirex_score(found: Key, true: Key) -> float:
    """The MIREX score of one key against another.

    Raises:
        InputError: a key that is neither major nor minor; ask `plain` first.
    """
    if {found.mode, true.mode} - set(_PLAIN_MODES):
        raise InputError(f"keys {found} and {true} can not be scored: only major and minor keys can")
    if found == true:
        return 1.0
    if found.mode == true.mode:
        return 0.5 if (found.tonic - true.tonic) % 12 == 7 else 0.0
    if found.relative_major == true.relative_major:
        return 0.3
    return 0.2 if found.tonic == true.tonic else 0.0


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
