"""The stems and the mix as they are, under names that a session understands."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from resonant.exports.names import file_names
from resonant.exports.shelf import Files
from resonant.exports.source import SongSource, StemSound


def stem_files(song: SongSource, folder: str = "") -> Files:
    """Each stem, and the mastered mix where there is one, byte for byte."""
    sounds = [(stem.track.name, stem.path) for stem in song.stems]
    sounds += [("mix", song.mix)] if song.mix is not None else []
    return {f"{folder}{name}": path for name, path in _named(song, sounds).items()}


def named_stems(song: SongSource) -> Mapping[str, StemSound]:
    """The stems by their exported file names, in the order of the tracks.

    Raises:
        InputError: the song was saved without sound.
    """
    by_path = {stem.path: stem for stem in song.stems}
    named = _named(song, [(stem.track.name, stem.path) for stem in song.stems])
    return {name: by_path[path] for name, path in named.items()}


def _named(song: SongSource, sounds: Sequence[tuple[str, Path]]) -> Mapping[str, Path]:
    names = file_names(song.base, [(part, path.suffix.lstrip(".")) for part, path in sounds])
    return dict(zip(names, [path for _, path in sounds], strict=True))
