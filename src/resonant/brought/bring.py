"""What a user brings becomes a song, or a part of one: a MIDI file by its notes, any other by its sound."""

import stat
from dataclasses import replace
from pathlib import Path

from resonant.brought.join import joined
from resonant.brought.notes import song_of_midi
from resonant.brought.recording import song_of_recording
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError, PlaceError
from resonant.library.model import Song
from resonant.score.region import Region

_MIDI_HEADS = (b"MThd", b"RIFF")


def brought(path: Path, wishes: Wishes, workplace: Path, into: Song | None = None) -> tuple[Song, Region]:
    """The song that a file makes, without sound, and the cells in it that the user brought and that are to be locked.

    Args:
        path: a MIDI file or a recording.
        wishes: what was said about it.
        workplace: a folder that lasts until the song is saved.
        into: the song that it is to be a part of; None for a new one.

    Raises:
        MidiError, AudioError: the file can not be used.
        PlaceError: it is missing or may not be read.
        BriefError: a wish does not fit the file, or the file does not fit the song.
    """
    if _is_midi(path):
        if wishes.stretch_to_bpm is not None:
            raise BriefError(
                f"{path.name} holds notes, which need no stretching; give --tempo in place of --stretch-to"
            )
        song = song_of_midi(path, wishes)
    else:
        wishes = wishes if into is None else _for_song(wishes, into)
        song = song_of_recording(path, wishes, workplace)
    if into is not None:
        return joined(song, into, path.name)
    return song, Region.of([track.name for track in song.score.tracks], 0, song.score.bars)


def _is_midi(path: Path) -> bool:
    """Whether a file is MIDI by what it holds; a RIFF file may be either."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device would never end
            raise PlaceError(f"{path} can not be read: it is a folder, a pipe or a device; give the path of a file")
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        reason = error.strerror or error
        raise PlaceError(f"{path} can not be read: {reason}; check the path and its permissions") from error
    return (b"MThd" in head and head.startswith(_MIDI_HEADS)) or path.suffix.lower() in (".mid", ".midi")


def _for_song(wishes: Wishes, song: Song) -> Wishes:
    """The wishes with what the song knows: what joins it is heard in its metre and near its tempo."""
    tempo = song.score.tempo
    if wishes.stretch_to_bpm is not None and len(tempo.changes) > 1:
        raise BriefError("the tempo of the song changes, and a recording is stretched to one tempo only; leave it out")
    if wishes.stretch_to_bpm is not None and abs(wishes.stretch_to_bpm / tempo.bpm - 1.0) > 1e-6:
        raise BriefError(f"the song plays at {tempo.bpm:g} bpm; give --stretch-to {tempo.bpm:g}")
    return replace(wishes, metre=wishes.metre or song.score.metre.metre_at(0))
