"""When do the notes fall: is there a groove, a grid, and air?

Aim: neighbouring bars of a groove share their onsets, most onsets lie on the grid, and a melody breathes.

Conventions: onsets are read on the 16th grid (`resonant.evaluate.bars`).

Metrics:
    groove_consistency: 1 less the mean share of 16ths at which the onset patterns of neighbouring bars differ
        (Wu & Yang, *The Jazz Transformer*, ISMIR 2020, on 16 steps a bar); 1 is the same pattern in every bar.
    onset_jaccard: onsets that neighbouring bars share over the onsets either has, mean over neighbouring pairs with
        onsets; the stricter sister of the first, since rests do not count as agreement.
    off_grid: share of notes that start 20 ticks (1/24 beat) or more from the nearest 16th.
    empty_beats: share of quarter beats in which nothing sounds. notes_per_bar: mean over all bars.
    velocity_sd: standard deviation of velocity, in MIDI units.
    polyphony: mean number of sounding notes on the 16ths on which something sounds.

An empty part has 0 for all but `empty_beats`, which is 1.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resonant.evaluate.bars import BarView, bars_of, jaccard, mean, nearest_step
from resonant.score.model import Score, Track
from resonant.units import TICKS_PER_SIXTEENTH

OFF_GRID_TICKS = 20
_STEPS_PER_BEAT = 4


def evaluate(score: Score, track: Track) -> dict[str, float]:
    """All metrics of this module for one track.

    Raises:
        InputError: the track is malformed.
    """
    bars = bars_of(score, track)
    sounding = sounding_voices(score, track)
    heard = sounding[sounding > 0]
    whole_beats = sounding[: len(sounding) // _STEPS_PER_BEAT * _STEPS_PER_BEAT].reshape(-1, _STEPS_PER_BEAT)
    return {
        "groove_consistency": groove_consistency(bars),
        "onset_jaccard": onset_jaccard(bars),
        "off_grid": off_grid(track),
        "empty_beats": float((whole_beats == 0).all(axis=1).mean()) if whole_beats.size else 1.0,
        "notes_per_bar": mean(float(len(bar.notes)) for bar in bars),
        "polyphony": float(heard.mean()) if heard.size else 0.0,
        "velocity_sd": float(np.std([note.velocity for note in track.notes])) if track.notes else 0.0,
    }


def groove_consistency(bars: Sequence[BarView]) -> float:
    """1 − mean Hamming distance of neighbouring bars' onset patterns over their steps, for pairs of one metre."""
    if not any(bar.notes for bar in bars):
        return 0.0
    return mean(1 - len(a.onsets ^ b.onsets) / a.steps for a, b in pairwise(bars) if a.steps == b.steps)


def onset_jaccard(bars: Sequence[BarView]) -> float:
    """Mean overlap of the onset positions of neighbouring bars, of which at least one holds notes."""
    return mean(jaccard(a.onsets, b.onsets) for a, b in pairwise(bars) if a.notes or b.notes)


def off_grid(track: Track) -> float:
    """Share of the notes whose start lies 1/24 beat or more from the nearest 16th."""
    return mean(
        float(abs(note.start - nearest_step(note.start) * TICKS_PER_SIXTEENTH) >= OFF_GRID_TICKS)
        for note in track.notes
    )


def sounding_voices(score: Score, track: Track) -> NDArray[np.int64]:
    """How many notes sound on each 16th of the piece, `[steps]`."""
    steps = score.end // TICKS_PER_SIXTEENTH
    changes = np.zeros(steps + 1, dtype=np.int64)
    for note in track.notes:
        first = min(nearest_step(note.start), steps)
        changes[first] += 1
        changes[min(max(-(-note.end // TICKS_PER_SIXTEENTH), first + 1), steps)] -= 1  # it sounds on what it touches
    return np.cumsum(changes)[:-1]
