"""A listener's tempo and beats, blind.

The tempo is the peak of the onset strength's autocorrelation, summed over multiples of the period and weighted by a
log-normal prior, made exact by the phase of the envelope's Fourier transform over the whole piece. Beats follow by
dynamic programming (Ellis, *Beat tracking by dynamic programming*, JNMR 2007).
"""

import numpy as np

from resonant.listening.ear import Array
from resonant.listening.onsets import ONSET_LATENESS_S, ONSET_RATE_HZ

_SLOWEST_BPM, _FASTEST_BPM = 45.0, 220.0
_PRIOR_BPM, _PRIOR_OCTAVES = 115.0, 0.9
_TIGHTNESS = 400.0
_KERNEL_S = 0.012


def blind_tempo_bpm(strength: Array) -> float:
    """The tempo a listener would tap, in beats a minute; 0 for silence."""
    smooth = smoothed(strength)
    smooth = smooth - smooth.mean()
    if not smooth.any():
        return 0.0
    correlation = _autocorrelation(smooth)
    candidates_bpm = np.geomspace(_SLOWEST_BPM, _FASTEST_BPM, 800)
    periods = 60 * ONSET_RATE_HZ / candidates_bpm
    lags = np.arange(len(correlation))
    # A beat's period comes back at two and four of them, and a beat has a half.
    salience = sum(
        weight * np.interp(periods * multiple, lags, correlation, right=0.0)
        for multiple, weight in ((0.5, 0.5), (1, 1.0), (2, 1.0), (4, 1.0), (8, 0.5))
    )
    prior = np.exp(-0.5 * (np.log2(candidates_bpm / _PRIOR_BPM) / _PRIOR_OCTAVES) ** 2)
    return _refined_bpm(smooth, float(candidates_bpm[int(np.argmax(np.maximum(salience, 0) * prior))]))


def beats_s(strength: Array, bpm: float) -> Array:
    """The beats at about a tempo, in seconds; empty for silence."""
    if bpm <= 0 or not strength.any():
        return np.zeros(0)
    smooth = smoothed(strength)
    smooth = smooth / max(float(smooth.std()), 1e-12)
    period = 60 * ONSET_RATE_HZ / bpm
    steps = np.arange(round(period / 2), round(2 * period) + 1)
    cost = -_TIGHTNESS * np.log(steps / period) ** 2
    best, came_from = smooth.copy(), np.full(len(smooth), -1)
    for frame in range(len(smooth)):
        earlier = frame - steps[steps <= frame]
        if len(earlier):
            scores = best[earlier] + cost[: len(earlier)]
            top = int(np.argmax(scores))
            if scores[top] > 0:
                best[frame] += scores[top]
                came_from[frame] = earlier[top]
    return _traced(best, came_from) / ONSET_RATE_HZ + ONSET_LATENESS_S


def _traced(best: Array, came_from: np.ndarray) -> Array:
    frame = int(np.argmax(best))
    beats = []
    while frame >= 0:
        beats.append(frame)
        frame = int(came_from[frame])
    return np.array(beats[::-1], dtype=float)


def smoothed(strength: Array) -> Array:
    """Onset strength blurred by 12 ms, so that a hand's spread still meets the grid."""
    reach = np.arange(-6, 7) / ONSET_RATE_HZ
    kernel = np.exp(-0.5 * (reach / _KERNEL_S) ** 2)
    return np.convolve(strength, kernel / kernel.sum(), mode="same") if len(strength) >= len(kernel) else strength


def _autocorrelation(values: Array) -> Array:
    """Unbiased autocorrelation, 1 at lag 0, up to half the length."""
    size = len(values)
    spectrum = np.fft.rfft(values, 2 * size)
    lagged = np.fft.irfft(np.abs(spectrum) ** 2)[: size // 2 + 1]
    return np.asarray(lagged / np.arange(size, size - len(lagged), -1) * size / max(float(lagged[0]), 1e-12))


def _refined_bpm(smooth: Array, bpm: float) -> float:
    """The tempo within 4 % at which the envelope's Fourier transform, with its harmonics, is strongest."""
    near_bpm = bpm * np.linspace(0.96, 1.04, 401)
    size = 8 * len(smooth)
    spectrum = np.abs(np.fft.rfft(smooth, size))
    bins_hz = np.arange(len(spectrum)) * ONSET_RATE_HZ / size
    strength = sum(np.interp(near_bpm / 60 * harmonic, bins_hz, spectrum) for harmonic in (1, 2, 4))
    return float(near_bpm[int(np.argmax(strength))])
