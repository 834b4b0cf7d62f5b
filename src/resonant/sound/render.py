"""Score to stems: every track on its instrument, in parallel, and only those that changed."""

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter

import numpy as np

from resonant.audio import Audio, Samples
from resonant.code_hash import code_hash
from resonant.errors import Cancelled
from resonant.instruments import Instrument, instrument
from resonant.players.context import never
from resonant.score.model import Score, Track
from resonant.sound.banks import SoundBank
from resonant.sound.guide_vocal import NO_WORDS, VOCAL_VOICE, Words, render_vocal, vocal_settings
from resonant.sound.lead import leads_s
from resonant.sound.model import TAIL_S, Stems
from resonant.sound.sampler import render_sampled
from resonant.sound.stem_cache import FolderStemCache, MemoryStemCache, StemCache
from resonant.sound.voices import render_voice
from resonant.threads import Threads
from resonant.units import TempoMap

__all__ = [
    "OPENING_S", "FolderStemCache", "MemoryStemCache", "Rendering", "StemCache", "render_opening",
    "render_stems", "render_track", "stem_key", "stem_keys", "unrendered",
]  # fmt: skip

OPENING_S = 0.75
"""Seconds of a stem that are heard before the rest of it is there."""

_END_FADE_S = 0.05
_START_FADE_S = 0.003
_WHAT_SOUNDS = attrgetter("start", "pitch", "duration", "velocity")


@dataclass(frozen=True, slots=True)
class Rendering:
    """How stems are rendered.

    Args:
        sample_rate: in Hz.
        tail_s: ring-out behind the last bar.
        workers: tracks rendered at once; None takes as many as there are processors. The sound does not depend on it.
        language: what a guide vocal sings in, such as "en".
    """

    sample_rate: int = 44_100
    tail_s: float = TAIL_S
    workers: int | None = None
    language: str = "en"

    def num_samples(self, score: Score) -> int:
        """Length of the stems of a score."""
        return round((score.seconds + self.tail_s) * self.sample_rate)


def nothing(stage: str, fraction: float) -> None:
    """The progress of a run that nobody watches."""


def render_stems(
    score: Score,
    settings: Rendering,
    bank: SoundBank,
    cache: StemCache | None = None,
    progress: Callable[[str, float], None] = nothing,
    should_stop: Callable[[], bool] = never,
) -> Stems:
    """The sound of every track, all of one length: the bars and the ring-out.

    A track whose notes, instrument and settings are the same as in an earlier run comes from the cache. A silent track
    gives a silent stem.

    Args:
        progress: told what was rendered, with a fraction 0…1, from the calling thread.

    Raises:
        BriefError: a track's instrument is not known.
        InputError: there is a guide vocal, and espeak-ng is not installed or does not speak its language.
        SoundBankError: a sample of the bank can not be read.
        PlaceError: the cache's folder can not be written.
        Cancelled: `should_stop` said so; nothing half-rendered is kept.
    """
    num_samples = settings.num_samples(score)
    words = Words(score.lyrics, settings.language)
    render = partial(_stem, score.tempo, words, settings, bank, cache, num_samples, should_stop)
    stems: dict[str, Audio] = {}
    with Threads(settings.workers) as pool:
        futures = {pool.submit(render, track): track.name for track in _longest_first(score)}
        for done, future in enumerate(_finished(futures), start=1):
            stems[futures[future]] = future.result()
            progress(f"rendering {futures[future]}", done / len(futures))
    return Stems({track.name: stems[track.name] for track in score.tracks}, score.seconds)


def stem_keys(score: Score, settings: Rendering, bank: SoundBank) -> dict[str, str]:
    """The `stem_key` of every track by its name: tracks with the key of an earlier rendering sound the same.

    Raises:
        BriefError: a track's instrument is not known.
    """
    num_samples = settings.num_samples(score)
    words = Words(score.lyrics, settings.language)

    def key(track: Track) -> str:
        plays = instrument(track.instrument)
        return stem_key(track, score.tempo, plays, num_samples, settings.sample_rate, bank, words)

    return {track.name: key(track) for track in score.tracks}


def unrendered(score: Score, settings: Rendering, bank: SoundBank, cache: StemCache | None = None) -> Iterator[Track]:
    """The tracks that play and whose stems the cache does not hold.

    Raises:
        BriefError: a track's instrument is not known.
    """
    keys = stem_keys(score, settings, bank)
    return (t for t in score.tracks if t.notes and (cache is None or cache.get(keys[t.name]) is None))


def render_opening(
    track: Track, score: Score, settings: Rendering, bank: SoundBank, seconds: float = OPENING_S
) -> Audio:
    """The beginning of a track's stem, in a fraction of the time that the whole takes: sample for sample the same.

    Raises:
        BriefError: the track's instrument is not known.
        InputError: a guide vocal, and espeak-ng is not installed or does not speak its language.
        SoundBankError: a sample of the bank can not be read.
    """
    fade = int(_END_FADE_S * settings.sample_rate)
    wanted = min(round(seconds * settings.sample_rate), settings.num_samples(score) - fade)
    words = Words(score.lyrics, settings.language)
    stem = render_track(
        track, score.tempo, instrument(track.instrument), wanted + fade, settings.sample_rate, bank, words=words
    )
    return Audio(stem.samples[:, :wanted], settings.sample_rate)


