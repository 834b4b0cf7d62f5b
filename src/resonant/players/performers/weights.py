"""Where published weights lie: in a folder that was named, else in the cache of `hf download`; never fetched."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resonant.errors import InputError

_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json", "state_dict.bin", "compression_state_dict.bin")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Part:
    """One repository of a published model.

    Args:
        repo: its name on the hub.
        files: what it must hold besides its weights.
        has_weights: whether it holds weights too.
        subfolder: where it lies within a folder that holds several; "" for the folder itself.
    """

    repo: str
    files: tuple[str, ...]
    has_weights: bool = True
    subfolder: str = ""

    @property
    def cache_name(self) -> str:
        """What its folder in the cache is called."""
        return "models--" + self.repo.replace("/", "--")


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that were found.

    Args:
        name: of the published model, such as "musicgen-small".
        folders: of its parts.
    """

    name: str
    folders: tuple[Path, ...]

    @property
    def sha256(self) -> str:
        """In hex, of its one file; of the digests of its files in the order of their names where there are several."""
        digests = [_sha256(file) for folder in self.folders for file in sorted(folder.glob("*.safetensors"))]
        return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def hub_cache(environment: Mapping[str, str], home: Path) -> Path:
    """Where `hf download` keeps what it fetches, as huggingface_hub documents it."""
    if environment.get("HF_HUB_CACHE"):
        return Path(environment["HF_HUB_CACHE"]).expanduser()
    if environment.get("HF_HOME"):
        return Path(environment["HF_HOME"]).expanduser() / "hub"
    cache = environment.get("XDG_CACHE_HOME")
    return (Path(cache).expanduser() if cache else home / ".cache") / "huggingface" / "hub"


def found(name: str, parts: Sequence[Part], folder: Path | None, cache: Path) -> Weights:
    """The weights in a folder that was named or, where none was, in the cache.

    Raises:
        InputError: a file is missing; the message says which, and how to get it.
    """
    if folder is None:
        return Weights(name, tuple(_in_cache(part, cache) for part in parts))
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give the one that holds {name} with --weights")
    for part in parts:
        place = folder / part.subfolder
        lacking = _lacking(part, place)
        if lacking is not None:
            raise InputError(
                f"{place / lacking} is missing; {_pickled(place)}get it with: hf download {part.repo} "
                f"--local-dir {place}"
            )
    return Weights(name, tuple(folder / part.subfolder for part in parts))


def _in_cache(part: Part, cache: Path) -> Path:
    """The snapshot of a part.

    Raises:
        InputError: there is none, or it is not whole.
    """
    advice = f"get it with: hf download {part.repo}"
    place = _snapshot(cache / part.cache_name)
    if place is None:
        raise InputError(
            f"{part.repo} is not in {cache}; {advice}, or name the folder where its files lie with --weights"
        )
    lacking = _lacking(part, place)
    if lacking is not None:
        raise InputError(f"{place / lacking} is missing; {_pickled(place)}{advice}")
    return place


def _snapshot(repo: Path) -> Path | None:
    """The snapshot that `refs/main` names, or the only one there is."""
    try:
        named = repo / "snapshots" / (repo / "refs" / "main").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        snapshots = sorted((repo / "snapshots").glob("*"))
        return snapshots[0] if len(snapshots) == 1 else None
    return named if named.is_dir() else None


def _lacking(part: Part, place: Path) -> str | None:
    """The first file that a part should hold and does not."""
    files = [*part.files, *(_weight_files(place) if part.has_weights else ())]
    return next((file for file in files if not (place / file).is_file()), None)


def _weight_files(place: Path) -> list[str]:
    """The files of the weights: one, or those that an index lists; one that can not be read is left to the loader."""
    if (place / _WEIGHTS).is_file() or not (place / _INDEX).is_file():
        return [_WEIGHTS]
    try:
        listed = json.loads((place / _INDEX).read_text(encoding="utf-8"))["weight_map"].values()
        return sorted({Path(str(name)).name for name in listed})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return [_INDEX]


def _pickled(place: Path) -> str:
    """What to do where the weights are there in the format of before."""
    if not any((place / name).is_file() for name in _PICKLES):
        return ""
    return f"its weights are there as a pickle: make it safetensors with `resonant convert {place} --out FOLDER`, or "


def _sha256(file: Path) -> str:
    """The digest of a file; the cache calls its large files by it."""
    target = file.resolve()
    if target.parent.name == "blobs" and _SHA256.fullmatch(target.name):
        return target.name
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
