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

The blind tempo and the blind beats are those of `resonant.listening.beats`.

Silence: grid_ratio 0, tempo_error 0.04 (the edge of the search), blind tempo 0 and not ok, beat_cv 0.
"""

import numpy as np

from resonant.errors import InputError
from resonant.listening.beats import beats_s, blind_tempo_bpm, smoothed
from resonant.listening.ear import Array
from resonant.listening.onsets import onset_times_s
from resonant.score.passes.feel import Swing
from resonant.units import TICKS_PER_SIXTEENTH, TempoMap, Tick

NEAR_GRID_S = 0.020
SEARCH = 0.04
BLIND_TOLERANCE = 0.02


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
    smooth = smoothed(strength)
    time = onset_times_s(smooth)
    if not smooth.any():
        return SEARCH
    fits = [float(np.interp(grid_s * stretch, time, smooth, right=0.0).mean()) for stretch in stretches]
    return abs(1 / float(stretches[int(np.argmax(fits))]) - 1)


def is_same_tempo(found_bpm: float, true_bpm: float) -> bool:
    """Whether a blind tempo is within 2 % of the true one, its double or its half."""
    return any(abs(found_bpm / (true_bpm * factor) - 1) <= BLIND_TOLERANCE for factor in (0.5, 1.0, 2.0))


def beat_cv(beats: Array) -> float:
    """Standard deviation over mean of the distances between beats; 0 for fewer than three."""
    distances = np.diff(beats)
    return float(distances.std() / distances.mean()) if len(distances) >= 2 else 0.0
