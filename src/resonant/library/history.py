"""What a song was: every revision and its files, kept beside the current one.

history/
  revisions/<id>.json       the song.json of each revision that ever was
  files/<digest>.<ending>   files of revisions that are not in the song's folder now; each once, moved and not copied
  files/<digest>.wav.patch  files that were grown in place, as they were before (`resonant.library.patches`)
  blocks/                   hashes of the blocks of such files
  log.jsonl                 a line an act: revision, parent, act, time
  current                   the revision that shall be shown
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from resonant.errors import InputError
from resonant.library.digests import known_digest
from resonant.library.document import SongDocument, from_text
from resonant.library.patches import patch_path, rebuilt
from resonant.library.place import settle_folder, write_durably

DOCUMENT = "song.json"
_FOLDER = "history"


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the log: `time` is when it was, in UTC; it stands here alone, so that revisions can be repeated."""

    revision: str
    parent: str | None
    act: str
    time: str


@dataclass(frozen=True, slots=True)
class History:
    """The history of the song in `song_folder`; nothing is there before the first act."""

    song_folder: Path

    @property
    def folder(self) -> Path:
        return self.song_folder / _FOLDER

    @property
    def revisions(self) -> Path:
        return self.folder / "revisions"

    @property
    def files(self) -> "KeptFiles":
        return KeptFiles(self.folder / "files")

    @property
    def current(self) -> str | None:
        """The revision that shall be shown; None before the first act."""
        try:
            return (self.folder / "current").read_text(encoding="ascii").strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def knows(self, revision: str) -> bool:
        return self._path(revision).is_file()

    def text(self, revision: str) -> str:
        """The `song.json` of a revision.

        Raises:
            InputError: there is none of that name, or it is no text.
        """
        try:
            return self._path(revision).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise InputError(
                f"{self.song_folder} has no revision {revision}; `resonant history` lists those it has"
            ) from error
        except UnicodeDecodeError as error:
            raise InputError(f"{self._path(revision)} is damaged: it is no text; restore it from a copy") from error

    def document(self, revision: str) -> SongDocument:
        """A revision, without its sound; what it names lies in the song's folder."""
        return from_text(self.text(revision), self.song_folder / DOCUMENT)

    def acts(self) -> tuple[Act, ...]:
        """What was done, the oldest first; a line that a dying process left half-written counts for nothing."""
        acts = []
        with suppress(FileNotFoundError, NotADirectoryError):
            for line in (self.folder / "log.jsonl").read_bytes().splitlines():
                with suppress(ValueError, TypeError):
                    acts.append(Act(**json.loads(line)))
        return tuple(acts)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else changes this history meanwhile; the folders are made where they are not there."""
        self.revisions.mkdir(parents=True, exist_ok=True)
        self.files.folder.mkdir(exist_ok=True)
        with _sole_use(self.folder):
            yield

    def put(self, revision: str, text: str) -> None:
        """Keeps a revision for good; one that is there stays."""
        if not self.knows(revision):
            part = self._path(revision).with_suffix(".part")
            write_durably(part, text.encode())
            part.replace(self._path(revision))

    def note(self, revision: str, parent: str | None, act: str, time: float | None = None) -> None:
        """Writes a line into the log; `time` is in seconds since 1970, None for now."""
        when = datetime.now(UTC) if time is None else datetime.fromtimestamp(time, UTC)
        line = json.dumps(asdict(Act(revision, parent, act, when.isoformat(timespec="milliseconds"))))
        with (self.folder / "log.jsonl").open("a+b") as log:
            if log.tell():
                log.seek(-1, os.SEEK_END)
                line = line if log.read() == b"\n" else "\n" + line
            log.write(line.encode() + b"\n")
            log.flush()
            os.fsync(log.fileno())

    def choose(self, revision: str) -> None:
        """From now on this revision shall be shown."""
        part = self.folder / "current.part"
        write_durably(part, f"{revision}\n".encode())
        part.replace(self.folder / "current")
        settle_folder(self.folder)

    def path_of(self, name: str, expected: str) -> Path | None:
        """Where a file of some revision is, whichever is shown now; None where it is lost."""
        kept, shown = self.files.path(expected, name), self.song_folder / name
        if kept.is_file():
            return kept
        if shown.is_file() and known_digest(self.song_folder, name) == expected:
            return shown
        return rebuilt(self.files.folder, self.song_folder, expected, name)

    def _path(self, revision: str) -> Path:
        return self.revisions / f"{revision}.json"


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """The files of revisions that are not shown, by their digests."""

    folder: Path

    def path(self, expected: str, name: str) -> Path:
        """Where the file of this digest is kept; `name` is what a revision calls it, and gives the ending."""
        return self.folder / f"{expected}{Path(name).suffix}"

    def holds(self, expected: str, name: str) -> bool:
        """Whether the file of this digest is here, whole or as a patch."""
        return self.path(expected, name).is_file() or patch_path(self.folder, expected, name).is_file()

    def keep(self, path: Path, expected: str) -> None:
        """Moves a file here, under its digest; what is here already stays."""
        kept = self.path(expected, path.name)
        if kept.is_file():
            path.unlink()
        else:
            path.replace(kept)

    def bring(self, expected: str, path: Path, others: Iterator[Path]) -> bool:
        """Brings the file of this digest to `path`: moved from here, or copied from one of `others`, which hold it too.

        False where it is nowhere.
        """
        path.parent.mkdir(exist_ok=True)
        kept = self.path(expected, path.name)
        if kept.is_file():
            kept.replace(path)
            return True
        source = next((other for other in others if other.is_file()), None)
        if source is None:
            return False
        part = self.folder / f"{expected}.part"
        shutil.copyfile(source, part)
        part.replace(path)
        return True


@contextmanager
def _sole_use(folder: Path) -> Iterator[None]:
    """A lock that the system takes back from a process that dies (POSIX; elsewhere the second one must not come)."""
    if os.name != "posix":
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
