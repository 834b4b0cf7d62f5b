"""Where the drums stand on a five-line staff, and their heads, after common drum-set notation (PAS guide, Weinberg)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrumSign:
    """A drum on paper: its name, the place where a treble clef has that note, and the head."""

    name: str
    step: str
    octave: int
    head: str = "normal"


# By General MIDI 1 key (MMA RP-003).
_SIGNS: Mapping[int, DrumSign] = {
    35: DrumSign("Acoustic Bass Drum", "E", 4),
    36: DrumSign("Bass Drum", "F", 4),
    37: DrumSign("Side Stick", "C", 5, "x"),
    38: DrumSign("Snare Drum", "C", 5),
    39: DrumSign("Hand Clap", "D", 5, "x"),
    40: DrumSign("Electric Snare", "C", 5, "slash"),
    41: DrumSign("Low Floor Tom", "G", 4),
    42: DrumSign("Closed Hi-hat", "G", 5, "x"),
    43: DrumSign("High Floor Tom", "A", 4),
    44: DrumSign("Pedal Hi-hat", "D", 4, "x"),
    45: DrumSign("Low Tom", "B", 4),
    46: DrumSign("Open Hi-hat", "G", 5, "circle-x"),
    47: DrumSign("Low-mid Tom", "D", 5),
    48: DrumSign("High-mid Tom", "D", 5),
    49: DrumSign("Crash Cymbal", "A", 5, "x"),
    50: DrumSign("High Tom", "E", 5),
    51: DrumSign("Ride Cymbal", "F", 5, "x"),
    52: DrumSign("China Cymbal", "B", 5, "circle-x"),
    53: DrumSign("Ride Bell", "F", 5, "diamond"),
    54: DrumSign("Tambourine", "B", 5, "triangle"),
    55: DrumSign("Splash Cymbal", "B", 5, "diamond"),
    56: DrumSign("Cowbell", "E", 5, "triangle"),
    57: DrumSign("Crash Cymbal 2", "B", 5, "x"),
    58: DrumSign("Vibraslap", "G", 5, "triangle"),
    59: DrumSign("Ride Cymbal 2", "F", 5, "circle-x"),
    60: DrumSign("High Bongo", "E", 5),
    61: DrumSign("Low Bongo", "C", 5),
    62: DrumSign("Mute Conga", "E", 5, "x"),
    63: DrumSign("Open Conga", "E", 5),
    64: DrumSign("Low Conga", "C", 5),
    65: DrumSign("High Timbale", "E", 5),
    66: DrumSign("Low Timbale", "C", 5),
    67: DrumSign("High Agogo", "E", 5, "triangle"),
    68: DrumSign("Low Agogo", "C", 5, "triangle"),
    69: DrumSign("Cabasa", "G", 5, "slash"),
    70: DrumSign("Shaker", "G", 5, "slash"),
    73: DrumSign("Short Guiro", "A", 4, "slash"),
    74: DrumSign("Long Guiro", "A", 4, "x"),
    75: DrumSign("Claves", "A", 5, "triangle"),
    76: DrumSign("High Woodblock", "E", 5, "triangle"),
    77: DrumSign("Low Woodblock", "C", 5, "triangle"),
    80: DrumSign("Mute Triangle", "A", 5, "triangle"),
    81: DrumSign("Open Triangle", "A", 5, "diamond"),
}


def drum_sign(key: int) -> DrumSign:
    """How a drum key is written; one that has no place of its own stands on the middle line."""
    return _SIGNS.get(key) or DrumSign(f"Percussion {key}", "B", 4)
