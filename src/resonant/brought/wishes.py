"""What a user says about what they bring; the rest is found in it."""

from dataclasses import dataclass

from resonant.theory.key import Key
from resonant.units import Metre


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was said with a file; None, or "", where it is to be found.

    Args:
        name: of the song, and of a recording's track.
        role: what the track plays; only for a recording or a MIDI file of one track.
        style: in which it is to be accompanied.
        key, metre: of the whole.
        tempo_bpm: quarter notes a minute; of a recording, about which to listen.
        stretch_to_bpm: the constant tempo that a recording is stretched to.
    """

    name: str = ""
    role: str = ""
    style: str = ""
    key: Key | None = None
    metre: Metre | None = None
    tempo_bpm: float | None = None
    stretch_to_bpm: float | None = None
