"""The stems that a song's folder holds, read when they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resonant.audio import Audio
from resonant.audio_files import read_audio
from resonant.errors import InputError
from resonant.library.document import SongDocument


@dataclass(frozen=True, slots=True)
class PublishedFolder:
    """A `resonant.mix.model.Published`: the stems of the song in `folder`, as its document names them."""

    folder: Path
    document: SongDocument

    @property
    def keys(self) -> Mapping[str, str]:
        return {name: stem.key for name, stem in self.document.stems.items()}

    @property
    def trim_db(self) -> float:
        return float(self.document.meters.get("trim_db", 0.0))

    def stem(self, track: str) -> Audio:
        """The published stem of a track.

        Raises:
            InputError: the song has no such stem.
            AudioError, PlaceError: its file is damaged or can not be read.
        """
        if track not in self.document.stems:
            raise InputError(f"{self.folder} holds no stem of {track}; render the song again")
        return read_audio(self.folder / self.document.stems[track].file)
