"""What is exported, and how it is set down: whole or not at all, and never over a different file unless told to."""

import filecmp
import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resonant.errors import PlaceError
from resonant.library.place import disk_errors, settle_folder, unfinished_folder, write_durably

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest there is: the same song gives the same bytes
_ALREADY_PACKED = (".wav", ".flac", ".ogg", ".mp3", ".dawproject")


@dataclass(frozen=True)
class Archive:
    """A zip file of these files, by their names in it."""

    files: "Files"


Content = bytes | Path | Archive
"""What a file holds: these bytes, the bytes of that file, or a zip."""
Files = Mapping[str, Content]
"""Content by name, with `/` between folders."""


def set_down(files: Files, root: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Writes the files under a folder, each atomically; gives their paths. A file that is there already is kept.

    Args:
        force: also replaces files that differ.

    Raises:
        PlaceError: another file of that name is there, the disk is full, or the place can not be written. Nothing
            has been replaced then, unless the disk failed between two files.
    """
    with disk_errors(root), unfinished_folder(root) as folder:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)
        new = [name for name in files if not _same(folder / name, root / name)]
        if not force:
            _refuse_others(root, new)
        for name in new:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).replace(root / name)
        for parent in {(root / name).parent for name in new}:
            settle_folder(parent)
    return tuple(root / name for name in files)


def _refuse_others(root: Path, names: list[str]) -> None:
    there = [root / name for name in names if (root / name).exists()]
    if there:
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise PlaceError(
            f"{there[0]}{more} is there already and is different; choose another place with --out, "
            "or replace it with --force"
        )


def _same(new: Path, old: Path) -> bool:
    return old.is_file() and filecmp.cmp(new, old, shallow=False)


def _write(path: Path, content: Content) -> None:
    if isinstance(content, bytes):
        write_durably(path, content)
        return
    if isinstance(content, Archive):
        _zip(path, content)
    else:
        shutil.copyfile(content, path)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _zip(path: Path, archive: Archive) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in archive.files.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if name.endswith(_ALREADY_PACKED) else zipfile.ZIP_DEFLATED
            if isinstance(content, bytes):
                packed.writestr(info, content)
            elif isinstance(content, Archive):
                inner = path.with_name(f"{path.name}.inner")
                _zip(inner, content)
                _stream(packed, info, inner)
                inner.unlink()
            else:
                _stream(packed, info, content)


def _stream(packed: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    info.file_size = path.stat().st_size  # beyond 2 GiB the zip needs to know before
    with path.open("rb") as source, packed.open(info, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)
