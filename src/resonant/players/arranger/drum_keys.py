"""Drums by name: the General MIDI key that sounds each, the limb that strikes it, and which are timekeepers."""

from collections.abc import Mapping

from resonant.theory.chord import Chord
from resonant.units import TICKS_PER_SIXTEENTH, Tick

# General MIDI 1 percussion key map (MMA RP-003). Taiko and timpani stand in as toms where the kit has none.
KEYS: Mapping[str, int] = {
    "kick": 36, "kick2": 35, "rim": 37, "snare": 38, "clap": 39, "swirl": 38, "slap": 38, "hat": 42, "pedal": 44,
    "open_hat": 46, "ride": 51, "bell": 53, "crash": 49, "crash2": 57, "china": 52, "splash": 55, "tom_high": 50,
    "tom_mid": 47, "tom_low": 45, "tom_floor": 43, "tambourine": 54, "cowbell": 56, "shaker": 70, "cabasa": 69,
    "bongo_high": 60, "bongo_low": 61, "conga_mute": 62, "conga": 63, "conga_low": 64, "timbale_high": 65,
    "timbale_low": 66, "agogo_high": 67, "agogo_low": 68, "claves": 75, "woodblock": 76, "woodblock_low": 77,
    "triangle": 81, "triangle_mute": 80, "guiro": 73, "taiko": 41, "taiko_rim": 37, "timpani": 43,
    "timpani_fifth": 47,
}  # fmt: skip
BRUSH_KEYS = {"swirl": 40, "slap": 39, "clap": 39}  # Roland GS brush kit: 38 tap, 39 slap, 40 swirl
# Roland GS orchestra kit: 41…53 are timpani from F to f, so that nothing unpitched may fall there.
ORCHESTRA_KEYS = {
    "hat": 54, "open_hat": 54, "pedal": 54, "ride": 59, "bell": 81, "crash": 57, "crash2": 59, "china": 59,
    "splash": 59, "tom_high": 38, "tom_mid": 36, "tom_low": 36, "tom_floor": 35, "taiko": 36, "kick2": 35,
    "swirl": 38, "slap": 38,
}  # fmt: skip
TIMPANI_LOW, TIMPANI_HIGH = 41, 53

FEET = frozenset({"kick", "kick2", "pedal"})
TIMEKEEPERS = frozenset({"hat", "open_hat", "ride", "bell", "shaker", "cabasa", "tambourine", "swirl"})
CYMBALS = frozenset({"crash", "crash2", "china", "splash"})
HAT_FAMILY = ("open_hat", "hat", "pedal")  # one pair of cymbals: the first that sounds silences the others
BACKBEAT = frozenset({"snare", "clap", "rim", "slap"})
LOW = frozenset({"kick", "kick2", "taiko", "timpani"})
# Which of several strokes that fall together are let go when hands run out: the last in this order.
IMPORTANCE = (
    "crash", "crash2", "china", "snare", "clap", "slap", "taiko", "timpani", "timpani_fifth", "rim", "tom_high",
    "tom_mid", "tom_low", "tom_floor", "splash", "cowbell", "conga", "conga_low", "open_hat", "ride", "bell",
    "hat", "swirl",
)  # fmt: skip
# Kits ring out by themselves whatever a note's length is; these are lengths as a drummer's MIDI has them.
STROKE_TICKS: Tick = TICKS_PER_SIXTEENTH * 3 // 4
LONGER_STROKES_TICKS: Mapping[str, Tick] = {
    "crash": 480, "crash2": 480, "china": 480, "splash": 240, "timpani": 240, "timpani_fifth": 240,
    "open_hat": 120, "triangle": 240,
}  # fmt: skip


def key_of(name: str, kit: str, chord: Chord) -> int:
    """The MIDI key of a drum on a kit; timpani of an orchestra kit take the chord's root or fifth."""
    if kit == "brush_kit" and name in BRUSH_KEYS:
        return BRUSH_KEYS[name]
    if kit != "orchestra_kit":
        return KEYS[name]
    if name.startswith("timpani"):
        step = chord.root if name == "timpani" else chord.root + 7
        return TIMPANI_LOW + (step - TIMPANI_LOW) % 12
    return ORCHESTRA_KEYS.get(name, KEYS[name])


def importance(name: str) -> int:
    """Lower is more important."""
    return IMPORTANCE.index(name) if name in IMPORTANCE else len(IMPORTANCE)
