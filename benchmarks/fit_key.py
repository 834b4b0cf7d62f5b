"""Fits the model that finds the key of a sound whose bars are known (`listening/key_in_bars.yaml`).

    python benchmarks/fit_key.py --data ../shared/data --kept /tmp/key   # half an hour, most of it rendering

Two kinds of songs, all of *train* pieces and of seeds of 100 and more. Rendered ones, heard twice: with the bars that
an importer finds in them and with the true ones. And `noted_songs`, which are many: pop, lead sheets, our styles, and
chart songs, whose keys listeners wrote down. Of the OpenEWLD sheets those are left out that say C major, for sheets
without a key signature say that too, and those that end on the relative minor of what they say.

How strongly weights are held down is what makes the keys of songs likeliest that were left out of a fit: five folds,
all takes of a song in one. With `--kept` what was seen of the songs stays in that folder, and the next fit takes it.
"""

import argparse
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from known_songs import KnownSong, beatless_songs, lead_sheet_songs, our_songs, practice_songs, real_songs
from noted_songs import NotedSong, charted_songs, our_noted_songs, pop_songs, sheet_songs
from numpy.typing import NDArray
from scipy.optimize import minimize

from resonant.brought.recording import Heard
from resonant.brought.wishes import Wishes
from resonant.evaluate.key_audio import plain
from resonant.heap import keep_freed_memory
from resonant.listening.chroma import Chromagram
from resonant.listening.hearing import Hearing
from resonant.listening.key import PLAIN_MODES
from resonant.listening.key_in_bars import bar_key_features
from resonant.produce import Engine
from resonant.score.model import Score

RIDGES = (1e-3, 5e-4, 2e-4, 1e-4)
FOLDS, BARS = 5, 24
RENDERED = (156, 104, 33, 26, 26)  # whole songs, our songs, sheets, beatless, practice
MOVES = 24 * 24
Array = NDArray[np.float64]
Seen = NDArray[np.float32]
Songs = Mapping[str, Iterator[KnownSong] | Iterator[NotedSong]]
Song = TypeVar("Song", KnownSong, NotedSong)


@dataclass(frozen=True, eq=False)
class Examples:
    """Takes of songs of one kind.

    Args:
        seen: what each tonic sees of each take, `[takes, 12, features]`.
        keys: 12 major, 12 minor.
        songs: names; takes of one song have the same.
    """

    seen: Seen
    keys: NDArray[np.int64]
    songs: NDArray[np.str_]

    @property
    def folds(self) -> NDArray[np.int64]:
        return np.array([zlib.crc32(str(song).encode()) % FOLDS for song in self.songs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/resonant/listening/key_in_bars.yaml"))
    parser.add_argument("--kept", type=Path, help="A folder for what was seen of the songs.")
    parser.add_argument("--small", action="store_true", help="A few songs, to see that it runs.")
    args = parser.parse_args()
    keep_freed_memory()
    kinds = {kind: seen_before(kind, some, args.kept) for kind, some in songs(args.data, Engine(), args.small).items()}
    ridge = max(RIDGES, key=lambda ridge: left_out(kinds, ridge))
    args.out.write_text(as_yaml(fitted(joined(kinds.values()), ridge)), encoding="utf-8")


def songs(data: Path, engine: Engine, small: bool) -> Songs:
    """The songs to fit on, by kind."""
    wholes, ours, sheets, beatless, practice = [4] * 5 if small else RENDERED
    limit, seeds = (4, range(100, 101)) if small else (None, range(100, 120))
    return {
        "whole songs": islice(real_songs(data, "train", 644, engine, whole=True), wholes),
        "our songs": islice(our_songs(range(100, 120), engine, BARS), ours),
        "sheets": islice(told(lead_sheet_songs(data, "train", 128, engine, bars=32)), sheets),
        "beatless": islice(beatless_songs(data, "train", 60), beatless),
        "practice": practice_songs(range(practice)),
        "noted pop": pop_songs(data, "train", limit),
        "noted sheets": told(sheet_songs(data, "train", 32, limit)),
        "our noted songs": our_noted_songs(seeds, engine, BARS),
        "noted charts": charted_songs(data, "train", limit),
    }


def told(some: Iterable[Song]) -> Iterator[Song]:
    """The lead sheets whose key was written by somebody who thought of it."""
    return (song for song in some if is_told(song.score))


def is_told(score: Score) -> bool:
    if str(plain(score.key)) == "C major" or not score.harmony:
        return False
    last, relative = score.harmony[-1].chord, (score.key.tonic + 9) % 12
    return score.key.is_minor or last.root != relative or not last.is_minor


def seen_before(kind: str, some: Iterable[KnownSong | NotedSong], kept: Path | None) -> Examples:
    """The examples of a kind: as they were kept, or else seen now and kept."""
    file = None if kept is None else kept / f"{kind.replace(' ', '_')}.npz"
    if file is not None and file.exists():
        with np.load(file) as known:
            return Examples(known["seen"], known["keys"], known["songs"])
    found = examples(some)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, seen=found.seen, keys=found.keys, songs=found.songs)
    return found


def examples(some: Iterable[KnownSong | NotedSong]) -> Examples:
    """Each take of the songs of which a bar is heard."""
    rows = [
        (seen.astype(np.float32), key_number(song.score), song.name.split(",")[0].removesuffix(" beatless"))
        for song in some
        for hearing, downbeats_s in takes(song)
        if (seen := bar_key_features(hearing, downbeats_s)) is not None
    ]
    seen, keys, names = zip(*rows, strict=True)
    return Examples(np.stack(seen), np.array(keys), np.array(names))


def takes(song: KnownSong | NotedSong) -> Iterator[tuple[Hearing, Array]]:
    """The song as an importer hears it, where it sounds, and as one that knows its bars; with the bars' beginnings."""
    if isinstance(song, NotedSong):
        yield in_bars(song, song.chroma())
    else:
        heard = Heard.of(song.audio, Wishes())
        yield heard.hearing, heard.bars.downbeats_s
        yield in_bars(song, heard.chroma)


def in_bars(song: KnownSong | NotedSong, chroma: Chromagram) -> tuple[Hearing, Array]:
    down, beats = song.downbeats_s(), song.score.metre.metre_at(0).beats_per_bar
    places = np.arange((len(down) - 1) * beats) / beats
    at = np.interp(places, np.arange(len(down)), down)
    return Hearing(np.zeros(1), chroma, song.score.tempo.bpm, at, song.seconds), down


def key_number(score: Score) -> int:
    key = plain(score.key)
    return key.tonic + 12 * key.is_minor


def joined(some: Iterable[Examples]) -> Examples:
    parts = list(some)
    return Examples(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("seen", "keys", "songs")))


