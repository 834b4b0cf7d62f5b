"""The sampler: a track of notes in, stereo sound out.

Notes that share a tone (same sample, key and settings) are rendered together: the tone once, as long as the longest
of them, then added for each note under its own envelope end and gain. Nothing is shared between tracks or kept, so
the same track gives the same samples in any thread and any order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.score.model import Track
from resonant.sound.sampler.envelope import Envelope, fall, volume_envelope
from resonant.sound.sampler.generators import NUM_GENERATORS, Amounts, Gen, gain
from resonant.sound.sampler.modulators import at_strike, concave, wheel_depth
from resonant.sound.sampler.performance import EXPRESSION, PAN, VOLUME, WHEEL, Performance, Strike, perform
from resonant.sound.sampler.regions import Region
from resonant.sound.sampler.tone import Mono, Tone, changes_when_let_go, render_tone
from resonant.sound.soundfont import Sample, SoundFont
from resonant.units import TempoMap

_CHOKE_S = 0.15  # 100 dB in this time: a closing hi-hat is gone in about a tenth of a second
# The EMU chips, and every bank made by ear on them, hear 0.4 of the attenuation that the specification writes.
_ATTENUATION_AS_HEARD = 0.4
_NOT_IN_TONE = (Gen.ATTENUATION, Gen.PAN, Gen.EXCLUSIVE_CLASS, Gen.CHORUS_SEND, Gen.REVERB_SEND)


class SoundBank(Protocol):
    """What the sampler needs of a bank: see `resonant.sound.banks`."""

    @property
    def font(self) -> SoundFont: ...
    def regions(self, bank: int, program: int) -> tuple[Region, ...]: ...


@dataclass(frozen=True)
class _Voice:
    """One region sounding for one strike: where it stands in time, and everything that makes its sound."""

    start: int
    stop: int
    choke: int | None
    sample: Sample
    key: int
    amounts: Amounts  # with modulators, without what does not change the tone
    gain: float
    pan: float  # −500…500
    wheel_cents: float
    envelope: Envelope


def render_sampled(  # noqa: PLR0913 - the contract with sound.render
    track: Track,
    tempo: TempoMap,
    program: int,
    bank: int,
    num_samples: int,
    sample_rate: int,
    soundbank: SoundBank,
) -> Audio:
    """The sound of a track played from samples, stereo `float32 [2, num_samples]`.

    Args:
        track: its notes, bends and controls are played; what rings past `num_samples` is cut there.
        tempo: places ticks on the clock.
        program, bank: General MIDI program 0…127; bank 128 for drum kits.
        num_samples: length of the result, ring-out included.
        sample_rate: in Hz.
        soundbank: where the samples come from.

    Raises:
        SoundBankError: a sample of the bank can not be read.
    """
    performance = perform(track, tempo, sample_rate)
    mix = np.zeros((2, num_samples), dtype=np.float32)
    voices = _voices(performance, soundbank.regions(bank, program), num_samples)
    for group in _groups(voices, performance, num_samples):
        _add_group(mix, group, performance, soundbank.font)
    mix *= _level(performance, num_samples)
    return Audio(mix, sample_rate)


def _voices(performance: Performance, regions: tuple[Region, ...], num_samples: int) -> list[_Voice]:
    """All voices in order of start; those of one exclusive class stop each other (section 8.1.2, exclusiveClass)."""
    voices: list[_Voice] = []
    sounding: dict[int, list[int]] = {}
    for strike in performance.strikes:
        if strike.start >= num_samples:
            break
        for region in regions:
            if not region.holds(strike.key, strike.velocity):
                continue
            group = int(region.amounts[Gen.EXCLUSIVE_CLASS])
            if group:
                _choke(voices, sounding.setdefault(group, []), strike.start)
                sounding[group].append(len(voices))
            voices.append(_voice(strike, region, performance))
    return voices


def _choke(voices: list[_Voice], sounding: list[int], start: int) -> None:
    for index in list(sounding):
        if voices[index].start < start:
            voices[index] = replace(voices[index], choke=start - voices[index].start)
            sounding.remove(index)


def _voice(strike: Strike, region: Region, performance: Performance) -> _Voice:
    written = region.amounts
    key = int(written[Gen.KEY]) if written[Gen.KEY] >= 0 else strike.key
    velocity = int(written[Gen.VELOCITY]) if written[Gen.VELOCITY] > 0 else strike.velocity
    added = at_strike(region.modulators, key, velocity, performance.values_at(strike.start))
    amounts = list(written)
    for kind, amount in added.items():
        if kind < NUM_GENERATORS and kind != Gen.ATTENUATION:
            amounts[kind] += amount
    pan = amounts[Gen.PAN]
    for kind in _NOT_IN_TONE:
        amounts[kind] = 0.0
    level_cb = max(written[Gen.ATTENUATION], 0.0) * _ATTENUATION_AS_HEARD + added.get(Gen.ATTENUATION, 0.0)
    return _Voice(
        strike.start,
        strike.stop - strike.start,
        None,
        region.sample,
        key,
        tuple(amounts),
        gain(level_cb),
        pan,
        wheel_depth(region.modulators),
        volume_envelope(tuple(amounts), key),
    )


def _length(voice: _Voice, num_samples: int, sample_rate: int) -> int:
    """Samples from its start until it has died away, been choked, or the track ends."""
    length = voice.stop + len(voice.envelope.release(sample_rate))
    silent = voice.envelope.silent_at(sample_rate)
    if silent is not None:
        length = min(length, silent)
    if voice.choke is not None:
        length = min(length, voice.choke + len(fall(_CHOKE_S, sample_rate)))
    return max(min(length, num_samples - voice.start), 1)


def _groups(voices: list[_Voice], performance: Performance, num_samples: int) -> Iterator[list[tuple[_Voice, int]]]:
    """Voices with their lengths, those that share a tone together; groups in order of their first voice."""
    rate = performance.sample_rate
    groups: dict[object, list[tuple[_Voice, int]]] = {}
    for number, voice in enumerate(voices):
        length = _length(voice, num_samples, rate)
        own: object = None
        if _is_bent(voice, length, performance):
            own = number
        elif changes_when_let_go(voice.amounts, voice.key, voice.envelope.release_s):
            own = ("stop", voice.stop)
        groups.setdefault((voice.sample.index, voice.key, voice.amounts, own), []).append((voice, length))
    yield from groups.values()


def _is_bent(voice: _Voice, length: int, performance: Performance) -> bool:
    end = voice.start + length
    return any(
        not curve.is_still(voice.start, end) or curve.at(voice.start) != 0.0
        for curve in (performance.bend, performance.control(WHEEL))
    )


def _add_group(
    mix: NDArray[np.float32], group: list[tuple[_Voice, int]], performance: Performance, font: SoundFont
) -> None:
    first = group[0][0]
    longest = max(length for _, length in group)
    tone = _tone(first, longest, performance)
    sound = render_tone(tone, font)
    held = first.envelope.volume(len(sound), performance.sample_rate)
    body = sound * held
    release = first.envelope.release(performance.sample_rate)
    for voice, length in group:
        played = _played(sound, held, body, release, voice, min(length, len(sound)))
        if voice.choke is not None:
            played = _choked(played, voice.choke, performance.sample_rate)
        _add(mix, played, voice, performance)


def _tone(voice: _Voice, length: int, performance: Performance) -> Tone:
    rate = performance.sample_rate
    tone = Tone(voice.sample, voice.key, voice.amounts, length, None, rate)
    if changes_when_let_go(voice.amounts, voice.key, voice.envelope.release_s):
        tone = replace(tone, stop=voice.stop)
    if not _is_bent(voice, length, performance):
        return tone
    bend = performance.bend.over(voice.start, length, rate)
    wheel = performance.control(WHEEL).over(voice.start, length, rate) * np.float32(voice.wheel_cents / 127.0)
    return replace(tone, bend_cents=bend, vibrato_cents=wheel if np.any(wheel) else None)


def _played(sound: Mono, held: Mono, body: Mono, release: Mono, voice: _Voice, length: int) -> Mono:  # noqa: PLR0913
    """The tone under its envelope: held until `stop`, then falling from where it was."""
    if length <= voice.stop:
        return body[:length]
    tail = sound[voice.stop : length] * release[: length - voice.stop]
    tail *= held[voice.stop - 1]
    return np.concatenate([body[: voice.stop], tail])


def _choked(played: Mono, choke: int, sample_rate: int) -> Mono:
    if choke >= len(played):
        return played
    out = played.copy()
    fade = fall(_CHOKE_S, sample_rate)[: len(out) - choke]
    out[choke : choke + len(fade)] *= fade
    out[choke + len(fade) :] = 0.0
    return out


def _add(mix: NDArray[np.float32], played: Mono, voice: _Voice, performance: Performance) -> None:
    """Into both channels by the sine law of equal power: −3 dB each in the middle."""
    curve, span = performance.control(PAN), slice(voice.start, voice.start + len(played))
    if curve.is_still(span.start, span.stop):
        place: float | NDArray[np.float32] = curve.at(span.start)
    else:
        place = curve.over(span.start, len(played), performance.sample_rate)
    # Section 8.4.6: the pan controller moves a voice by up to half the stage each way.
    angle = np.clip((voice.pan + (place - 64.0) / 63.0 * 500.0 + 500.0) / 1000.0, 0.0, 1.0) * (np.pi / 2.0)
    left, right = np.cos(angle) * voice.gain, np.sin(angle) * voice.gain
    for channel, level in enumerate((left, right)):
        if np.ndim(level) or level > 1e-6:
            mix[channel, span] += played * np.asarray(level, dtype=np.float32)


def _level(performance: Performance, num_samples: int) -> NDArray[np.float32] | np.float32:
    """Volume and expression, each −40·log10(value/127) dB (section 8.4.5 and 8.4.7)."""
    curves = [performance.control(number) for number in (VOLUME, EXPRESSION)]
    if all(curve.is_still(0, num_samples) for curve in curves):
        return np.float32(np.prod([gain(960.0 * concave(127.0 - curve.at(0))) for curve in curves]))
    product = np.ones(num_samples, dtype=np.float32)
    for curve in curves:
        product *= (curve.over(0, num_samples, performance.sample_rate) / np.float32(127.0)) ** 2
    return product
