"""What theory says of a pitch where it stands, and how far it bends what the model would draw.

A pitch is a tone of the chord that sounds, or else of the key, or of neither; and it lies where the part plays, or
outside. A strength of 0 leaves the model alone, of 1 forbids what is of neither; between, chances fall in proportion.
It asks of a part no more than the part keeps to near by: one that leaves the key is let alone there.
How many notes there are is the model's affair: what some pitches lose, the others gain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from resonant.players.score_lm.vocabulary import GRID, VOCABULARY
from resonant.score.model import Score, Track

_V = VOCABULARY
Logits = NDArray[np.float32]
PASSING: Mapping[str, float] = MappingProxyType(
    {"chords": 0.9, "pad": 0.9, "strings": 0.7, "arpeggio": 0.9, "bass": 0.8, "melody": 0.5, "counter": 0.3}
)
"""How much of the strength tones of the key that are not of the chord feel, by role: tunes pass through them."""

STAYING: Mapping[str, float] = MappingProxyType({"melody": 0.55, "counter": 0.55})
"""How much of the strength the pitch feels that was just struck, once for its first two times, then for each further
one. So at the usual strength a tune repeats a note as often as true tunes of the validation split do; long stretches of
one note, which a small model falls into, end sooner."""

_PASSING_ELSEWHERE = 0.6
_USUAL_NOTES, _BEYOND_SEMITONES = 8, 3
_NEAR_BARS = 16
_FREE = 0.8
"""The share of a part's notes of key or chord under which theory lets it play what is of neither; at 1 it feels all."""

_USUALLY_ON_CHORDS, _FOR_EACH = 0.55, 1.5
"""The share of a tune's notes on tones of the chord at which `PASSING` holds, and how much more it feels for more."""


@dataclass(frozen=True)
class Theory:
    """What is known where a cell is written.

    Args:
        chords: `(position, pitch classes)` of each chord in the bar, rising; empty where none is known.
        scale: pitch classes of the key.
        usual: lowest and highest pitch that the part is known to play, with some room; all where it is new.
        passing: how much of the strength tones of the key feel that are not of the chord.
        staying: how much of the strength the pitch feels that the part has just struck: see `STAYING`.
        strict: how much of the strength tones feel that are neither of the chord nor of the key.
        strength: 0…1.
    """

    chords: tuple[tuple[int, frozenset[int]], ...]
    scale: frozenset[int]
    usual: tuple[int, int] = (0, 127)
    passing: float = _PASSING_ELSEWHERE
    staying: float = 0.0
    strict: float = 1.0
    strength: float = 0.0

    def leaned(
        self, logits: Logits, allowed: NDArray[np.bool_], position: int, last: int = -1, times: int = 1
    ) -> Logits:
        """The logits with those of pitches bent, for a note at a place in the bar.

        It comes behind a note of pitch `last`, -1 where there is none, that was struck so many `times` in a row.
        Where it would leave none of the allowed pitches the range gives way, then the harmony.
        """
        if self.strength <= 0.0:
            return logits
        words = slice(_V.pitch.start, _V.pitch.start + _V.pitch.size)
        open_ = allowed[words]
        chances = np.where(open_, np.exp(logits[words] - logits[words].max()), 0.0)
        fitting = chances * self._weights(position)
        if last >= 0:
            fitting[last] *= (1.0 - self.strength * self.staying) ** max(times - 1, 1)
        kept = fitting * self._within if (fitting * self._within).any() else fitting
        if not kept.any():
            return logits
        leaned = logits.copy()
        with np.errstate(divide="ignore"):
            leaned[words] = np.log(kept * (chances.sum() / kept.sum())) + logits[words].max()
        return leaned

    def _weights(self, position: int) -> NDArray[np.float64]:
        """What is left of the chance of each pitch, `[128]`, 0…1."""
        sounding = [weights for start, weights in self._by_chord if start <= position]
        return sounding[-1] if sounding else self._by_chord[0][1]

    @cached_property
    def _by_chord(self) -> Sequence[tuple[int, NDArray[np.float64]]]:
        return [(start, self._weighed(tones)) for start, tones in self.chords or ((0, frozenset[int]()),)]

    def _weighed(self, tones: frozenset[int]) -> NDArray[np.float64]:
        weights = np.ones(128)
        for pitch in range(128):
            if tones and pitch % 12 not in tones:
                weights[pitch] -= self.strength * (self.passing if pitch % 12 in self.scale else self.strict)
            elif not tones and pitch % 12 not in self.scale:
                weights[pitch] -= self.strength * self.strict
        return weights

    @cached_property
    def _within(self) -> NDArray[np.float64]:
        pitches = np.arange(128)
        low, high = self.usual
        return np.where((low <= pitches) & (pitches <= high), 1.0, 1.0 - self.strength)


def theory_of(score: Score, track: Track, bar: int, strength: float) -> Theory:
    """What is known of a bar that a track shall play in."""
    start, end = score.bar_ticks(bar)
    chords = tuple(
        ((span.start - start) // GRID, frozenset(span.chord.pitch_classes)) for span in score.chords_in(start, end)
    )
    pitches = [note.pitch for note in track.notes]
    usual = (
        (min(pitches) - _BEYOND_SEMITONES, max(pitches) + _BEYOND_SEMITONES)
        if len(pitches) >= _USUAL_NOTES
        else (0, 127)
    )
    passing, staying = PASSING.get(track.role, _PASSING_ELSEWHERE), STAYING.get(track.role, 0.0)
    explained, on_chords = _habits(score, track, bar)
    strict = min(max((explained - _FREE) / (1.0 - _FREE), 0.0), 1.0)
    if track.role in STAYING:
        passing = min(max(passing + _FOR_EACH * (on_chords - _USUALLY_ON_CHORDS), 0.0), 1.0)
    return Theory(chords, frozenset(score.key.scale), usual, passing, staying, strict, strength)


def _habits(score: Score, track: Track, bar: int) -> tuple[float, float]:
    """Of the notes that a part strikes near a bar the share on tones of the key or the chord, and on the chord's alone.

    What is usual where it strikes hardly any.
    """
    first, last = max(bar - _NEAR_BARS, 0), min(bar + _NEAR_BARS, score.bars - 1)
    near = track.between(score.bar_ticks(first)[0], score.bar_ticks(last)[1])
    if len(near) < _USUAL_NOTES:
        return 1.0, _USUALLY_ON_CHORDS
    scale, explained, on_chords = frozenset(score.key.scale), 0, 0
    for note in near:
        chord = score.chord_at(note.start)
        is_chords = chord is not None and note.pitch % 12 in chord.pitch_classes
        on_chords += is_chords
        explained += is_chords or note.pitch % 12 in scale
    return explained / len(near), on_chords / len(near)
