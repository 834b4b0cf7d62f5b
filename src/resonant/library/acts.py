"""Acts that write no note: lock, unlock, restore, pick. Each makes a revision, or shows one that is there."""

from dataclasses import replace

from resonant.errors import InputError
from resonant.library.document import SongDocument
from resonant.library.history import History
from resonant.library.locks import cells_in_words, sealed, unlocked
from resonant.library.model import Lock, Song
from resonant.library.past import past_of, takes_of
from resonant.library.place import disk_errors
from resonant.library.published import PublishedFolder
from resonant.library.revisions import OpenSong, publish, save_revision, switch_to
from resonant.score.region import Region


def lock(opened: OpenSong, region: Region, name: str = "") -> SongDocument:
    """The song with these cells locked, under a name or under what they are in words.

    Raises:
        InputError: a lock has that name already.
    """
    new = sealed(opened.document, opened.published, region, name)
    if any(each.name == new.name for each in opened.song.locks):
        raise InputError(f"the song has a lock {new.name!r} already; give another name, or unlock that one first")
    return _relocked(opened, (*opened.song.locks, new), "lock", new.name, region)


def unlock(opened: OpenSong, region: Region) -> SongDocument:
    """The song with these cells free; what else their locks hold stays locked.

    Raises:
        InputError: none of them is locked.
    """
    held = region & opened.song.locked
    if not held:
        raise InputError(f"{cells_in_words(region)}: nothing of this is locked; `resonant locks` lists what is")
    locks = unlocked(opened.document, opened.published, region)
    return _relocked(opened, locks, "unlock", cells_in_words(held), held)


def unlock_named(opened: OpenSong, name: str) -> SongDocument:
    """The song without the lock of that name; cells that another lock holds too stay locked.

    Raises:
        InputError: there is none of that name.
    """
    found = lock_named(opened.song, name)
    locks = tuple(each for each in opened.song.locks if each is not found)
    return _relocked(opened, locks, "unlock", found.name, found.region)


def lock_named(song: Song, name: str) -> Lock:
    """The lock of that name.

    Raises:
        InputError: there is none; the message lists those there are.
    """
    found = next((each for each in song.locks if each.name == name), None)
    if found is None:
        names = ", ".join(repr(each.name) for each in song.locks) or "none"
        raise InputError(f"the song has no lock {name!r}; its locks: {names}")
    return found


def restore(opened: OpenSong, revision: str) -> SongDocument:
    """A new revision that holds what an earlier one held, its files brought back and nothing rendered; locks stay.

    Raises:
        InputError: a file of it is lost, or it has something else in a locked cell.
    """
    return _shown_again(opened, revision, "restore")


def pick(opened: OpenSong, revision: str) -> SongDocument:
    """Shows another take of the last act that made several.

    Where something was done since, such as locking, that stays: then a new revision holds the take.

    Raises:
        InputError: it is none of the takes, or it has something else in a cell that was locked since.
    """
    takes = [take.revision for take in takes_of(past_of(opened.folder))]
    if revision not in takes:
        raise InputError(f"revision {revision} is no take of the last act; `resonant takes` lists those there are")
    if opened.revision not in takes:
        return _shown_again(opened, revision, "pick")
    with disk_errors(opened.folder):
        return switch_to(opened, revision)


def _shown_again(opened: OpenSong, revision: str, act: str) -> SongDocument:
    if revision == opened.revision:
        raise InputError(f"revision {revision} is the one that is shown; nothing to {act}")
    history = History(opened.folder)
    old = history.document(revision)
    lost = [name for name, expected in old.files.items() if history.path_of(name, expected) is None]
    if lost:
        raise InputError(f"revision {revision} can not be shown: {', '.join(lost)} of it is lost or was changed")
    lineage = replace(old.song.lineage, parent=opened.revision, act=act, prompt=revision, region=None, players={})
    song = replace(old.song, locks=opened.song.locks, lineage=lineage)
    document = replace(old, song=song, name=opened.document.name)
    with disk_errors(opened.folder):
        return publish(document, opened, PublishedFolder(opened.folder, replace(document, revision="")))


def _relocked(opened: OpenSong, locks: tuple[Lock, ...], act: str, prompt: str, region: Region) -> SongDocument:
    lineage = replace(opened.song.lineage, act=act, prompt=prompt, region=region, players={})
    return save_revision(replace(opened.song, locks=locks, lineage=lineage), opened)
