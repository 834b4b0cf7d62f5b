"""What a performer played becomes a song: a recording on a grid of bars like any other, with its codes beside it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import numpy as np

from resonant.audio import Audio
from resonant.audio_files import AudioFormat, write_audio
from resonant.brief.reader import read_brief
from resonant.brought.recording import song_of_recording
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError, InputError
from resonant.library.model import Lineage, Song
from resonant.players.performers.play import Ask, Performance
from resonant.sound.codes import Codes, with_codes
from resonant.sound.recording import Recording

ACT = "generate"
_TITLE_LENGTH = 60
_SILENT = 1e-4
_NO_COMMERCE = "-NC-"
_DECIDE = ("resonant", "numpy", "scipy", "torch", "transformers")  # packages whose versions decide the bytes


@dataclass(frozen=True, slots=True)
class Source:
    """Who played.

    Args:
        performer: "musicgen" or "heartmula".
        hop: samples of a frame of its codes.
        precision: in which numbers its weights were kept, such as "int8".
        weights: what its weights are called.
        sha256: of them, in hex.
        licence: of them.
    """

    performer: str
    hop: int
    precision: str
    weights: str
    sha256: str
    licence: str


def song_of_performance(played: Performance, ask: Ask, source: Source, workplace: Path) -> Song:
    """The song of a take, not yet mixed: one track named after who played it.

    Args:
        played: of `play.played`.
        ask: what was asked for, with all that was left to the performer filled in (`Ask.filled`).
        source: who played.
        workplace: a folder for the files of sound and codes; it lasts until the song is saved.

    Raises:
        InputError: it is silent, or shorter than two seconds.
        PlaceError: the workplace can not be written.
    """
    sound, gain = _fitting(played.sound, source)
    path = workplace / f"{source.performer}.wav"
    write_audio(path, sound, AudioFormat.WAV)
    song = song_of_recording(path, _wishes(ask, source), workplace)
    (track,) = song.score.tracks
    codes = Codes(played.codes, source.performer, sound.sample_rate, source.hop, gain)
    settings = settings_of(ask, source)
    recording = with_codes(song.recordings[track.name], codes, workplace)
    recording = replace(recording, made={"words": ask.words, "seed": str(played.seed), **settings})
    lineage = Lineage(
        act=ACT, prompt=ask.words, players={track.name: source.performer}, settings=settings, seed=played.seed,
        versions={name: metadata.version(name) for name in _DECIDE},
    )  # fmt: skip
    brief = replace(
        song.brief, text=ask.words, seed=played.seed, remarks=(*song.brief.remarks, *_remarks(source, gain))
    )
    return replace(song, brief=brief, lineage=lineage, recordings={track.name: recording})


def settings_of(ask: Ask, source: Source) -> dict[str, str]:
    """What decided the sound besides words and seed, as text."""
    melody = "" if ask.melody is None else " ".join(map(str, ask.melody.argmax(axis=1)))
    said = {
        "engine": source.performer, "weights": source.weights, "weights sha256": source.sha256,
        "licence": source.licence, "precision": source.precision, "seconds": repr(ask.seconds),
        "guidance": repr(ask.guidance),
        "temperature": repr(ask.temperature), "top-k": repr(ask.top_k), "top-p": repr(ask.top_p),
        "negative": ask.negative, "lyrics": ask.lyrics, "melody": melody,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def ask_of(recording: Recording) -> Ask:
    """What a generated recording was asked with, so that it can be gone on with or mended.

    Raises:
        InputError: it was not generated.
    """
    made = recording.made
    if not made:
        raise InputError(f"{recording.file} was brought and not generated; nothing says how to go on with it")
    try:
        return Ask(
            made["words"], float(made["seconds"]), (int(made["seed"]),), made.get("lyrics", ""),
            made.get("negative", ""), _melody(made), None, float(made["guidance"]), float(made["temperature"]),
            int(made["top-k"]), float(made["top-p"]),
        )  # fmt: skip
    except (LookupError, ValueError) as error:
        raise InputError(f"what {recording.file} was generated with can not be read ({error})") from error


def _melody(settings: Mapping[str, str]) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None":
    classes = [int(each) for each in settings.get("melody", "").split()]
    return np.eye(12, dtype=np.float32)[classes] if classes else None


def _fitting(sound: Audio, source: Source) -> tuple[Audio, float]:
    """The sound within full scale, and what it was multiplied by.

    Raises:
        InputError: it is silent.
    """
    peak = float(np.abs(sound.samples).max(initial=0.0))
    if peak < _SILENT:
        raise InputError(f"{source.performer} played nothing but silence; ask for another --seed, or in other words")
    if peak <= 1.0:
        return sound, 1.0
    gain = float(10.0 ** (-0.01 * np.ceil(2000.0 * np.log10(peak)) / 20.0))
    return Audio(sound.samples * np.float32(gain), sound.sample_rate), gain


def _wishes(ask: Ask, source: Source) -> Wishes:
    """What the words say of the recording: its title, the style to accompany it in, about which tempo to listen."""
    words = " ".join((ask.words or ask.lyrics or source.performer).split())
    title = words if len(words) <= _TITLE_LENGTH else words[:_TITLE_LENGTH].rsplit(" ", 1)[0]
    with suppress(BriefError):  # what our own players can not do may well be asked of others
        brief = read_brief(ask.words)
        style = brief.style if brief.origin.get("style") == "said" else ""
        return Wishes(
            title, style=style, tempo_bpm=brief.tempo_bpm if brief.origin.get("tempo_bpm") == "said" else None
        )
    return Wishes(title)


def _remarks(source: Source, gain: float) -> tuple[str, ...]:
    remarks = []
    if _NO_COMMERCE in source.licence:
        remarks.append(f"the weights {source.weights} are {source.licence}: what they play is not for commerce")
    if gain != 1.0:
        remarks.append(f"it was played over full scale, and is turned down by {-20.0 * np.log10(gain):.2f} dB")
    return tuple(remarks)
