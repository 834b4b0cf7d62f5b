"""Do the parts listen to each other?

Aim: bass and kick lock; a melody and its accompaniment leave each other time. Parts that were put together from
different songs do neither.

Conventions: onsets on the 16th grid, bar by bar; only bars in which both parts play count.

Metrics:
    bass_with_kick: share of kick hits at which the bass starts a note, over all kicks in bars with bass.
    kick_over_chance: that share over what it would be if the bass' onsets stood anywhere in the bar (its onsets over
        the bar's 16ths); 1 is no relation, above 1 they lock. 0 where there is no such bar.
    melody_space: 1 less the correlation, floored at 0, of onset counts a beat between melody and chords: 1 where the
        accompaniment does not crowd where the melody is busy.
    shared_downbeats: share of the bars in which every playing part but the melody starts on the first 16th.
"""

from collections.abc import Sequence

import numpy as np

from resonant.evaluate.bars import BarView, bars_of, mean
from resonant.evaluate.drums import KICKS
from resonant.score.model import Score, Track

_FREE = frozenset({"melody", "counter", "arpeggio", "percussion"})


def evaluate(score: Score) -> dict[str, float]:
    """All metrics of this module; a part that is not there gives the value of no relation.

    Raises:
        InputError: a track is malformed.
    """
    bars = {role: _bars(score, role) for role in ("drums", "bass", "melody", "chords")}
    return {
        "bass_with_kick": bass_with_kick(bars["drums"], bars["bass"]),
        "kick_over_chance": kick_over_chance(bars["drums"], bars["bass"]),
        "melody_space": melody_space(bars["melody"], bars["chords"]),
        "shared_downbeats": shared_downbeats(score),
    }


def bass_with_kick(drums: Sequence[BarView], bass: Sequence[BarView]) -> float:
    """Share of the kicks with which the bass starts a note; 0 where they never play in one bar."""
    pairs = _together(drums, bass)
    kicks = sum(len(kick) for kick, _, _ in pairs)
    return sum(len(kick & low) for kick, low, _ in pairs) / kicks if kicks else 0.0


def kick_over_chance(drums: Sequence[BarView], bass: Sequence[BarView]) -> float:
    """`bass_with_kick` over its expectation for onsets anywhere in the bar; 0 where they never play in one bar."""
    pairs = _together(drums, bass)
    by_chance = sum(len(kick) * len(low) / steps for kick, low, steps in pairs)
    return sum(len(kick & low) for kick, low, _ in pairs) / by_chance if by_chance else 0.0


def melody_space(melody: Sequence[BarView], chords: Sequence[BarView]) -> float:
    """1 − the positive correlation of how busy melody and chords are, beat by beat; 1 where either is not there."""
    counts = np.array(
        [
            [sum(step // 4 == beat for step, _ in bar.notes) for bar in (a, b)]
            for a, b in zip(melody, chords, strict=False)
            for beat in range(a.steps // 4)
            if a.notes and b.notes
        ],
        dtype=float,
    ).reshape(-1, 2)
    if len(counts) < 2 or (counts.std(axis=0) == 0).any():
        return 1.0
    return 1.0 - max(float(np.corrcoef(counts.T)[0, 1]), 0.0)


def shared_downbeats(score: Score) -> float:
    """Share of the bars with two such parts or more in which all start on the first 16th; 1 for no such bar."""
    parts = [bars_of(score, track) for track in score.tracks if track.role not in _FREE]
    playing = [[bar for bar in bars if bar.notes] for bars in zip(*parts, strict=True)]
    full = [bars for bars in playing if len(bars) >= 2]
    return mean(float(all(0 in bar.onsets for bar in bars)) for bars in full) if full else 1.0


def _bars(score: Score, role: str) -> tuple[BarView, ...]:
    track = score.of_role(role)
    return bars_of(score, track if track is not None else Track(role, role, "grand_piano"))


def _together(drums: Sequence[BarView], bass: Sequence[BarView]) -> list[tuple[frozenset[int], frozenset[int], int]]:
    pairs = [
        (frozenset(step for step, note in drum.notes if note.pitch in KICKS), low.onsets, drum.steps)
        for drum, low in zip(drums, bass, strict=True)
    ]
    return [(kick, low, steps) for kick, low, steps in pairs if kick and low]
