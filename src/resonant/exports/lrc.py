"""The lyrics in time, line by line."""

from resonant.errors import InputError
from resonant.exports.shelf import Files
from resonant.exports.source import SongSource
from resonant.score.passes.lyrics import lrc


def lrc_files(song: SongSource) -> Files:
    """One `.lrc`.

    Raises:
        InputError: the song has no lyrics.
    """
    if not song.score.lyrics:
        raise InputError(f"{song.folder} has no lyrics to export; compose it with --lyrics")
    brief = song.document.song.brief
    return {f"{song.base}.lrc": lrc(song.score, brief.form, brief.language).encode()}
