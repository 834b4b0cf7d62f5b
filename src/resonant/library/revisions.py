"""Revisions: the song's folder shows the current one, and every earlier one can be shown again.

A new revision is written beside the current one and becomes it by renames, which can be taken up again wherever they
were interrupted: files into an unfinished folder, all of them on the disk; then into the history; then `song.json` into
the history, and the line in the log; then `current`. From there on the new one holds, and `show` makes it so.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from resonant.audio_files import AudioFormat
from resonant.errors import InputError
from resonant.library.catalogue import CATALOGUE, Catalogue
from resonant.library.desk import Desk, Makers, Written, desk
from resonant.library.digests import BLOCK_BYTES, digest, known_digest, memory_of, remember
from resonant.library.document import SCHEMA, SongDocument, files_of, from_text, revision_id, to_text
from resonant.library.history import DOCUMENT, History
from resonant.library.locks import refuse_broken_locks
from resonant.library.model import Song
from resonant.library.patches import finish, interrupted, put_back, rebuilt
from resonant.library.place import disk_errors, leave_to_the_disk, settle_folder, sweep, write_durably
from resonant.library.published import PublishedFolder
from resonant.library.song_files import formats_of, meters_of, recordings_of, sheets_of, sounds_of, stem_files
from resonant.library.songs import load_song, plain_sha256
from resonant.mix.model import Published
from resonant.threads import Threads


@dataclass(frozen=True, slots=True)
class OpenSong:
    """A revision of the song in `folder`: what acts begin with."""

    folder: Path
    document: SongDocument

    @property
    def revision(self) -> str:
        """Its id: the first twelve hex digits of the SHA-256 of its `song.json`."""
        return self.document.revision

    @property
    def song(self) -> Song:
        """The song without its sound."""
        return self.document.song

    @property
    def published(self) -> PublishedFolder:
        """Its stems, read when they are asked for."""
        return PublishedFolder(self.folder, self.document)


def open_song(path: Path) -> OpenSong:
    """The current revision of the song in a folder; a switch that was interrupted is finished first.

    Raises:
        InputError: there is no song, or it is damaged.
        PlaceError: a switch was interrupted, and the folder can not be written.
    """
    folder = path.parent if path.name == DOCUMENT else path
    history = History(folder)
    _put_back(history)
    current = history.current
    if current is not None and not _is_shown(folder, current):
        with disk_errors(folder), history.locked():
            current = history.current or current
            if not _is_shown(folder, current):
                show(folder, current)
    return OpenSong(folder, _of_today(load_song(folder), folder))


def _put_back(history: History) -> None:
    """Files that were being grown when somebody died are what the revision that holds says they are."""
    if interrupted(history.folder):
        with disk_errors(history.song_folder), history.locked():
            if interrupted(history.folder):
                current = history.current
                files = {} if current is None else history.document(current).files
                put_back(history.song_folder, history.folder, files)


def save_revision(
    song: Song,
    opened: OpenSong,
    formats: Sequence[AudioFormat] | None = None,
    current: bool = True,
    files: Desk | None = None,
) -> SongDocument:
    """A new revision of the song, made from the one that was opened; only files that differ from it are made.

    A song without sound keeps the sound of `opened` where its score and brief are the same.

    Args:
        formats: of mix and stems; None for those that the song has.
        current: False for a take that is kept and not shown.
        files: where its files are made, in the folder of `opened`, where some are begun already.

    Raises:
        InputError: it would change a locked cell, or lose a lock; it names the lock.
        PlaceError: the disk is full, or the place is read-only; the song is what it was.
    """
    folder, before = opened.folder, opened.document
    formats = formats_of(before) if formats is None else tuple(formats)
    with disk_errors(folder), desk(folder) if files is None else nullcontext(files) as files:
        kept, makers = _kept_and_new(song, opened, formats)
        made = files.written(makers)
        same_sound = song.mix is None and song.stems is None and _same_music(song, before.song)
        document = SongDocument(
            replace(song, stems=None, mix=None, lineage=replace(song.lineage, parent=opened.revision)),
            before.name,
            dict(sorted((kept | made.digests).items())),
            before.meters if same_sound else meters_of(song),
            before.stems if same_sound else stem_files(song, formats),
        )
        sound = song.mix or PublishedFolder(folder, document)
        return publish(document, opened, sound, made, current)


def publish(
    document: SongDocument,
    opened: OpenSong,
    sound: Published,
    new: Written | None = None,
    current: bool = True,
    growth: Callable[[], None] | None = None,
) -> SongDocument:
    """Puts a revision into the history and, where it is to be `current`, into the song's folder.

    Args:
        document: the revision; its lineage names `opened` as its parent.
        opened: the revision it was made from.
        sound: the published stems of the revision: those of locked cells are proved.
        new: files of this revision that are on the disk and nowhere else; they are moved.
        growth: makes files of the folder those of this revision where they stand (`resonant.library.appending`).

    Raises:
        InputError: it would change a locked cell, or lose a lock; it names the lock.
    """
    refuse_broken_locks(document, opened.document, sound)
    folder, history = opened.folder, History(opened.folder)
    text = to_text(document)
    document = replace(document, revision=revision_id(text))
    with history.locked():
        sweep(folder)
        _begin(history, opened)
        shown = _shown_files(folder)
        if new is not None:
            _keep(history, new, shown)
        history.put(document.revision, text)
        _settle(history.files.folder, history.revisions)
        if growth is not None:
            growth()
        history.note(document.revision, opened.revision, document.song.lineage.act)
        if current:
            _switch(document, folder)
        if current and new is not None:
            _remember(folder, new)
        if growth is not None:
            finish(history.folder)
    return document


def switch_to(opened: OpenSong, revision: str) -> SongDocument:
    """Shows a revision that is in the history as it is; the log tells of it as `pick`."""
    history = History(opened.folder)
    document = history.document(revision)
    with history.locked():
        _begin(history, opened)
        history.note(revision, opened.revision, "pick")
        _switch(document, opened.folder)
    return document


def _switch(document: SongDocument, folder: Path) -> None:
    """From now on the revision is the current one; its row in the catalogue is written while the files are moved.

    A song that lies in no library, such as one that was copied elsewhere, has no row.
    """
    History(folder).choose(document.revision)
    now = time.time()
    with Threads(1) as beside:
        noted = beside.submit(_catalogued, document, folder, now) if (folder.parent / CATALOGUE).is_file() else None
        show(folder, document.revision, now)
    if noted is not None:
        noted.result()


def _keep(history: History, new: Written, shown: Mapping[str, str]) -> None:
    """Moves what was written into the history; what the folder shows already is not needed twice."""
    for name, expected in new.digests.items():
        if shown.get(name) != expected or not _is(history.song_folder / name, expected):
            history.files.keep(new.folder / name, expected)


def _remember(folder: Path, new: Written) -> None:
    """What the longer files that were written are: the next act need not hash them again."""
    for name, blocks in new.blocks.items():
        if blocks.size > BLOCK_BYTES:
            remember(memory_of(folder, name), folder / name, blocks)


def _catalogued(document: SongDocument, folder: Path, now: float) -> None:
    with Catalogue(folder.parent) as catalogue:
        catalogue.add(document, folder, now)


def show(folder: Path, revision: str, now: float | None = None) -> None:
    """Makes the song's folder show a revision of its history, wherever an earlier attempt stopped.

    What stands in its way is kept under its own digest, also where somebody changed it by hand. A file that is lost is
    left out. The history is locked by whoever calls. `now` becomes the time of `song.json`.
    """
    history = History(folder)
    text = history.text(revision)
    wanted = files_of(text)
    shown = _shown_files(folder)
    changed = [name for name in wanted if shown.get(name) != wanted[name] or not (folder / name).is_file()]
    missing = []
    for name, actual in _digests(folder, [*changed, *sorted(shown.keys() - wanted.keys())]).items():
        path = folder / name
        if actual is not None and actual != wanted.get(name):
            leave_to_the_disk(path)
            history.files.keep(path, actual)
        if name in wanted and actual != wanted[name]:
            missing.append(name)
    for name in missing:
        if not history.files.path(wanted[name], name).is_file():
            rebuilt(history.files.folder, folder, wanted[name], name)
        history.files.bring(wanted[name], folder / name, _elsewhere(folder, wanted, name))
    if not history.knows(revision_id(_text(folder / DOCUMENT) or "")) and (folder / DOCUMENT).is_file():
        history.files.keep(folder / DOCUMENT, digest(folder / DOCUMENT))
    part = folder / f".{DOCUMENT}.part"
    write_durably(part, text.encode())
    if now is not None:
        os.utime(part, (now, now))
    part.replace(folder / DOCUMENT)
    _settle(folder, history.files.folder, *{(folder / name).parent for name in missing})


def _digests(folder: Path, names: Sequence[str]) -> dict[str, str | None]:
    """What files are now; None for one that is not there."""
    with Threads() as pool:
        found = pool.map(lambda name: known_digest(folder, name) if (folder / name).is_file() else None, names)
        return dict(zip(names, found, strict=True))


def _is_shown(folder: Path, current: str) -> bool:
    """Whether the folder shows this revision, or a `song.json` that somebody made by hand."""
    text = _text(folder / DOCUMENT)
    if text is None:
        return False
    if revision_id(text) == current:
        return True
    with suppress(InputError):
        from_text(text, folder / DOCUMENT)
        return not History(folder).knows(revision_id(text))
    return False


def _shown_files(folder: Path) -> Mapping[str, str]:
    """The files of the revision that the folder shows; none where its `song.json` is damaged."""
    with suppress(ValueError):
        return files_of(_text(folder / DOCUMENT) or "")
    return {}


def _is(path: Path, expected: str) -> bool:
    return path.is_file() and digest(path) == expected


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _elsewhere(folder: Path, wanted: Mapping[str, str], name: str) -> Iterator[Path]:
    """Where else in the folder the same bytes are."""
    return (folder / other for other in wanted if other != name and wanted[other] == wanted[name])


def _of_today(document: SongDocument, folder: Path) -> SongDocument:
    """The document as today's schema has it: a file that is still what it was gets the digest of today."""
    if document.schema == SCHEMA:
        return document
    files = {
        name: digest(folder / name) if (folder / name).is_file() and plain_sha256(folder / name) == old else old
        for name, old in document.files.items()
    }
    document = replace(document, files=files, schema=SCHEMA)
    return replace(document, revision=revision_id(to_text(document)))


