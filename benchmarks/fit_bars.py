"""Fits the networks that find beats, metre and bars (`listening/bars.yaml`) on rendered songs whose bars are known.

    python benchmarks/fit_bars.py --data ../shared/data            # an hour, most of it rendering

Train songs: POP909 *train* with Groove beats, OpenEWLD *train* sheets, both with and without a beat, songs of our own
styles under seeds of 100 and more, and what a beginners' band practises; *valid* pieces and other seeds say how good it
is. A reading of a song's pulse is right when its metre is, its tempo within 2 %, and four fifths of the true bar lines
within 70 ms of its own. The loss is the logarithm of the share that a softmax over all readings of a song leaves to the
right ones; Adam, weight decay, noise on the inputs. Two fits are summed, one of them without the songs that have no
beat.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from known_songs import KnownSong, beatless_songs, lead_sheet_songs, our_songs, practice_songs, real_songs
from numpy.typing import NDArray

from resonant.heap import keep_freed_memory
from resonant.listening.bars import Net
from resonant.listening.chroma import chromagram
from resonant.listening.onsets import band_onsets
from resonant.listening.readings import METRES, Reading, Sounding, readings
from resonant.produce import Engine
from resonant.units import Metre

UNITS, EPOCHS, BATCH = 24, 250, 32
RATE, DECAY, NOISE, CLIP = 3e-3, 3e-3, 0.1, 4.0
NEAR_S, SHARE, TEMPO = 0.07, 0.8, 0.02
BEATLESS = "beatless, plain"
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """The readings of one song: by metre, what was measured `[readings, numbers]`, and which of them are right."""

    name: str
    measured: Mapping[Metre, Array]
    right: Mapping[Metre, NDArray[np.bool_]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("src/resonant/listening/bars.yaml"))
    parser.add_argument("--small", action="store_true", help="A few songs, to see that it runs.")
    args = parser.parse_args()
    keep_freed_memory()
    engine = Engine()
    train = examples(train_songs(args.data, engine, args.small))
    valid = examples(valid_songs(args.data, engine, args.small))
    beaten = [each for each in train if not each.name.endswith(BEATLESS)]
    scales = {metre: scale_of(train, metre) for metre in METRES}
    nets = joined([fitted(some, scales, 10 if args.small else EPOCHS) for some in (beaten, train)])
    for name, some in (("train", train), ("valid", valid)):
        print(f"{name}: {np.mean([is_right(nets, each) for each in some]):.3f} right of {len(some)} songs")
    args.out.write_text(as_yaml(nets), encoding="utf-8")


def train_songs(data: Path, engine: Engine, small: bool) -> Iterator[KnownSong]:
    reals, sheets, bare, seeds = (4, 4, 4, range(100, 101)) if small else (330, 230, 150, range(100, 120))
    return chain(
        real_songs(data, "train", reals, engine),
        lead_sheet_songs(data, "train", sheets, engine),
        beatless_songs(data, "train", bare),
        our_songs(seeds, engine),
        practice_songs(range(bare)),
    )


def valid_songs(data: Path, engine: Engine, small: bool) -> Iterator[KnownSong]:
    reals, seeds = (4, range(20, 21)) if small else (20, range(20, 22))
    return chain(
        real_songs(data, "valid", reals, engine),
        lead_sheet_songs(data, "valid", reals, engine),
        beatless_songs(data, "valid", reals),
        our_songs(seeds, engine),
        practice_songs(range(900, 900 + reals)),
    )


def examples(songs: Iterator[KnownSong]) -> list[Example]:
    """The songs in which something pulses."""
    found = []
    for song in songs:
        sounding = Sounding.of(band_onsets(song.audio), chromagram(song.audio))
        if sounding is not None and len(song.downbeats_s()) >= 4:
            found.append(example(song, sounding))
    return found


def example(song: KnownSong, sounding: Sounding) -> Example:
    measured: dict[Metre, list[Array]] = {metre: [] for metre in METRES}
    right: dict[Metre, list[bool]] = {metre: [] for metre in METRES}
    for reading, numbers in readings(sounding):
        measured[reading.metre].append(numbers)
        right[reading.metre].append(is_true(reading, sounding, song))
    return Example(
        song.name,
        {metre: np.array(rows) for metre, rows in measured.items() if rows},
        {metre: np.array(rows) for metre, rows in right.items() if rows},
    )


def is_true(reading: Reading, sounding: Sounding, song: KnownSong) -> bool:
    """Whether a reading has the song's metre, its tempo, and its bar lines."""
    if reading.metre != song.score.metre.metre_at(0) or abs(reading.bpm / song.score.tempo.bpm - 1) > TEMPO:
        return False
    count = np.arange(-1, len(sounding.beats) / reading.bar + 2)
    found = sounding.time_s(reading.first + reading.bar * count)
    true = song.downbeats_s()
    distance = np.abs(np.subtract.outer(true[true < song.audio.seconds - 3.0], found)).min(axis=1)
    return bool(np.mean(distance < NEAR_S) >= SHARE)


def is_right(nets: Mapping[Metre, Net], one: Example) -> bool:
    scored = [
        (score, right)
        for metre, rows in one.measured.items()
        for score, right in zip(nets[metre].score(rows), one.right[metre], strict=True)
    ]
    return bool(max(scored, key=lambda pair: pair[0])[1]) if scored else False


@dataclass(eq=False)
class Rows:
    """All readings of one metre: their numbers, scaled; the example each belongs to; whether it is right."""

    numbers: Array
    owner: NDArray[np.int64]
    right: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_]) -> "Rows":
        taken = chosen[self.owner]
        return Rows(self.numbers[taken], self.owner[taken], self.right[taken])


