"""Audio files: read anything libsndfile knows, write WAV, FLAC, Ogg Vorbis and MP3, whole or not at all.

24-bit WAV and FLAC repeat byte for byte for the same sound (no dither: its noise would lie at -144 dBFS, under any
converter, and would make bytes differ). Ogg and MP3 are for listening: an Ogg stream has a serial number of its own.
"""

import errno
import io
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio, Samples, pcm_24, steps_24
from resonant.errors import AudioError, PlaceError

_BLOCK_FRAMES = 65_536

WAV_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
"""Of a file of whole numbers, with nothing but its sound in it."""

MOST_WAV_BYTES = 2**32 - 1
"""A WAV file counts its bytes in 32 bits: four hours and a half of stereo at 44.1 kHz."""


class AudioFormat(Enum):
    """A kind of file: its ending, and what libsndfile calls container and encoding."""

    WAV = ("wav", "WAV", "PCM_24")
    FLAC = ("flac", "FLAC", "PCM_24")
    OGG = ("ogg", "OGG", "VORBIS")
    MP3 = ("mp3", "MP3", "MPEG_LAYER_III")

    @property
    def ending(self) -> str:
        """The ending of its files, without the dot."""
        return self.value[0]

    @classmethod
    def named(cls, name: str) -> "AudioFormat":
        """The format called "wav", "flac", "ogg" or "mp3".

        Raises:
            AudioError: another name.
        """
        for candidate in cls:
            if candidate.ending == name.lower().lstrip("."):
                return candidate
        raise AudioError(f"audio format {name!r} is not one we write; choose wav, flac, ogg or mp3")


class _Sink:
    """A file for libsndfile to write into, which keeps the first error of the disk.

    libsndfile calls back from C, where an exception can not pass: it would be printed and lost.
    """

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._error = self._error or error
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def settle(self) -> None:
        """All on the disk, or the error that kept it from getting there."""
        if self._error is not None:
            raise self._error
        self._file.flush()
        os.fsync(self._file.fileno())


def write_audio(path: Path, audio: Audio, format: AudioFormat | None = None) -> None:
    """Write audio to a file, atomically: a reader sees the old file or the whole new one.

    Args:
        path: the file; its folder must exist.
        audio: sound within ±1.0.
        format: kind of file; None takes it from the path's ending.

    Raises:
        AudioError: a sample beyond full scale, or one that is not a number (it would be clipped in silence), or an
            ending, a rate or a number of channels the format does not have.
        PlaceError: the disk is full, or the folder is missing or can not be written.
    """
    format = format or AudioFormat.named(path.suffix)
    _refuse_clipping(path, audio.samples)
    with replaced(path) as file:
        _write_blocks(file, path, audio, format)


def audio_bytes(audio: Audio, format: AudioFormat, name: str) -> bytes:
    """The bytes of the file that `write_audio` would write; `name` is how errors call it.

    Raises:
        AudioError: as `write_audio`.
    """
    _refuse_clipping(Path(name), audio.samples)
    if format is AudioFormat.WAV and audio.channels <= 2:
        return _wav_bytes(audio)
    out = io.BytesIO()
    _write_blocks(out, Path(name), audio, format)
    return out.getvalue()


def _wav_bytes(audio: Audio) -> bytes:
    """The WAV file that libsndfile would write, in half the time where several threads write at once.

    Libsndfile calls back for each of its small blocks, and waits for the interpreter each time. Files of more than two
    channels have another header, and are left to it.
    """
    if not fits_a_wav_file(audio.channels, audio.num_samples):
        raise AudioError("a WAV file can hold 4 GB and not more; choose flac for a song of this length")
    odd = 3 * audio.channels * audio.num_samples % 2
    return pcm_24(audio.samples, wav_header(audio.channels, audio.sample_rate, audio.num_samples), b"\0" * odd)


def fits_a_wav_file(channels: int, num_samples: int) -> bool:
    """Whether a header can name so many samples of 24 bits."""
    return num_samples * channels * 3 + WAV_HEADER.size < MOST_WAV_BYTES


def wav_header(channels: int, sample_rate: int, num_samples: int) -> bytes:
    """The 44 bytes in front of the samples of a 24-bit WAV file that fits (`fits_a_wav_file`)."""
    frame = 3 * channels
    data = num_samples * frame
    return WAV_HEADER.pack(
        b"RIFF", WAV_HEADER.size - 8 + data + data % 2, b"WAVE", b"fmt ", 16, 1, channels, sample_rate,
        sample_rate * frame, frame, 24, b"data", data,
    )  # fmt: skip