def _begin(history: History, opened: OpenSong) -> None:
    """The revision that an act begins with is in the history, also where it is the first act."""
    if history.knows(opened.revision):
        return
    document, path = opened.document, opened.folder / DOCUMENT
    shown = _text(path)
    by_hand = shown is not None and revision_id(shown) == opened.revision
    history.put(opened.revision, shown if shown is not None and by_hand else to_text(document))
    history.note(opened.revision, document.song.lineage.parent, document.song.lineage.act, path.stat().st_mtime)
    if by_hand or history.current is None:
        history.choose(opened.revision)


def _kept_and_new(song: Song, opened: OpenSong, formats: Sequence[AudioFormat]) -> tuple[dict[str, str], Makers]:
    """The digests of the files that are as they were in `opened`, and what makes the others."""
    before = opened.document
    sheets, recordings = sheets_of(song), recordings_of(song)
    same: set[str] = set()
    if _same_music(song, before.song):
        same |= sheets.keys()
        if song.mix is None and song.stems is None:
            endings = {f".{form.ending}" for form in formats}
            same |= {name for name in before.files if Path(name).suffix in endings and name not in recordings}
    same |= _same_stems(song, before, formats)
    same |= {name for recording in song.recordings.values() if recording in before.song.recordings.values()
             for name in recording.files}  # fmt: skip
    kept = {name: before.files[name] for name in same if name in before.files and _is_there(opened, name)}
    makers = {name: make for name, make in (sheets | sounds_of(song, formats) | recordings).items() if name not in kept}
    return kept, makers


def _same_music(song: Song, before: Song) -> bool:
    return song.score == before.score and song.brief == before.brief


def _same_stems(song: Song, before: SongDocument, formats: Sequence[AudioFormat]) -> set[str]:
    """The files of stems that the same things decided."""
    if song.mix is None or song.mix.trim_db != before.meters.get("trim_db"):
        return set()
    return {
        str(Path(stem.file).with_suffix(f".{form.ending}"))
        for name, stem in stem_files(song, formats).items()
        if before.stems.get(name) == stem
        for form in formats
    }


def _is_there(opened: OpenSong, name: str) -> bool:
    history = History(opened.folder)
    return (opened.folder / name).is_file() or history.files.holds(opened.document.files[name], name)


def _settle(*folders: Path) -> None:
    with Threads(len(folders)) as pool:
        list(pool.map(settle_folder, folders))
