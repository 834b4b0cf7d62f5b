"""Regions: which samples sound for a key and a velocity, with preset and instrument added up (section 9.4)."""

from dataclasses import dataclass

from resonant.sound.sampler.generators import DEFAULTS, INSTRUMENT_ONLY, NUM_GENERATORS, Amounts
from resonant.sound.soundfont import Modulator, Sample, SoundFont, Zone


@dataclass(frozen=True, slots=True)
class Region:
    """One sample on a part of the keyboard.

    Args:
        keys, velocities: lowest and highest, inclusive.
        sample: what sounds.
        amounts: its generators, defaults filled in, preset added.
        modulators: of the instrument's zone, and the preset's behind them.
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: Sample
    amounts: Amounts
    modulators: tuple[Modulator, ...]

    def holds(self, key: int, velocity: int) -> bool:
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


def preset_regions(font: SoundFont, bank: int, program: int) -> tuple[Region, ...]:
    """All regions of a preset, in the order of the file; `KeyError` if the file has no such preset."""
    regions = []
    for outer in font.preset_zones(font.presets[bank, program]):
        for inner in font.instrument_zones(outer.link):
            keys = _both(outer.keys, inner.keys)
            velocities = _both(outer.velocities, inner.velocities)
            if keys[0] <= keys[1] and velocities[0] <= velocities[1]:
                moves = inner.modulators + outer.modulators
                regions.append(Region(keys, velocities, font.sample(inner.link), _sum(inner, outer), moves))
    return tuple(regions)


def _both(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return max(one[0], other[0]), min(one[1], other[1])


def _sum(inner: Zone, outer: Zone) -> Amounts:
    amounts = list(DEFAULTS)
    for kind, amount in inner.amounts.items():
        if kind < NUM_GENERATORS:
            amounts[kind] = float(amount)
    for kind, amount in outer.amounts.items():
        if kind < NUM_GENERATORS and kind not in INSTRUMENT_ONLY:
            amounts[kind] += amount
    return tuple(amounts)
