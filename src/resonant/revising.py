"""An act, to the end: a song's new notes sounded, mixed, and saved as a revision of the song they were made from."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack

from resonant.audio import Audio
from resonant.audio_files import AudioFormat, audio_bytes
from resonant.library.document import SongDocument
from resonant.library.model import Song
from resonant.library.revisions import OpenSong, save_revision
from resonant.library.song_files import Makers, formats_of, sheets_being_made
from resonant.mix.model import Published
from resonant.produce import Engine, Watch, sounded
from resonant.threads import Threads

_MOST_AHEAD = 2  # files of stems that lie in memory until the master is done: what the one track of a re-roll has


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

    Its sheets are drawn and the files of its stems are made while the master is.

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
    with ExitStack() as drawing, Threads(1) as beside:
        begun: dict[tuple[Audio, AudioFormat], Future[bytes]] = {}
        sheets: Makers = {}

        def begin(name: str, stem: Audio) -> None:
            if not sheets:  # not before: drawing is Python's own work, as is much of rendering, and one waits for it
                sheets.update(drawing.enter_context(sheets_being_made(song)))
            if len(begun) < _MOST_AHEAD:
                begun.update({(stem, form): beside.submit(audio_bytes, stem, form, name) for form in formats})

        sounding = sounded(song, engine, watch, before, begin)
        watch.progress("saving", 0.97)
        return save_revision(sounding, opened, formats, current, sheets or None, begun)
