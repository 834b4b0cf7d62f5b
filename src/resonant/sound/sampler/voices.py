"""Voices: each region that sounds for each key struck, with its level, place and end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resonant.sound.sampler.envelope import SILENT_DB, Envelope, fall_length, volume_envelope
from resonant.sound.sampler.generators import NUM_GENERATORS, Amounts, Gen, gain
from resonant.sound.sampler.modulators import at_strike, wheel_depth
from resonant.sound.sampler.performance import WHEEL, Performance, Strike
from resonant.sound.sampler.regions import Region
from resonant.sound.soundfont import Sample

CHOKE_S = 0.15  # 100 dB in this time: a closing hi-hat is gone in about a tenth of a second
# The EMU chips, and every bank made by ear on them, hear 0.4 of the attenuation that the specification writes.
ATTENUATION_AS_HEARD = 0.4


@dataclass(frozen=True, slots=True)
class Voice:
    """One region sounding for one key struck.

    Args:
        start: sample at which it begins.
        stop, choke: samples after `start` at which the key is let go, and at which another voice cuts it off.
        length: samples until it has died away or the track ends.
        sample, key, amounts: what sounds; amounts with modulators added.
        gain: linear, by velocity and attenuation.
        pan: −500 (left) to 500.
        wheel_cents: vibrato at full modulation wheel.
        envelope: of its volume.
        is_bent: whether bend or modulation wheel act on it.
    """

    start: int
    stop: int
    choke: int | None
    length: int
    sample: Sample
    key: int
    amounts: Amounts
    gain: float
    pan: float
    wheel_cents: float
    envelope: Envelope
    is_bent: bool


def voices_of(performance: Performance, regions: Sequence[Region], num_samples: int) -> list[Voice]:
    """All voices in order of start; those of one exclusive class cut each other off (section 8.1.2, exclusiveClass)."""
    voices: list[Voice] = []
    sounding: dict[int, list[int]] = {}
    on_key: dict[int, list[Region]] = {}
    at: dict[tuple[int, int], list[Region]] = {}
    for strike in performance.strikes:
        if strike.start >= num_samples:
            break
        place = (strike.key, strike.velocity)
        if place not in at:
            if strike.key not in on_key:
                on_key[strike.key] = [each for each in regions if each.keys[0] <= strike.key <= each.keys[1]]
            at[place] = [region for region in on_key[strike.key] if region.holds(*place)]
        for region in at[place]:
            group = int(region.amounts[Gen.EXCLUSIVE_CLASS])
            if group:
                _choke(voices, sounding.setdefault(group, []), strike.start)
                sounding[group].append(len(voices))
            voices.append(_voice(strike, region, performance))
    return [_measured(voice, performance, num_samples) for voice in voices]


def _choke(voices: list[Voice], sounding: list[int], start: int) -> None:
    for index in list(sounding):
        if voices[index].start < start:
            voices[index] = replace(voices[index], choke=start - voices[index].start)
            sounding.remove(index)


def _voice(strike: Strike, region: Region, performance: Performance) -> Voice:
    written = region.amounts
    key = int(written[Gen.KEY]) if written[Gen.KEY] >= 0 else strike.key
    velocity = int(written[Gen.VELOCITY]) if written[Gen.VELOCITY] > 0 else strike.velocity
    added = at_strike(region.modulators, key, velocity, performance.values_at(strike.start))
    level_cb = max(written[Gen.ATTENUATION] * ATTENUATION_AS_HEARD + added.pop(Gen.ATTENUATION, 0.0), 0.0)
    amounts = _moved(written, added) if added else written
    return Voice(
        start=strike.start,
        stop=strike.stop - strike.start,
        choke=None,
        length=0,
        sample=region.sample,
        key=key,
        amounts=amounts,
        gain=gain(level_cb),
        pan=amounts[Gen.PAN],
        wheel_cents=wheel_depth(region.modulators),
        envelope=volume_envelope(amounts, key),
        is_bent=False,
    )


def _moved(written: Amounts, added: dict[int, float]) -> Amounts:
    amounts = list(written)
    for kind, amount in added.items():
        if kind < NUM_GENERATORS:
            amounts[kind] += amount
    return tuple(amounts)


def _measured(voice: Voice, performance: Performance, num_samples: int) -> Voice:
    """The voice with its length, and whether anything bends it."""
    rate = performance.sample_rate
    length = voice.envelope.length(voice.stop, 20.0 * math.log10(max(voice.gain, 1e-6)), rate)
    if voice.choke is not None:
        length = min(length, voice.choke + fall_length(CHOKE_S, SILENT_DB, rate))
    length = max(min(length, num_samples - voice.start), 1)
    curves = (performance.bend, performance.control(WHEEL))
    is_bent = any(not c.is_still(voice.start, voice.start + length) or c.at(voice.start) != 0.0 for c in curves)
    return replace(voice, length=length, is_bent=is_bent)
