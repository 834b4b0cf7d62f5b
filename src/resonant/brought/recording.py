"""A recording becomes a song: bars, chords and sections are found in it, and it stands as a track on their grid."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from resonant.audio import Audio
from resonant.audio_files import AudioFormat, write_audio
from resonant.brought.brief import brief_of
from resonant.brought.names import own_name
from resonant.brought.sound_file import read_sound
from resonant.brought.stretching import stretched
from resonant.brought.wishes import Wishes
from resonant.instruments import RECORDING
from resonant.library.model import Lineage, Song
from resonant.listening.bars import Bars, bars_of
from resonant.listening.chords_of_score import completed
from resonant.listening.chroma import Chromagram, chromagram
from resonant.listening.clock import Clock, clock_of, even_bars
from resonant.listening.ear import Array
from resonant.listening.form_heard import harmony_heard, sections_heard
from resonant.listening.hearing import Hearing
from resonant.listening.key_in_bars import key_in_bars
from resonant.listening.onsets import band_onsets
from resonant.mix.loudness import measure
from resonant.score.model import Score, Track
from resonant.sound.model import TAIL_S
from resonant.sound.recording import FOLDER, Recording
from resonant.theory.key import Key
from resonant.units import Metre

_USUAL_BPM = 120.0
_SAME_TEMPO = 1e-4
_RING_DB = -40.0  # under its loudest 100 ms: what lies behind rings out and fills no bar
_WINDOW_S = 0.1
_FULL_SCALE = 1.0


@dataclass(frozen=True, eq=False)
class Heard:
    """All that was heard in a recording, before it is put on a score.

    Args:
        audio: its sound, as it will be played.
        bars: where its bars lie.
        bands, chroma: its onsets by band and its pitch classes.
        has_pulse: whether the bars were heard, or taken for granted.
        stretch: the length of the sound over that of the file; None where it was not stretched.
    """

    audio: Audio
    bars: Bars
    bands: Array
    chroma: Chromagram
    has_pulse: bool
    stretch: float | None = None

    @classmethod
    def of(cls, audio: Audio, wishes: Wishes) -> "Heard":
        bands, chroma = band_onsets(audio), chromagram(audio)
        bars = bars_of(bands, chroma, audio.seconds, wishes.tempo_bpm, wishes.metre)
        if bars is None:
            bpm = wishes.tempo_bpm or wishes.stretch_to_bpm or _USUAL_BPM
            return cls(audio, even_bars(wishes.metre or Metre(), bpm, audio.seconds), bands, chroma, False)
        return cls(audio, bars, bands, chroma, True)

    @property
    def hearing(self) -> Hearing:
        """What chords and key are found in."""
        metre, downbeats = self.bars.metre, self.bars.downbeats_s
        places = np.arange(len(downbeats) * metre.beats_per_bar) / metre.beats_per_bar
        known = np.append(downbeats, downbeats[-1] + self.bars.bar_s)
        beats = np.interp(places, np.arange(len(known)), known)
        bpm = 60.0 * metre.beats_per_bar / self.bars.bar_s
        return Hearing(self.bands.mean(axis=1), self.chroma, bpm, beats, self.audio.seconds)

    def stretched_to(self, bpm: float, name: str) -> "Heard":
        """The sound at a constant tempo, and where its bars are then; itself where it has that tempo already."""
        if self.bars.even and abs(self.bars.bpm / bpm - 1.0) < _SAME_TEMPO:
            return self
        sound, bars = stretched(self.audio, self.bars, bpm, name)
        ratio = sound.seconds / self.audio.seconds
        return replace(self, audio=sound, bars=bars, bands=band_onsets(sound), chroma=chromagram(sound), stretch=ratio)


def song_of_recording(path: Path, wishes: Wishes, workplace: Path) -> Song:
    """The song of a recording, not yet mixed: one track, harmony and sections as they were heard.

    Args:
        path: the file.
        wishes: what is known of it.
        workplace: a folder for the file that stretching makes; it lasts until the song is saved.

    Raises:
        AudioError: the file can not be used; see `sound_file.read_sound` and `stretching.stretched`.
        PlaceError: it is missing, or the workplace can not be written.
    """
    heard = Heard.of(read_sound(path), wishes)
    if wishes.stretch_to_bpm is not None:
        heard = heard.stretched_to(wishes.stretch_to_bpm, path.name)
    clock = clock_of(heard.bars, music_end_s(heard.audio))
    track = Track(track_name(path), wishes.role or "melody", RECORDING.name)
    key = wishes.key or key_in_bars(heard.hearing, heard.bars.downbeats_s) or Key(0)
    score = Score(
        _bars(clock, heard.audio), clock.tempo, clock.metre, key, tracks=(track,), title=wishes.name or path.stem
    )
    score = replace(score, harmony=completed(harmony_heard(heard.hearing, score, clock.start_s), score))
    score = replace(score, sections=sections_heard(heard.bands, heard.chroma, score, clock.start_s))
    recording = kept(path, heard, clock.start_s, workplace)
    brief = brief_of(score, path.name, wishes, remarks_of(heard, clock, recording))
    lineage = Lineage(act="import", settings={"imported": path.name})
    return Song(brief, score, lineage=lineage, recordings={track.name: recording})


def track_name(path: Path) -> str:
    """What the recording's track is called: the file's name."""
    written = " ".join("".join(c if c.isprintable() else " " for c in path.stem).split())[:60]
    return own_name(written or RECORDING.name)


def kept(path: Path, heard: Heard, start_s: float, workplace: Path) -> Recording:
    """The recording as the song's folder will keep it."""
    own, digest = f"{FOLDER}/{path.name}", sha256_of(path)
    audio = heard.audio
    peak = float(np.abs(audio.samples).max())
    gain_db = 0.0 if peak <= _FULL_SCALE else -0.01 * np.ceil(2000.0 * np.log10(peak))
    plain = Recording(
        own, digest, start_s, audio.channels, audio.sample_rate, round(float(gain_db), 2),
        measure(audio).integrated_lufs, places={own: path},
    )  # fmt: skip
    if heard.stretch is None:
        return plain
    made = f"{FOLDER}/{path.stem}-{heard.bars.bpm:g}bpm.wav"
    gain = np.float32(10.0 ** (plain.gain_db / 20.0))
    file = workplace / Path(made).name
    write_audio(file, Audio(audio.samples * gain, audio.sample_rate), AudioFormat.WAV)
    return replace(
        plain, file=made, sha256=sha256_of(file), gain_db=0.0, stretch=round(heard.stretch, 6),
        original=own, original_sha256=digest, places={own: path, made: file},
    )  # fmt: skip


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def music_end_s(audio: Audio) -> float:
    """When the last of the music has begun to ring out, in seconds."""
    size = round(_WINDOW_S * audio.sample_rate)
    windows = audio.samples[:, : audio.num_samples // size * size].reshape(audio.channels, -1, size)
    level = np.sqrt(np.einsum("cwn,cwn->w", windows, windows) / (audio.channels * size))
    sounding = np.nonzero(level > 10.0 ** (_RING_DB / 20.0) * level.max(initial=0.0))[0]
    return float((sounding[-1] + 1) * _WINDOW_S) if len(sounding) else audio.seconds


def _bars(clock: Clock, audio: Audio) -> int:
    """The bars of the music, and those that what rings on needs beyond the ring-out that every song has."""
    end_s, bars = clock.start_s + audio.seconds, clock.bars
    while clock.tempo.seconds_at(clock.metre.bar_start(bars)) + TAIL_S < end_s:
        bars += 1
    return bars


def remarks_of(heard: Heard, clock: Clock, recording: Recording) -> tuple[str, ...]:
    """What a user wants to know of how their recording was taken."""
    remarks = []
    if not heard.has_pulse:
        remarks.append(f"no pulse was heard; bars of {heard.bars.bpm:g} bpm are counted from its start: say --tempo")
    elif len(clock.tempo.changes) > 1:
        remarks.append("its tempo moves; the song has a tempo of its own for each bar (--stretch-to makes it steady)")
    if clock.has_pickup:
        first = clock.tempo.tick_at(clock.start_s + float(heard.bars.downbeats_s[0]))
        remarks.append(f"it begins before a bar line: its first whole bar is bar {clock.metre.bar_at(first) + 1}")
    if recording.gain_db:
        remarks.append(f"its peaks lie over full scale; it is turned down by {-recording.gain_db:.2f} dB to fit a file")
    return tuple(remarks)
