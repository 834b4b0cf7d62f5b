"""Is it still the same tune: how alike are two melodies?

Aim: a melody told in another style, in another octave, a few notes moved or added, is recognised; two melodies that
only share key and style are not.

Method: an edit distance between melodies (Mongeau & Sankoff, *Comparison of musical sequences*, Computers and the
Humanities 24, 1990): notes are replaced, inserted and deleted at a cost, and the cheapest way from one melody to the
other is found by dynamic programming. Each note is described by the interval from the note before it (an octave more or
less hardly counts) and by the ratio of its time to the next note to that of the note before. So neither transposition
nor tempo counts. Replacing costs `_PITCH` for the interval and `_RHYTHM` for the ratio, at most 1 in
all; a note inserted or deleted costs `_GAP`.

Conventions: of notes that begin together, the highest is the melody. Times are as played.

Metrics:
    similarity: 1 − cost / the cost of deleting one melody and inserting the other; 1 is the same tune.
    kept_notes: share of the first melody's notes that the cheapest way replaces at less than half of the full cost.

Two empty melodies have 1 for both, an empty and another 0.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from resonant.evaluate.bars import validate_track
from resonant.score.model import Note, Track
from resonant.units import TICKS_PER_SIXTEENTH

_PITCH, _RHYTHM = 0.65, 0.35
_GAP = 0.55
_FARTHEST_SEMITONES = 5.0  # intervals that differ by more are as different as can be
_FARTHEST_OCTAVES = 1.5  # of time: ratios that differ by more (in powers of two) are as different as can be
_OCTAVE_APART = 0.1
_TOGETHER = TICKS_PER_SIXTEENTH // 4

Array = NDArray[np.float64]


def evaluate(first: Track, second: Track) -> dict[str, float]:
    """All metrics of this module for two tracks.

    Raises:
        InputError: a track is malformed.
    """
    validate_track(first)
    validate_track(second)
    return {
        "similarity": similarity(first.notes, second.notes),
        "kept_notes": kept_notes(first.notes, second.notes),
    }


def similarity(first: Sequence[Note], second: Sequence[Note]) -> float:
    """1 for the same tune in any key, octave and tempo; 0 where nothing of one is found in the other."""
    a, b = _top_line(first), _top_line(second)
    if not len(a) or not len(b):
        return float(len(a) == len(b))
    costs = _table(_replacing(a, b))
    return float(1.0 - costs[-1, -1] / (_GAP * (len(a) + len(b))))


def kept_notes(first: Sequence[Note], second: Sequence[Note]) -> float:
    """Share of the first melody's notes that are found again in the second."""
    a, b = _top_line(first), _top_line(second)
    if not len(a) or not len(b):
        return float(len(a) == len(b))
    replacing = _replacing(a, b)
    table = _table(replacing)
    i, j, kept = len(a), len(b), 0
    while i and j:
        if np.isclose(table[i, j], table[i - 1, j - 1] + replacing[i - 1, j - 1]):
            kept += int(replacing[i - 1, j - 1] < 0.5)
            i, j = i - 1, j - 1
        elif np.isclose(table[i, j], table[i - 1, j] + _GAP):
            i -= 1
        else:
            j -= 1
    return kept / len(a)


def _top_line(notes: Sequence[Note]) -> Array:
    """`[notes, 2]`: the interval from the note before in semitones, and the ratio of times to the next, in octaves.

    The first interval and the first ratio are 0; the last note's time is its length.
    """
    line: list[Note] = []
    for note in sorted(notes):
        if line and note.start - line[-1].start < _TOGETHER:
            line[-1] = max(line[-1], note, key=lambda each: each.pitch)
        else:
            line.append(note)
    if not line:
        return np.zeros((0, 2))
    starts = np.array([note.start for note in line], dtype=np.float64)
    times = np.maximum(np.append(np.diff(starts), line[-1].duration), 1.0)
    pitches = np.array([note.pitch for note in line], dtype=np.float64)
    intervals = np.diff(pitches, prepend=pitches[0])
    ratios = np.diff(np.log2(times), prepend=np.log2(times[0]))
    return np.stack([intervals, ratios], axis=1)


def _replacing(a: Array, b: Array) -> Array:
    """What it costs to put each note of the second melody in the place of each of the first, `[a, b]`, 0…1."""
    apart = np.abs(a[:, None, 0] - b[None, :, 0])
    octaves = (apart % 12 == 0) & (apart > 0)
    pitch = np.where(octaves, _OCTAVE_APART, np.minimum(apart / _FARTHEST_SEMITONES, 1.0))
    rhythm = np.minimum(np.abs(a[:, None, 1] - b[None, :, 1]) / _FARTHEST_OCTAVES, 1.0)
    return np.asarray(_PITCH * pitch + _RHYTHM * rhythm)


def _table(replacing: Array) -> Array:
    """The cheapest way from each beginning of the first melody to each of the second, `[a + 1, b + 1]`."""
    rows, columns = replacing.shape
    gaps = _GAP * np.arange(columns + 1)
    table = np.empty((rows + 1, columns + 1))
    table[0] = gaps
    for row in range(1, rows + 1):
        reached = table[row - 1] + _GAP
        reached[1:] = np.minimum(reached[1:], table[row - 1, :-1] + replacing[row - 1])
        # A run of inserted notes costs the same wherever it begins: the running minimum of cost less place.
        table[row] = np.minimum.accumulate(reached - gaps) + gaps
    return table
