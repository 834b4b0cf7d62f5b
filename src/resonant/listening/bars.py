"""Beats, metre and bars of a sound: of all the ways to read its pulse, the one that a small model finds likeliest.

The model is one small network a metre (one layer of 48 units, then a sum), which gives each reading a score from what
is measured at the places of its bar (`readings`); the highest wins, octaves and half-time included. It was fitted by
`benchmarks/fit_bars.py` on rendered *train* songs whose bars are known: POP909 with Groove beats, OpenEWLD lead sheets,
songs of our own styles, and what a beginners' band practises. Its numbers stand in `bars.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np
import yaml

from resonant.audio import Audio
from resonant.listening.chroma import Chromagram, chromagram
from resonant.listening.ear import Array
from resonant.listening.onsets import band_onsets
from resonant.listening.readings import Reading, Sounding, readings
from resonant.units import Metre

_SAME_TEMPO = 0.06
_CLIP = 4.0
_SLACK_S = 0.03  # a sound may begin that much behind its first downbeat
_EVEN_S = 1e-6


@dataclass(frozen=True, eq=False)
class Bars:
    """The bars that were heard.

    Args:
        metre: of all of them.
        bpm: quarter notes a minute, on the whole.
        downbeats_s: when each bar begins, rising, the first at or after the start of the sound.
        even: whether they are evenly spaced.
    """

    metre: Metre
    bpm: float
    downbeats_s: Array
    even: bool

    @property
    def bar_s(self) -> float:
        """Length of a bar in seconds, on the whole."""
        return self.metre.quarters_per_bar * 60.0 / self.bpm


@dataclass(frozen=True, eq=False)
class Net:
    """One layer and a sum, over numbers that are centred and scaled first.

    Args:
        centre, scale: `[numbers]`.
        weights: `[numbers, units]`; bias, out: `[units]`; constant: `[1]`.
    """

    centre: Array
    scale: Array
    weights: Array
    bias: Array
    out: Array
    constant: Array

    def score(self, measured: Array) -> Array:
        """The score of each row of numbers."""
        scaled = np.clip((measured - self.centre) / self.scale, -_CLIP, _CLIP)
        return np.asarray(np.tanh(scaled @ self.weights + self.bias) @ self.out + self.constant)


def bars_heard(audio: Audio, bpm: float | None = None, metre: Metre | None = None) -> Bars | None:
    """The bars of a sound; None where it has no pulse.

    Args:
        audio: the sound.
        bpm: quarter notes a minute within 6 %, where that is known.
        metre: where it is known.

    Raises:
        InputError: samples that are no numbers.
    """
    return bars_of(band_onsets(audio), chromagram(audio), audio.seconds, bpm, metre)


def bars_of(
    bands: Array, chroma: Chromagram, seconds: float, bpm: float | None = None, metre: Metre | None = None
) -> Bars | None:
    """The bars of what was heard; see `bars_heard`."""
    sounding = Sounding.of(bands, chroma, bpm)
    reading = None if sounding is None else likeliest(sounding, networks(), bpm, metre)
    if sounding is None or reading is None:
        return None
    if metre is not None and metre != reading.metre:
        beat = reading.beat * metre.ticks_per_beat / reading.metre.ticks_per_beat
        reading = replace(reading, metre=metre, beat=beat)
    count = np.arange(-1, (len(sounding.beats) + 1) / reading.bar + 1)
    moments = sounding.time_s(reading.first + reading.bar * count)
    inside = moments[(moments > -_SLACK_S) & (moments < seconds)]
    even = bool(np.ptp(np.diff(sounding.beats)) < _EVEN_S)
    return Bars(reading.metre, reading.bpm, np.maximum(inside, 0.0), even) if len(inside) else None


def likeliest(
    sounding: Sounding, nets: Mapping[Metre, Net], bpm: float | None = None, metre: Metre | None = None
) -> Reading | None:
    """The reading with the highest score, of those that agree with the tempo and metre that are known."""
    heard = list(readings(sounding))
    if bpm is not None:
        heard = [each for each in heard if abs(each[0].bpm / bpm - 1) < _SAME_TEMPO] or heard
    if metre is not None:
        heard = [each for each in heard if _is_like(each[0].metre, metre)] or heard
    best: tuple[float, Reading] | None = None
    for of in nets:
        rows = [(reading, measured) for reading, measured in heard if reading.metre == of]
        if rows:
            scores = nets[of].score(np.stack([measured for _, measured in rows]))
            top = int(np.argmax(scores))
            if best is None or scores[top] > best[0]:
                best = float(scores[top]), rows[top][0]
    return None if best is None else best[1]


def _is_like(heard: Metre, known: Metre) -> bool:
    """Whether a metre that we can hear has the beats and their division of one that is known."""
    return heard.is_compound == known.is_compound and heard.beats_per_bar == known.beats_per_bar


@cache
def networks() -> dict[Metre, Net]:
    """The shipped networks, by metre."""
    text = resources.files("resonant.listening").joinpath("bars.yaml").read_text(encoding="utf-8")
    return {
        Metre.parse(name): Net(**{field: np.array(numbers) for field, numbers in net.items()})
        for name, net in yaml.load(text, Loader=yaml.CSafeLoader).items()
    }
