"""A saved song as exports need it: its score, the name of its files, its stems on disk."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from resonant.audio_files import AudioFormat
from resonant.errors import AudioError, InputError, StyleError
from resonant.exports.names import base_name
from resonant.library.document import SongDocument
from resonant.library.songs import load_song
from resonant.score.model import Score, Track
from resonant.score.passes.feel import Swing
from resonant.styles import all_styles

_PHRASE_END = re.compile(r"[,.;:!?\n]")


@dataclass(frozen=True, slots=True)
class StemSound:
    """The sound of a track on disk.

    Args:
        track: whose it is.
        path: the file.
        sample_rate: in Hz.
        channels: 1 or 2.
        seconds: its length, which may reach behind the last bar.
    """

    track: Track
    path: Path
    sample_rate: int
    channels: int
    seconds: float


@dataclass(frozen=True)
class SongSource:
    """A song in its folder."""

    document: SongDocument
    folder: Path

    @property
    def score(self) -> Score:
        return self.document.song.score

    @property
    def title(self) -> str:
        """Its title; of a song without one, how its prompt begins, or else the name of its folder."""
        prompt = _PHRASE_END.split(self.document.song.brief.text.strip(), maxsplit=1)[0]
        return self.score.title or prompt[:1].upper() + prompt[1:] or self.document.name or "Untitled"

    @property
    def base(self) -> str:
        """What the names of its exported files begin with."""
        return base_name(self.score, self.title)

    @cached_property
    def swing(self) -> Swing:
        """Where its style puts the off-beats; straight where the style is not one of ours."""
        try:
            style = all_styles().get(self.document.song.brief.style)
        except StyleError:
            style = None
        return Swing() if style is None else Swing.of(style.swing.amount, style.swing.unit)

    @property
    def mix(self) -> Path | None:
        """The mastered mix, or None where it was not rendered."""
        # In the order of the formats: one without loss first.
        names = (f"mix.{form.ending}" for form in AudioFormat)
        best = next((name for name in names if name in self.document.files), None)
        return None if best is None else self._there(best)

    @cached_property
    def stems(self) -> tuple[StemSound, ...]:
        """The stems of its tracks, in their order.

        Raises:
            InputError: the song was saved without sound, or a stem is gone.
            AudioError: a stem is damaged.
        """
        files = self.document.stems
        found = [(track, self._there(files[track.name].file)) for track in self.score.tracks if track.name in files]
        if not found:
            raise InputError(
                f"{self.folder} holds no stems: the song was saved without sound; "
                f"render it with `resonant render {self.folder / 'song.mid'} --out songs` and export that"
            )
        return tuple(_sound(track, path) for track, path in found)

    def _there(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise InputError(f"{path} is missing; restore it from a copy, or make the song again")
        return path


def open_song(path: Path) -> SongSource:
    """The song in a folder, or in a `song.json`.

    Raises:
        InputError: there is no song, or it is damaged.
    """
    document = load_song(path)
    return SongSource(document, path if path.is_dir() else path.parent)


def _sound(track: Track, path: Path) -> StemSound:
    import soundfile

    try:
        info = soundfile.info(str(path))
    except soundfile.LibsndfileError as error:
        raise AudioError(f"{path} is no audio file any more; restore it from a copy, or make the song again") from error
    return StemSound(track, path, info.samplerate, info.channels, info.frames / info.samplerate)