class Fit:
    """The weights of one metre's network while they are being fitted, with Adam's memory."""

    def __init__(self, numbers: int, rng: np.random.Generator) -> None:
        self.weights = [
            rng.normal(0, numbers**-0.5, (numbers, UNITS)), np.zeros(UNITS), rng.normal(0, 0.5 * UNITS**-0.5, UNITS),
            np.zeros(1),
        ]  # fmt: skip
        self._first = [np.zeros_like(each) for each in self.weights]
        self._second = [np.zeros_like(each) for each in self.weights]

    def forward(self, numbers: Array) -> tuple[Array, Array]:
        hidden = np.tanh(numbers @ self.weights[0] + self.weights[1])
        return hidden, hidden @ self.weights[2] + self.weights[3]

    def step(self, numbers: Array, hidden: Array, slope: Array, rate: float, time: int) -> None:
        below = np.outer(slope, self.weights[2]) * (1 - hidden**2)
        slopes = [
            numbers.T @ below + DECAY * self.weights[0], below.sum(axis=0), hidden.T @ slope + DECAY * self.weights[2],
            slope.sum(keepdims=True),
        ]  # fmt: skip
        for weight, first, second, each in zip(self.weights, self._first, self._second, slopes, strict=True):
            first += 0.1 * (each - first)
            second += 0.001 * (each**2 - second)
            weight -= rate * (first / (1 - 0.9**time)) / (np.sqrt(second / (1 - 0.999**time)) + 1e-8)


def joined(members: Sequence[Mapping[Metre, Net]]) -> dict[Metre, Net]:
    """One network a metre, whose score is the sum of its members', which are scaled alike: fits err in other places."""
    return {
        metre: Net(
            members[0][metre].centre,
            members[0][metre].scale,
            np.concatenate([member[metre].weights for member in members], axis=1),
            np.concatenate([member[metre].bias for member in members]),
            np.concatenate([member[metre].out for member in members]),
            np.sum([member[metre].constant for member in members], axis=0),
        )
        for metre in METRES
    }


def fitted(examples: Sequence[Example], scales: Mapping[Metre, tuple[Array, Array]], epochs: int) -> dict[Metre, Net]:
    """A network a metre, fitted together: a reading of one metre competes with those of the others."""
    some = [each for each in examples if any(right.any() for right in each.right.values())]
    rows = {metre: rows_of(some, metre, *scales[metre]) for metre in METRES}
    rng = np.random.default_rng(0)
    fits = {metre: Fit(rows[metre].numbers.shape[1], rng) for metre in METRES}
    time = 0
    for epoch in range(epochs):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / epochs))
        order = rng.permutation(len(some))
        for start in range(0, len(some), BATCH):
            chosen = np.zeros(len(some), dtype=bool)
            chosen[order[start : start + BATCH]] = True
            time += 1
            train_batch(fits, {metre: rows[metre].of(chosen) for metre in METRES}, rate, time, rng)
    return {metre: Net(*scales[metre], *fits[metre].weights) for metre in METRES}


def train_batch(
    fits: Mapping[Metre, Fit], rows: Mapping[Metre, Rows], rate: float, time: int, rng: np.random.Generator
) -> None:
    numbers = {metre: part.numbers + rng.normal(0, NOISE, part.numbers.shape) for metre, part in rows.items()}
    forward = {metre: fits[metre].forward(numbers[metre]) for metre in rows}
    owner = np.concatenate([part.owner for part in rows.values()])
    right = np.concatenate([part.right for part in rows.values()])
    score = np.concatenate([forward[metre][1] for metre in rows])
    slope = softmax_slope(score, owner, right) / BATCH
    bounds = np.cumsum([len(part.owner) for part in rows.values()])[:-1]
    for metre, part in zip(rows, np.split(slope, bounds), strict=True):
        fits[metre].step(numbers[metre], forward[metre][0], part, rate, time)


def softmax_slope(score: Array, owner: NDArray[np.int64], right: NDArray[np.bool_]) -> Array:
    """The slope of -log(share of the right readings) of each song by the score of each of its readings."""
    songs = int(owner.max()) + 1
    highest = np.full(songs, -np.inf)
    np.maximum.at(highest, owner, score)
    share = np.exp(score - highest[owner])
    share /= np.bincount(owner, share, songs)[owner]
    return np.asarray(share - share * right / np.maximum(np.bincount(owner, share * right, songs)[owner], 1e-12))


def scale_of(examples: Sequence[Example], metre: Metre) -> tuple[Array, Array]:
    whole = np.concatenate([each.measured[metre] for each in examples if metre in each.measured])
    return whole.mean(axis=0), whole.std(axis=0) + 1e-3


def rows_of(examples: Sequence[Example], metre: Metre, centre: Array, scale: Array) -> Rows:
    having = [(number, each) for number, each in enumerate(examples) if metre in each.measured]
    whole = np.concatenate([each.measured[metre] for _, each in having])
    return Rows(
        np.clip((whole - centre) / scale, -CLIP, CLIP),
        np.concatenate([np.full(len(each.measured[metre]), number) for number, each in having]),
        np.concatenate([each.right[metre] for _, each in having]),
    )


def as_yaml(nets: Mapping[Metre, Net]) -> str:
    """The networks as `bars.yaml` holds them, four digits a number."""
    lines = ["# Networks that weigh readings of a pulse, by metre. Written by benchmarks/fit_bars.py."]
    for metre, net in nets.items():
        lines.append(f"{metre}:")
        for name in ("centre", "scale", "bias", "out", "constant"):
            lines.append(f"  {name}: [{', '.join(f'{each:.4g}' for each in getattr(net, name))}]")
        lines.append("  weights:")
        lines += [f"    - [{', '.join(f'{each:.3g}' for each in row)}]" for row in net.weights]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
