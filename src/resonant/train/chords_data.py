"""Songs as chord changes, from annotations: McGill Billboard bars in Harte's syntax, and lead sheets as pieces."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from resonant.errors import InputError
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.players.chord_lm.vocabulary import SLOTS_PER_BAR, family
from resonant.theory.chord import Chord
from resonant.theory.pitch import pitch_class

CHARTS, STANDARDS = "billboard_chords", "openewld"
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
# Harte et al. 2005, table 1; "1" is a root alone.
_SHORTHAND = {
    "maj": "1,3,5", "min": "1,b3,5", "dim": "1,b3,b5", "aug": "1,3,#5", "maj7": "1,3,5,7", "min7": "1,b3,5,b7",
    "7": "1,3,5,b7", "dim7": "1,b3,b5,bb7", "hdim7": "1,b3,b5,b7", "minmaj7": "1,b3,5,7", "maj6": "1,3,5,6",
    "min6": "1,b3,5,6", "9": "1,3,5,b7,9", "maj9": "1,3,5,7,9", "min9": "1,b3,5,b7,9", "sus4": "1,4,5", "sus2": "1,2,5",
    "11": "1,5,b7,9,11", "min11": "1,b3,5,b7,9,11", "13": "1,3,5,b7,9,13", "min13": "1,b3,5,b7,9,13",
    "maj13": "1,3,5,7,9,13", "5": "1,5", "1": "1", "": "1",
}  # fmt: skip
_LABEL = re.compile(r"([A-G][#b]*):([a-z0-9]*)(?:\(([^)]*)\))?(?:/.*)?")


@dataclass(frozen=True, slots=True)
class Change:
    """A chord that differs from the one before.

    Args:
        chord: root and family.
        slot: quarters of a bar since its section began.
        section: number of its section.
    """

    chord: Chord
    slot: int
    section: int


@dataclass(frozen=True, slots=True)
class ChordSong:
    """The harmony of a song; `source` is of `vocabulary.SOURCES`, `tonic` the pitch class that it begins on."""

    id: str
    source: str
    tonic: int
    changes: tuple[Change, ...]

    @property
    def mode(self) -> str:
        """Minor where more chords on the tonic have a minor third than have not."""
        home = [change.chord.is_minor for change in self.changes if change.chord.root == self.tonic]
        return "any" if not home else "minor" if 2 * sum(home) > len(home) else "major"


def read_chord_songs(data: Path, split: str) -> tuple[ChordSong, ...]:
    """All songs of a split, "train", "valid" or "test", of both collections in the data folder; sorted as in the files.

    Raises:
        InputError: a collection is missing or damaged; the message names the file.
    """
    return (*chart_songs(data / CHARTS / f"{split}.jsonl.gz"), *standards(data / STANDARDS / f"{split}.jsonl.gz"))


def chart_songs(path: Path) -> tuple[ChordSong, ...]:
    """The songs of a file of McGill Billboard annotations that have two chords or more.

    Raises:
        InputError: the file is missing or damaged.
    """
    songs = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                tonic = pitch_class(row["tonics"][0][1])
                songs.append(ChordSong(row["id"], "charts", tonic, changes_of(_charted(row["sections"]))))
    except (OSError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        raise InputError(f"{path} can not be read as chord annotations: {error}; check the data folder") from error
    return tuple(song for song in songs if len(song.changes) > 1)


def standards(path: Path) -> tuple[ChordSong, ...]:
    """The lead sheets of a file of pieces that have a key and two chords or more.

    Raises:
        InputError: the file is missing or damaged.
    """
    sheets = ((piece, changes_of(_sheet(piece))) for piece in read_pieces(path) if piece.keys)
    return tuple(
        ChordSong(piece.id, "standards", _home(piece.score.key.tonic, changes), changes)
        for piece, changes in sheets
        if len(changes) > 1
    )


def harte_intervals(label: str) -> tuple[int, tuple[int, ...]] | None:
    """Root and semitones above it of a label such as "G:sus4(b7,9)/5"; None for "N", "X" and signs that are no chord.

    Raises:
        ValueError: it looks like a chord and has a type or degree that Harte's syntax does not.
    """
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    root, shorthand, more = match.groups()
    if shorthand not in _SHORTHAND:
        raise ValueError(f"{label!r} has a chord type that is not known")
    steps = {_semitones(degree) for degree in _SHORTHAND[shorthand].split(",")}
    for degree in (more or "").split(","):
        if degree.startswith("*"):
            steps.discard(_semitones(degree[1:]))
        elif degree:
            steps.add(_semitones(degree))
    return _root(root), tuple(sorted(steps))


def changes_of(played: Iterator[tuple[Chord, int, int]]) -> tuple[Change, ...]:
    """Chords with slot and section, without those that only go on."""
    changes: list[Change] = []
    for chord, slot, section in played:
        if not changes or changes[-1].chord != chord:
            changes.append(Change(chord, slot, section))
    return tuple(changes)


def _charted(sections: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Chord, int, int]]:
    for number, section in enumerate(sections):
        for bar, text in enumerate(section["bars"]):
            beats = [each for each in text.split() if not each.startswith(("(", "*", "&"))]
            for beat, label in enumerate(beats):
                found = harte_intervals(label)
                if found is not None:
                    slot = round(SLOTS_PER_BAR * (bar + Fraction(beat, len(beats))))
                    yield Chord(found[0], family(found[1])), slot, number


def _sheet(piece: Piece) -> Iterator[tuple[Chord, int, int]]:
    metre = piece.score.metre
    for span in piece.score.harmony:
        bar = metre.bar_at(span.start)
        start, end = piece.score.bar_ticks(bar)
        slot = round(SLOTS_PER_BAR * (bar + (span.start - start) / (end - start)))
        yield Chord(span.chord.root, family(span.chord.intervals)), slot, 0


def _home(tonic: int, changes: Sequence[Change]) -> int:
    """Lead sheets name a signature and call it major: one that ends on the relative minor is in that key."""
    last, relative = changes[-1].chord, (tonic + 9) % 12
    return relative if last.root == relative and last.is_minor else tonic


def _semitones(degree: str) -> int:
    number = int(degree.lstrip("#b"))
    octave, step = divmod(number - 1, 7)
    return 12 * octave + _MAJOR_SCALE[step] + degree.count("#") - degree.count("b")


def _root(name: str) -> int:
    return (pitch_class(name[0]) + name.count("#") - name.count("b")) % 12
