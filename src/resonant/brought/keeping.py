"""What was brought is locked, proved by hash, and saved: as a new song, or as the next revision of one."""

from dataclasses import replace
from pathlib import Path

from resonant.audio_files import AudioFormat
from resonant.brought.names import free_name
from resonant.library.document import SongDocument
from resonant.library.locks import sealed
from resonant.library.model import Song
from resonant.library.published import PublishedFolder
from resonant.library.revisions import OpenSong, save_revision
from resonant.library.song_files import formats_of, stem_files
from resonant.library.songs import save_song
from resonant.score.region import Region

_FORMATS = (AudioFormat.WAV,)


def kept(song: Song, own: Region, root: Path, opened: OpenSong | None = None) -> tuple[Song, Path]:
    """The song with the cells of `own` locked under the name of the file or performer they came from, and its folder.

    Args:
        song: of `bring.brought`, with its sound or, where it is too long, without.
        own: the cells that the user brought.
        root: the songs folder; a revision stays where its song is.
        opened: the song that it is the next revision of.

    Raises:
        PlaceError: the disk is full, or the place is read-only; nothing half-written is left.
    """
    formats = _FORMATS if opened is None else formats_of(opened.document)
    document = SongDocument(song, "", {}, {}, stem_files(song, formats))
    called = song.lineage.settings.get("imported") or next(iter(song.recordings))
    name = free_name(called, {lock.name for lock in song.locks})
    lock = sealed(document, song.mix or PublishedFolder(root, document), own, name)
    song = replace(song, locks=(*song.locks, lock))
    if opened is None:
        return song, save_song(song, root, formats)
    save_revision(song, opened)
    return song, opened.folder
