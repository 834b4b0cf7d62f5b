"""Chords and sections that were heard, written on a score's grid."""

import numpy as np

from resonant.listening.chords import chords_heard
from resonant.listening.chroma import CHROMA_RATE_HZ, Chromagram
from resonant.listening.ear import Array
from resonant.listening.hearing import Hearing
from resonant.listening.onsets import ONSET_RATE_HZ, REGISTERS
from resonant.listening.sections import found_sections
from resonant.score.model import ChordSpan, Score, Section


def harmony_heard(hearing: Hearing, score: Score, start_s: float) -> tuple[ChordSpan, ...]:
    """The chords of a sound that begins `start_s` behind bar 1, from beat to beat; gaps where none was heard."""
    spans = []
    for heard in chords_heard(hearing):
        start, end = (_on_beat(score, start_s + moment) for moment in (heard.start_s, heard.end_s))
        if heard.chord is not None and end > start:
            spans.append(ChordSpan(start, end - start, heard.chord))
    return tuple(spans)


def sections_heard(bands: Array, chroma: Chromagram, score: Score, start_s: float) -> tuple[Section, ...]:
    """Sections over every bar, from the pitch classes, the rhythm and the loudness of each."""
    ticks = np.array([score.metre.bar_start(bar) for bar in range(score.bars + 1)])
    edges_s = score.tempo.seconds_at(ticks) - start_s
    registers = np.stack([bands[:, low:high].mean(axis=1) for low, high in REGISTERS], axis=1)
    pitch = _means(np.concatenate([chroma.treble, chroma.bass], axis=1), edges_s * CHROMA_RATE_HZ)
    rhythm = _means(registers, edges_s * ONSET_RATE_HZ)
    level = _means(chroma.level[:, None], edges_s * CHROMA_RATE_HZ)[:, 0]
    activity = level / max(float(level.max()), 1e-9) + rhythm.mean(axis=1) / max(float(rhythm.mean(axis=1).max()), 1e-9)
    features = np.concatenate([3.0 * pitch, rhythm / max(float(rhythm.max()), 1e-9)], axis=1)
    return found_sections(features, activity)


def _on_beat(score: Score, seconds: float) -> int:
    """The tick of the beat nearest to a moment, within the score."""
    tick = min(max(score.tempo.tick_at(seconds), 0), score.end)
    bar = min(score.metre.bar_at(tick), score.bars - 1)
    start, beat = score.metre.bar_start(bar), score.metre.metre_at(bar).ticks_per_beat
    return min(start + round((tick - start) / beat) * beat, score.end)


def _means(rows: Array, edges: Array) -> Array:
    """The mean of the rows between each two edges, `[edges - 1, …]`; zeros where there are none."""
    total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    bounds = np.clip(np.round(edges).astype(int), 0, len(rows))
    return np.asarray((total[bounds[1:]] - total[bounds[:-1]]) / np.maximum(np.diff(bounds), 1)[:, None])