def _longest_first(score: Score) -> list[Track]:
    """The tracks, those with most to do first, so that no thread is left with a long one at the end."""
    return sorted(score.tracks, key=lambda track: -len(track.notes))


def _finished(futures: dict[Future[Audio], str]) -> Iterator[Future[Audio]]:
    """The renders as they finish; when one fails or the caller leaves, those not yet begun are called off."""
    try:
        yield from as_completed(futures)
    finally:
        for future in futures:
            future.cancel()


def _stem(
    tempo: TempoMap,
    words: Words,
    settings: Rendering,
    bank: SoundBank,
    cache: StemCache | None,
    num_samples: int,
    should_stop: Callable[[], bool],
    track: Track,
) -> Audio:
    if should_stop():
        raise Cancelled("rendering was stopped")
    if not track.notes:
        return Audio.silence(2, num_samples, settings.sample_rate)
    plays = instrument(track.instrument)
    key = stem_key(track, tempo, plays, num_samples, settings.sample_rate, bank, words)
    kept = None if cache is None else cache.get(key)
    if kept is not None:
        return kept
    stem = render_track(track, tempo, plays, num_samples, settings.sample_rate, bank, should_stop, words)
    if cache is not None:
        cache.put(key, stem)
    return stem


def render_track(
    track: Track,
    tempo: TempoMap,
    plays: Instrument,
    num_samples: int,
    sample_rate: int,
    bank: SoundBank,
    should_stop: Callable[[], bool] = never,
    words: Words = NO_WORDS,
) -> Audio:
    """The sound of one track on an instrument, modelled, sampled or sung: stereo, `float32 [2, num_samples]`.

    Sampled instruments are struck early by their lead; a guide vocal sings the words. What still rings at the very end
    is faded out within 50 ms.
    """
    if plays.voice == VOCAL_VOICE:
        samples = render_vocal(track, words, tempo, num_samples, sample_rate, should_stop).samples.copy()
    elif plays.voice is not None:
        samples = render_voice(track, tempo, plays.voice, num_samples, sample_rate, should_stop).samples.copy()
    else:
        samples = _sampled_early(track, tempo, plays, num_samples, sample_rate, bank)
    fade = min(int(_END_FADE_S * sample_rate), num_samples)
    samples[:, num_samples - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return Audio(samples, sample_rate)


def _sampled_early(
    track: Track, tempo: TempoMap, plays: Instrument, num_samples: int, sample_rate: int, bank: SoundBank
) -> Samples:
    """A sampled track, struck early; a note on the very first beat begins within its attack, faded in."""
    leads = leads_s(plays, {note.pitch for note in track.notes}, bank)
    sound = render_sampled(track, tempo, plays.program, plays.bank, num_samples, sample_rate, bank, leads)
    samples = sound.samples.copy()
    fade = min(int(_START_FADE_S * sample_rate), num_samples) if leads else 0
    samples[:, :fade] *= np.linspace(0.0, 1.0, fade, dtype=np.float32)
    return samples


def stem_key(
    track: Track,
    tempo: TempoMap,
    plays: Instrument,
    num_samples: int,
    sample_rate: int,
    bank: SoundBank,
    words: Words = NO_WORDS,
) -> str:
    """The SHA-256, in hex, of exactly what decides the sound of a track.

    Its name, its role and the other tracks do not; the sound bank does for sampled instruments only, the words and
    espeak-ng for a guide vocal only.

    Raises:
        InputError: a guide vocal, and espeak-ng is not installed.
    """
    decides: dict[str, object] = {
        "engine": engine_version(),
        "notes": list(map(_WHAT_SOUNDS, track.notes)),
        "bends": [(bend.tick, bend.cents) for bend in track.bends],
        "controls": [(control.tick, control.number, control.value) for control in track.controls],
        "tempo": [(change.tick, change.bpm) for change in tempo.changes],
        "plays": plays.voice or [plays.bank, plays.program, plays.low, plays.high, _bank_hash(bank)],
        "length": [num_samples, sample_rate],
    }
    if plays.voice == VOCAL_VOICE:
        decides["words"] = vocal_settings(track, words)
    return hashlib.sha256(json.dumps(decides, separators=(",", ":")).encode()).hexdigest()


@cache
def engine_version() -> str:
    """A hash of the code that makes sound, and of the libraries under it: any change makes every stem a new one."""
    return code_hash("sound", "sound/voices", "sound/sampler")


def _bank_hash(bank: SoundBank) -> str:
    stat = bank.path.stat()
    return _hash_of_file(bank, stat.st_size, stat.st_mtime_ns)


@cache
def _hash_of_file(bank: SoundBank, size: int, changed_ns: int) -> str:
    """The bank's hash, read again only when its file has changed."""
    return bank.sha256()
