"""The ways in which a pulse can be read: which of its multiples is the beat, how many make a bar, where bars begin.

Everything is measured on a grid of base beats (the beats that a listener taps first), so that a band that speeds up is
heard like one that does not. A reading takes a beat of some ratio to the base beat, an offset, a metre and the beat of
the bar that comes first; what is `measured` is what the sound does at every place of its bar, as numbers for a model.

Places of a beat: its start, quarters, thirds and half (sixths in a compound metre, whose beat is a dotted one). What is
heard there: the onsets of five registers (kick, low, middle, snare, hats) against their mean; how much the harmony
changes at each beat; how alike bars and beats are; the tempo.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from resonant.listening.beats import beats_s, blind_tempo_bpm, even_beats_s, smoothed
from resonant.listening.chroma import CHROMA_RATE_HZ, Chromagram
from resonant.listening.ear import Array
from resonant.listening.onsets import ONSET_LATENESS_S, ONSET_RATE_HZ, REGISTERS
from resonant.units import Metre

METRES = (Metre(4, 4), Metre(3, 4), Metre(6, 8))
RATIOS = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0, 4.0)
BEAT_RANGE_BPM = (38.0, 230.0)
_OFFSETS = 3
_OFFSET_STEPS = 24
_NEARLY = 0.78
_HANDS_S = 0.030
_PLACES = (0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)
_COMPOUND_PLACES = (0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6)
_LAGS = (1, 2, 3, 4, 6, 8)
_TEMPI = np.arange(5.3, 8.0, 0.25)  # log2 of quarter notes a minute, 39…239
_FEWEST_BEATS = 4


@dataclass(frozen=True, eq=False)
class Sounding:
    """What the readings are measured on.

    Args:
        registers: `[frames, 5]` at `ONSET_RATE_HZ`, each of mean 1.
        chroma: pitch classes.
        beats: base beats in seconds, from the first in the sound to its end; at least two.
        onsets_per_s: how busy it is.
    """

    registers: Array
    chroma: Chromagram
    beats: Array
    onsets_per_s: float

    @classmethod
    def of(cls, bands: Array, chroma: Chromagram, bpm: float | None = None) -> "Sounding | None":
        """From the onsets of each band (`onsets.band_onsets`); None where nothing pulses. `bpm` where it is known."""
        strength = bands.mean(axis=1)
        beats = base_beats_s(strength, blind_tempo_bpm(strength) if bpm is None else bpm)
        if len(beats) < _FEWEST_BEATS:
            return None
        registers = np.stack([smoothed(bands[:, low:high].mean(axis=1)) for low, high in REGISTERS], axis=1)
        smooth = smoothed(strength)
        peaks = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & (smooth[1:-1] > smooth.mean())
        seconds = len(strength) / ONSET_RATE_HZ
        return cls(registers / np.maximum(registers.mean(axis=0), 1e-9), chroma, beats, float(peaks.sum()) / seconds)

    def time_s(self, beat: Array) -> Array:
        """The moments of base beats, counted from 0 and in fractions; the ends go on as the nearest two beats do."""
        count = len(self.beats)
        inside = np.interp(beat, np.arange(count), self.beats)
        before = self.beats[0] + beat * (self.beats[1] - self.beats[0])
        after = self.beats[-1] + (beat - count + 1) * (self.beats[-1] - self.beats[-2])
        return np.where(beat < 0, before, np.where(beat > count - 1, after, inside))


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to hear the bars.

    Args:
        metre: of every bar.
        beat: length of the felt beat in base beats.
        first: base beat (with fraction) on which the first bar begins; the first bar may begin before the sound.
        bpm: quarter notes a minute, on the whole.
    """

    metre: Metre
    beat: float
    first: float
    bpm: float

    @property
    def bar(self) -> float:
        """Length of a bar in base beats."""
        return self.beat * self.metre.beats_per_bar


def base_beats_s(strength: Array, bpm: float) -> Array:
    """The beats at about a tempo; evenly spaced ones where those meet the onsets nearly as well."""
    from scipy.ndimage import gaussian_filter1d

    beats = beats_s(strength, bpm)
    if len(beats) < _FEWEST_BEATS:
        return beats
    even = even_beats_s(strength, bpm)
    inside = even[(even >= beats[0]) & (even <= beats[-1])]
    # Blurred, for tracked beats lie on the very peaks of hands that play around the beat.
    near = gaussian_filter1d(strength, _HANDS_S * ONSET_RATE_HZ)
    return even if _sampled(near, inside).mean() >= _NEARLY * _sampled(near, beats).mean() else beats


def readings(sounding: Sounding) -> Iterator[tuple[Reading, Array]]:
    """Every reading worth weighing, with what is measured under it."""
    period_s = float(np.median(np.diff(sounding.beats)))
    slowest, fastest = BEAT_RANGE_BPM
    for ratio in RATIOS:
        beat_bpm = 60.0 / (period_s * ratio)
        if not slowest <= beat_bpm <= fastest:
            continue
        for offset in _offsets(sounding, ratio):
            for metre in METRES:
                yield from _of_metre(sounding, metre, ratio, offset, beat_bpm)


