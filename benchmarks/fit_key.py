"""Fits the model that finds the key of a sound whose bars are known (`listening/key_in_bars.yaml`).

    python benchmarks/fit_key.py --data ../shared/data            # half an hour, most of it rendering

The songs are those of `fit_bars.py` and POP909 from its first bar on, *train* to fit on and *valid* to choose how
strongly weights are held down. Of the OpenEWLD sheets those that say C major are left out: sheets without a key
signature say that too.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from fit_bars import train_songs, valid_songs
from known_songs import KnownSong, real_songs
from numpy.typing import NDArray
from scipy.optimize import minimize

from resonant.evaluate.key_audio import plain
from resonant.heap import keep_freed_memory
from resonant.listening.chroma import chromagram
from resonant.listening.hearing import Hearing
from resonant.listening.key import key_scores
from resonant.listening.key_in_bars import bar_key_features
from resonant.listening.onsets import onset_strength
from resonant.produce import Engine
from resonant.theory.key import Key

RIDGES = (1e-3, 3e-4, 1e-4, 3e-5)
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """What each tonic sees of a song, `[12, features]`, and the number of its key: 12 major, 12 minor."""

    name: str
    features: Array
    key: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/resonant/listening/key_in_bars.yaml"))
    parser.add_argument("--small", action="store_true", help="A few songs, to see that it runs.")
    args = parser.parse_args()
    keep_freed_memory()
    engine = Engine()
    whole = real_songs(args.data, "train", 4 if args.small else 150, engine, whole=True)
    train = examples(chain(train_songs(args.data, engine, args.small), whole))
    write(train, examples(valid_songs(args.data, engine, args.small)), args.out)


def write(train: Sequence[Example], valid: Sequence[Example], out: Path) -> None:
    """Writes the model that is best on *valid*, and prints how good each is."""
    models = [fitted(train, ridge) for ridge in RIDGES]
    for ridge, model in zip(RIDGES, models, strict=True):
        print(f"{ridge:g}: train {right(model, train):.3f}, valid {right(model, valid):.3f} of {len(valid)} songs")
    out.write_text(as_yaml(max(models, key=lambda model: right(model, valid))), encoding="utf-8")


def examples(songs: Iterable[KnownSong]) -> list[Example]:
    """The songs whose key can be trusted and of which a bar is heard."""
    found = []
    for song in songs:
        features = bar_key_features(hearing_of(song), song.downbeats_s())
        key = plain(song.score.key)
        if features is not None and is_told(song.name, key):
            found.append(Example(song.name, features, key.tonic + 12 * key.is_minor))
    return found


def is_told(name: str, key: Key) -> bool:
    """Whether the key was written by somebody."""
    return not (name.startswith("openewld") and str(key) == "C major")


def hearing_of(song: KnownSong) -> Hearing:
    """The song as an importer hears it that has found its bars."""
    down, beats = song.downbeats_s(), song.score.metre.metre_at(0).beats_per_bar
    places = np.arange((len(down) - 1) * beats) / beats
    at = np.interp(places, np.arange(len(down)), down)
    bpm = 60.0 / float(np.median(np.diff(at)))
    return Hearing(onset_strength(song.audio), chromagram(song.audio), bpm, at, song.audio.seconds)


def fitted(some: Sequence[Example], ridge: float) -> Array:
    """The weights `[2, features + 1]` under which the true keys are likeliest, held down by `ridge`."""
    features = np.stack([each.features for each in some])
    keys = np.array([each.key for each in some])
    songs, tonics, size = features.shape
    seen = np.concatenate([features, np.ones((songs, tonics, 1))], axis=2)
    places = np.arange(songs)

    def loss(flat: Array) -> tuple[float, Array]:
        model = flat.reshape(2, size + 1)
        scores = np.concatenate([seen @ model[0], seen @ model[1]], axis=1)
        scores -= scores.max(axis=1, keepdims=True)
        share = np.exp(scores)
        share /= share.sum(axis=1, keepdims=True)
        value = -np.log(share[places, keys] + 1e-12).mean() + ridge * (model[:, :-1] ** 2).sum()
        share[places, keys] -= 1.0
        slope = np.stack([np.einsum("st,stf->f", part, seen) / songs for part in (share[:, :12], share[:, 12:])])
        slope[:, :-1] += 2 * ridge * model[:, :-1]
        return float(value), slope.ravel()

    best = minimize(loss, np.zeros(2 * (size + 1)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return np.asarray(best.x.reshape(2, size + 1))


def right(model: Array, some: Sequence[Example]) -> float:
    return float(np.mean([int(np.argmax(key_scores(each.features, model))) == each.key for each in some]))


def as_yaml(model: Array) -> str:
    lines = ["# Weighs keys of sounds whose bars are known. Written by benchmarks/fit_key.py.", "keys:"]
    lines += [f"  - [{', '.join(f'{each:.3g}' for each in row)}]" for row in model]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
