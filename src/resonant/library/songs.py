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
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from resonant.audio import Audio
from resonant.audio_files import AudioFormat, write_audio
from resonant.errors import InputError
from resonant.library.catalogue import Catalogue
from resonant.library.document import SongDocument, StemFile, from_text, to_text
from resonant.library.model import Song
from resonant.library.place import disk_errors, settle_folder, unfinished_folder, write_durably
from resonant.pictures.roll import piano_roll_png
from resonant.score.midi import to_midi_bytes
from resonant.score.passes.lyrics import lrc

DOCUMENT = "song.json"
_NAME_LENGTH = 40


def save_song(song: Song, root: Path, formats: Sequence[AudioFormat] = (AudioFormat.WAV,)) -> Path:
    """The folder of the song, new in the library at `root`; a song that is there already byte for byte is kept.

    Raises:
        PlaceError: the disk is full, or the place is read-only or no folder; nothing half-written is left.
    """
    with disk_errors(root), unfinished_folder(root) as folder:
        files = _write_files(song, folder, formats)
        document = SongDocument(song, _name(song), files, _meters(song), _stem_files(song, formats))
        path = _placed(folder, root, document.name, to_text(document))
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
    return tuple(
        name for name, digest in document.files.items() if not (path / name).is_file() or _sha256(path / name) != digest
    )


def slug(text: str) -> str:
    """A file name of small letters, digits and hyphens that recalls the text, or "" where it has none of them.

    Latin letters lose their accents; a text in another script keeps its own letters.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _hyphenated(plain) or _hyphenated(unicodedata.normalize("NFC", text).lower())
    return (words[:_NAME_LENGTH].rsplit("-", 1)[0] if len(words) > _NAME_LENGTH else words).strip("-")


def _hyphenated(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text).strip("-")


def _name(song: Song) -> str:
    """The name of the folder: what the song is called, or what was asked, or its style; then what makes it unique."""
    recalled = (slug(text) for text in (song.score.title, song.brief.text, song.brief.style, "song"))
    return f"{next(words for words in recalled if words)}-{_digest(song)}"


def _write_files(song: Song, folder: Path, formats: Sequence[AudioFormat]) -> dict[str, str]:
    """Writes all but `song.json`; gives the SHA-256 of each file by its name in the folder."""
    write_durably(folder / "song.mid", to_midi_bytes(song.score))
    write_durably(folder / "score.png", piano_roll_png(song.score, song.brief.text))
    words = lrc(song.score, song.brief.form, song.brief.language) if song.score.lyrics else ""
    if words:
        write_durably(folder / "lyrics.lrc", words.encode())
    sounds = {f"{stem}.{form.ending}": (audio, form) for stem, audio in _sounds(song).items() for form in formats}
    if len(sounds) > 1:
        (folder / "stems").mkdir()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(lambda item: write_audio(folder / item[0], *item[1]), sounds.items()))
    brought = _copy_recordings(song, folder)
    names = ["song.mid", "score.png", *(["lyrics.lrc"] if words else []), *sounds, *brought]
    return {name: _sha256(folder / name) for name in sorted(names)}


def _copy_recordings(song: Song, folder: Path) -> list[str]:
    """Copies what the user brought, byte for byte; gives the names of the files."""
    names = []
    for recording in song.recordings.values():
        for name in recording.files:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(recording.path(name), folder / name)
            names.append(name)
    return names


def _sounds(song: Song) -> dict[str, Audio]:
    """The master and the stems by path without ending; stems through their strips where the song was mixed."""
    if song.mix is not None:
        return {"mix": song.mix.master} | _at_their_paths(song.mix.stems)
    return {} if song.stems is None else _at_their_paths(song.stems.tracks)


def _at_their_paths(stems: Mapping[str, Audio]) -> dict[str, Audio]:
    return {path: stems[name] for name, path in stem_paths(stems).items()}


def stem_paths(names: Iterable[str]) -> dict[str, str]:
    """By track, the path of its stem in the song's folder, without ending."""
    paths: dict[str, str] = {}
    for name in names:
        base = f"stems/{slug(name).replace('-', '_') or 'stem'}"
        taken = [path for path in paths.values() if path == base or path.startswith(f"{base}_")]
        paths[name] = base if base not in taken else f"{base}_{1 + len(taken)}"
    return paths


def _stem_files(song: Song, formats: Sequence[AudioFormat]) -> dict[str, StemFile]:
    """Where published stems can be taken from again: from formats that hold them exactly."""
    exact = next((form for form in formats if form in (AudioFormat.WAV, AudioFormat.FLAC)), None)
    if song.mix is None or exact is None:
        return {}
    paths = stem_paths(song.mix.stems)
    return {name: StemFile(f"{paths[name]}.{exact.ending}", key) for name, key in song.mix.keys.items()}


def _meters(song: Song) -> dict[str, object]:
    if song.mix is None:
        return {}
    meters = song.mix.meters
    master = {name: _rounded(value) for name, value in asdict(meters.master).items()}
    stems = {name: _rounded(value) for name, value in sorted(meters.stems_lufs.items())}
    return {"master": master, "stems_lufs": stems, "gain_db": _rounded(meters.gain_db), "trim_db": song.mix.trim_db}


def _rounded(reading: float | None) -> float | None:
    """A reading to two decimals; silence, which has none or minus infinity, as None."""
    return None if reading is None or abs(reading) == float("inf") else round(reading, 2)


def _digest(song: Song) -> str:
    """Eight hex digits that name what was asked, written and by which versions."""
    return hashlib.sha256(to_text(SongDocument(song, "", {}, {})).encode()).hexdigest()[:8]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