def left_out(kinds: Mapping[str, Examples], ridge: float) -> float:
    """The mean log likelihood of the keys of songs that a fit left out; prints the share that is right, by kind."""
    every = joined(kinds.values())
    scores, folds = np.empty((len(every.keys), 24)), every.folds
    for fold in range(FOLDS):
        out = folds == fold
        model = fitted(Examples(every.seen[~out], every.keys[~out], every.songs[~out]), ridge)
        scores[out] = scores_of(every.seen[out], model)
    shifted = scores - scores.max(axis=1, keepdims=True)
    chance = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    likelihood = float(chance[np.arange(len(every.keys)), every.keys].mean())
    ends = np.cumsum([len(some.keys) for some in kinds.values()])
    right = np.split(scores.argmax(axis=1) == every.keys, ends[:-1])
    said = ", ".join(f"{kind} {part.mean():.3f} of {len(part)}" for kind, part in zip(kinds, right, strict=True))
    print(f"held down by {ridge:g}, log likelihood {likelihood:.3f}, right of those left out: {said}", flush=True)
    return likelihood


def scores_of(seen: Seen, model: Array) -> Array:
    """Scores of 12 major and 12 minor keys, `[takes, 24]`."""
    return np.concatenate([seen @ row[:-1].astype(seen.dtype) + row[-1] for row in model], axis=1)


def fitted(some: Examples, ridge: float) -> Array:
    """The weights `[2, features + 1]` under which the true keys are likeliest, held down by `ridge`."""
    count, _, size = some.seen.shape
    places = np.arange(count)

    def loss(flat: Array) -> tuple[float, Array]:
        model = flat.reshape(2, size + 1)
        scores = scores_of(some.seen, model)
        scores -= scores.max(axis=1, keepdims=True)
        share = np.exp(scores)
        share /= share.sum(axis=1, keepdims=True)
        value = -np.log(share[places, some.keys] + 1e-12).mean() + ridge * (model[:, :-1] ** 2).sum()
        share[places, some.keys] -= 1.0
        slope = np.stack([
            np.append(np.tensordot(part.astype(some.seen.dtype), some.seen, axes=2), part.sum()) / count
            for part in (share[:, :12], share[:, 12:])
        ])  # fmt: skip
        slope[:, :-1] += 2 * ridge * model[:, :-1]
        return float(value), slope.ravel()

    best = minimize(loss, np.zeros(2 * (size + 1)), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(best.x.reshape(2, size + 1))


def as_yaml(model: Array) -> str:
    """A mapping a mode: `seen`, then `moves` with a row for each chord left and a column for each chord reached."""
    lines = ["# Weighs keys of sounds whose bars are known. Written by benchmarks/fit_key.py; see key_in_bars.py."]
    for mode, row in zip(PLAIN_MODES, model, strict=True):
        seen, moves = row[: -MOVES - 1], row[-MOVES - 1 : -1].reshape(24, 24)
        lines += [f"{mode}:", f"  constant: {row[-1]:.3g}", f"  seen: {numbers(seen)}", "  moves:"]
        lines += [f"    - {numbers(leaving)}" for leaving in moves]
    return "\n".join(lines) + "\n"


def numbers(row: Array) -> str:
    return "[" + ", ".join(f"{each:.2f}" for each in row) + "]"


if __name__ == "__main__":
    main()
