"""Which of the styles a score lies nearest to, so that whoever accompanies it plays in kind.

A rough guess by rules that a musician would give: tempo, metre, how its off-beats swing, what the drums do, who plays.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from resonant.instruments import instrument
from resonant.score.model import Score, Track
from resonant.units import TICKS_PER_QUARTER

_KICKS, _SNARES = {35, 36}, {37, 38, 39, 40}
_SWUNG = 0.57
_FEWEST_OFF_BEATS = 8
_EARLY, _LATE = 0.40, 0.75
_CLASSICAL = {"strings", "winds", "brass", "reeds", "choir"}


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the rules look at.

    Args:
        bpm: felt tempo at the start, quarter notes a minute.
        swing_8, swing_16: where off-beats fall within eighths and sixteenths, 0.5 straight.
        kick_on_beats, snare_on_three: shares of the bars with a kick on every beat, with its only snare on beat 3.
        families: instrument families that play.
    """

    bpm: float
    compound: bool
    in_three: bool
    swing_8: float
    swing_16: float
    has_drums: bool
    kick_on_beats: float
    snare_on_three: float
    families: frozenset[str]


def likely_style(score: Score) -> str:
    """The name of one of the styles that ship with the package; "pop" where nothing speaks for another."""
    traits = _traits(score)
    return _with_drums(traits) if traits.has_drums else _without_drums(traits)


def swing_of(score: Score, unit: int = 8) -> float:
    """Where the off-beats fall between two notes of a unit (8 or 16): 0.5 is straight, 0.667 a triplet."""
    length = TICKS_PER_QUARTER * 4 // unit * 2
    places = [
        (note.start - score.metre.bar_start(score.metre.bar_at(note.start))) % length / length
        for track in score.tracks
        for note in track.notes
    ]
    off = [place for place in places if _EARLY < place < _LATE]
    return float(np.median(off)) if len(off) >= max(_FEWEST_OFF_BEATS, len(places) // 50) else 0.5


def _traits(score: Score) -> _Traits:
    metre = score.metre.metre_at(0)
    drums = [track for track in score.tracks if track.role == "drums" and track.notes]
    on_beats, on_three = _drum_shares(score, drums)
    families = frozenset(instrument(track.instrument).family for track in score.tracks if track.notes)
    return _Traits(
        score.tempo.bpm, metre.is_compound, metre.beats_per_bar == 3, swing_of(score), swing_of(score, 16),
        bool(drums), on_beats, on_three, families,
    )  # fmt: skip


def _drum_shares(score: Score, drums: list[Track]) -> tuple[float, float]:
    """Share of the bars with drums in which a kick is on every beat; and in which the only snare falls on beat 3."""
    kicks: Counter[int] = Counter()
    snares: dict[int, set[int]] = {}
    for track in drums:
        for note in track.notes:
            bar = score.metre.bar_at(note.start)
            beat, off = divmod(
                note.start - score.metre.bar_start(bar) + TICKS_PER_QUARTER // 8,
                score.metre.metre_at(bar).ticks_per_beat,
            )
            snares.setdefault(bar, set())
            if off < TICKS_PER_QUARTER // 4 and note.pitch in _KICKS:
                kicks[bar] += 1
            elif note.pitch in _SNARES and note.velocity > 50:
                snares[bar].add(beat)
    bars = max(len(snares), 1)
    four = sum(count >= score.metre.metre_at(bar).beats_per_bar for bar, count in kicks.items())
    return four / bars, sum(beats == {2} for beats in snares.values()) / bars


def _with_drums(traits: _Traits) -> str:
    if traits.compound or traits.in_three:
        return "ballad" if traits.bpm < 110 else "country"
    if traits.bpm >= 155 and traits.swing_8 < _SWUNG:
        return "drum & bass" if "synth" in traits.families else "rock"
    if traits.snare_on_three > 0.5 and traits.bpm >= 115:
        return "trap"
    if traits.swing_8 >= _SWUNG:
        return "jazz" if traits.bpm >= 115 or "brass" in traits.families or "reeds" in traits.families else "blues"
    if traits.kick_on_beats > 0.6 and 112 <= traits.bpm <= 150:
        return "techno" if traits.bpm > 131 else "house"
    if traits.swing_16 >= _SWUNG:
        return "hip hop" if traits.bpm >= 82 else "lo-fi"
    if traits.bpm < 78:
        return "ballad"
    return "rock" if traits.bpm >= 118 and "guitar" in traits.families else "pop"


def _without_drums(traits: _Traits) -> str:
    if traits.families and traits.families <= _CLASSICAL:
        return "classical"
    if traits.swing_8 >= _SWUNG:
        return "jazz"
    if traits.bpm < 84:
        return "ballad"
    return "folk" if "guitar" in traits.families else "pop"
