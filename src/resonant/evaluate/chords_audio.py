"""Are the chords heard that were written?

Aim: from the sound alone, name a major or minor chord for every beat, and compare with the harmony spans.

Conventions: labels are the 24 major and minor triads (the MIREX "majmin" vocabulary). A written chord counts as what
its triad is: sevenths and extensions are dropped, the bass is ignored. Chords whose triad is neither (sus, dim, aug,
power) are left out, in time and in score. Silence names no chord.

The chords heard are those of `resonant.listening.chords`.

Metrics:
    majmin_overlap: share of the time over major and minor chords at which the chord heard is the chord written (chord
        symbol recall, Pauwels & Peeters, ICASSP 2013; `mir_eval.chord.majmin`). 1 is all. Without such chords: 1.
"""

from collections.abc import Sequence

from resonant.errors import InputError
from resonant.listening.chords import TimedChord, chords_heard, majmin_label
from resonant.listening.hearing import Hearing
from resonant.score.model import Score


def evaluate(hearing: Hearing, score: Score) -> dict[str, float]:
    """The metric of this module.

    Raises:
        InputError: chords out of order.
    """
    written = [
        TimedChord(score.tempo.seconds_at(span.start), score.tempo.seconds_at(span.end), span.chord)
        for span in score.harmony
    ]
    return {"majmin_overlap": majmin_overlap(chords_heard(hearing), written)}


def majmin_overlap(heard: Sequence[TimedChord], written: Sequence[TimedChord]) -> float:
    """Share of the time of written major and minor triads at which the same triad is heard.

    Raises:
        InputError: a span that ends before it starts.
    """
    if any(span.end_s < span.start_s for span in (*heard, *written)):
        raise InputError("a chord ends before it starts; chords are spans of rising time, in seconds")
    right = total = 0.0
    for span in written:
        label = majmin_label(span.chord)
        if label is None:
            continue
        total += span.end_s - span.start_s
        right += sum(
            max(min(span.end_s, other.end_s) - max(span.start_s, other.start_s), 0.0)
            for other in heard
            if majmin_label(other.chord) == label
        )
    return right / total if total else 1.0
