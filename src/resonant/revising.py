"""An act, to the end: a song's new notes sounded, mixed, and saved as a revision of the song they were made from."""

from collections.abc import Sequence

from resonant.audio import Audio
from resonant.audio_files import AudioFormat
from resonant.library.desk import desk
from resonant.library.document import SongDocument
from resonant.library.model import Song
from resonant.library.revisions import OpenSong, save_revision
from resonant.library.song_files import formats_of, sheets_of, sound, stem_paths
from resonant.mix.model import Published
from resonant.produce import Engine, Watch, sounded


def revised(
    song: Song,
    opened: OpenSong,
    engine: Engine,
    watch: Watch | None = None,
    *,
    before: Published | None,
    formats: Sequence[AudioFormat] | None = None,
    current: bool = True,
) -> SongDocument:
    """The revision of `opened` that a song's new notes make.

    Its sheets are drawn and its stems are written while the master is made.

    Args:
        song: as an act gave it, with notes and without sound.
        opened: what it was made from.
        before: the published stems that are taken as they are where nothing has changed them; None makes all anew.
        formats: of mix and stems; None for those that the song has.
        current: False for a take that is kept and not shown.

    Raises:
        BriefError: an instrument is not known.
        InputError: it would change a locked cell, or lose a lock; it names the lock.
        PlaceError: the disk is full, or the place is read-only; the song is what it was.
        Cancelled: the watch said stop.
    """
    watch = watch or Watch()
    formats = formats_of(opened.document) if formats is None else formats
    paths = stem_paths(track.name for track in song.score.tracks)
    with desk(opened.folder) as files:

        def begin(name: str, stem: Audio) -> None:
            # sheets not before: drawing is Python's own work, as is much of rendering, and one waits for it
            files.begin(sound(paths[name], stem, formats) | sheets_of(song))

        sounding = sounded(song, engine, watch, before, begin)
        watch.progress("saving", 0.97)
        return save_revision(sounding, opened, formats, current, files)
