"""What of a song and its history is missing, or no longer what it was."""

from pathlib import Path

from resonant.errors import InputError
from resonant.library.digests import digest
from resonant.library.document import revision_id
from resonant.library.history import History
from resonant.library.revisions import OpenSong, open_song
from resonant.library.songs import load_song


def damage(folder: Path) -> tuple[str, ...]:
    """What is missing or no longer what it was, among the files of every revision: a sentence each.

    Raises:
        InputError: there is no song, or its `song.json` is damaged.
    """
    opened = open_song(folder)
    history, found = History(opened.folder), []
    if history.current not in (None, load_song(opened.folder).revision):
        found.append("song.json was changed by hand; the next act keeps it as it is")
    for path in sorted(history.revisions.glob("*.json")):
        if revision_id(path.read_text(encoding="utf-8", errors="replace")) != path.stem:
            found.append(f"revision {path.stem} is damaged: {path.name} is no longer what it was")
    for name, expected in opened.document.files.items():
        path = opened.folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif digest(path) != expected:
            found.append(f"{name} is no longer what it was")
    return (*found, *_damage_of_kept(opened, history))


def _damage_of_kept(opened: OpenSong, history: History) -> list[str]:
    """What older revisions miss; each file is looked at once."""
    found, seen = [], set(opened.document.files.items())
    for act in history.acts():
        if not history.knows(act.revision):
            continue
        try:
            files = history.document(act.revision).files
        except InputError:
            continue  # told already: its text is no longer what it was
        for name, expected in files.items():
            if (name, expected) in seen:
                continue
            seen.add((name, expected))
            kept = history.files.path(expected, name)
            if history.path_of(name, expected) is None:
                found.append(f"{name} of revision {act.revision} is missing")
            elif kept.is_file() and digest(kept) != expected:
                found.append(f"{name} of revision {act.revision} is no longer what it was")
    return found
