"""Codes beside a recording: what a performer wrote, kept so that it can go on from there and mend what it wrote."""

import hashlib
import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.sound.recording import FOLDER, Recording

ENDING = ".codes.npz"
_MOST_CODEBOOKS, _MOST_CODES = 64, 2**24


@dataclass(frozen=True, eq=False)
class Codes:
    """Codes of a recording.

    Args:
        codes: `int64 [codebooks, frames]`, from 0 on.
        performer: whose codec reads them, such as "musicgen".
        rate: of the sound that they mean, in Hz.
        hop: samples of a frame.
        gain: what the sound was multiplied by to fit a file; 1 where it fitted.
    """

    codes: NDArray[np.int64]
    performer: str
    rate: int
    hop: int
    gain: float = 1.0

    @property
    def seconds(self) -> float:
        return int(self.codes.shape[1]) * self.hop / self.rate


def codes_bytes(codes: Codes) -> bytes:
    """The file of codes; the same codes give the same bytes."""
    out = io.BytesIO()
    np.savez(
        out, codes=codes.codes.astype(np.int32), performer=np.array(codes.performer), rate=np.array(codes.rate),
        hop=np.array(codes.hop), gain=np.array(codes.gain, dtype=np.float64),
    )  # fmt: skip
    return out.getvalue()


def with_codes(recording: Recording, codes: Codes, workplace: Path) -> Recording:
    """The recording with its codes in a file beside it, which lies in the workplace until the song is saved."""
    own, data = str(Path(FOLDER) / (Path(recording.file).stem + ENDING)), codes_bytes(codes)
    path = workplace / Path(own).name
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return replace(recording, codes=own, codes_sha256=digest, places={**recording.places, own: path})


def codes_of(recording: Recording) -> Codes:
    """The codes that a recording was made from.

    Raises:
        InputError: no performer made it, or the file of its codes is missing, damaged or another.
    """
    if recording.codes is None:
        raise InputError(f"{recording.file} was brought and not generated; it has no codes to go on from")
    path = recording.path(recording.codes)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"the codes {path} can not be read: {error.strerror}; put them back") from error
    if hashlib.sha256(data).hexdigest() != recording.codes_sha256:
        raise InputError(f"the codes {path} are no longer those that were written; put them back")
    return codes_from(data, path)


def codes_from(data: bytes, path: Path) -> Codes:
    """Codes from the bytes of their file; `path` is how errors call it.

    Raises:
        InputError: they are no codes of ours.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            codes = Codes(
                held["codes"].astype(np.int64), str(held["performer"]), int(held["rate"]), int(held["hop"]),
                float(held["gain"]),
            )  # fmt: skip
    except (ValueError, LookupError, TypeError, OSError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} holds no codes; restore it from a copy") from error
    rows = codes.codes
    if rows.ndim != 2 or not 1 <= rows.shape[0] <= _MOST_CODEBOOKS or rows.size > _MOST_CODES or (rows < 0).any():
        raise InputError(f"{path} holds codes of {list(rows.shape)}, which are nobody's; restore it from a copy")
    return codes
