"""Does the sound keep the tempo it should, and would a listener find it?

Aim: two questions. Against the truth: do onsets fall on the grid that the score promises, and is the tempo exactly the
promised one? Blind: which tempo and beats does a listener who knows nothing hear, and how even are they?

Conventions: the sound starts at bar 1, so the grid starts at 0 s. Onset strength is that of `listening`. A blind tempo
may be double or half of the truth (people differ too).

Metrics:
    grid_ratio: onset strength within 20 ms of the 16th grid over its mean everywhere; 1 is chance, real music 2.5,
        the grid moved by half a 16th 0.4. It can not exceed a 16th over 40 ms.
    tempo_error: |relative error| of the tempo within ±4 % whose grid holds most onset strength.
    blind_tempo_bpm; blind_tempo_ok: 1 where it lies within 2 % of the tempo, its double or its half.
    beat_cv: standard deviation over mean of the blind beats' distances; 0 is a machine.

The blind tempo is the peak of the onset strength's autocorrelation, summed over multiples of the period and weighted by
a log-normal prior, made exact by the phase of the envelope's Fourier transform over the whole piece. Beats follow by
dynamic programming (Ellis, *Beat tracking by dynamic programming*, JNMR 2007).

Silence: grid_ratio 0, tempo_error 0.04 (the edge of the search), blind tempo 0 and not ok, beat_cv 0.
"""

import numpy as np

from resonant.errors import InputError
from resonant.evaluate.listening import ONSET_LATENESS_S, ONSET_RATE_HZ, Array, onset_times_s
from resonant.score.passes.feel import Swing
from resonant.units import TICKS_PER_SIXTEENTH, TempoMap, Tick

NEAR_GRID_S = 0.020
SEARCH = 0.04
BLIND_TOLERANCE = 0.02
_SLOWEST_BPM, _FASTEST_BPM = 45.0, 220.0
_PRIOR_BPM, _PRIOR_OCTAVES = 115.0, 0.9
_TIGHTNESS = 400.0
_KERNEL_S = 0.012


def evaluate(strength: Array, tempo: TempoMap, end: Tick, swing: Swing | None = None) -> dict[str, float]:
    """All metrics of this module.

    Args:
        strength: onset strength of the sound from bar 1 on (`listening.onset_strength`).
        tempo: the tempo it should have.
        end: tick at which the last bar ends.
        swing: where the off-beats are meant to fall; None is straight.

    Raises:
        InputError: no music asked about (`end` ≤ 0), or a strength that is not one row of numbers.
    """
    if end <= 0:
        raise InputError(f"the music ends at tick {end}; there is no grid to compare it with")
    if strength.ndim != 1 or not np.isfinite(strength).all():
        raise InputError("onset strength is one row of numbers; take it from listening.onset_strength")
    grid = sixteenths_s(tempo, end, swing)
    blind_bpm = blind_tempo_bpm(strength)
    return {
        "grid_ratio": grid_ratio(strength, grid),
        "tempo_error": tempo_error(strength, grid),
        "blind_tempo_bpm": blind_bpm,
        "blind_tempo_ok": float(is_same_tempo(blind_bpm, tempo.bpm)),
        "beat_cv": beat_cv(beats_s(strength, blind_bpm)),
    }


def sixteenths_s(tempo: TempoMap, end: Tick, swing: Swing | None = None) -> Array:
    """The moments of the 16ths from 0 to `end`, in seconds."""
    feel = swing or Swing()
    ticks = np.array([feel.swung(tick) for tick in range(0, end, TICKS_PER_SIXTEENTH)], dtype=np.int64)
    return tempo.seconds_at(ticks)


def grid_ratio(strength: Array, grid_s: Array) -> float:
    """Mean onset strength within 20 ms of the grid over the mean of all within the grid's span; 0 for silence."""
    time = onset_times_s(strength)
    span = time <= (grid_s[-1] + NEAR_GRID_S if len(grid_s) else 0)
    after = np.clip(np.searchsorted(grid_s, time), 1, max(len(grid_s) - 1, 1))
    nearest = np.minimum(np.abs(time - grid_s[after - 1]), np.abs(grid_s[np.minimum(after, len(grid_s) - 1)] - time))
    near = span & (nearest <= NEAR_GRID_S)
    total = float(strength[span].mean()) if span.any() else 0.0
    return float(strength[near].mean()) / total if total > 0 and near.any() else 0.0


def tempo_error(strength: Array, grid_s: Array) -> float:
    """How far the tempo that fits best lies from the promised one, as a share; at most 0.04."""
    stretches = np.linspace(1 - SEARCH, 1 + SEARCH, 1601)
    smooth = _smoothed(strength)
    time = onset_times_s(smooth)
    if not smooth.any():
        return SEARCH
    fits = [float(np.interp(grid_s * stretch, time, smooth, right=0.0).mean()) for stretch in stretches]
    return abs(1 / float(stretches[int(np.argmax(fits))]) - 1)


def is_same_tempo(found_bpm: float, true_bpm: float) -> bool:
    """Whether a blind tempo is within 2 % of the true one, its double or its half."""
    return any(abs(found_bpm / (true_bpm * factor) - 1) <= BLIND_TOLERANCE for factor in (0.5, 1.0, 2.0))


def blind_tempo_bpm(strength: Array) -> float:
    """The tempo a listener would tap, in beats a minute; 0 for silence."""
    smooth = _smoothed(strength)
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
    smooth = _smoothed(strength)
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


def beat_cv(beats: Array) -> float:
    """Standard deviation over mean of the distances between beats; 0 for fewer than three."""
    distances = np.diff(beats)
    return float(distances.std() / distances.mean()) if len(distances) >= 2 else 0.0


def _traced(best: Array, came_from: np.ndarray) -> Array:
    frame = int(np.argmax(best))
    beats = []
    while frame >= 0:
        beats.append(frame)
        frame = int(came_from[frame])
    return np.array(beats[::-1], dtype=float)


def _smoothed(strength: Array) -> Array:
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
