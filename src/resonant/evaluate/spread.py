"""How are the notes spread: over pitch classes, over the bar, in loudness and length; and how alike are two spreads?

Aim: a fill that fits uses the pitch classes, the places in the bar, the loudness and the lengths of the true bars, as
often as they do. It is no test of melody or form.

Conventions: a spread is a histogram that sums to 1. Pitch classes count from the key's tonic, so that pieces in
different keys can be taken together; drums count by their pitch. Onsets count by the 16th of the bar; loudness in steps
of 12 MIDI units; lengths by half octaves from a 32nd to two bars (drums have none). Alikeness is the overlapping area:
the sum of the smaller of two shares, 1 for the same spread, 0 where nothing is shared.

Metrics, each 0…1: pitch_class, onset, velocity, duration (not for drums), and their mean `overlap`. Two empty parts
have 1, an empty one and another 0.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from resonant.evaluate.bars import mean, nearest_step, validate_track
from resonant.evaluate.measured import is_unpitched
from resonant.score.model import Note, Score, Track
from resonant.units import TICKS_PER_QUARTER, TICKS_PER_SIXTEENTH

Spread = Mapping[int, float]
_VELOCITY_STEP = 12
_SHORTEST_TICKS = TICKS_PER_QUARTER // 8


def evaluate(score: Score, track: Track, reference: Track) -> dict[str, float]:
    """Overlap of the spreads of two tracks of a score, and the mean of them.

    Raises:
        InputError: a track is malformed.
    """
    validate_track(track)
    validate_track(reference)
    drums = is_unpitched(track)
    return overlaps(spreads(score, track.notes, drums), spreads(score, reference.notes, drums))


def overlaps(ours: Mapping[str, Spread], theirs: Mapping[str, Spread]) -> dict[str, float]:
    """Overlapping area of each spread, and their mean."""
    areas = {name: shared_share(ours[name], theirs[name]) for name in theirs}
    return {**areas, "overlap": mean(areas.values())}


def spreads(score: Score, notes: Sequence[Note], drums: bool) -> dict[str, Spread]:
    """The spreads of some notes of a score."""
    pitches = (note.pitch if drums else (note.pitch - score.key.tonic) % 12 for note in notes)
    found = {
        "pitch_class": _shares(pitches),
        "onset": _shares(_step(score, note) for note in notes),
        "velocity": _shares(note.velocity // _VELOCITY_STEP for note in notes),
    }
    if not drums:
        found["duration"] = _shares(_length(note) for note in notes)
    return found


def pooled(each: Iterable[Mapping[str, Spread]], sizes: Iterable[int]) -> dict[str, Spread]:
    """The spreads of many parts taken together, each with its number of notes."""
    sums: dict[str, dict[int, float]] = {}
    for one, size in zip(each, sizes, strict=True):
        for name, spread in one.items():
            counts = sums.setdefault(name, {})
            for key, share in spread.items():
                counts[key] = counts.get(key, 0.0) + share * size
    return {name: {key: n / sum(counts.values()) for key, n in counts.items()} for name, counts in sums.items()}


def shared_share(first: Spread, second: Spread) -> float:
    """The overlapping area of two spreads."""
    if not first or not second:
        return float(not first and not second)
    return sum(min(share, second.get(key, 0.0)) for key, share in first.items())


def _shares(values: Iterable[int]) -> Spread:
    counts = Counter(values)
    return {key: count / counts.total() for key, count in counts.items()}


def _step(score: Score, note: Note) -> int:
    """The 16th of its bar that a note belongs to."""
    tick = nearest_step(note.start) * TICKS_PER_SIXTEENTH
    return (tick - score.metre.bar_start(score.metre.bar_at(tick))) // TICKS_PER_SIXTEENTH


def _length(note: Note) -> int:
    return min(max(round(2 * math.log2(note.duration / _SHORTEST_TICKS)), 0), 12)
