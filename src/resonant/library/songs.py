"""Songs as folders: saved whole or not at all, loaded again without loss.

<slug of the title>-<short hash>/
  song.json    brief, form, chords, settings, seed, versions, hashes of the files beside it, every note
  song.mid     the score for any other program
  score.png    the score to look at
  mix.wav      the mastered mix
  stems/       each track through its strip; their sum is the mix before mastering
  recordings/  what the user brought as sound, byte for byte
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from resonant.audio_files import AudioFormat
from resonant.errors import InputError
from resonant.library.catalogue import Catalogue
from resonant.library.desk import desk
from resonant.library.digests import digest
from resonant.library.document import SongDocument, from_text, to_text
from resonant.library.history import DOCUMENT
from resonant.library.model import Song
from resonant.library.place import disk_errors, settle_folder, write_durably
from resonant.library.song_files import meters_of, recordings_of, sheets_of, slug, sounds_of, stem_files


def save_song(song: Song, root: Path, formats: Sequence[AudioFormat] = (AudioFormat.WAV,)) -> Path:
    """The folder of the song, new in the library at `root`; a song that is there already byte for byte is kept.

    Raises:
        PlaceError: the disk is full, or the place is read-only or no folder; nothing half-written is left.
    """
    with disk_errors(root), desk(root) as files:
        made = files.written(sheets_of(song) | sounds_of(song, formats) | recordings_of(song))
        document = SongDocument(song, _name(song), made.digests, meters_of(song), stem_files(song, formats))
        path = _placed(files.folder, root, document.name, to_text(document))
    with disk_errors(root), Catalogue(root) as catalogue:
        catalogue.add(document, path)
    return path


def load_song(path: Path) -> SongDocument:
    """The song in a folder (or in a `song.json`), without its sound.

    Raises:
        InputError: there is no song, or it is damaged.
    """
    document = path if path.name == DOCUMENT else path / DOCUMENT
    try:
        return from_text(document.read_text(encoding="utf-8"), document)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{path} holds no song: there is no {DOCUMENT}; give the folder that `resonant compose` made"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{document} is damaged: it is no text; restore it from a copy") from error


def changed_files(path: Path) -> tuple[str, ...]:
    """The files of a song that are missing or no longer what was saved."""
    document = load_song(path)
    digest_by = plain_sha256 if document.schema == 1 else digest
    return tuple(
        name
        for name, expected in document.files.items()
        if not (path / name).is_file() or digest_by(path / name) != expected
    )


def plain_sha256(path: Path) -> str:
    """The digest that songs of schema 1 give a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(song: Song) -> str:
    """The name of the folder: what the song is called, or what was asked, or its style; then what makes it unique."""
    recalled = (slug(text) for text in (song.score.title, song.brief.text, song.brief.style, "song"))
    return f"{next(words for words in recalled if words)}-{_own_digits(song)}"


def _own_digits(song: Song) -> str:
    """Eight hex digits that name what was asked, written and by which versions."""
    return hashlib.sha256(to_text(SongDocument(song, "", {}, {})).encode()).hexdigest()[:8]


def _placed(folder: Path, root: Path, name: str, text: str) -> Path:
    """Gives the finished folder its final name; a number follows where another song has it."""
    data = text.encode()
    write_durably(folder / DOCUMENT, data)
    settle_folder(folder)
    number = 1
    while True:
        path = root / (name if number == 1 else f"{name}-{number}")
        if path.is_dir() and (path / DOCUMENT).is_file() and (path / DOCUMENT).read_bytes() == data:
            return path
        if not path.exists():
            folder.rename(path)
            settle_folder(root)
            return path
        number += 1
