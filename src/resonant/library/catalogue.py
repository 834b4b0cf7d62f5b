"""The catalogue: one row a song, beside the folders and rebuildable from them. SQLite through SQLAlchemy Core."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

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


class Catalogue:
    """The open catalogue of a library.

    Raises:
        PlaceError: the database can not be opened or written.
    """

    def __init__(self, root: Path) -> None:
        from sqlalchemy import create_engine, event

        self._root = root
        self._engine = create_engine(f"sqlite:///{root / CATALOGUE}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _make_durable)
        self._songs = _table()

    def __enter__(self) -> Self:
        with _database_errors(self._root):
            self._songs.metadata.create_all(self._engine)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def add(self, document: SongDocument, path: Path) -> None:
        """Writes the row of a song; one of that name is replaced."""
        with _database_errors(self._root), self._engine.begin() as connection:
            self._put(connection, row_of(document, path))

    def rows(self) -> tuple[Row, ...]:
        """All songs, the newest first."""
        from sqlalchemy import select

        with _database_errors(self._root), self._engine.connect() as connection:
            found = connection.execute(select(self._songs).order_by(self._songs.c.saved_at.desc(), self._songs.c.name))
            return tuple(Row(**row) for row in found.mappings())

    def reindex(self) -> tuple[int, tuple[str, ...]]:
        """Rebuilds all rows from the folders: how many there are, and a sentence for each that can not be read."""
        from sqlalchemy import delete

        rows, complaints = [], []
        for document in sorted(self._root.glob("*/song.json")):
            if document.parent.name.startswith(PARTIAL_PREFIX):
                continue
            try:
                rows.append(row_of(from_text(document.read_text(encoding="utf-8"), document), document.parent))
            except (InputError, UnicodeDecodeError) as error:
                complaints.append(str(error))
        with _database_errors(self._root), self._engine.begin() as connection:
            connection.execute(delete(self._songs))
            for row in rows:
                self._put(connection, row)
        return len(rows), tuple(complaints)

    def _put(self, connection: Any, row: Row) -> None:
        from sqlalchemy import insert

        values = {name: getattr(row, name) for name in Row.__slots__}
        connection.execute(insert(self._songs).prefix_with("OR REPLACE").values(values))


def row_of(document: SongDocument, path: Path) -> Row:
    """The row of a song that lies in a folder."""
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
        saved_at=(path / "song.json").stat().st_mtime,
    )


def _table() -> Any:
    from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, String, Table

    kinds = {
        "tempo_bpm": Float,
        "seconds": Float,
        "loudness_lufs": Float,
        "saved_at": Float,
        "bars": Integer,
        "seed": BigInteger,
    }
    columns: list[Any] = [Column(name, kinds.get(name, String), primary_key=name == "name") for name in Row.__slots__]
    return Table("songs", MetaData(), *columns)


def _make_durable(connection: Any, record: object) -> None:
    """Many readers beside one writer (WAL), and a row that is told as written is on the disk."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


class _database_errors:  # noqa: N801 - used as a verb: `with _database_errors(root):`
    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from sqlalchemy.exc import DatabaseError

        if isinstance(error, DatabaseError):
            raise PlaceError(
                f"the catalogue {self._root / CATALOGUE} can not be used ({error.orig}); the songs are safe in their "
                "folders: make room, or delete it and run `resonant reindex`"
            ) from error
