"""Files that were grown in place, as they were before: each kept as what the longer file does not hold.

history/files/<digest>.wav.patch   a line of JSON (the longer file's digest, how much of it is the same), then the bytes
                                   of the header and of the end that the file of this digest had
history/growing.json               files that are just being written to: an interrupted one is put back from its patch
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resonant.errors import InputError
from resonant.library.digests import digest, known_digest
from resonant.library.place import settle_folder, write_durably
from resonant.library.wav_files import write_end

JOURNAL = "growing.json"


@dataclass(frozen=True, slots=True)
class Patch:
    """How a file is made from the longer one that it became.

    Args:
        name: what the song calls the file.
        longer: digest of what it became.
        same: up to this byte both are the same, but for the header.
        header, end: its own bytes at the beginning, and from `same` on.
    """

    name: str
    longer: str
    same: int
    header: bytes
    end: bytes

    def to_bytes(self) -> bytes:
        head = {"name": self.name, "longer": self.longer, "same": self.same, "header": len(self.header)}
        return json.dumps(head).encode() + b"\n" + self.header + self.end

    @classmethod
    def from_bytes(cls, data: bytes) -> "Patch":
        line, _, rest = data.partition(b"\n")
        head = json.loads(line)
        size = head["header"]
        return cls(head["name"], head["longer"], head["same"], rest[:size], rest[size:])


def patch_path(files: Path, expected: str, name: str) -> Path:
    """Where the patch of the file with this digest is kept."""
    return files / f"{expected}{Path(name).suffix}.patch"


def rebuilt(files: Path, folder: Path, expected: str, name: str) -> Path | None:
    """The file of this digest made anew from its patch, beside it in the history; None where there is no patch.

    Args:
        files: where the history keeps files.
        folder: of the song.

    Raises:
        InputError: what it is made from is lost or damaged.
    """
    patch = _patch(files, expected, name)
    if patch is None:
        return None
    source = _whole(files, folder, patch)
    if source is None:
        raise InputError(f"{name} as it was is lost: what it became is neither in {folder} nor in its history")
    kept, part = files / f"{expected}{Path(name).suffix}", files / f"{expected}.part"
    _copy(source, part, patch.same)
    write_end(part, patch.same, patch.end, patch.header)
    if digest(part) != expected:
        part.unlink()
        raise InputError(f"{name} as it was can not be made again: what it became was changed by hand in {folder}")
    part.replace(kept)
    return kept


def begin(history: Path, patches: Mapping[str, Patch]) -> None:
    """Puts patches and the journal on the disk, before a file is touched.

    Args:
        history: folder of the history.
        patches: by the digest that the file has now.
    """
    files = history / "files"
    for before, patch in patches.items():
        write_durably(patch_path(files, before, patch.name), patch.to_bytes())
    settle_folder(files)
    now = {patch.name: {"from": before, "to": patch.longer} for before, patch in patches.items()}
    part = history / f"{JOURNAL}.part"
    write_durably(part, json.dumps(now).encode())
    part.replace(history / JOURNAL)
    settle_folder(history)


def finish(history: Path) -> None:
    """The files that were written to are part of the song now."""
    (history / JOURNAL).unlink(missing_ok=True)
    settle_folder(history)


def interrupted(history: Path) -> bool:
    """Whether files were being written to when somebody died."""
    return (history / JOURNAL).is_file()


def put_back(folder: Path, history: Path, wanted: Mapping[str, str]) -> None:
    """Ends what was interrupted: files that the song names by the digest they had are made so again.

    Args:
        wanted: the digest of each file of the revision that holds.
    """
    journal: dict[str, dict[str, str]] = json.loads((history / JOURNAL).read_bytes())
    for name, change in journal.items():
        patch = _patch(history / "files", change["from"], name)
        touched = wanted.get(name) == change["from"] and patch is not None
        if touched and patch is not None and (folder / name).is_file() and digest(folder / name) != change["from"]:
            write_end(folder / name, patch.same, patch.end, patch.header)
    finish(history)


def _patch(files: Path, expected: str, name: str) -> Patch | None:
    try:
        return Patch.from_bytes(patch_path(files, expected, name).read_bytes())
    except FileNotFoundError:
        return None


def _whole(files: Path, folder: Path, patch: Patch) -> Path | None:
    """A file that begins as the patch's longer one does: that one, or what it became in its turn."""
    same = patch.same
    step: Patch | None = patch
    while step is not None:
        kept = files / f"{step.longer}{Path(step.name).suffix}"
        if kept.is_file():
            return kept
        shown = folder / step.name
        if shown.is_file() and known_digest(folder, step.name) == step.longer:
            return shown
        step = _patch(files, step.longer, step.name)
        if step is not None and step.same < same:
            return None
    return None


def _copy(source: Path, target: Path, size: int) -> None:
    """The first bytes of a file."""
    with source.open("rb") as old, target.open("wb") as new:
        while size > 0 and (data := old.read(min(size, 1 << 20))):
            new.write(data)
            size -= len(data)
