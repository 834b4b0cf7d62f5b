"""Notation: a lead sheet or all parts."""

from resonant.exports.shelf import Files
from resonant.exports.source import SongSource
from resonant.score.musicxml import Parts, to_musicxml


def musicxml_files(song: SongSource, parts: Parts = "lead") -> Files:
    """One `.musicxml`, written straight where the style swings."""
    name = f"{song.base}.musicxml" if parts == "lead" else f"{song.base} - full score.musicxml"
    return {name: to_musicxml(song.score, parts, song.swing)}
