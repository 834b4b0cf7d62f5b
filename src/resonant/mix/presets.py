"""Mix presets: how a band, a club track, an orchestra are balanced, as data.

Levels are loudnesses while a part plays, in LU relative to the melody; reverb sends are dB under the dry sound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from resonant.errors import StyleError
from resonant.mix.effects.compressor import Compression
from resonant.mix.effects.eq import Band
from resonant.mix.effects.reverb import RoomName
from resonant.mix.model import MasterChain


@dataclass(frozen=True, slots=True)
class RoleSettings:
    """How a role is mixed before preset and instrument have their say.

    Args:
        level_lu: loudness relative to the melody's.
        pan: where the first part of the role stands; the next one goes to the other side.
        width: of stereo parts.
        low_cut_hz: highest low cut; it goes lower where the part plays lower.
        bands: tone.
        compression: dynamics.
        drive_db: saturation.
        send_db: reverb.
    """

    level_lu: float
    pan: float = 0.0
    width: float = 1.0
    low_cut_hz: float = 30.0
    bands: tuple[Band, ...] = ()
    compression: Compression | None = None
    drive_db: float = 0.0
    send_db: float = -14.0


@dataclass(frozen=True, slots=True)
class MixPreset:
    """One way of mixing.

    Args:
        room: where everybody is; melody_room: where the melody's own send goes.
        send_db: added to every role's send; levels_lu: added to the levels of some roles.
        echo_db: the melody's delay under the dry sound, None for none; echo_sixteenths: its step.
        spread: scale of all pans; squash: scale of all compression ratios above 1.
        chorus: roles that get a chorus, with its mix.
        drums_mono_hz: under this frequency drums stand in the middle.
        ring_out_s: what is left for rooms to die away.
        master: the chain of the master.
    """

    room: RoomName
    melody_room: RoomName
    send_db: float = 0.0
    levels_lu: Mapping[str, float] = field(default_factory=dict)
    echo_db: float | None = None
    echo_sixteenths: int = 3
    spread: float = 1.0
    squash: float = 1.0
    chorus: Mapping[str, float] = field(default_factory=dict)
    drums_mono_hz: float = 100.0
    ring_out_s: float = 2.5
    master: MasterChain = field(default_factory=MasterChain)


MELODY_LUFS = -25.5
"""Loudness of the melody on the bus; with the rest around it the bus comes to -20 LUFS or so and peaks at -6 dBFS."""

ROLES: dict[str, RoleSettings] = {
    "drums": RoleSettings(
        0.0, 0.0, 1.0, 25.0,
        (Band("peak", 62.0, 2.0, 1.0), Band("peak", 380.0, -2.5, 1.0), Band("high_shelf", 9000.0, 1.5)),
        Compression(-12.0, 2.0, 18.0, 90.0), 2.0, -16.0,
    ),
    "percussion": RoleSettings(
        -7.0, 0.35, 1.0, 220.0, (Band("peak", 500.0, -1.5), Band("high_shelf", 8000.0, 1.0)),
        Compression(-14.0, 1.8, 12.0, 80.0), 0.0, -13.0,
    ),
    "bass": RoleSettings(
        -0.5, 0.0, 0.6, 32.0,
        (Band("peak", 62.0, -1.5, 1.2), Band("peak", 105.0, 1.5, 0.9), Band("peak", 300.0, -2.0, 0.9),
         Band("peak", 850.0, 1.5, 0.8), Band("high_shelf", 5000.0, -3.0)),
        Compression(-20.0, 3.5, 15.0, 140.0), 5.0, -30.0,
    ),
    "chords": RoleSettings(
        -2.5, -0.22, 1.0, 130.0, (Band("peak", 330.0, -1.5, 0.9), Band("high_shelf", 8000.0, 0.5)),
        Compression(-18.0, 2.0, 20.0, 180.0), 0.0, -14.0,
    ),
    "melody": RoleSettings(
        0.0, 0.0, 1.0, 140.0, (Band("peak", 320.0, -1.0, 0.8), Band("peak", 3000.0, 1.5, 0.8)),
        Compression(-19.0, 2.5, 12.0, 140.0), 0.0, -13.0,
    ),
    "vocal": RoleSettings(
        1.0, 0.0, 1.0, 110.0, (Band("peak", 300.0, -1.0, 0.8), Band("peak", 3000.0, 1.5, 0.8)),
        Compression(-20.0, 3.0, 8.0, 120.0), 0.0, -12.0,
    ),
    "counter": RoleSettings(
        -4.5, 0.38, 1.0, 180.0, (Band("peak", 1200.0, -1.5, 0.8),), Compression(-18.0, 2.2, 15.0, 160.0), 0.0, -11.0,
    ),
    "arpeggio": RoleSettings(
        -6.0, 0.42, 1.1, 230.0, (Band("peak", 500.0, -1.5, 0.8), Band("peak", 6000.0, 1.0, 0.8)),
        Compression(-16.0, 1.8, 8.0, 100.0), 0.0, -11.0,
    ),
    "strings": RoleSettings(
        -5.5, -0.15, 1.25, 170.0, (Band("peak", 450.0, -1.5, 0.8), Band("high_shelf", 7000.0, 0.5)), None, 0.0, -10.0,
    ),
    "pad": RoleSettings(
        -7.0, 0.0, 1.35, 190.0, (Band("peak", 350.0, -2.5, 0.7), Band("peak", 2500.0, -1.0, 0.8)), None, 0.0, -9.0,
    ),
}  # fmt: skip

SINGING_DIP = Band("peak", 2600.0, -2.5, 0.8)
"""What accompanying parts leave free where the melody's presence lies."""