def _of_metre(
    sounding: Sounding, metre: Metre, ratio: float, offset: float, beat_bpm: float
) -> Iterator[tuple[Reading, Array]]:
    size = metre.beats_per_bar
    heard = _Folded.of(sounding, metre, ratio, offset)
    if heard is None:
        return
    bpm = beat_bpm * metre.ticks_per_beat / 480
    for first in range(size):
        yield Reading(metre, ratio, offset + first * ratio, bpm), heard.measured(first, bpm)


def _offsets(sounding: Sounding, ratio: float) -> list[float]:
    """Where in a beat its start may lie, in base beats: the strongest places, a sixth of a beat apart at least."""
    steps = np.arange(_OFFSET_STEPS) / _OFFSET_STEPS * ratio
    count = np.arange(0, max(len(sounding.beats) - 1, 1), ratio)
    at = sounding.time_s(np.asarray(steps[:, None] + count[None, :], dtype=np.float64).ravel())
    strength = _sampled(sounding.registers.mean(axis=1), at).reshape(len(steps), -1).mean(axis=1)
    chosen: list[int] = []
    for step in np.argsort(-strength):
        apart = [min((step - old) % _OFFSET_STEPS, (old - step) % _OFFSET_STEPS) for old in chosen]
        if all(distance > _OFFSET_STEPS // 6 for distance in apart):
            chosen.append(int(step))
        if len(chosen) == _OFFSETS:
            break
    return [float(steps[step]) for step in chosen]


def _sampled(signal: Array, at_s: Array) -> Array:
    frames = (at_s - ONSET_LATENESS_S) * ONSET_RATE_HZ
    return np.interp(frames, np.arange(len(signal)), signal, left=0.0, right=0.0)


@dataclass(frozen=True, eq=False)
class _Folded:
    """What is heard at each place of a bar, on the whole, beginning with the first beat of the sound.

    Args:
        onsets: `[beats of the bar, places, registers]`.
        changes: `[beats of the bar, 2]`: how much treble and bass change their pitch classes there.
        likeness: how alike beats are that lie some beats apart, by onsets and by chroma.
        busy: onsets a beat.
    """

    onsets: Array
    changes: Array
    likeness: Array
    busy: float

    @classmethod
    def of(cls, sounding: Sounding, metre: Metre, ratio: float, offset: float) -> "_Folded | None":
        size = metre.beats_per_bar
        count = int((len(sounding.beats) - 1 - offset) // ratio)
        if count < 2 * size:
            return None
        beats = offset + ratio * np.arange(count)
        places = np.array(_COMPOUND_PLACES if metre.is_compound else _PLACES) * ratio
        at = sounding.time_s(np.add.outer(beats, places).ravel())
        heard = np.stack([_sampled(row, at).reshape(count, -1) for row in sounding.registers.T], axis=2)
        edges = sounding.time_s(np.asarray(offset + ratio * np.arange(count + 1), dtype=np.float64))
        treble, bass = (_by_span(chroma, edges) for chroma in (sounding.chroma.treble, sounding.chroma.bass))
        changes = np.stack([_changes(treble), _changes(bass)], axis=1)
        likeness = [*_likeness(heard.reshape(count, -1)), *_likeness(treble)]
        whole = count - count % size
        return cls(
            heard[:whole].reshape(-1, size, *heard.shape[1:]).mean(axis=0),
            changes[:whole].reshape(-1, size, 2).mean(axis=0),
            np.array(likeness),
            sounding.onsets_per_s * float(np.median(np.diff(edges))),
        )

    def measured(self, first: int, bpm: float) -> Array:
        onsets = np.roll(self.onsets, -first, axis=0)
        changes = np.roll(self.changes, -first, axis=0)
        near = np.exp(-0.5 * ((np.log2(bpm) - _TEMPI) / 0.15) ** 2)
        return np.concatenate([
            np.log1p(onsets).ravel(), (changes / np.maximum(changes.mean(axis=0), 1e-3) - 1).ravel(),
            changes.mean(axis=0), self.likeness, near, [np.log2(bpm) - 6.7, np.log2(max(self.busy, 0.1))],
        ])  # fmt: skip


def _by_span(chroma: Array, edges_s: Array) -> Array:
    """The mean chroma of each span between edges, of length 1 or 0, `[spans, 12]`."""
    total = np.concatenate([np.zeros((1, 12)), np.cumsum(chroma, axis=0)])
    bounds = np.clip(np.round(edges_s * CHROMA_RATE_HZ).astype(int), 0, len(chroma))
    sums = total[bounds[1:]] - total[bounds[:-1]]
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9))


def _changes(chroma: Array) -> Array:
    """How unlike each span is to the one before, 0…1."""
    same = np.sum(chroma[1:] * chroma[:-1], axis=1)
    return np.concatenate([[0.0], 1.0 - same])


def _likeness(rows: Array) -> list[float]:
    """The mean correlation of rows that lie 1, 2, 3, 4, 6 and 8 apart."""
    rows = rows - rows.mean(axis=0)
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return [float(np.sum(unit[lag:] * unit[:-lag], axis=1).mean()) if len(unit) > lag else 0.0 for lag in _LAGS]
