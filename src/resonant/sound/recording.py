"""Recordings: sound that a user brought, placed on the song's clock and otherwise left as it is.

The file is kept byte for byte in the song's folder. Its stem is the file's samples behind silence: channels are kept,
the rate is changed only where it differs from the song's, and no strip touches it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from resonant.audio import Audio
from resonant.audio_files import read_audio, resampled
from resonant.errors import InputError
from resonant.score.model import Score
from resonant.sound.model import Stems
from resonant.sound.render import Rendering

FOLDER = "recordings"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording and its place.

    Args:
        file: its file in the song's folder, such as "recordings/take.wav".
        sha256: of that file, in hex.
        start_s: when its first sample sounds, in seconds from bar 1 of the song.
        channels, rate: 1 or 2 channels, in Hz.
        gain_db: 0, or what it is turned down by because its peaks lie over full scale.
        loudness_lufs: what a meter reads of it, None where it reads nothing.
        stretch: its length over that of the file that was brought; None where it was not stretched.
        original: the file that was brought, where this one was stretched from it.
        original_sha256: of that one.
        codes: the file of the codes it was made from (`resonant.sound.codes`), where a performer made it.
        codes_sha256: of that one.
        made: what a performer was asked, by whom and from which weights, as text; empty for one that was brought.
        places: where its files lie now, by name; not a part of the song's document.
    """

    file: str
    sha256: str
    start_s: float
    channels: int
    rate: int
    gain_db: float = 0.0
    loudness_lufs: float | None = None
    stretch: float | None = None
    original: str | None = None
    original_sha256: str | None = None
    codes: str | None = None
    codes_sha256: str | None = None
    made: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, Path] = field(default_factory=dict, compare=False)

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 of each file that belongs to it, by its name in the song's folder."""
        named = {self.file: self.sha256, self.original: self.original_sha256, self.codes: self.codes_sha256}
        return {file: digest for file, digest in named.items() if file is not None and digest is not None}

    def within(self, folder: Path) -> "Recording":
        """The same recording, its files in a song's folder."""
        return replace(self, places={file: folder / file for file in self.files})

    def path(self, file: str) -> Path:
        """Where one of its files lies.

        Raises:
            InputError: nobody has said where.
        """
        if file not in self.places:
            raise InputError(f"nobody has said where the recording {file} lies; open its song from its folder")
        return self.places[file]


def recorded(stems: Stems, recordings: Mapping[str, Recording]) -> Stems:
    """The stems, those of recordings with their sound in place of silence.

    Raises:
        InputError: a recording is missing, or is no longer what it was.
    """
    tracks = dict(stems.tracks)
    for name in recordings.keys() & tracks.keys():
        tracks[name] = stem_of(recordings[name], tracks[name].num_samples, tracks[name].sample_rate)
    return Stems(tracks, stems.seconds_of_music)


def stem_of(recording: Recording, num_samples: int, sample_rate: int) -> Audio:
    """The recording on the song's clock: `[channels, num_samples]`, silence before and behind it.

    Raises:
        InputError: its file is missing, or is no longer what it was.
    """
    path = recording.path(recording.file)
    if not path.is_file():
        raise InputError(f"the recording {path} is missing; put it back, or import it again")
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != recording.sha256:
            raise InputError(f"the recording {path} is no longer the one that was imported; put that one back")
    sound = resampled(read_audio(path), sample_rate).samples
    if recording.gain_db:
        sound = sound * np.float32(10.0 ** (recording.gain_db / 20.0))
    start = round(recording.start_s * sample_rate)
    stem = np.zeros((recording.channels, num_samples), dtype=np.float32)
    length = min(sound.shape[1], num_samples - start)
    stem[:, start : start + length] = sound[:, :length]
    return Audio(stem, sample_rate)


def recording_keys(recordings: Mapping[str, Recording], score: Score, settings: Rendering) -> dict[str, str]:
    """By track, the SHA-256 in hex of what decides the stem of a recording; see `resonant.sound.render.stem_keys`."""
    length = settings.num_samples(score)
    return {name: _key(each, length, settings.sample_rate) for name, each in recordings.items()}


def _key(recording: Recording, num_samples: int, sample_rate: int) -> str:
    decides = [recording.sha256, recording.start_s, recording.gain_db, num_samples, sample_rate]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()
