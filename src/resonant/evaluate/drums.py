"""Does the kit play like a drummer: pulse, backbeat, variation, dynamics, timing?

Aim: a groove keeps its frame (kick on one, snare on the backbeat), changes little from bar to bar but is not a loop,
and has the dynamics and the looseness of hands.

Conventions: kick is pitch 35 or 36; snare is 37, 38, 39 or 40 (stick and clap carry the backbeat as well). The
backbeat is beats 2 and 4 of four, and the last felt beat of other bars. A bar's pattern is its set of onset 16ths.
Timing offsets are from the nearest 16th, so swing counts as looseness.

Metrics:
    hits_per_bar: mean over all bars. kick_on_one, snare_on_backbeat: share of the bars with hits that have it.
    same_pattern: share of neighbouring bars (with hits) that have the same onset 16ths.
    velocity_sd: standard deviation of velocity, in MIDI units. timing_sd_ms: of the offsets from the 16th grid, in ms.

An empty part has 0 for all. There is no single perfect value: compare with `reference.band("drums", …)`.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from resonant.evaluate.bars import BarView, bars_of, mean, nearest_step
from resonant.score.model import Score, Track
from resonant.units import TICKS_PER_SIXTEENTH, Metre

KICKS = frozenset({35, 36})
SNARES = frozenset({37, 38, 39, 40})


def evaluate(score: Score, track: Track) -> dict[str, float]:
    """All metrics of this module for a drum track.

    Raises:
        InputError: the track is malformed.
    """
    bars = bars_of(score, track)
    backbeats = [_backbeat(score.metre.metre_at(index)) for index in range(score.bars)]
    played = [(bar, backbeat) for bar, backbeat in zip(bars, backbeats, strict=True) if bar.notes]
    velocities = [note.velocity for note in track.notes]
    return {
        "hits_per_bar": mean(float(len(bar.notes)) for bar in bars),
        "kick_on_one": mean(float(_hit(bar, KICKS, frozenset({0}))) for bar, _ in played),
        "snare_on_backbeat": mean(float(_hit(bar, SNARES, backbeat)) for bar, backbeat in played),
        "same_pattern": same_pattern(bars),
        "velocity_sd": float(np.std(velocities)) if velocities else 0.0,
        "timing_sd_ms": timing_sd_ms(score, track),
    }


def same_pattern(bars: Sequence[BarView]) -> float:
    """Share of neighbouring bars, both with hits, whose onset 16ths are the same."""
    return mean(float(a.onsets == b.onsets) for a, b in pairwise(bars) if a.notes and b.notes)


def timing_sd_ms(score: Score, track: Track) -> float:
    """Standard deviation of the hits' distance from the nearest 16th, in milliseconds; 0 for no hits."""
    if not track.notes:
        return 0.0
    played = np.array([note.start for note in track.notes], dtype=np.int64)
    written = np.array([nearest_step(note.start) * TICKS_PER_SIXTEENTH for note in track.notes], dtype=np.int64)
    return float(np.std(score.tempo.seconds_at(played) - score.tempo.seconds_at(written)) * 1000)


def _hit(bar: BarView, drums: frozenset[int], steps: frozenset[int]) -> bool:
    return any(step in steps and note.pitch in drums for step, note in bar.notes)


def _backbeat(metre: Metre) -> frozenset[int]:
    beat = metre.ticks_per_beat // TICKS_PER_SIXTEENTH
    return frozenset({beat, 3 * beat}) if metre.beats_per_bar == 4 else frozenset({(metre.beats_per_bar - 1) * beat})
