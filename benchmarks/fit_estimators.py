"""Fits the chord and key estimators on rendered *train* songs and writes `estimators.yaml`.

    python benchmarks/fit_estimators.py --data DATA_FOLDER [--songs 260] [--sheets 120]

Chords are learnt from POP909 (triads, as a pop band plays them) and from OpenEWLD lead sheets (sevenths, half of them
over a walking bass); keys from POP909 alone, whose excerpts stay in one key: a sheet's key is that of its whole tune.
Rendered by `plain_synth`, not by our engine, so that the estimators stay independent of what they judge.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize
from yardstick import lead_sheets, yardsticks

import resonant.listening
from resonant.listening.chords import beat_chords, beat_features, majmin_label, rotated
from resonant.listening.estimators import Weights
from resonant.listening.hearing import Hearing, hear
from resonant.listening.key import key_features
from resonant.score.model import Score

Array = NDArray[np.float64]
Heard = Sequence[tuple[Hearing, Score]]
RIDGE = 1e-3
CHANGES = tuple((on, beside) for on in (0.5, 0.7, 0.9) for beside in (0.005, 0.01, 0.02, 0.04))
TARGET = Path(resonant.listening.__file__).with_name("estimators.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=260)
    parser.add_argument("--sheets", type=int, default=120)
    arguments = parser.parse_args()
    pop = [(hear(y.audio), y.score) for y in yardsticks(arguments.data, "train", arguments.songs)]
    sheets = [(hear(y.audio), y.score) for y in lead_sheets(arguments.data, "train", arguments.sheets)]
    write(fitted_on(pop, sheets))
    print(f"{TARGET.name}: fitted on {len(pop)} songs and {len(sheets)} lead sheets")


def fitted_on(pop: Heard, sheets: Heard) -> Weights:
    """Weights and chances of change that hear most of both kinds of music, each kind counting the same."""
    chords = fitted(*chord_examples([*pop, *sheets]))

    def hit(changes: tuple[float, float]) -> float:
        model = Weights(chords, np.empty((2, 0)), changes)
        return sum(
            float(np.mean([overlap(hearing, score, model) for hearing, score in kind])) for kind in (pop, sheets)
        )

    model = Weights(chords, np.empty((2, 0)), max(CHANGES, key=hit))
    return replace(model, keys=fitted(*key_examples(pop, model)))


def overlap(hearing: Hearing, score: Score, model: Weights) -> float:
    """Share of the beats with a written triad at which a model hears it."""
    labels = written(hearing, score)
    heard = beat_chords(hearing, model)
    hits = [label == other for label, other in zip(labels, heard, strict=True) if label is not None]
    return float(np.mean(hits)) if hits else 1.0


def written(hearing: Hearing, score: Score) -> list[int | None]:
    """The majmin label that is written at the middle of each beat."""
    middles = (hearing.edges_s[1:] + hearing.edges_s[:-1]) / 2
    return [majmin_label(score.chord_at(score.tempo.tick_at(float(middle)))) for middle in middles]


def chord_examples(heard: Heard) -> tuple[Array, NDArray[np.int64]]:
    """What each beat's sound looks like from twelve roots, and which chord is written at its middle."""
    seen, labels = [], []
    for hearing, score in heard:
        views = rotated(beat_features(hearing))
        for view, label in zip(views, written(hearing, score), strict=True):
            if label is not None:
                seen.append(view)
                labels.append(label)
    return np.stack(seen), np.array(labels)


def key_examples(heard: Heard, model: Weights) -> tuple[Array, NDArray[np.int64]]:
    seen = [key_features(hearing, model) for hearing, _ in heard]
    return np.stack(seen), np.array([score.key.tonic + 12 * score.key.is_minor for _, score in heard])


def fitted(seen: Array, labels: NDArray[np.int64]) -> Array:
    """Multinomial logistic regression with one row of weights for major and one for minor, shared by all roots."""
    size = seen.shape[2]

    def loss(flat: Array) -> tuple[float, Array]:
        rows = flat.reshape(2, size + 1)
        scores = np.concatenate([seen @ row[:-1] + row[-1] for row in rows], axis=1)
        scores -= scores.max(axis=1, keepdims=True)
        chance = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        at_truth = chance[np.arange(len(labels)), labels]
        value = -np.log(at_truth + 1e-12).mean() + RIDGE * float((flat**2).sum())
        chance[np.arange(len(labels)), labels] -= 1
        halves = (chance[:, :12], chance[:, 12:])
        slope = np.stack([np.append(np.einsum("nk,nkf->f", half, seen), half.sum()) / len(labels) for half in halves])
        return value, slope.ravel() + 2 * RIDGE * flat

    return np.asarray(minimize(loss, np.zeros(2 * (size + 1)), jac=True, method="L-BFGS-B").x).reshape(2, size + 1)


def write(found: Weights) -> None:
    head = "# Written by benchmarks/fit_estimators.py; see estimators.py for the layout. Rows: major, minor.\n"
    rows = {name: np.round(getattr(found, name), 3).tolist() for name in ("chords", "keys", "changes")}
    TARGET.write_text(head + yaml.safe_dump(rows, default_flow_style=None, width=120), encoding="utf-8")


if __name__ == "__main__":
    main()
