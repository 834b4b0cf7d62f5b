"""Do bars written anew sit among the bars around them: as dense, as high, as loud, of the same rhythm and harmony?

Aim: of several fills the one is wanted that a listener would not pick out. What the track itself plays near by is the
measure; nothing is known of the true bars.

Conventions: the bars near by are up to 16 on both sides, the written ones left out. Of chord tones and tones of the key
the shares are compared (`harmony_fit`), of pitch class, onset, loudness and length the spreads (`spread`), of density
the logarithm of notes a bar.

`sits` is 1 for bars that are like the others in every way, and falls without bound. Where the track plays nothing
near by, only harmony counts: chord tones and tones of the key.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from resonant.evaluate import harmony_fit
from resonant.evaluate.measured import is_unpitched
from resonant.evaluate.spread import overlaps, spreads
from resonant.score.model import Note, Score, Track

_NEAR_BARS = 16


def sits(score: Score, track: Track, bars: Sequence[int]) -> float:
    """How well a track's bars sit among its others; higher is better, 1 at most.

    Raises:
        InputError: the track is malformed.
    """
    first, last = min(bars), max(bars)
    near = set(range(first - _NEAR_BARS, last + _NEAR_BARS + 1)) - set(bars)
    written, around = _within(score, track, set(bars)), _within(score, track, near)
    drums = is_unpitched(track)
    if not around:
        return 1.0 if drums else sum(_harmony(score, track, written)) - 1.0
    alike = overlaps(spreads(score, written, drums), spreads(score, around, drums))["overlap"]
    played = len({score.metre.bar_at(note.start) for note in around})
    density = abs(math.log((len(written) / len(bars) + 0.5) / (len(around) / played + 0.5)))
    if drums:
        return alike - density
    ours, theirs = _harmony(score, track, written), _harmony(score, track, around)
    return alike - density - sum(abs(a - b) for a, b in zip(ours, theirs, strict=True))


def _within(score: Score, track: Track, bars: set[int]) -> list[Note]:
    return [note for note in track.notes if score.metre.bar_at(note.start) in bars]


def _harmony(score: Score, track: Track, notes: Sequence[Note]) -> tuple[float, float]:
    """Shares of chord tones, and of notes of the key or the chord."""
    found = harmony_fit.evaluate(score, replace(track, notes=tuple(notes)))
    return found["chord_tone_ratio"], found["in_key_or_chord"]
