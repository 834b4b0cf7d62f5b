"""Fits the weights of the chord and key estimators on rendered POP909 *train* songs and writes `estimators.yaml`.

    python benchmarks/fit_estimators.py --data DATA_FOLDER [--songs 260]

Rendered by `plain_synth`, not by our engine, so that the estimators stay independent of what they judge.
"""

import argparse
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize
from yardstick import yardsticks

import resonant.evaluate
from resonant.evaluate import chords_audio, key_audio
from resonant.evaluate.estimators import Weights
from resonant.evaluate.hearing import Hearing, hear
from resonant.score.model import Score

Array = NDArray[np.float64]
RIDGE = 1e-3
TARGET = Path(resonant.evaluate.__file__).with_name("estimators.yaml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--songs", type=int, default=260)
    arguments = parser.parse_args()
    heard = [(hear(y.audio), y.score) for y in yardsticks(arguments.data, "train", arguments.songs)]
    chords = fitted(*chord_examples(heard))
    write(Weights(chords, fitted(*key_examples(heard, chords))))
    print(f"{TARGET.name}: fitted on {len(heard)} songs")


def chord_examples(heard: list[tuple[Hearing, Score]]) -> tuple[Array, NDArray[np.int64]]:
    """What each beat's sound looks like from twelve roots, and which chord is written at its middle."""
    seen, labels = [], []
    for hearing, score in heard:
        middles = (hearing.edges_s[1:] + hearing.edges_s[:-1]) / 2
        views = chords_audio.rotated(chords_audio.beat_features(hearing))
        for view, middle in zip(views, middles, strict=True):
            label = chords_audio.majmin_label(score.chord_at(score.tempo.tick_at(float(middle))))
            if label is not None:
                seen.append(view)
                labels.append(label)
    return np.stack(seen), np.array(labels)


def key_examples(heard: list[tuple[Hearing, Score]], chords: Array) -> tuple[Array, NDArray[np.int64]]:
    seen = [key_audio.key_features(hearing, chords) for hearing, _ in heard]
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
    rows = {name: np.round(getattr(found, name), 3).tolist() for name in ("chords", "keys")}
    TARGET.write_text(head + yaml.safe_dump(rows, default_flow_style=None, width=120), encoding="utf-8")


if __name__ == "__main__":
    main()
