"""Lead: how much earlier a sampled instrument must be struck to be heard on the beat.

A recorded bass string takes some 25 ms from the touch of the finger to half its loudness, a snare drum 2 ms. A
player hears himself and plays that much early (J. W. Gordon, *The perceptual attack time of musical tones*, JASA 1987);
a sampler does not. So every key of an instrument has its lead, the same in every song, as a producer gives a slow
instrument a negative track delay.
"""

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np

from resonant.instruments import Instrument
from resonant.score.model import Note, Track
from resonant.sound.banks import SoundBank
from resonant.sound.sampler import render_sampled
from resonant.sound.sampler.performance import LONGEST_LEAD_S
from resonant.units import TICKS_PER_QUARTER, TempoMap

_LISTENED_S = 0.05
_PROBE_RATE_HZ = 22_050
_PROBE_STEP = 5  # semitones: samples of a bank lie about that far apart


def leads_s(plays: Instrument, keys: Iterable[int], bank: SoundBank) -> Mapping[int, float]:
    """For each of some keys, seconds 0…0.035 from a strike to half the amplitude of its first 50 ms.

    Every fifth key of the instrument is listened to; those between take their neighbour's. Drums and modelled voices
    have no lead.
    """
    if plays.is_drums or plays.voice is not None:
        return {}
    return {key: _rise_s(plays, _listened_to(plays, key), bank) for key in keys}


def _listened_to(plays: Instrument, key: int) -> int:
    steps = round((key - plays.low) / _PROBE_STEP)
    return min(max(plays.low + steps * _PROBE_STEP, plays.low), plays.high)


@cache
def _rise_s(plays: Instrument, key: int, bank: SoundBank) -> float:
    length = round(_LISTENED_S * _PROBE_RATE_HZ)
    track = Track("probe", "", plays.name, (Note(0, key, TICKS_PER_QUARTER, 96),))
    sound = render_sampled(track, TempoMap(), plays.program, plays.bank, length, _PROBE_RATE_HZ, bank)
    heard = np.abs(sound.samples).max(axis=0)
    return min(int((heard >= 0.5 * heard.max()).argmax()) / _PROBE_RATE_HZ, LONGEST_LEAD_S)
