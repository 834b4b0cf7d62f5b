"""The files of a song: what they are called, and their bytes, made when they are asked for."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial

from resonant.audio import Audio
from resonant.audio_files import AudioFormat, audio_bytes
from resonant.library.desk import Makers
from resonant.library.document import SongDocument, StemFile
from resonant.library.model import Song
from resonant.mix.loudness_counts import LoudnessCounts
from resonant.mix.model import HeldStrip, Meters
from resonant.pictures.roll import piano_roll_png
from resonant.score.midi import to_midi_bytes
from resonant.score.passes.lyrics import lrc

MIX = "mix"
EXACT = (AudioFormat.WAV, AudioFormat.FLAC)  # what holds a published stem to the last bit
_NAME_LENGTH = 40


def sheets_of(song: Song) -> Makers:
    """What is read: the MIDI file, the picture of the score, and the lyrics where there are some."""
    sheets: Makers = {
        "song.mid": lambda: to_midi_bytes(song.score),
        "score.png": lambda: piano_roll_png(song.score, song.brief.text),
    }
    if song.score.lyrics:
        sheets["lyrics.lrc"] = lambda: lrc(song.score, song.brief.form, song.brief.language).encode()
    return sheets


def sounds_of(song: Song, formats: Sequence[AudioFormat]) -> Makers:
    """What is heard: the master and the stems, through their strips where the song was mixed."""
    return {name: make for path, audio in _sounds(song).items() for name, make in sound(path, audio, formats).items()}


def sound(path: str, audio: Audio, formats: Sequence[AudioFormat]) -> Makers:
    """The files of a sound whose path in the song's folder, without ending, is `path`."""
    names = {f"{path}.{form.ending}": form for form in formats}
    return {name: partial(audio_bytes, audio, form, name) for name, form in names.items()}


def recordings_of(song: Song) -> Makers:
    """What the user brought, byte for byte."""
    return {name: recording.path(name).read_bytes for recording in song.recordings.values() for name in recording.files}


def formats_of(document: SongDocument) -> tuple[AudioFormat, ...]:
    """The formats that a song has its mix, or its stems, in."""
    paths = (MIX, *stem_paths(track.name for track in document.song.score.tracks).values())
    return tuple(form for form in AudioFormat if any(f"{path}.{form.ending}" in document.files for path in paths))


def stem_paths(names: Iterable[str]) -> dict[str, str]:
    """By track, the path of its stem in the song's folder, without ending."""
    paths: dict[str, str] = {}
    for name in names:
        base = f"stems/{slug(name).replace('-', '_') or 'stem'}"
        taken = [path for path in paths.values() if path == base or path.startswith(f"{base}_")]
        paths[name] = base if base not in taken else f"{base}_{1 + len(taken)}"
    return paths


def stem_files(song: Song, formats: Sequence[AudioFormat]) -> dict[str, StemFile]:
    """Where published stems can be taken from again: from formats that hold them exactly."""
    exact = next((form for form in formats if form in EXACT), None)
    if song.mix is None or exact is None:
        return {}
    paths = stem_paths(song.mix.stems)
    return {name: StemFile(f"{paths[name]}.{exact.ending}", key) for name, key in song.mix.keys.items()}


def meters_of(song: Song) -> dict[str, object]:
    """What the meters read, as `song.json` holds it."""
    return {} if song.mix is None else meters_data(song.mix.meters, song.mix.trim_db, song.mix.strips)


def meters_data(
    meters: Meters, trim_db: float, strips: Mapping[str, HeldStrip], counts: LoudnessCounts | None = None
) -> dict[str, object]:
    """Readings, and what strips and master were set to, as `song.json` holds them; `counts` for a song that grew."""
    data: dict[str, object] = {
        "master": {name: _rounded(value) for name, value in asdict(meters.master).items()},
        "stems_lufs": {name: _rounded(value) for name, value in sorted(meters.stems_lufs.items())},
        "gain_db": _rounded(meters.gain_db),
        "trim_db": trim_db,
        "strips": {name: asdict(held) for name, held in sorted(strips.items())},
    }
    if meters.held is not None:
        data["held"] = asdict(meters.held)
    if counts is not None:
        data["counts"] = {kind: [list(item) for item in each.items()] for kind, each in asdict(counts).items()}
    return data


def slug(text: str) -> str:
    """A file name of small letters, digits and hyphens that recalls the text, or "" where it has none of them.

    Latin letters lose their accents; a text in another script keeps its own letters.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _hyphenated(plain) or _hyphenated(unicodedata.normalize("NFC", text).lower())
    return (words[:_NAME_LENGTH].rsplit("-", 1)[0] if len(words) > _NAME_LENGTH else words).strip("-")


def _hyphenated(text: str) -> str:
    return re.sub(r"[\W_]+", "-", text).strip("-")


def _sounds(song: Song) -> dict[str, Audio]:
    if song.mix is not None:
        return {MIX: song.mix.master} | _at_their_paths(song.mix.stems)
    return {} if song.stems is None else _at_their_paths(song.stems.tracks)


def _at_their_paths(stems: Mapping[str, Audio]) -> dict[str, Audio]:
    return {path: stems[name] for name, path in stem_paths(stems).items()}


def _rounded(reading: float | None) -> float | None:
    """A reading to two decimals; silence, which has none or minus infinity, as None."""
    return None if reading is None or abs(reading) == float("inf") else round(reading, 2)
