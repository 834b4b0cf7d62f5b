"""The formats by name, and the export of a song to some of them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from resonant.errors import InputError
from resonant.exports.archive import zip_files
from resonant.exports.dawproject import dawproject_files
from resonant.exports.lrc import lrc_files
from resonant.exports.midi import midi_files
from resonant.exports.musicxml import musicxml_files
from resonant.exports.reaper import reaper_files
from resonant.exports.shelf import Files, set_down
from resonant.exports.source import SongSource
from resonant.exports.stems import stem_files
from resonant.score.musicxml import Parts


def _stems_in_a_folder(song: SongSource) -> Files:
    return stem_files(song, f"{song.base} - stems/")


FORMATS: Mapping[str, Callable[[SongSource], Files]] = {
    "stems": _stems_in_a_folder,
    "midi": midi_files,
    "dawproject": dawproject_files,
    "rpp": reaper_files,
    "musicxml": musicxml_files,
    "lrc": lrc_files,
    "zip": zip_files,
}
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "midi": (".mid", ".midi"),
    "dawproject": (".dawproject",),
    "musicxml": (".musicxml", ".xml"),
    "lrc": (".lrc",),
    "zip": (".zip",),
}
"""The formats that are one file, and what it may end with."""


def export_song(
    song: SongSource, formats: Sequence[str], out: Path, *, parts: Parts = "lead", force: bool = False
) -> dict[str, tuple[Path, ...]]:
    """Writes a song in some formats; gives the paths by format.

    Args:
        formats: names among `FORMATS`.
        out: a folder; or a file, where one format of one file is asked for and `out` ends as that one does.
        parts: of MusicXML.
        force: whether different files of the same names are replaced.

    Raises:
        InputError: a format is not known, or the song lacks what it needs (sound, lyrics). Nothing is written then.
        PlaceError: another file is there already, or the place can not be written.
    """
    names = list(dict.fromkeys(formats))
    made = {name: _made(song, name, parts) for name in names}
    root = out
    if len(names) == 1 and out.suffix.lower() in ENDINGS.get(names[0], ()) and not out.is_dir():
        root, (content,) = out.parent, made[names[0]].values()
        made[names[0]] = {out.name: content}
    # All in one act: what can not be written in one format leaves the others unwritten as well.
    set_down({name: content for files in made.values() for name, content in files.items()}, root, force=force)
    return {name: tuple(root / file for file in files) for name, files in made.items()}


def _made(song: SongSource, name: str, parts: Parts) -> Files:
    if name not in FORMATS:
        raise InputError(f"export format {name!r} is not known; choose among {', '.join(FORMATS)}")
    return musicxml_files(song, parts) if name == "musicxml" else FORMATS[name](song)
