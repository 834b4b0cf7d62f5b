"""How well the chord model foretells: writes docs/models/chord-lm.md.

    python benchmarks/measure_chord_lm.py --data ../shared/data

The test songs of McGill Billboard and OpenEWLD, which nothing was trained or tuned on; beside the model an interpolated
modified Kneser-Ney 5-gram on the same words of the same songs. A chord is foretold from all chords of its song before
it; the chord before can not come again, for neither. Then: how fast the command is, and how far what is generated is
found in the songs that were learnt.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hardware import hardware
from numpy.typing import NDArray

from resonant.players.chord_lm.forecast import KEYS, Taste, chances_of, foretold
from resonant.players.chord_lm.network import WEIGHTS, Network, shipped_network
from resonant.players.chord_lm.progression import Wanted, progression
from resonant.players.chord_lm.vocabulary import CHORDS, COLOURED, FAMILIES, heading, word_of
from resonant.theory.key import Key
from resonant.train.chords_data import ChordSong, read_chord_songs
from resonant.train.ngram import NGram

Chances = NDArray[np.float64]
Foretell = Callable[[ChordSong], Chances]  # of each chord of a song, [T, 216], above its tonic
SETS = {"charts": "McGill Billboard", "standards": "OpenEWLD"}
GENERATED, WINDOW = 50, 6


@dataclass(frozen=True, slots=True)
class Found:
    """How well songs are foretold: for each its chords, their surprise in nats, and how many were first, in five."""

    surprise: NDArray[np.float64]
    chords: NDArray[np.int64]
    first: NDArray[np.int64]
    in_five: NDArray[np.int64]

    @property
    def top_1(self) -> float:
        return float(self.first.sum() / self.chords.sum())

    @property
    def top_5(self) -> float:
        return float(self.in_five.sum() / self.chords.sum())

    @property
    def perplexity(self) -> float:
        return float(np.exp(self.surprise.sum() / self.chords.sum()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("docs/models/chord-lm.md"))
    args = parser.parse_args()
    songs = {split: read_chord_songs(args.data, split) for split in ("train", "valid", "test")}
    network = shipped_network()
    page = PAGE.format(
        data=data_table(songs),
        parameters=sum(weight.size for weight in network.weights.values()),
        kilobytes=round(
            (Path(sys.modules[Network.__module__].__file__ or "").with_name(WEIGHTS)).stat().st_size / 1000
        ),
        coloured=coloured_share(songs["train"]),
        figures="\n\n".join(figures(network, songs, split) for split in ("test", "valid")),
        speed=speed(),
        known=known_windows(network, songs),
        generated=GENERATED,
        hardware=hardware(),
    )
    args.out.write_text(page, encoding="utf-8")
    print(page)


def words_of(song: ChordSong) -> list[int]:
    """The chords of a song above its tonic."""
    return [word_of(change.chord, song.tonic) for change in song.changes]


def of(songs: Sequence[ChordSong], source: str) -> list[ChordSong]:
    return [song for song in songs if song.source == source]


def figures(network: Network, songs: dict[str, tuple[ChordSong, ...]], split: str) -> str:
    """The table of a split: each way to foretell, on each collection."""
    rows = [
        f"{split.capitalize()} songs:\n",
        "| songs | foretold by | top-1 | top-5 | perplexity |",
        "| - | - | - | - | - |",
    ]
    for source, name in SETS.items():
        some = of(songs[split], source)
        ways: dict[str, Foretell] = {
            "5-gram of both collections": by_counting(songs["train"]),
            "5-gram of this collection": by_counting(of(songs["train"], source)),
            "chord model, collection not told": lambda song: by_reading(network, song, "any"),
            "**chord model, collection told**": lambda song: by_reading(network, song, song.source),
        }
        if split == "test":
            ways["chord model, told neither collection nor key"] = lambda song: by_all_keys(network, song)
        found = {way: measured(foretell, some) for way, foretell in ways.items()}
        chords = int(found["5-gram of this collection"].chords.sum())
        for number, (way, each) in enumerate(found.items()):
            label = f"{name}, {len(some)} songs, {chords} chords" if number == 0 else ""
            rows.append(f"| {label} | {way} | {each.top_1:.3f} | {each.top_5:.3f} | {each.perplexity:.2f} |")
        ours, theirs = found["**chord model, collection told**"], found["5-gram of this collection"]
        print("\n".join(rows[-len(found) :]), flush=True)
        rows.append(apart(ours, theirs))
        better = int((ours.surprise < theirs.surprise).sum())
        rows.append(f"| | the model has the lower perplexity in {better} of {len(some)} songs | | | |")
    return "\n".join(rows)


def measured(foretell: Foretell, songs: Sequence[ChordSong]) -> Found:
    surprise, ranks = [], []
    for song in songs:
        words = np.array(words_of(song))
        chances = foretell(song)
        chance = chances[np.arange(len(words)), words]
        surprise.append(float(-np.log(np.maximum(chance, 1e-12)).sum()))
        ranks.append((chances > chance[:, None]).sum(axis=1))
    counts = (np.array([value(rank) for rank in ranks]) for value in (len, lambda r: sum(r == 0), lambda r: sum(r < 5)))
    return Found(np.array(surprise), *counts)


def apart(ours: Found, theirs: Found) -> str:
    """Differences with 95 % of the draws of as many songs, with some twice and some left out, between two bounds."""
    songs = np.random.default_rng(0).integers(0, len(ours.chords), (4000, len(ours.chords)))
    chords = ours.chords[songs].sum(axis=1)
    first, five, nats = (
        (getattr(ours, name) - getattr(theirs, name))[songs].sum(axis=1) / chords
        for name in ("first", "in_five", "surprise")
    )
    cells = (np.percentile(each, [2.5, 97.5]) for each in (first, five, np.exp(nats)))
    one, some, ratio = (f"{low:.3f}…{high:.3f}" for low, high in cells)
    return f"| | told, against the 5-gram of this collection: 95 % of resampled songs | {one} | {some} | × {ratio} |"


def by_counting(train: Sequence[ChordSong]) -> Foretell:
    counted = NGram(map(words_of, train), CHORDS, 5)

    def foretell(song: ChordSong) -> Chances:
        words = words_of(song)
        chances = np.array([counted.chances(words[:at]) for at in range(len(words))])
        chances[np.arange(1, len(words)), words[:-1]] = 0.0
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))

    return foretell


def by_reading(network: Network, song: ChordSong, source: str) -> Chances:
    """The tonic is told, the mode is not."""
    head, words = heading(source, start="song"), words_of(song)
    logits = network.logits(np.array([[*head, *words]]))[:, len(head) - 1 :, :CHORDS]
    return chances_of(logits, np.array([words]))[0, :-1]


def by_all_keys(network: Network, song: ChordSong) -> Chances:
    """Neither tonic nor mode is told: what `resonant chords predict` does without --key."""
    _, chances = foretold(network, [change.chord for change in song.changes], KEYS, Taste(), "song")
    return np.roll(chances[:-1], -song.tonic * len(FAMILIES), axis=1)


def data_table(songs: dict[str, tuple[ChordSong, ...]]) -> str:
    rows = ["| | train | valid | test |", "| --- | --- | --- | --- |"]
    for source, name in SETS.items():
        cells = [of(songs[split], source) for split in ("train", "valid", "test")]
        counted = (f"{len(some)} songs, {sum(len(song.changes) for song in some)} chords" for some in cells)
        rows.append(f"| {name} | {' | '.join(counted)} |")
    return "\n".join(rows)


def coloured_share(songs: Sequence[ChordSong]) -> float:
    qualities = [change.chord.quality for song in songs for change in song.changes]
    return sum(COLOURED[FAMILIES.index(quality)] for quality in qualities) / len(qualities)


def speed() -> str:
    """Seconds of the whole command, the best of five."""
    command = [sys.executable, "-m", "resonant", "chords"]
    asked = {
        'predict "Dm7 G7"': ["predict", "Dm7 G7"],
        "generate --bars 8": ["generate", "--bars", "8", "--seed", "1"],
        "generate --bars 64": ["generate", "--bars", "64", "--seed", "1"],
    }
    rows = []
    for name, words in asked.items():
        taken = []
        for _ in range(5):
            started = time.perf_counter()
            subprocess.run([*command, *words], check=True, capture_output=True)
            taken.append(time.perf_counter() - started)
        rows.append(f"| `resonant chords {name}` | {min(taken):.2f} s |")
    return "\n".join(rows)


def known_windows(network: Network, songs: dict[str, tuple[ChordSong, ...]]) -> str:
    """Which share of the runs of chords in test songs, and in what is generated, stands in songs that were learnt."""
    learnt = {window for song in songs["train"] for window in windows(words_of(song))}
    rows = []
    for source, name in SETS.items():
        real = [words_of(song) for song in of(songs["test"], source)]
        made = []
        for seed in range(GENERATED):
            bars = progression(network, Wanted(Key(0), 16, taste=Taste(source), seed=seed))
            words = [word_of(chord, 0) for bar in bars for chord in bar]
            made.append([word for at, word in enumerate(words) if at == 0 or words[at - 1] != word])
        shares = (share_known(each, learnt) for each in (real, made))
        rows.append(f"| {name} | {' | '.join(f'{share:.0%}' for share in shares)} |")
    return "\n".join(rows)


def windows(words: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(words[at : at + WINDOW]) for at in range(len(words) - WINDOW + 1)]


def share_known(rows: Sequence[Sequence[int]], learnt: set[tuple[int, ...]]) -> float:
    found = [window in learnt for row in rows for window in windows(row)]
    return sum(found) / max(len(found), 1)


PAGE = """# The chord model

