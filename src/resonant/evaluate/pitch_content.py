"""Which pitches does a part use: how many, how evenly, of one scale?

Aim: a part in a key, with a line of its own, uses few pitch classes at a time and most of them of one scale. Notes
drawn at random from a piece's own pitches keep the entropy of the whole and raise that of one bar.

Conventions: notes count once each, whatever their length. Drums have no pitch content: do not ask.

Metrics:
    pitch_class_entropy: Shannon entropy in bit of the pitch-class histogram, 0 (one pitch class) … log2(12) = 3.58.
    pitch_class_entropy_1_bar, pitch_class_entropy_4_bars: the same in windows of one and of four bars (hop of one bar
        and of four), mean over the windows that hold notes (Wu & Yang, *The Jazz Transformer*, ISMIR 2020, "H1", "H4").
    scale_consistency: largest share of notes that one major or natural minor scale holds, over all tonics
        (Mogren, *C-RNN-GAN*, 2016; definition of MuSpy, Dong et al., ISMIR 2020). 1 is all in one scale.
    pitches_used: number of different MIDI pitches. pitch_range: highest minus lowest, in semitones.

An empty part has the value 0 for all.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from resonant.evaluate.bars import BarView, bars_of, mean
from resonant.score.model import Score, Track
from resonant.theory.key import Key

_SCALES = tuple(frozenset(Key(tonic).scale) for tonic in range(12))  # a minor scale is its relative major's


def evaluate(score: Score, track: Track) -> dict[str, float]:
    """All metrics of this module for one track.

    Raises:
        InputError: the track is malformed.
    """
    bars = bars_of(score, track)
    pitches = [note.pitch for bar in bars for _, note in bar.notes]
    return {
        "pitch_class_entropy": entropy_bits(pitch % 12 for pitch in pitches),
        "pitch_class_entropy_1_bar": windowed_entropy_bits(bars, 1),
        "pitch_class_entropy_4_bars": windowed_entropy_bits(bars, 4),
        "scale_consistency": scale_consistency(pitches),
        "pitches_used": float(len(set(pitches))),
        "pitch_range": float(max(pitches) - min(pitches)) if pitches else 0.0,
    }


def entropy_bits(symbols: Iterable[int]) -> float:
    """Shannon entropy of a histogram, in bit; 0 for nothing."""
    counts = Counter(symbols)
    total = counts.total()
    return abs(sum(count / total * math.log2(total / count) for count in counts.values()))


def windowed_entropy_bits(bars: Sequence[BarView], length: int) -> float:
    """Mean pitch-class entropy of neighbouring windows of `length` bars; windows without notes are left out."""
    windows = [
        [note.pitch % 12 for bar in bars[start : start + length] for _, note in bar.notes]
        for start in range(0, len(bars), length)
    ]
    return mean(entropy_bits(window) for window in windows if window)


def scale_consistency(pitches: Sequence[int]) -> float:
    """Largest share of the pitches that one diatonic scale holds; 0 for no pitches."""
    if not pitches:
        return 0.0
    histogram = Counter(pitch % 12 for pitch in pitches)
    return max(sum(histogram[pc] for pc in scale) for scale in _SCALES) / len(pitches)
