"""The sound of a file that somebody brings, read with care: what is too long, too large or no music is refused."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resonant.audio import Audio
from resonant.audio_files import opened_audio, read_audio
from resonant.errors import AudioError

LONGEST_S = 1200.0
SHORTEST_S = 2.0
MOST_CHANNELS = 2
_RATES_HZ = (8_000, 192_000)
_MOST_SAMPLES = 2 * 48_000 * LONGEST_S  # of all channels: half a gigabyte once they are read
_UNKNOWN_FRAMES = 2**62  # what libsndfile says of a stream without a length
_SILENT_DBFS = -80.0


@dataclass(frozen=True, slots=True)
class _Header:
    """What the head of a file says of itself; `frames` may be a lie."""

    rate: int
    channels: int
    frames: int


def read_sound(path: Path) -> Audio:
    """The sound of a file at its own rate, `[channels, samples]`, 2 seconds to 20 minutes of it.

    Raises:
        AudioError: no audio file, cut off, too long or too short, more than two channels, silent, or not of numbers.
        PlaceError: the file is missing or may not be read.
    """
    import soundfile

    with opened_audio(path) as file, soundfile.SoundFile(file) as sound:
        header = _Header(sound.samplerate, sound.channels, sound.frames)
    _refuse_header(path, header)
    audio = read_audio(path)
    _refuse_samples(path, audio)
    return audio


def _refuse_header(path: Path, header: _Header) -> None:
    """What the head of a file says is checked before any sound is read: nothing is reserved for a lie."""
    low, high = _RATES_HZ
    if not low <= header.rate <= high:
        raise AudioError(f"{path} has a sample rate of {header.rate} Hz, which must lie in {low}…{high}; resample it")
    if header.channels > MOST_CHANNELS:
        raise AudioError(f"{path} has {header.channels} channels; give it in mono or stereo")
    if header.frames >= _UNKNOWN_FRAMES:
        raise AudioError(f"{path} does not say how long it is; export it again as WAV or FLAC")
    if header.frames / header.rate > LONGEST_S:
        raise AudioError(
            f"{path} lasts {_clock(header.frames / header.rate)}, and we listen to {LONGEST_S / 60:g} minutes at most; "
            "cut it into songs"
        )
    if header.frames * header.channels > _MOST_SAMPLES:
        raise AudioError(
            f"{path} holds {header.frames * header.channels / 1e6:.0f} million samples, more than the "
            f"{_MOST_SAMPLES / 1e6:.0f} we read; resample it to 48000 Hz, or cut it into songs"
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def _refuse_samples(path: Path, audio: Audio) -> None:
    samples = audio.samples
    if audio.seconds < SHORTEST_S:
        raise AudioError(
            f"{path} lasts {audio.seconds:.3f} s, too short to find its beat; give {SHORTEST_S:g} seconds or more"
        )
    if not np.isfinite(samples).all():
        raise AudioError(f"{path} holds samples that are no numbers; export it again as 24-bit WAV")
    middle = samples.mean(axis=1)
    moving = np.maximum(samples.max(axis=1) - middle, middle - samples.min(axis=1))  # without a copy of it all
    if float(moving.max()) < 10.0 ** (_SILENT_DBFS / 20.0):
        raise AudioError(f"{path} is silent from beginning to end; check what was recorded")
