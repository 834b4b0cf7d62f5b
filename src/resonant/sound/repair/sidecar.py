"""What is kept beside a repaired file: how it was repaired and, where a performer wrote, its codes.

With the codes a repaired file can be edited again without a further generation through the codec.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resonant.audio_files import replaced
from resonant.errors import InputError
from resonant.sound.codes import ENDING, codes_bytes, codes_from
from resonant.sound.repair.repair import Kept

_PAGE = ".repair.json"
_REPAIRS, _DIGEST, _CODES, _START = "repairs", "sha256", "codes", "codes begin at sample"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The page beside a file.

    Args:
        repairs: how it was repaired, the oldest first.
        kept: the codes of the latest that a performer wrote; None where there are none, or none of this sound.
        remark: what a user should know of the page; "" for nothing.
    """

    repairs: tuple[dict[str, Any], ...] = ()
    kept: Kept | None = None
    remark: str = ""


def sidecar_of(path: Path) -> Sidecar:
    """What was kept beside a file; nothing where it was never repaired.

    Raises:
        InputError: the page or the codes are damaged.
    """
    page = path.with_name(path.name + _PAGE)
    if not page.is_file():
        return Sidecar()
    try:
        said = json.loads(page.read_text(encoding="utf-8"))
        repairs, digest = tuple(map(dict, said[_REPAIRS])), str(said[_DIGEST])
        codes, start = said.get(_CODES), int(said.get(_START, 0))
        data = None if codes is None else (page.parent / Path(codes).name).read_bytes()
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(
            f"{page}, which says how {path.name} was repaired, can not be read ({error}); delete it to go on without"
        ) from error
    if digest != _sha256(path):
        return Sidecar(repairs, remark=f"{path.name} was changed after its repair; the codes beside it are not used")
    return Sidecar(repairs, None if data is None else Kept(codes_from(data, page.parent / Path(codes).name), start))


def write_sidecar(path: Path, before: Sidecar, repair: dict[str, Any], kept: Kept | None) -> list[Path]:
    """Writes what is known of a repaired file beside it; gives the files.

    Raises:
        PlaceError: the disk is full.
    """
    page, codes = path.with_name(path.name + _PAGE), path.with_name(path.name + ENDING)
    said: dict[str, Any] = {_DIGEST: _sha256(path), _REPAIRS: [*before.repairs, repair]}
    files = [page]
    if kept is not None:
        said |= {_CODES: codes.name, _START: kept.start}
        with replaced(codes) as file:
            file.write(codes_bytes(kept.codes))
        files.append(codes)
    with replaced(page) as file:
        file.write(json.dumps(said, indent=2, ensure_ascii=False).encode())
    return files


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