def read_audio(path: Path, sample_rate: int | None = None) -> Audio:
    """The sound of a file, at its own rate or resampled to `sample_rate` (Hz).

    Raises:
        AudioError: the file is no audio file, is cut off, or is empty.
        PlaceError: the file is missing or may not be read.
    """
    import soundfile

    with opened_audio(path) as file:
        _refuse_cut_riff(path, file)
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    if samples.shape[0] == 0:
        raise AudioError(f"{path} holds no sound; it was probably cut off while it was written, export it again")
    return resampled(Audio(np.ascontiguousarray(samples.T), rate), sample_rate or rate)


@contextmanager
def opened_audio(path: Path) -> Iterator[BinaryIO]:
    """A file to be read with soundfile, whose errors are told as ours.

    Raises:
        AudioError: the file is no audio file.
        PlaceError: the file is missing or may not be read.
    """
    import soundfile

    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise PlaceError(
            f"{path} can not be read: {error.strerror or error}; check the path and its permissions"
        ) from error
    except soundfile.LibsndfileError as error:
        reason = str(error.error_string).strip().rstrip(".")
        raise AudioError(f"{path} is not an audio file we can read ({reason}); give WAV, FLAC, OGG or MP3") from error


def resampled(audio: Audio, sample_rate: int) -> Audio:
    """The same sound at another rate (Hz), band-limited; the same value where the rate is already right."""
    if audio.sample_rate == sample_rate:
        return audio
    import soxr

    frames = soxr.resample(audio.samples.T, audio.sample_rate, sample_rate, quality="HQ")
    return Audio(np.ascontiguousarray(np.atleast_2d(frames).T, dtype=np.float32), sample_rate)


def _refuse_cut_riff(path: Path, file: BinaryIO) -> None:
    """libsndfile reads half a WAV file as if it were whole; its header knows better."""
    header = file.read(8)
    here = file.seek(0, os.SEEK_END)
    file.seek(0)
    if header[:4] == b"RIFF" and int.from_bytes(header[4:8], "little") + 8 > here + 1:
        raise AudioError(f"{path} was cut off: {here} bytes are there of those its header names; export it again")


def _refuse_clipping(path: Path, samples: Samples) -> None:
    highest = float(np.abs(samples).max(initial=0.0))
    if not highest <= 1.0:
        raise AudioError(
            f"{path.name} would clip: its highest sample is {highest:.3f} of full scale; lower the gain before writing"
        )


def _write_blocks(file: _Sink | io.BytesIO, path: Path, audio: Audio, format: AudioFormat) -> None:
    """Blocks, because libsndfile's Vorbis encoder overruns its stack when a minute comes in one call."""
    import soundfile

    _, container, encoding = format.value
    try:
        with soundfile.SoundFile(file, "w", audio.sample_rate, audio.channels, encoding, format=container) as sound:
            for start in range(0, audio.num_samples, _BLOCK_FRAMES):
                block = audio.samples[:, start : start + _BLOCK_FRAMES].T
                sound.write(_steps(block) if encoding == "PCM_24" else block)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path.name}: {format.ending} can not hold {audio.channels} channels at {audio.sample_rate} Hz; "
            "choose wav, or another sample rate"
        ) from error


def _steps(block: Samples) -> NDArray[np.int32]:
    """Samples as 24-bit integers in the upper bits of 32.

    Left to itself libsndfile writes floats by 2**23 - 1 steps and reads them by 2**23: a stem that is read and written
    again would lose a step wherever it is loud.
    """
    return np.asarray(steps_24(block).astype(np.int32) << 8)


@contextmanager
def replaced(path: Path) -> Iterator[_Sink]:
    """A file beside `path` that takes its place when all is written and on disk; else nothing is left."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb", buffering=0) as file:
            sink = _Sink(file)
            yield sink
            sink.settle()
        temporary.replace(path)
    except OSError as error:
        raise PlaceError(_place_message(path, error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _place_message(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: {path} was not written; free some space and try again"
    if error.errno == errno.ENOENT:
        return f"folder {path.parent} does not exist; make it first, or choose another with --out"
    return f"{path} can not be written: {error.strerror}; choose a folder you may write to"
