"""Does a part fit its harmony: chord tones, notes of the key, smooth voices?

Aim: a melody may leave the chord in passing, but rests and leans on its tones; an accompaniment hardly ever leaves it.
Notes that are neither of the key nor of the chord need a reason that this part of the house does not have.

Conventions: the harmony is the score's chord spans; a note is judged against each chord while it sounds. Notes
over no chord are left out. A strong beat is the first beat of a bar and, in bars of four beats, the third
(each felt beat in 6/8 and its like). The key is the score's, or the key signature in force where `keys` are given.

Metrics:
    chord_tone_ratio: share of sounding time over chords in which the note is of the chord. 1 is all.
    in_key_or_chord: share of notes whose pitch class is of the key's scale, or of the chord at any moment they sound.
    strong_beat_chord_tones: share of the notes that start on a strong beat that are of a chord sounding then or within
        the next 16th (an anticipated chord counts).
    chord_voice_movement: mean movement in semitones of a voice from one voicing to the next chord's, voices paired so
        that they move least; a voicing is what is struck within a 16th of the first onset in a chord span.
        0 for one voice.

An empty part, or one without harmony, has 1 for the shares (nothing is wrong) and 0 for the movement.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from resonant.evaluate.bars import bars_of, mean, nearest_step, validate_track
from resonant.score.model import ChordSpan, Note, Score, Track
from resonant.theory.key import Key
from resonant.units import TICKS_PER_SIXTEENTH, Metre, Tick

Keys = Sequence[tuple[Tick, Key]]


def evaluate(score: Score, track: Track, keys: Keys = ()) -> dict[str, float]:
    """All metrics of this module for one track.

    Args:
        score: gives the harmony and the metre.
        track: the part asked about.
        keys: `(tick, key)` of each key signature where the piece changes key; else `score.key` holds throughout.

    Raises:
        InputError: the track is malformed.
    """
    validate_track(track)
    placed = list(_over_harmony(score, track.notes))
    return {
        "chord_tone_ratio": chord_tone_ratio(placed),
        "in_key_or_chord": in_key_or_chord(placed, keys or ((0, score.key),)),
        "strong_beat_chord_tones": strong_beat_chord_tones(score, track),
        "chord_voice_movement": chord_voice_movement(score, track),
    }


def chord_tone_ratio(placed: Sequence[tuple[Note, Sequence[ChordSpan]]]) -> float:
    """Share of the notes' sounding time over chords in which they are tones of the chord."""
    inside = total = 0
    for note, spans in placed:
        for span in spans:
            ticks = min(note.end, span.end) - max(note.start, span.start)
            total += ticks
            inside += ticks * (note.pitch % 12 in span.chord.pitch_classes)
    return inside / total if total else 1.0


def in_key_or_chord(placed: Sequence[tuple[Note, Sequence[ChordSpan]]], keys: Keys) -> float:
    """Share of the notes that are of the key in force, or of a chord they sound over."""

    def explained(note: Note, spans: Sequence[ChordSpan]) -> bool:
        key = next((key for tick, key in reversed(keys) if tick <= note.start), keys[0][1])
        return note.pitch % 12 in key.scale or any(note.pitch % 12 in span.chord.pitch_classes for span in spans)

    return mean(float(explained(note, spans)) for note, spans in placed) if placed else 1.0


def strong_beat_chord_tones(score: Score, track: Track) -> float:
    """Share of the notes that start on strong beats and are of the chord there."""
    verdicts = []
    for index, bar in enumerate(bars_of(score, track)):
        strong = strong_steps(score.metre.metre_at(index))
        for step, note in bar.notes:
            tick = bar.start + step * TICKS_PER_SIXTEENTH
            spans = list(score.chords_in(tick, tick + TICKS_PER_SIXTEENTH)) if step in strong else []
            if spans:
                verdicts.append(float(any(note.pitch % 12 in span.chord.pitch_classes for span in spans)))
    return mean(verdicts) if verdicts else 1.0


def strong_steps(metre: Metre) -> frozenset[int]:
    """The 16ths of a bar on which its strong beats fall."""
    beat = metre.ticks_per_beat // TICKS_PER_SIXTEENTH
    if metre.is_compound:
        return frozenset(range(0, beat * metre.beats_per_bar, beat))
    return frozenset({0, 2 * beat}) if metre.beats_per_bar == 4 else frozenset({0})


def chord_voice_movement(score: Score, track: Track) -> float:
    """Mean semitones a voice moves from one chord's voicing to the next's; 0 where there are not two voicings."""
    voicings = [voicing for voicing in _voicings(score, track) if len(voicing) >= 2]
    return mean(voice_movement(a, b) for a, b in pairwise(voicings))


def voice_movement(first: Sequence[int], second: Sequence[int]) -> float:
    """Mean semitones a voice moves between two voicings; spare voices of the larger one are left out."""
    from scipy.optimize import linear_sum_assignment

    cost = np.abs(np.subtract.outer(np.asarray(first), np.asarray(second)))
    return float(cost[linear_sum_assignment(cost)].mean())


def _voicings(score: Score, track: Track) -> Iterator[tuple[int, ...]]:
    """What is struck first in each chord span, by the chord's own 16th grid; spans that repeat a chord are joined."""
    joined: list[ChordSpan] = []
    for span in score.harmony:
        if joined and joined[-1].chord == span.chord and joined[-1].end == span.start:
            span = ChordSpan(joined[-1].start, joined.pop().duration + span.duration, span.chord)
        joined.append(span)
    by_step = sorted((nearest_step(note.start), note.pitch) for note in track.notes)
    steps = np.array([step for step, _ in by_step], dtype=np.int64)
    for span in joined:
        first, last = np.searchsorted(steps, [nearest_step(span.start), nearest_step(span.end)])
        if last > first:
            yield tuple(sorted({pitch for step, pitch in by_step[first:last] if step <= steps[first] + 1}))


def _over_harmony(score: Score, notes: Sequence[Note]) -> Iterator[tuple[Note, list[ChordSpan]]]:
    """Each note with the chord spans it sounds over; notes over none are left out."""
    starts = np.array([span.start for span in score.harmony], dtype=np.int64)
    for note in notes:
        first, last = (
            max(int(np.searchsorted(starts, note.start, side="right")) - 1, 0),
            int(np.searchsorted(starts, note.end)),
        )
        spans = [span for span in score.harmony[first:last] if span.end > note.start]
        if spans:
            yield note, spans
