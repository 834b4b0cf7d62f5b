"""The guide vocal: the words of a song sung at the pitches of a track, to show a singer how they go.

espeak-ng gives the phonemes and speaks them on one pitch; what makes it singing is done here. A vowel begins with its
note and lasts as long, the consonants before it stand before the beat, those behind it end with the note. From note to
note of one syllable the voice slides; long notes have some vibrato.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.errors import Cancelled
from resonant.players.context import never
from resonant.score.model import Lyric, Score, Track
from resonant.score.passes.lyrics import singer
from resonant.sound.guide_vocal_speech import espeak_version
from resonant.sound.guide_vocal_tone import Spoken, Wave, set_down, spoken
from resonant.sound.guide_vocal_words import Syllable, sung_syllables
from resonant.units import TempoMap

VOCAL_VOICE = "guide_vocal"
"""What `Instrument.voice` says of the instrument that is sung here."""

_LONGEST_LEAD_S, _LONGEST_TAIL_S = 0.2, 0.22
_ATTACK_S, _RELEASE_S = 0.07, 0.09
_GLIDE_S = 0.07
_VIBRATO_HZ, _VIBRATO_CENTS, _VIBRATO_DELAY_S, _VIBRATO_RISE_S = 5.3, 11.0, 0.35, 0.3
_FADE_IN_S, _FADE_OUT_S = 0.004, 0.03


@dataclass(frozen=True, slots=True)
class Words:
    """The lyrics of a score and the language that they are in."""

    lyrics: tuple[Lyric, ...] = ()
    language: str = "en"


NO_WORDS = Words()


def guide_vocal(score: Score, language: str, num_samples: int, sample_rate: int) -> Audio:
    """The singer of a score singing its lyrics: stereo, `float32 [2, num_samples]`; silence where there are none.

    Raises:
        InputError: espeak-ng is not installed or does not speak the language.
    """
    track = singer(score)
    if track is None:
        return Audio.silence(2, num_samples, sample_rate)
    return render_vocal(track, Words(score.lyrics, language), score.tempo, num_samples, sample_rate)


def render_vocal(
    track: Track,
    words: Words,
    tempo: TempoMap,
    num_samples: int,
    sample_rate: int,
    should_stop: Callable[[], bool] = never,
) -> Audio:
    """A track's notes sung with the words that stand on them: stereo, `float32 [2, num_samples]`.

    Raises:
        InputError: espeak-ng is not installed or does not speak the language.
        Cancelled: `should_stop` said so.
    """
    mono = np.zeros(num_samples, dtype=np.float32)
    syllables = sung_syllables(track, words.lyrics, tempo, words.language)
    for syllable, lead_s in _apart(syllables, words.language, sample_rate):
        if should_stop():
            raise Cancelled("rendering was stopped")
        _sing(mono, syllable, lead_s, words.language, sample_rate)
    return Audio(np.stack([mono, mono]), sample_rate)


def vocal_settings(track: Track, words: Words) -> list[object]:
    """What decides a vocal's sound besides its notes: its words, the language, the version of espeak-ng.

    Raises:
        InputError: espeak-ng is not installed.
    """
    starts = {note.start for note in track.notes}
    own = [(lyric.tick, lyric.text) for lyric in words.lyrics if lyric.tick in starts]
    return [words.language, espeak_version(), own]


def _apart(syllables: Sequence[Syllable], language: str, rate: int) -> list[tuple[Syllable, float]]:
    """Each syllable, over when the consonants of the next one begin, with the seconds its own consonants may take."""
    leads = [0.0]
    for before, syllable in pairwise(syllables):
        leads.append(min(_lead_s(syllable, language, rate), 0.6 * (syllable.start_s - before.start_s)))
    if syllables:
        leads[0] = min(_lead_s(syllables[0], language, rate), syllables[0].start_s)
    apart = []
    for number, (syllable, after) in enumerate(zip_longest(syllables, syllables[1:])):
        if after is not None:
            syllable = replace(syllable, end_s=min(syllable.end_s, after.start_s - leads[number + 1]))
        apart.append((syllable, leads[number]))
    return apart


def _lead_s(syllable: Syllable, language: str, rate: int) -> float:
    voice = spoken(syllable.mnemonics, language, rate)
    return 0.0 if voice is None else min(voice.vowel_start / rate, _LONGEST_LEAD_S)


def _sing(out: Wave, syllable: Syllable, lead_s: float, language: str, rate: int) -> None:
    voice = spoken(syllable.mnemonics, language, rate)
    first, start, end = (round(s * rate) for s in (syllable.start_s - lead_s, syllable.start_s, syllable.end_s))
    if voice is None or end <= start or first >= len(out):
        return
    sung = np.zeros(end - first, dtype=np.float32)
    moments, sources = _course(voice, start - first, end - first, rate)

    def source_at(at: float) -> float:
        return float(np.interp(at, moments, sources))

    hz = _hz(syllable, first / rate, len(sung), rate)

    def hz_at(at: float) -> float:
        return float(hz[min(int(at), len(hz) - 1)])

    set_down(sung, voice, source_at, hz_at)
    _faded(sung, rate)
    sung *= np.float32((syllable.velocity / 100.0) ** 1.2)
    stop = min(end, len(out))
    out[max(first, 0) : stop] += sung[max(-first, 0) : stop - first]


def _course(voice: Spoken, vowel_start: int, end: int, rate: int) -> tuple[list[float], list[float]]:
    """Which moment of the spoken syllable sounds when: consonants in their time, the vowel for as long as the note.

    Most of a long vowel is its beginning: a diphthong is held on its first sound.
    """
    coda = len(voice.samples) - voice.vowel_end
    tail = round(min(coda, _LONGEST_TAIL_S * rate, 0.4 * (end - vowel_start)))
    vowel_end = end - tail
    spoken_length, sung_length = voice.vowel_end - voice.vowel_start, vowel_end - vowel_start
    moments, sources = [0.0, float(vowel_start)], [0.0, float(voice.vowel_start)]
    if sung_length > spoken_length:
        attack = min(_ATTACK_S * rate, 0.3 * spoken_length)
        release = min(_RELEASE_S * rate, 0.3 * spoken_length)
        middle = spoken_length - attack - release
        moments += [vowel_start + attack, vowel_end - release - 0.25 * middle, vowel_end - release]
        sources += [voice.vowel_start + attack, voice.vowel_start + attack + 0.45 * middle, voice.vowel_end - release]
    return [*moments, float(vowel_end), float(end)], [*sources, float(voice.vowel_end), float(len(voice.samples))]


def _hz(syllable: Syllable, first_s: float, length: int, rate: int) -> NDArray[np.float64]:
    """The pitch of every sample: that of the notes, sliding from one to the next, with vibrato on long ones."""
    times = first_s + np.arange(length) / rate
    pitch = np.full(length, float(syllable.pitches[0].pitch))
    cents = np.zeros(length)
    for note, after in zip_longest(syllable.pitches, syllable.pitches[1:]):
        if note is not syllable.pitches[0]:
            before = pitch[min(max(int((note.start_s - _GLIDE_S - first_s) * rate), 0), length - 1)]
            slide = np.clip((times - note.start_s + _GLIDE_S / 2) / _GLIDE_S, 0.0, 1.0)
            glided = before + (note.pitch - before) * (0.5 - 0.5 * np.cos(np.pi * slide))
            pitch = np.where(slide > 0, glided, pitch)
        until = syllable.end_s if after is None else after.start_s
        depth = np.clip((times - note.start_s - _VIBRATO_DELAY_S) / _VIBRATO_RISE_S, 0.0, 1.0) * (times < until)
        cents += depth * _VIBRATO_CENTS * np.sin(2 * np.pi * _VIBRATO_HZ * (times - note.start_s))
    return np.asarray(440.0 * 2.0 ** ((pitch - 69.0 + cents / 100.0) / 12.0))


def _faded(sung: Wave, rate: int) -> None:
    fade_in, fade_out = (min(round(seconds * rate), len(sung)) for seconds in (_FADE_IN_S, _FADE_OUT_S))
    sung[:fade_in] *= np.linspace(0.0, 1.0, fade_in, dtype=np.float32)
    sung[len(sung) - fade_out :] *= np.linspace(1.0, 0.0, fade_out, dtype=np.float32)
