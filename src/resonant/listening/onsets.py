"""Onset strength: when something begins, in the whole sound and band by band.

Half-wave rectified difference of log magnitude in 24 mel-like bands, mean over bands (spectral flux; Böck & Widmer,
*Maximum filter vibrato suppression for onset detection*, DAFx 2013: a maximum over neighbouring bands of the earlier
frame keeps vibrato from counting). Hop 128 (5.8 ms), window 1024, frame `n` on `n * 128 / 22050` seconds. A centred
window hears an onset before it comes: 10 ms early on kick, snare, hat and piano alike, so `onset_times_s` puts it back.
"""

from functools import cache

import numpy as np

from resonant.audio import Audio
from resonant.listening.ear import RATE_HZ, Array, heard, spectrogram

ONSET_HOP, ONSET_WINDOW = 128, 1024
ONSET_RATE_HZ = RATE_HZ / ONSET_HOP
ONSET_LATENESS_S = 0.010
_BANDS = 24
_LAG = 2

REGISTERS = ((0, 1), (1, 4), (4, 10), (10, 17), (17, 24))
"""Bands of kick and bass, low middle, middle, snare and consonants, hats: about 30-200-450-1500-4000-10000 Hz."""


def onset_strength(audio: Audio) -> Array:
    """Onset strength at `ONSET_RATE_HZ`, `[frames]`, never negative; zeros for silence."""
    return np.asarray(band_onsets(audio).mean(axis=1))


def band_onsets(audio: Audio) -> Array:
    """Onset strength of each of 24 bands from low to high, `[frames, 24]`, never negative."""
    magnitude = spectrogram(heard(audio), ONSET_WINDOW, ONSET_HOP, lambda heard: heard @ _band_filters())
    level = np.log1p(1000 * magnitude / max(float(magnitude.max(initial=0.0)), 1e-6))
    before = np.maximum(level, np.maximum(np.roll(level, 1, axis=1), np.roll(level, -1, axis=1)))
    flux = np.zeros_like(level)
    flux[_LAG:] = np.maximum(level[_LAG:] - before[:-_LAG], 0)
    return flux


def onset_times_s(strength: Array) -> Array:
    """The moments that the frames of an onset strength stand for, in seconds."""
    return np.arange(len(strength)) / ONSET_RATE_HZ + ONSET_LATENESS_S


@cache
def _band_filters() -> Array:
    """Triangles on a mel scale from 30 Hz to 10 kHz, `[bins, bands]`."""
    mel = np.linspace(2595 * np.log10(1 + 30 / 700), 2595 * np.log10(1 + 10_000 / 700), _BANDS + 2)
    edges_hz = 700 * (10 ** (mel / 2595) - 1)
    bins_hz = np.arange(ONSET_WINDOW // 2 + 1) * RATE_HZ / ONSET_WINDOW
    low, middle, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz[:, None] - low) / (middle - low)
    falling = (high - bins_hz[:, None]) / (high - middle)
    filters = np.maximum(0, np.minimum(rising, falling))
    # The lowest bands are narrower than a bin: give each at least the bin nearest to its middle.
    filters[np.argmin(np.abs(bins_hz[:, None] - middle), axis=0), np.arange(_BANDS)] += 1e-3
    return np.asarray(filters / filters.sum(axis=0))
