"""Music theory as values: pitches, keys, chords, roman numerals, voicings. Knows nothing of songs."""

from resonant.theory.chord import Chord
from resonant.theory.key import Key

__all__ = ["Chord", "Key"]
