"""The sampler: a track of notes in, stereo sound out.

Voices that share work are rendered together: a sample is brought to a pitch once, as long as the longest voice that
needs it; filtered once for each setting of its filter; shaped once for each volume envelope; and then added for each
voice with its own end and level. Tones are kept by their sound bank, where they are the same to the last bit as if they
were made: a track gives the same samples in any thread and any order.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from types import MappingProxyType
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.score.model import Track
from resonant.sound.adding import add_tone
from resonant.sound.sampler.envelope import fall
from resonant.sound.sampler.generators import gain
from resonant.sound.sampler.modulators import concave
from resonant.sound.sampler.performance import (
    EXPRESSION,
    LONGEST_LEAD_S,
    PAN,
    VOLUME,
    WHEEL,
    Performance,
    perform,
    struck_early,
)  # fmt: skip
from resonant.sound.sampler.regions import Region
from resonant.sound.sampler.tone import Mono, Tone, filter_identity, filtered, kept_tone, pitch_identity, pitched
from resonant.sound.sampler.voices import CHOKE_S, Voice, voices_of
from resonant.sound.soundfont import SoundFont
from resonant.threads import ahead
from resonant.units import TempoMap

Item = TypeVar("Item")
Place = TypeVar("Place", float, NDArray[np.float32])

_MOST_PLACES = 4  # of a track that are kept apart; a kit's many go into both channels at once
_UNHEARD = 1e-6
_RIGHT = np.pi / 2.0


class PlayableBank(Protocol):
    """What the sampler needs of a sound bank; `resonant.sound.banks.SoundBank` is one."""

    @property
    def font(self) -> SoundFont: ...
    def regions(self, bank: int, program: int) -> tuple[Region, ...]: ...


def render_sampled(
    track: Track,
    tempo: TempoMap,
    program: int,
    bank: int,
    num_samples: int,
    sample_rate: int,
    soundbank: PlayableBank,
    leads_s: Mapping[int, float] = MappingProxyType({}),
) -> Audio:
    """The sound of a track played from samples, stereo `float32 [2, num_samples]`.

    Args:
        track: its notes, bends and controls are played; what rings past `num_samples` is cut there.
        tempo: places ticks on the clock.
        program: General MIDI program 0…127.
        bank: 0, or 128 for drum kits.
        num_samples: length of the result, ring-out included.
        sample_rate: in Hz.
        soundbank: where the samples come from.
        leads_s: how many seconds earlier each key is struck than it is written, 0…0.035; see `resonant.sound.lead`.

    Raises:
        SoundBankError: a sample of the bank can not be read.
    """
    lead = round(LONGEST_LEAD_S * sample_rate) if leads_s else 0
    num_samples += lead
    performance = struck_early(perform(track, tempo, sample_rate), leads_s, lead)
    stage = _Stage(num_samples, performance)
    numbers = count()
    voices = voices_of(performance, soundbank.regions(bank, program), num_samples)
    groups = _grouped(voices, lambda v: ("bent", next(numbers)) if v.is_bent else pitch_identity(_tone(v, sample_rate)))
    for tones in ahead(lambda group: _filtered(group, performance, soundbank.font), groups):
        for alike, sound in tones:
            _add_filtered(stage, alike, sound, performance)
    mix = stage.stereo()
    mix *= _level(performance, num_samples)
    return Audio(mix[:, lead:], sample_rate)


def _grouped(items: Iterable[Item], identity: Callable[[Item], object]) -> Iterable[list[Item]]:
    """Items of one identity together, in order of the first of each."""
    groups: dict[object, list[Item]] = {}
    for item in items:
        groups.setdefault(identity(item), []).append(item)
    return groups.values()


def _tone(voice: Voice, sample_rate: int) -> Tone:
    return Tone(voice.sample, voice.key, voice.amounts, voice.length, voice.stop, voice.envelope.release_s, sample_rate)


def _filtered(voices: list[Voice], performance: Performance, font: SoundFont) -> list[tuple[list[Voice], Mono]]:
    """Voices that play one sample at one pitch, those of one filter together, with their tone."""
    rate = performance.sample_rate
    at_pitch: Mono | None = None
    tones = []
    for group in _grouped(voices, lambda voice: filter_identity(_tone(voice, rate))):
        tone = _tone(max(group, key=lambda voice: voice.length), rate)
        sound = None if group[0].is_bent else kept_tone(tone, font)
        if sound is None:
            at_pitch = _pitched(voices, performance, font) if at_pitch is None else at_pitch
            sound = filtered(tone, at_pitch[: tone.num_samples])
        tones.append((group, sound))
    return tones


def _pitched(voices: list[Voice], performance: Performance, font: SoundFont) -> Mono:
    """The tone of voices that play one sample at one pitch, as long as the longest."""
    longest = max(voices, key=lambda voice: voice.length)
    bend, vibrato = _bends(longest, performance) if longest.is_bent else (None, None)
    return pitched(_tone(longest, performance.sample_rate), font, bend, vibrato)


def _bends(voice: Voice, performance: Performance) -> tuple[Mono, Mono | None]:
    rate = performance.sample_rate
    bend = performance.bend.over(voice.start, voice.length, rate)
    wheel = performance.control(WHEEL).over(voice.start, voice.length, rate)
    return bend, wheel * np.float32(voice.wheel_cents / 127.0) if np.any(wheel) else None


def _add_filtered(stage: "_Stage", voices: list[Voice], sound: Mono, performance: Performance) -> None:
    """Add the voices of one tone, each under its volume envelope."""
    rate = performance.sample_rate
    for group in _grouped(voices, lambda voice: voice.envelope.while_held):
        held = group[0].envelope.volume(min(max(voice.length for voice in group), len(sound)), rate)
        body = sound[: len(held)] * held
        for alike in _grouped(group, lambda voice: voice.envelope.release_s):
            longest_tail = max(voice.length - voice.stop for voice in alike)
            release = alike[0].envelope.release(max(longest_tail, 0), rate)
            for voice in alike:
                place, length = stage.place_of(voice), min(voice.length, len(body))
                if place is None or (voice.choke is not None and voice.choke < length):
                    for begin, played in _played(voice, sound, held, body, release, rate):
                        stage.add(voice, begin, played)
                else:
                    level, last = np.float32(voice.gain), held[min(voice.stop, len(held)) - 1]
                    add_tone(place[voice.start :][:length], body, sound, release, voice.stop, last, level)


def _played(
    voice: Voice, sound: Mono, held: Mono, body: Mono, release: Mono, sample_rate: int
) -> list[tuple[int, Mono]]:
    """The tone under its envelope, in stretches with the sample at which each begins: held until `stop`, then falling
    from where it was; cut off where it is choked."""
    length = min(voice.length, len(body))
    parts = [(0, body[: min(length, voice.stop)])]
    if length > voice.stop:
        tail = sound[voice.stop : length] * release[: length - voice.stop]
        tail *= held[voice.stop - 1]
        parts.append((voice.stop, tail))
    if voice.choke is None or voice.choke >= length:
        return parts
    whole = np.concatenate([part for _, part in parts])
    whole[voice.choke :] *= fall(CHOKE_S, length - voice.choke, sample_rate)
    return [(0, whole)]


class _Stage:
    """Where the voices of one track are added up: those that share a place in mono first, which halves the work."""

    def __init__(self, num_samples: int, performance: Performance) -> None:
        self._mix = np.zeros((2, num_samples), dtype=np.float32)
        self._in_place: dict[float, Mono] = {}
        self._pan, self._rate = performance.control(PAN), performance.sample_rate

    def add(self, voice: Voice, begin: int, played: Mono) -> None:
        """A stretch of a voice, from that sample of it on."""
        start = voice.start + begin
        span = slice(start, start + len(played))
        played = played * np.float32(voice.gain)
        if not self._pan.is_still(span.start, span.stop):
            places = _place(voice.pan, self._pan.over(start, len(played), self._rate))
            self._add_at(np.clip(places, 0.0, _RIGHT), span, played)
            return
        angle = _angle(voice.pan, self._pan.at(start))
        place = self._mono_at(angle)
        if place is None:
            self._add_at(angle, span, played)
        else:
            place[span] += played

    def place_of(self, voice: Voice) -> Mono | None:
        """Where all voices that stand where this one does are added up, from the first sample of the track; None for
        one that moves, or that stands where few do."""
        if not self._pan.is_still(voice.start, voice.start + voice.length):
            return None
        return self._mono_at(_angle(voice.pan, self._pan.at(voice.start)))

    def _mono_at(self, angle: float) -> Mono | None:
        if angle not in self._in_place and len(self._in_place) < _MOST_PLACES:
            self._in_place[angle] = np.zeros(self._mix.shape[1], dtype=np.float32)
        return self._in_place.get(angle)

    def stereo(self) -> NDArray[np.float32]:
        """All of it: `float32 [2, samples]`."""
        for angle, sound in self._in_place.items():
            self._add_at(angle, slice(None), sound)
        self._in_place.clear()
        return self._mix

    def _add_at(self, angle: float | NDArray[np.floating], span: slice, sound: Mono) -> None:
        """Into both channels by the sine law of equal power: −3 dB each in the middle."""
        for channel, level in zip(self._mix, (np.cos(angle), np.sin(angle)), strict=True):
            if np.ndim(level) or level > _UNHEARD:
                channel[span] += sound * np.asarray(level, dtype=np.float32)


def _angle(pan: float, controller: float) -> float:
    """Where a voice stands, 0 left to π/2 right."""
    return min(max(_place(pan, controller), 0.0), _RIGHT)


def _place(pan: float, controller: Place) -> Place:
    """The same, or beyond: the controller moves a voice by up to half the stage each way (section 8.4.6)."""
    return (pan + (controller - 64.0) / 63.0 * 500.0 + 500.0) / 1000.0 * _RIGHT


def _level(performance: Performance, num_samples: int) -> NDArray[np.float32] | np.float32:
    """Volume and expression, each −40·log10(value/127) dB (sections 8.4.5 and 8.4.7)."""
    level: NDArray[np.float32] | np.float32 = np.float32(1.0)
    for curve in (performance.control(VOLUME), performance.control(EXPRESSION)):
        if curve.is_still(0, num_samples):
            level = level * np.float32(gain(960.0 * concave(127.0 - curve.at(0))))
        else:
            level = level * np.square(curve.over(0, num_samples, performance.sample_rate) / np.float32(127.0))
    return level
