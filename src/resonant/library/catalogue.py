"""The catalogue: one row a song, beside the folders and rebuildable from them. SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from resonant.errors import InputError, PlaceError
from resonant.library.document import SongDocument, from_text
from resonant.library.place import PARTIAL_PREFIX

CATALOGUE = "catalogue.db"


@dataclass(frozen=True, slots=True)
class Row:
    """A song in the catalogue; lists are words with commas between them."""

    name: str
    title: str
    text: str
    style: str
    tempo_bpm: float
    key: str
    metre: str
    bars: int
    seconds: float
    moods: str
    tracks: str
    instruments: str
    seed: int
    parent: str | None
    loudness_lufs: float | None
    saved_at: float  # seconds since 1970: when song.json was written


_COLUMNS = ", ".join(f'"{name}"' for name in Row.__slots__)
_CREATE = """CREATE TABLE IF NOT EXISTS songs (
    name TEXT PRIMARY KEY, title TEXT, text TEXT, style TEXT, tempo_bpm REAL, "key" TEXT, metre TEXT,
    bars INTEGER, seconds REAL, moods TEXT, tracks TEXT, instruments TEXT, seed INTEGER, parent TEXT,
    loudness_lufs REAL, saved_at REAL
)"""
_PUT = f"INSERT OR REPLACE INTO songs ({_COLUMNS}) VALUES ({', '.join('?' * len(Row.__slots__))})"
_BUSY_S = 30.0  # how long a writer waits for another


class Catalogue:
    """The open catalogue of a library.

    Raises:
        PlaceError: the database can not be opened or written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> Self:
        with _in_words(self._root):
            self._database = sqlite3.connect(self._root / CATALOGUE, timeout=_BUSY_S)
            # many readers beside one writer, and a row that is told as written is on the disk
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.execute(_CREATE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, document: SongDocument, path: Path, saved_at: float | None = None) -> None:
        """Writes the row of a song; one of that name is replaced."""
        with _in_words(self._root), self._database:
            self._database.execute(_PUT, astuple(row_of(document, path, saved_at)))

    def rows(self) -> tuple[Row, ...]:
        """All songs, the newest first."""
        with _in_words(self._root):
            found = self._database.execute(f"SELECT {_COLUMNS} FROM songs ORDER BY saved_at DESC, name")
            return tuple(Row(*row) for row in found)

    def reindex(self) -> tuple[int, tuple[str, ...]]:
        """Rebuilds all rows from the folders: how many there are, and a sentence for each that can not be read."""
        rows, complaints = [], []
        for document in sorted(self._root.glob("*/song.json")):
            if document.parent.name.startswith(PARTIAL_PREFIX):
                continue
            try:
                rows.append(row_of(from_text(document.read_text(encoding="utf-8"), document), document.parent))
            except InputError as error:
                complaints.append(str(error))
            except UnicodeDecodeError:
                complaints.append(f"{document} is damaged: it is no text; restore it from a copy")
            except OSError as error:
                complaints.append(f"{document} can not be read: {error.strerror}; check its permissions")
        with _in_words(self._root), self._database:
            self._database.execute("DELETE FROM songs")
            self._database.executemany(_PUT, map(astuple, rows))
        return len(rows), tuple(complaints)


def row_of(document: SongDocument, path: Path, saved_at: float | None = None) -> Row:
    """The row of a song that lies in a folder; `saved_at` as its `song.json` will have it, None to look there."""
    song, score = document.song, document.song.score
    return Row(
        name=path.name,
        title=score.title,
        text=song.brief.text,
        style=song.brief.style,
        tempo_bpm=score.tempo.bpm,
        key=str(score.key),
        metre=str(score.metre.metre_at(0)),
        bars=score.bars,
        seconds=round(score.seconds, 3),
        moods=", ".join(song.brief.moods),
        tracks=", ".join(track.name for track in score.tracks),
        instruments=", ".join(track.instrument for track in score.tracks),
        seed=song.lineage.seed,
        parent=song.lineage.parent,
        loudness_lufs=document.meters.get("master", {}).get("integrated_lufs"),
        saved_at=(path / "song.json").stat().st_mtime if saved_at is None else saved_at,
    )


@contextmanager
def _in_words(root: Path) -> Iterator[None]:
    """What the database complains of, as a sentence with the next step."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise PlaceError(
            f"the catalogue {root / CATALOGUE} can not be used ({error}); the songs are safe in their folders: "
            "make room, or delete it and run `resonant reindex`"
        ) from error
