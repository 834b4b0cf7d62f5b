"""A copy of an audio file with some samples changed: container, sample format and all other samples stay."""

import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resonant.audio import Samples
from resonant.audio_files import opened_audio, replaced
from resonant.errors import AudioError, InputError, PlaceError

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
_WHOLE = {**dict.fromkeys(_BITS, "int32"), "FLOAT": "float32", "DOUBLE": "float64"}
_PLAIN_WAV = ("WAV", "WAVEX")
_BLOCK = 65_536
_UNKNOWN_FRAMES = 2**62  # what libsndfile says of a stream without a length


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A file as its head describes it; `container` and `encoding` as libsndfile calls them."""

    path: Path
    rate: int
    channels: int
    num_samples: int
    container: str
    encoding: str
    endian: str

    @classmethod
    def at(cls, path: Path) -> "SoundFile":
        """The file at a path.

        Raises:
            AudioError: it is no audio file, or is empty.
            PlaceError: it is missing or may not be read.
        """
        import soundfile

        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise PlaceError(f"{path} can not be read: it is a folder, a pipe or a device; give the path of a file")
        with opened_audio(path) as file, soundfile.SoundFile(file) as sound:
            found = cls(path, sound.samplerate, sound.channels, sound.frames, sound.format, sound.subtype, sound.endian)
        if not 0 < found.num_samples < _UNKNOWN_FRAMES:
            raise AudioError(f"{path} holds no sound, or does not say how much; export it again")
        if not 8_000 <= found.rate <= 192_000:
            raise AudioError(f"{path} has a sample rate of {found.rate} Hz, which must lie in 8000…192000; resample it")
        return found

    @property
    def is_lossless(self) -> bool:
        """Whether a file of the same kind can hold the same samples."""
        return self.encoding in _WHOLE

    @property
    def ending(self) -> str:
        """The ending of a copy: the file's own; of files that lose something when they are written, "wav"."""
        return self.path.suffix if self.is_lossless else ".wav"

    def read(self, start: int, end: int) -> Samples:
        """The samples of `[start, end)`, `float32 [channels, end - start]`.

        Raises:
            AudioError: the file holds fewer than its head says.
        """
        import soundfile

        with opened_audio(self.path) as file, soundfile.SoundFile(file) as sound:
            sound.seek(start)
            samples = sound.read(end - start, dtype="float32", always_2d=True)
        if len(samples) != end - start:
            raise AudioError(f"{self.path} was cut off; export it again")
        return np.ascontiguousarray(samples.T)

    def punched(self, out: Path, start: int, samples: Samples) -> None:
        """Writes a copy with other samples from `start` on; what a format of whole numbers can not hold is clipped.

        A plain WAV file is copied byte for byte around the change, with whatever else it holds. A lossy file becomes a
        WAV file of floats, which holds what it sounds like to the last bit.

        Raises:
            InputError: the copy would take the place of the original, or has another ending.
            PlaceError: the disk is full, or the folder is missing or can not be written.
        """
        if out.resolve() == self.path.resolve():
            raise InputError(f"{out} is the original, which is never overwritten; choose another name with --out")
        if out.suffix.lower() != self.ending.lower():
            raise InputError(f"{out.name} must end in {self.ending}, for a copy is of the same kind as its original")
        offset = self._data_offset()
        if offset is None:
            self._rewritten(out, start, samples)
            return
        data = self._bytes(samples)
        frame = len(data) // samples.shape[1]
        with self.path.open("rb") as original, replaced(out) as copy:
            shutil.copyfileobj(original, copy)
            copy.seek(offset + start * frame)
            copy.write(data)

    def _data_offset(self) -> int | None:
        """Where the samples of a plain WAV file begin; None for any other."""
        if self.container not in _PLAIN_WAV or not self.is_lossless or self.endian == "BIG":
            return None
        with self.path.open("rb") as file:
            if file.read(12)[:4] != b"RIFF":
                return None
            while len(head := file.read(8)) == 8:
                size = int.from_bytes(head[4:], "little")
                if head[:4] == b"data":
                    return file.tell()
                file.seek(size + size % 2, io.SEEK_CUR)
        return None

    def _bytes(self, samples: Samples) -> bytes:
        import soundfile

        out = io.BytesIO()
        soundfile.write(out, self._stepped(samples), self.rate, subtype=self.encoding, format="RAW", endian="LITTLE")
        return out.getvalue()

    def _stepped(self, samples: Samples) -> np.ndarray:
        """Samples `[samples, channels]` as libsndfile takes them without changing one."""
        bits = _BITS.get(self.encoding)
        if bits is None:
            return np.asarray(samples.T, dtype=_WHOLE.get(self.encoding, "float32"))
        full = 2 ** (bits - 1)
        steps = np.clip(np.rint(samples.T.astype(np.float64) * full), -full, full - 1).astype(np.int64)
        return np.asarray(steps << (32 - bits), dtype=np.int32)

    def _rewritten(self, out: Path, start: int, samples: Samples) -> None:
        """The copy through libsndfile, with the words that it knows of, block by block."""
        import soundfile

        container, encoding = (self.container, self.encoding) if self.is_lossless else ("WAV", "FLOAT")
        endian = self.endian if self.is_lossless else "FILE"
        kind, changed, done = _WHOLE.get(self.encoding, "float32"), self._stepped(samples), 0
        with (
            opened_audio(self.path) as file,
            soundfile.SoundFile(file) as original,
            replaced(out) as copy,
            soundfile.SoundFile(copy, "w", self.rate, self.channels, encoding, endian, container) as sound,
        ):
            for name, value in original.copy_metadata().items():
                setattr(sound, name, value)
            while len(block := original.read(_BLOCK, dtype=kind, always_2d=True)):
                first, last = max(start - done, 0), min(start + len(changed) - done, len(block))
                if first < last:
                    block[first:last] = changed[first + done - start : last + done - start]
                sound.write(block)
                done += len(block)