LEADING_ROLES = ("vocal", "melody")
"""Who has the tune: they have a room and an echo of their own."""

DIPPED_ROLES = ("chords", "pad", "strings", "arpeggio")

SUB_BASSES = ("sub_bass", "bass_808")
"""Basses that own the lowest octave: with them the kick's weight moves up, with others it lies under the bass."""

FAMILY_BANDS: dict[str, tuple[Band, ...]] = {
    "piano": (Band("peak", 250.0, -1.0, 1.0),),
    "guitar": (Band("peak", 200.0, -1.5, 1.0), Band("peak", 4500.0, 1.0, 0.9)),
    "organ": (Band("peak", 400.0, -1.5, 0.8),),
    "brass": (Band("peak", 1100.0, -1.0, 1.0), Band("high_shelf", 9000.0, 1.0)),
    "reeds": (Band("peak", 900.0, -1.0, 1.0),),
    "winds": (Band("high_shelf", 9000.0, 1.0),),
    "strings": (Band("peak", 2300.0, -1.0, 1.2),),
    "choir": (Band("peak", 300.0, -1.0, 0.8),),
    "mallets": (Band("peak", 700.0, -1.0, 1.0),),
}

PRESETS: dict[str, MixPreset] = {
    "band": MixPreset(
        "room", "plate", levels_lu={"drums": 0.5}, echo_db=-24.0,
        master=MasterChain(Compression(-15.0, 1.6, 30.0, 160.0), 4.0, -13.0),
    ),
    "club": MixPreset(
        "plate", "plate", -1.0, {"drums": 2.0, "bass": 1.5, "chords": -0.5, "pad": -1.0}, -20.0, 3, 1.1, 1.3,
        {"pad": 0.3}, 140.0, 2.5, MasterChain(Compression(-16.0, 2.0, 25.0, 110.0), 7.0, -12.0, drive_db=2.0),
    ),
    "lofi": MixPreset(
        "room", "chamber", 0.0, {"drums": 0.5, "bass": 0.5, "melody": -1.5}, None, 3, 0.8, 1.3,
        {"chords": 0.25}, 120.0, 2.0, MasterChain(Compression(-17.0, 2.2, 20.0, 180.0), 5.0, -19.0, drive_db=3.0),
    ),
    "orchestral": MixPreset(
        "hall", "hall", 2.5, {"strings": 3.0, "counter": 1.5, "drums": 3.5, "pad": 1.0, "bass": -2.0}, None, 3,
        1.4, 0.4, {}, 80.0, 4.0, MasterChain(None, 2.0, -17.0),
    ),
    "acoustic": MixPreset(
        "chamber", "chamber", 0.5, {"drums": -2.0, "chords": 0.5}, None, 3, 1.1, 0.7,
        {}, 80.0, 3.0, MasterChain(Compression(-14.0, 1.4, 30.0, 200.0), 3.0, -15.0),
    ),
    "ambient": MixPreset(
        "ambient", "ambient", 6.0, {"pad": 5.0, "strings": 2.0, "drums": -4.0, "arpeggio": 1.0}, -14.0, 6, 1.3, 0.6,
        {"pad": 0.4, "chords": 0.3}, 100.0, 6.0, MasterChain(None, 3.0, -18.0),
    ),
}  # fmt: skip


def mix_preset(name: str) -> MixPreset:
    """The preset of that name.

    Raises:
        StyleError: there is none; the message lists them.
    """
    if name not in PRESETS:
        raise StyleError(f"mix {name!r} is not known; choose {', '.join(PRESETS)}")
    return PRESETS[name]


def scaled(compression: Compression | None, amount: float) -> Compression | None:
    """The compressor with the part of its ratio above 1 times an amount; None where nothing is left."""
    if compression is None or amount <= 0.0:
        return None
    return replace(compression, ratio=1.0 + (compression.ratio - 1.0) * amount)
