"""A corpus in tokens: the cells of many pieces as flat arrays, quick to load and to draw from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.players.score_lm.cells import Cells, Tokens

Flat = NDArray[np.int16]
Offsets = NDArray[np.int64]


@dataclass(frozen=True)
class CorpusPiece:
    """A piece in tokens, and what it is: a name of `vocabulary.SOURCES`, and one of `vocabulary.STYLES`."""

    id: str
    source: str
    style: str
    cells: Cells


@dataclass(frozen=True, eq=False)
class Corpus:
    """Pieces in tokens, packed.

    Args:
        names: for each piece, "id|source|style".
        tokens: all tokens behind one another.
        offsets: where each row of tokens begins; one more than there are rows.
        shapes: `int32 [pieces, 3]`: first row, tracks and bars of each piece. Its rows are the opening, then definition
            and controls of each track, then bar, chords and one cell a track for each bar.
    """

    names: tuple[str, ...]
    tokens: Flat
    offsets: Offsets
    shapes: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.names)

    def bars(self, piece: int) -> int:
        """How many bars a piece has."""
        return int(self.shapes[piece, 2])

    def __getitem__(self, piece: int) -> CorpusPiece:
        identity, source, style = self.names[piece].split("|")
        first, tracks, bars = map(int, self.shapes[piece])
        rows = self._rows(first, 1 + 2 * tracks + bars * (2 + tracks))
        opening, rest = rows[0], rows[1 + 2 * tracks :]
        width = 2 + tracks
        by_bar = [rest[bar * width : (bar + 1) * width] for bar in range(bars)]
        definitions, controls = rows[1 : 1 + tracks], rows[1 + tracks : 1 + 2 * tracks]
        sections, chords = (tuple(row[kind] for row in by_bar) for kind in (0, 1))
        notes = tuple(tuple(row[2:]) for row in by_bar)
        return CorpusPiece(
            identity, source, style, Cells(opening, tuple(definitions), tuple(controls), sections, chords, notes)
        )

    def _rows(self, first: int, count: int) -> list[Tokens]:
        bounds = self.offsets[first : first + count + 1].tolist()
        tokens = self.tokens[bounds[0] : bounds[-1]].tolist()
        return [tuple(tokens[a - bounds[0] : b - bounds[0]]) for a, b in pairwise(bounds)]


def packed(pieces: Iterable[CorpusPiece]) -> Corpus:
    """The pieces as one corpus."""
    names: list[str] = []
    tokens: list[int] = []
    lengths: list[int] = []
    shapes: list[tuple[int, int, int]] = []
    for piece in pieces:
        names.append(f"{piece.id.replace('|', ' ')}|{piece.source}|{piece.style}")
        shapes.append((len(lengths), len(piece.cells.tracks), len(piece.cells.bars)))
        for row in _rows_of(piece.cells):
            tokens += row
            lengths.append(len(row))
    return Corpus(
        tuple(names),
        np.array(tokens, dtype=np.int16),
        np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        np.array(shapes, dtype=np.int32).reshape(-1, 3),
    )


def joined(corpora: Sequence[Corpus]) -> Corpus:
    """Several corpora as one."""
    return packed(corpus[piece] for corpus in corpora for piece in range(len(corpus)))


def save_corpus(corpus: Corpus, path: Path) -> None:
    """Writes a corpus as an .npz file."""
    np.savez_compressed(
        path, names=np.array(corpus.names), tokens=corpus.tokens, offsets=corpus.offsets, shapes=corpus.shapes
    )


def load_corpus(path: Path) -> Corpus:
    """Reads a corpus.

    Raises:
        InputError: the file is missing or no corpus.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return Corpus(tuple(file["names"].tolist()), file["tokens"], file["offsets"], file["shapes"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path} is no corpus ({error}); make it with `resonant train prepare`") from error


def _rows_of(cells: Cells) -> Iterator[Tokens]:
    yield cells.opening
    yield from cells.tracks
    yield from cells.controls
    for bar, chords, notes in zip(cells.bars, cells.chords, cells.notes, strict=True):
        yield bar
        yield chords
        yield from notes
