"""Modulators: how velocity, key and controllers move generators. *SoundFont 2.04*, sections 8.2, 8.4 and 9.5.

The controllers that act all through a note (volume, expression, pan, modulation wheel, pedal, bend) are played by
`performance` and `render`; here stands what is fixed when the note is struck.
"""

import math
from collections.abc import Mapping, Sequence

from resonant.sound.sampler.generators import Gen
from resonant.sound.soundfont import Modulator

VELOCITY_TO_ATTENUATION = Modulator(0x0502, Gen.ATTENUATION, 960, 0)
_PLAYED_ALL_THROUGH = {1, 7, 10, 11, 64}  # controllers that `performance` follows in time


def at_strike(
    modulators: Sequence[Modulator], key: int, velocity: int, controls: Mapping[int, int]
) -> dict[int, float]:
    """What the modulators add to each generator for one note.

    Args:
        modulators: those of the zone; velocity to attenuation is added unless they replace it.
        key, velocity: of the note.
        controls: controller values at its start; those missing are 0.
    """
    sums: dict[int, float] = {}
    own = {m.identity for m in modulators}
    default = () if VELOCITY_TO_ATTENUATION.identity in own else (VELOCITY_TO_ATTENUATION,)
    for modulator in (*default, *modulators):
        if modulator.amount and not _is_followed(modulator):
            value = modulator.amount * _source(modulator.source, key, velocity, controls)
            if modulator.amount_source:
                value *= _source(modulator.amount_source, key, velocity, controls)
            sums[modulator.target] = sums.get(modulator.target, 0.0) + (
                abs(value) if modulator.transform == 2 else value
            )
    return sums


def wheel_depth(modulators: Sequence[Modulator]) -> float:
    """Cents of vibrato at full modulation wheel: 50 (section 8.4.3) unless the zone says otherwise."""
    for modulator in modulators:
        if modulator.source == 0x0081 and modulator.target == Gen.VIBRATO_TO_PITCH:
            return float(modulator.amount)
    return 50.0


def concave(value: float) -> float:
    """0…1 over 0…127, rising late: −20·log10 of a square over 96 dB (section 9.5.3)."""
    left = (127.0 - value) / 127.0
    return 1.0 if left <= 0 else min(1.0, -400.0 / 960.0 * math.log10(left))


def _is_followed(modulator: Modulator) -> bool:
    is_control, index = modulator.source >> 7 & 1, modulator.source & 0x7F
    return bool(is_control) and index in _PLAYED_ALL_THROUGH


def _source(source: int, key: int, velocity: int, controls: Mapping[int, int]) -> float:
    index, is_control = source & 0x7F, source >> 7 & 1
    if is_control:
        value = float(controls.get(index, 0))
    elif index == 0:
        return 1.0
    else:
        value = {2: float(velocity), 3: float(key), 14: 64.0, 16: 2.0}.get(index, 0.0)
    return _curve(source >> 10, 127.0 - value if source >> 8 & 1 else value, bipolar=bool(source >> 9 & 1))


def _curve(kind: int, value: float, *, bipolar: bool) -> float:
    if bipolar and kind != 3:
        centred = (value - 64.0) / 64.0
        return math.copysign(_shape(kind, min(abs(centred), 1.0) * 127.0), centred)
    if kind == 3:
        return (1.0 if value >= 64 else -1.0) if bipolar else float(value >= 64)
    return _shape(kind, value)


def _shape(kind: int, value: float) -> float:
    if kind == 1:
        return concave(value)
    if kind == 2:
        return 1.0 - concave(127.0 - value)
    return value / 128.0
