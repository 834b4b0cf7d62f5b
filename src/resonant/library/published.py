"""The stems that a song's folder holds, read when they are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resonant.audio import Audio
from resonant.audio_files import read_audio
from resonant.errors import InputError, PlaceError
from resonant.library.document import SongDocument
from resonant.library.history import History
from resonant.library.wav_files import WavFile
from resonant.mix.model import HeldStrip


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

    @property
    def readings(self) -> Mapping[str, float | None]:
        return dict(self.document.meters.get("stems_lufs", {}))

    @property
    def strips(self) -> Mapping[str, HeldStrip]:
        return {name: HeldStrip(**held) for name, held in self.document.meters.get("strips", {}).items()}

    def stem(self, track: str) -> Audio:
        """The published stem of a track.

        Raises:
            InputError: the song has no such stem.
            AudioError, PlaceError: its file is damaged or can not be read.
        """
        if track not in self.document.stems:
            raise InputError(f"{self.folder} holds no stem of {track}; render the song again")
        history, name = History(self.folder), self.document.stems[track].file
        while True:
            current = history.current
            try:
                path = self._path(history, current, name)
                plain = WavFile.at(path)
                audio = read_audio(path) if plain is None else plain.read(0)
            except (InputError, PlaceError):
                if history.current == current:
                    raise
            if history.current == current:  # else another process switched revisions meanwhile
                return audio

    def _path(self, history: History, current: str | None, name: str) -> Path:
        if current in (None, self.document.revision):
            return self.folder / name
        path = history.path_of(name, self.document.files[name])
        if path is None:
            raise InputError(f"{name} of revision {self.document.revision} is lost from {self.folder}; render it again")
        return path
