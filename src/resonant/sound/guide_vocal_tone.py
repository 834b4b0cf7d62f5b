"""A spoken syllable brought to a pitch and a length, by pitch-synchronous overlap-add (TD-PSOLA).

The voice speaks on one pitch, so its periods are even: two of them under a Hann window are a grain, and grains set
down at the period of the wanted pitch give that pitch with the vowel unchanged (E. Moulines and F. Charpentier,
*Pitch-synchronous waveform processing techniques for text-to-speech synthesis using diphones*, Speech Communication
1990). What has no pitch keeps its own time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from resonant.sound.guide_vocal_speech import speech

_FRAME_S = 0.005
_LOWEST_HZ, _HIGHEST_HZ = 120.0, 420.0
_VOWEL_BAND_HZ = (300.0, 3000.0)
_ONSET_DB, _CODA_DB, _SILENT_DB = -7.0, -10.0, -45.0
_PERIODIC = 0.55
_NOISE_HOP_S = 0.004
_VOWEL_RMS = 0.12

Wave = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spoken:
    """A syllable as it was spoken: mono samples without the silence around them.

    Args:
        samples: at `rate` Hz, its vowel at an RMS of 0.12.
        vowel_start, vowel_end: samples.
        period: of the voice, in samples.
        marks: where periods peak, in samples; only where there is a pitch.
        voiced: for every 5 ms whether there is a pitch.
    """

    samples: Wave
    rate: int
    vowel_start: int
    vowel_end: int
    period: float
    marks: NDArray[np.int64]
    voiced: NDArray[np.bool_]

    def is_voiced(self, at: float) -> bool:
        frame = int(at / (_FRAME_S * self.rate))
        return bool(self.voiced[min(max(frame, 0), len(self.voiced) - 1)])


@lru_cache(512)
def spoken(mnemonics: str, language: str, rate: int) -> Spoken | None:
    """A syllable spoken, or None where nothing is heard of it."""
    said, said_rate = speech(mnemonics, language)
    samples = np.asarray(soxr.resample(said, said_rate, rate), dtype=np.float32)
    frame = round(_FRAME_S * rate)
    levels = _levels_db(samples, frame, rate)
    if len(levels) == 0 or levels.max() < -80.0:
        return None
    heard = np.flatnonzero(_levels_db(samples, frame, rate, band=None) > levels.max() + _SILENT_DB)
    samples = samples[heard[0] * frame : (heard[-1] + 1) * frame]
    levels = levels[heard[0] : heard[-1] + 1]
    start, end = (edge * frame for edge in _vowel(levels))
    samples = samples * np.float32(_VOWEL_RMS / max(float(np.sqrt(np.mean(samples[start:end] ** 2))), 1e-4))
    period = _period(samples[start:end], rate)
    voiced = _voiced(samples, frame, period)
    return Spoken(samples, rate, start, end, period, _marks(samples, start, end, period), voiced)


def set_down(
    out: Wave,
    voice: Spoken,
    source_at: Callable[[float], float],
    hz_at: Callable[[float], float],
) -> None:
    """Adds a syllable to all of `out`, mono.

    Args:
        source_at: for a moment of `out` in samples the moment of the spoken syllable that sounds then.
        hz_at: for a moment of `out` in samples the pitch.
    """
    grains = _Grains(voice)
    at = 0.0
    while at < len(out):
        source = source_at(at)
        if voice.is_voiced(source) and len(voice.marks):
            step = voice.rate / hz_at(at)
            grain, gain = grains.voiced(source), float(np.sqrt(step / voice.period))
        else:
            step = _NOISE_HOP_S * voice.rate
            grain, gain = grains.noise(source, round(step)), 1.0
        _add(out, grain, at, gain)
        at += step


class _Grains:
    """The grains of a syllable, each cut once."""

    def __init__(self, voice: Spoken) -> None:
        self._voice = voice
        self._half = round(voice.period)
        self._kept: dict[int, Wave] = {}
        self._padded = np.pad(voice.samples, voice.rate // 20)
        self._pad = voice.rate // 20

    def voiced(self, source: float) -> Wave:
        marks = self._voice.marks
        index = int(np.searchsorted(marks, source))
        if index == len(marks) or (index > 0 and source - marks[index - 1] < marks[index] - source):
            index -= 1
        if index not in self._kept:
            self._kept[index] = self._cut(int(marks[index]), self._half)
        return self._kept[index]

    def noise(self, source: float, half: int) -> Wave:
        return self._cut(round(source), half)

    def _cut(self, centre: int, half: int) -> Wave:
        begin = min(max(centre + self._pad - half, 0), len(self._padded) - 2 * half)
        return np.asarray(self._padded[begin : begin + 2 * half] * _hann(2 * half), dtype=np.float32)


@cache
def _hann(length: int) -> Wave:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length), dtype=np.float32)


def _add(out: Wave, grain: Wave, at: float, gain: float) -> None:
    """A grain around a moment between samples, which two neighbours share: the pitch is not bound to whole samples."""
    begin = at - len(grain) / 2
    whole = int(np.floor(begin))
    part = np.float32(begin - whole)
    for offset, weight in ((0, (1 - part) * gain), (1, part * gain)):
        low, high = whole + offset, whole + offset + len(grain)
        cut_low, cut_high = max(-low, 0), max(high - len(out), 0)
        if cut_low + cut_high < len(grain):
            out[low + cut_low : high - cut_high] += weight * grain[cut_low : len(grain) - cut_high]


def _levels_db(samples: Wave, frame: int, rate: int, band: tuple[float, float] | None = _VOWEL_BAND_HZ) -> Numbers:
    """The level of every frame, in a band of frequencies."""
    count = len(samples) // frame
    if count < 4:
        return np.zeros(0)
    window = 4 * frame
    padded = np.pad(samples, 2 * frame)
    views = np.lib.stride_tricks.sliding_window_view(padded, window)[: count * frame : frame]
    spectra = np.abs(np.fft.rfft(views * _hann(window), axis=1)) ** 2
    hz = np.fft.rfftfreq(window, 1 / rate)
    kept = slice(None) if band is None else (hz >= band[0]) & (hz <= band[1])
    return np.asarray(10 * np.log10(spectra[:, kept].sum(axis=1) / window**2 + 1e-14))


def _vowel(levels: Numbers) -> tuple[int, int]:
    """First and last frame of the vowel: what is near the loudest moment of the band that vowels live in."""
    peak = int(levels.argmax())
    loud = levels[peak]
    start = end = peak
    while start > 0 and levels[start - 1] > loud + _ONSET_DB:
        start -= 1
    while end < len(levels) - 1 and levels[end + 1] > loud + _CODA_DB:
        end += 1
    return start, max(end, start + 2)


def _period(vowel: Wave, rate: int) -> float:
    """The period of a vowel in samples, between samples by a parabola."""
    middle = vowel[: int(0.2 * rate)] - vowel.mean()
    spectrum = np.fft.rfft(middle, 2 * len(middle))
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)[: len(middle)]
    low, high = int(rate / _HIGHEST_HZ), min(int(rate / _LOWEST_HZ), len(likeness) - 2)
    if high <= low:
        return rate / 220.0
    lag = low + int(likeness[low:high].argmax())
    before, here, after = likeness[lag - 1 : lag + 2]
    curve = before - 2 * here + after
    return float(lag + (0.5 * (before - after) / curve if curve < 0 else 0.0))


def _voiced(samples: Wave, frame: int, period: float) -> NDArray[np.bool_]:
    """For every frame whether it repeats itself after a period."""
    lag, count = round(period), max(len(samples) // frame, 1)
    voiced = np.zeros(count, dtype=bool)
    padded = np.pad(samples, lag)
    for number in range(count):
        middle = number * frame + frame // 2 + lag
        left, right = padded[middle - lag : middle], padded[middle : middle + lag]
        energy = float(np.sqrt((left @ left) * (right @ right)))
        voiced[number] = energy > 1e-6 and float(left @ right) > _PERIODIC * energy
    return voiced


def _marks(samples: Wave, start: int, end: int, period: float) -> NDArray[np.int64]:
    """The peaks of the periods, followed from the loudest one of the vowel to both sides."""
    vowel = samples[start:end]
    first = start + int(vowel.argmax())
    marks = [first]
    for direction in (1, -1):
        at = first
        while True:
            aim = at + direction * period
            low, high = round(aim - 0.12 * period), round(aim + 0.12 * period) + 1
            if low < 0 or high > len(samples):
                break
            at = low + int(samples[low:high].argmax())
            marks.append(at)
    return np.array(sorted(marks), dtype=np.int64)
