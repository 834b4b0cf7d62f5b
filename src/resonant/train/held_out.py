"""Holes in pieces that nobody learned from: the same for every player that is asked to fill them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resonant.errors import InputError
from resonant.instruments import instrument
from resonant.players.score_lm.layout import Hole
from resonant.players.score_lm.vocabulary import MOST_TRACKS
from resonant.players.seams import outside
from resonant.score.model import Score
from resonant.seeds import stream
from resonant.train.prepare import TEST, Told, Wanted, fitting, told_in, with_bands

COLLECTIONS = ("pop909", "freedoom", "openscore_quartets", "openscore_lieder", "openewld", "groove")
HOLE_BARS = 4
_MOST_TRACKS_AT_ONCE = 5
_FEWEST_NOTES = 4


@dataclass(frozen=True)
class Torn:
    """A piece with a hole of four bars.

    Args:
        piece: as it was.
        score: the piece with the hole.
        first: first bar of the hole.
        places: the tracks that are torn, by their place.
    """

    piece: Told
    score: Score
    first: int
    places: tuple[int, ...]

    @property
    def bars(self) -> tuple[int, ...]:
        return tuple(range(self.first, self.first + HOLE_BARS))

    @property
    def holes(self) -> frozenset[Hole]:
        return frozenset((bar, place) for bar in self.bars for place in self.places)

    @property
    def whole(self) -> Score:
        return self.piece.score

    def role(self, place: int) -> str:
        return self.score.tracks[place].role


def held_out(data: Path, limit: int, split: str = TEST, collections: Sequence[str] = COLLECTIONS) -> list[Told]:
    """At most so many pieces of each collection of a split, evenly taken; with Groove's, POP909 once more as bands.

    They come by the ways of `prepare`: chords are found where a file has none, bands get bass and beat of the split.

    Raises:
        InputError: one of the collections is not there.
    """
    found: list[Told] = []
    wanted = Wanted()
    for collection in collections:
        path = data / collection / f"{split}.jsonl.gz"
        if not path.exists():
            raise InputError(f"{path} does not exist; give the folder that holds {', '.join(collections)}")
        pieces = list(told_in(path, wanted, [], lambda found: True))
        songs = [piece for piece in pieces if piece.kind != "fill" and piece.score.bars >= 2 * HOLE_BARS]
        for piece in _spread(songs, limit):
            found += fitting(replace(piece, score=_first_tracks(piece.score)), wanted, [])
        if collection == "groove":
            beats = [replace(piece, split=split) for piece in pieces]
            pop = [piece for piece in found if piece.source == "pop909"]
            found += with_bands([*pop, *beats], wanted, [split])
    return found


def torn(pieces: Sequence[Told], seed: int) -> Iterator[Torn]:
    """Each piece with a hole in each of its tracks, one at a time, and with a hole in all of them.

    A hole lies where the track plays; pieces of more than five tracks have no hole in all of them: it would not fit.
    """
    for piece in pieces:
        places = range(len(piece.score.tracks))
        asked: list[tuple[int, ...]] = [(place,) for place in places]
        if 1 < len(places) <= _MOST_TRACKS_AT_ONCE:
            asked.append(tuple(places))
        for chosen in asked:
            hole = _torn_at(piece, chosen, stream(seed, piece.id, *chosen))
            if hole is not None:
                yield hole


def _torn_at(piece: Told, places: tuple[int, ...], rng: random.Random) -> Torn | None:
    score = piece.score
    counts = [[0] * score.bars for _ in places]
    for row, place in zip(counts, places, strict=True):
        for note in score.tracks[place].notes:
            row[min(score.metre.bar_at(note.start), score.bars - 1)] += 1
    starts = [
        first
        for first in range(score.bars - HOLE_BARS + 1)
        if all(sum(row[first : first + HOLE_BARS]) >= _FEWEST_NOTES for row in counts)
    ]
    if not starts:
        return None
    first = rng.choice(starts)
    bars = tuple(range(first, first + HOLE_BARS))
    blank = score
    for place in places:
        blank = blank.with_track(outside(score.tracks[place], score, bars))
    return Torn(piece, blank, first, places)


def _first_tracks(score: Score) -> Score:
    """The score with as many tracks as have numbers, those that play nothing left out."""
    played = [track for track in score.tracks if track.notes and instrument(track.instrument)]
    return replace(score, tracks=tuple(played[:MOST_TRACKS]))


def _spread(pieces: Sequence[Told], count: int) -> Sequence[Told]:
    count = min(count, len(pieces))
    return [pieces[number * len(pieces) // count] for number in range(count)]