Written by `benchmarks/measure_chord_lm.py`. `resonant chords predict` and `resonant chords generate` use it.

## What it is

A causal transformer (`resonant.nn.transformer`) of {parameters:,} parameters, {kilobytes} kB in half precision, in
`src/resonant/players/chord_lm/`. It is read and run by NumPy alone, so that a forecast costs no start of torch.
Each chord is a word: its root as a step above the tonic, and one of 18 families (triads, sevenths, ninths, sixths,
suspended, diminished). Slash basses and further tensions are not told apart. Three words head a row: the collection and
the mode, which may be left open, and whether places are given. In timed rows a place (of the 32 quarters of eight bars)
stands before each chord, and `SECTION` where a section begins: that is how `generate` knows when chords change.

Without `--key`, the chords are read in all 24 keys, each weighed by how likely they are in it. With `--style`, jazz and
bossa nova ask for the harmony of the standards, other styles for that of the charts; among the chords of one root and
triad, the odds of those with more notes than a triad are shifted from their share in the songs ({coloured:.2f}) to the
style's `harmony.color`.

Train it anew, on one core in some minutes; the same seed gives the same weights:

    resonant train chords --data DATA --out DIR

## Data

{data}

- McGill Billboard annotations 2.0 (Burgoyne, Wild, Fujinaga: An Expert Ground Truth Set for Audio Chord Recognition and
  Music Analysis, ISMIR 2011), CC0.
