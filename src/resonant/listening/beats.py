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
_FIRST_WINDOW_S, _EVEN_REACH = 45.0, 0.03
_FINEST_S = 0.015  # by how much the last beat moves from one period tried to the next


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


def even_beats_s(strength: Array, bpm: float) -> Array:
    """Evenly spaced beats within 3 % of a tempo, where they meet most onset strength, in seconds.

    They are fitted to the first three quarters of a minute, then to ever longer stretches, each time more narrowly.
    """
    smooth = smoothed(strength)
    seconds = len(smooth) / ONSET_RATE_HZ
    window_s, reach, best_s, start_s = _FIRST_WINDOW_S, _EVEN_REACH, 60.0 / bpm, 0.0
    while True:
        part = smooth[: round(window_s * ONSET_RATE_HZ)]
        periods_s = best_s * np.linspace(1 - reach, 1 + reach, 2 * round(reach * window_s / _FINEST_S) + 1)
        fits = [_best_start(part, float(period_s)) for period_s in periods_s]
        top = int(np.argmax([fit for fit, _ in fits]))
        best_s, start_s = float(periods_s[top]), fits[top][1]
        if window_s >= seconds:
            return np.asarray(np.arange(start_s, seconds, best_s))
        reach, window_s = 4 * _FINEST_S / window_s, 2 * window_s


def _best_start(smooth: Array, period_s: float) -> tuple[float, float]:
    """The mean strength met by beats of a period and, half as much, between them; and where the first falls."""
    starts_s = np.arange(0, period_s, 1.5 / ONSET_RATE_HZ)
    count = max(int(len(smooth) / ONSET_RATE_HZ / period_s), 1)
    frames = (starts_s[:, None] + period_s * np.arange(count) - ONSET_LATENESS_S) * ONSET_RATE_HZ
    met = smooth[np.clip(np.round(frames).astype(int), 0, len(smooth) - 1)].mean(axis=1)
    met = met + 0.5 * np.roll(met, len(met) // 2)
    top = int(np.argmax(met))
    return float(met[top]), float(starts_s[top])


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
