"""The score as a MIDI file of format 1, with section markers, chord symbols and lyrics."""

from resonant.exports.shelf import Files
from resonant.exports.source import SongSource
from resonant.score.midi import to_midi_bytes


def midi_files(song: SongSource) -> Files:
    """One `.mid`: the song's own, at 480 ticks a quarter."""
    return {f"{song.base}.mid": to_midi_bytes(song.score)}