- OpenEWLD, lead sheets in the public domain, MIT. They are in the major key of their signature, or in its relative
  minor where they end on it.

No song is parted between the splits, and several recordings of one stay together. The weights are ours, Apache-2.0.

## Figures

Which chord comes next, from all chords of the song so far; the tonic of the song's beginning is told except in the
rows that say so. There the model reads in every key at once, as `predict` does without `--key`; what it gains by that
on the charts may come from hearing the mode, and from songs that do not stay on the tonic they begin on. The 5-gram is
an interpolated modified Kneser-Ney (`resonant.train.ngram`) on the same words, in the song's key alone: it is not
mixed over keys. Where an interval of differences holds 0 (of perplexities, 1), so few songs do not tell which is
better. *Valid* was looked at after each pass; the number of passes was set by the time at hand. No weights but
these have seen *test*.

{figures}

| command, start of Python included | best of five |
| --- | --- |
{speed}

{hardware}

Runs of six chords that stand, above their tonic, in some song that was learnt:

| | in test songs | in {generated} progressions of 16 bars |
| --- | --- | --- |
{known}

## Limits

- Chart songs of 1958-1991 and popular songs of before 1930, of North America for the most part. Nothing later, no
  modal jazz, no art music; the styles that have no collection of their own speak one of these two dialects.
- The key is one for the whole song: after a modulation the chords are those of the old key, and the model has to find
  out by what it reads.
- The model foretells changes. How long a chord lasts is only in timed rows; bars are in four there.
- What is generated keeps to beaten paths: more of its runs of six chords are known from the songs than of real songs'.
- A progression is read anew for each word of it, so that its time grows with the square of its length and more.
- The lead sheets name few minor keys: a style of standards in minor rests on the charts' minor songs.
"""


if __name__ == "__main__":
    main()
