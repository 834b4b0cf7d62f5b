"""24-bit WAV files that grow: their end is read, written over and made longer without touching what lies before it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from resonant.audio import Audio, from_pcm_24, pcm_24
from resonant.audio_files import WAV_HEADER, fits_a_wav_file, wav_header
from resonant.errors import AudioError

HEADER_BYTES = WAV_HEADER.size
_BYTES = 3


@dataclass(frozen=True, slots=True)
class WavFile:
    """A 24-bit WAV file as we write it: 44 bytes of header, then the frames and nothing behind them."""

    path: Path
    channels: int
    sample_rate: int
    num_samples: int

    @classmethod
    def at(cls, path: Path) -> Self | None:
        """The file at a path, or None where it is another kind of file."""
        try:
            with path.open("rb") as file:
                header = file.read(HEADER_BYTES)
        except FileNotFoundError:
            return None
        if len(header) < HEADER_BYTES:
            return None
        riff, size, wave, fmt, fmt_size, kind, channels, rate, _, _, bits, data, data_size = WAV_HEADER.unpack(header)
        plain = (riff, wave, fmt, fmt_size, kind, bits, data) == (b"RIFF", b"WAVE", b"fmt ", 16, 1, 24, b"data")
        here = path.stat().st_size
        if not plain or not channels or size + 8 != here or data_size % (channels * _BYTES):
            return None
        if here - HEADER_BYTES - data_size not in (0, data_size % 2):
            return None
        return cls(path, channels, rate, data_size // (channels * _BYTES))

    def offset(self, sample: int) -> int:
        """Where in the file a sample begins, in bytes."""
        return HEADER_BYTES + sample * self.channels * _BYTES

    def header(self, num_samples: int) -> bytes:
        """The header of a file of so many samples.

        Raises:
            AudioError: a WAV file can not hold them.
        """
        if not fits_a_wav_file(self.channels, num_samples):
            raise AudioError(
                f"{self.path.name} would grow beyond 4 GB, which a WAV file can not hold; end the song here, and go on "
                "with a new one"
            )
        return wav_header(self.channels, self.sample_rate, num_samples)

    def read(self, start: int) -> Audio:
        """The sound from a sample on.

        Raises:
            OSError: it can not be read.
        """
        with self.path.open("rb") as file:
            file.seek(self.offset(start))
            data = file.read((self.num_samples - start) * self.channels * _BYTES)
        return Audio(from_pcm_24(data, self.channels), self.sample_rate)

    def bytes_from(self, sample: int) -> bytes:
        """What the file holds from a sample on, to its very end."""
        with self.path.open("rb") as file:
            file.seek(self.offset(sample))
            return file.read()


def end_of_wav(audio: Audio, first_sample: int) -> bytes:
    """The bytes of the end of a file that has these samples from `first_sample` on."""
    odd = (first_sample + audio.num_samples) * audio.channels * _BYTES % 2
    return pcm_24(audio.samples, behind=b"\0" * odd)


def write_end(path: Path, offset: int, data: bytes, header: bytes) -> None:
    """Writes the end of a file, from `offset` on, and its header; all is on the disk when this returns."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
        file.truncate()
        file.seek(0)
        file.write(header)
        file.flush()
        os.fsync(file.fileno())
