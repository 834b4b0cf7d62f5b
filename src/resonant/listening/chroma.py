"""Chroma: how much of each pitch class sounds, over time.

Energy of spectral peaks, weighted towards fundamentals, in pitch classes of a tuning that is read from the
peaks themselves. Drums are held down by taking from each bin one and a half times the median of its neighbours in
frequency, after Fitzgerald, *Harmonic/percussive separation using median filtering*, DAFx 2010. A median along time
would do that too, and take short chord stabs with it (a funk song: chords .17 right with it, .79 without). Hop 2048
(93 ms), window 8192 (2.7 Hz a bin).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.listening.ear import RATE_HZ, Array, heard, spectrogram

CHROMA_HOP, CHROMA_WINDOW = 2048, 8192
CHROMA_RATE_HZ = RATE_HZ / CHROMA_HOP
_CHROMA_BINS, _FLOOR_BINS, _FLOOR_WEIGHT = 900, 25, 1.5
LOWEST_PITCH, HIGHEST_PITCH = 28, 96


@dataclass(frozen=True, eq=False)
class Chromagram:
    """Pitch classes over time.

    Args:
        treble: `[frames, 12]`, energy above about middle C's octave below; rows sum to 1 or 0.
        bass: `[frames, 12]`, of the lowest two octaves and a half.
        level: `[frames]`, relative loudness 0…1.
        tuning_cents: how far the recording lies from A = 440 Hz, -50…50.
    """

    treble: Array
    bass: Array
    level: Array
    tuning_cents: float


def chromagram(audio: Audio) -> Chromagram:
    """Pitch classes over time at `CHROMA_RATE_HZ`; all zero where there is silence."""
    from scipy.ndimage import median_filter

    magnitude = spectrogram(heard(audio), CHROMA_WINDOW, CHROMA_HOP, lambda heard: heard[:, : _CHROMA_BINS + 1])
    floor = median_filter(magnitude[:, :_CHROMA_BINS], size=(1, _FLOOR_BINS), mode="nearest")
    tonal = np.maximum(magnitude[:, :_CHROMA_BINS] - _FLOOR_WEIGHT * floor, 0)
    frames, pitches, strengths = _peaks(tonal)
    tuning = _tuning_cents(pitches, strengths)
    pitches = pitches - tuning / 100
    salience = np.zeros((len(magnitude), 128))
    # A peak half way between two semitones is neither: its weight falls to nothing there.
    weight = strengths * np.cos(np.pi * (pitches - np.round(pitches))) ** 2
    np.add.at(salience, (frames, np.clip(np.round(pitches).astype(int), 0, 127)), weight)
    return folded(_without_overtones(salience), tuning)


def folded(salience: Array, tuning: float) -> Chromagram:
    """The pitch classes of how much each MIDI pitch sounds in each frame, `[frames, 128]`."""
    pitch = np.arange(128)
    treble_weight = np.exp(-0.5 * ((pitch - 64) / 12.0) ** 2)
    bass_weight = 1 / (1 + np.exp((pitch - 52) / 2.0))
    fold = np.eye(12)[pitch % 12]
    level = salience.sum(axis=1)
    return Chromagram(
        _normalised((salience * treble_weight) @ fold),
        _normalised((salience * bass_weight) @ fold),
        level / max(float(level.max(initial=0.0)), 1e-12),
        tuning,
    )


def _without_overtones(salience: Array) -> Array:
    """Takes from each pitch what the notes an octave, a twelfth, two octaves … below it would leave there."""
    rest = salience.copy()
    for steps, share in ((12, 0.5), (19, 0.5), (24, 0.4), (28, 0.35), (31, 0.25)):
        rest[:, steps:] -= share * salience[:, :-steps]
    return np.maximum(rest, 0.05 * salience)


def _peaks(magnitude: Array) -> tuple[NDArray[np.int64], Array, Array]:
    """Frame, pitch (MIDI, fractional) and strength (root of magnitude) of every spectral peak in the range heard."""
    bin_hz = RATE_HZ / CHROMA_WINDOW
    low = int(440 * 2 ** ((LOWEST_PITCH - 0.5 - 69) / 12) / bin_hz)
    high = int(440 * 2 ** ((HIGHEST_PITCH + 0.5 - 69) / 12) / bin_hz)
    body = magnitude[:, low : high + 1]
    left, right = magnitude[:, low - 1 : high], magnitude[:, low + 1 : high + 2]
    floor = 1e-3 * max(float(magnitude.max(initial=0.0)), 1e-9)
    frames, bins = np.nonzero((body > left) & (body >= right) & (body > floor))
    a, b, c = (np.log(part[frames, bins] + 1e-12) for part in (left, body, right))
    shift = 0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9)
    pitches = 69 + 12 * np.log2((bins + low + np.clip(shift, -0.5, 0.5)) * bin_hz / 440)
    return frames, pitches, np.sqrt(body[frames, bins])


def _tuning_cents(pitches: Array, strengths: Array) -> float:
    """The circular mean of the peaks' distance from equal temperament, in cents; low peaks are too coarse to count."""
    clear = pitches > 52
    turns = np.sum(strengths[clear] * np.exp(2j * np.pi * pitches[clear]))
    return float(np.angle(turns) / (2 * np.pi) * 100) if abs(turns) > 0 else 0.0


def _normalised(chroma: Array) -> Array:
    total = chroma.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(chroma, total, out=np.zeros_like(chroma), where=total > 0))
