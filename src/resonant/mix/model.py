"""The values of a mix: a strip for each track, the bus they meet on, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.mix.effects.compressor import Compression
from resonant.mix.effects.eq import Band
from resonant.mix.effects.reverb import RoomName
from resonant.mix.loudness import Loudness


@dataclass(frozen=True, slots=True)
class Ducking:
    """How a strip gives way to the kick: `amount` 0…1 at each of `times_s`, back after `release_s`."""

    amount: float
    times_s: tuple[float, ...]
    release_s: float = 0.25


@dataclass(frozen=True, slots=True)
class Echo:
    """A delay send: repeats every `step_s`, each `feedback` of the one before, at `send_db` under the dry sound."""

    step_s: float
    send_db: float
    feedback: float = 0.4


@dataclass(frozen=True, slots=True)
class Strip:
    """What happens to one track.

    Args:
        role: the track's role; family: its instrument's family.
        level_lufs: where its loudness while it plays is brought to on the bus.
        pan: -1 left … 1 right.
        width: 0 mono, 1 as recorded, up to 2.
        bands: its equaliser.
        compression: None for none. Thresholds are relative to a part that plays at -20 dBFS RMS.
        drive_db: saturation, 0 for none.
        chorus: 0 none … 1.
        room: where its reverb is; room_db: how loud it returns relative to the dry sound, None for dry.
        echo: its delay, or None.
        mono_below_hz: under this frequency it stands in the middle; None leaves it.
        ducking: None where the kick leaves it alone.
        untouched: whether it passes as it is, at its own level and with its own channels; nothing else then counts.
    """

    role: str
    family: str
    level_lufs: float = -26.0
    pan: float = 0.0
    width: float = 1.0
    bands: tuple[Band, ...] = ()
    compression: Compression | None = None
    drive_db: float = 0.0
    chorus: float = 0.0
    room: RoomName = "room"
    room_db: float | None = None
    echo: Echo | None = None
    mono_below_hz: float | None = None
    ducking: Ducking | None = None
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class MasterChain:
    """What happens to the bus.

    Args:
        glue: gentle compression of everything together, None for none. Its threshold is relative to -18 LUFS.
        low_db, high_db: where the balance of lows (under 120 Hz) and highs (over 5 kHz) to the middle shall lie.
        tilt_limit_db: how far the equaliser may go to bring them there.
        drive_db: saturation, 0 for none.
    """

    glue: Compression | None = None
    low_db: float = 4.0
    high_db: float = -14.0
    tilt_limit_db: float = 2.5
    drive_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a mix and its stems end; as it is made, they ring out behind the last bar.

    Args:
        loops: they are exactly the bars long and go round: what rings on sounds over the beginning.
        cut_s: they are faded out and cut at this length; a loop is not.
        at_least_s: they last this long, in silence once all has died away; a loop does not.
    """

    loops: bool = False
    cut_s: float | None = None
    at_least_s: float = 0.0


@dataclass(frozen=True, slots=True)
class MixScene:
    """How a whole song is mixed.

    Args:
        preset: what it was made from: band, club, lofi, orchestral, acoustic or ambient.
        strips: by track name; a stem without one gets a plain strip.
        master: the chain of the master.
        sound: loudness, ceiling and lo-fi as asked for.
        ring_out_s: what is left behind the last bar for notes and rooms to die away in.
        trim_db: gain of all strips together; 0 unless a mix of this song once overflowed.
        ending: how stems and mix end.
    """

    preset: str
    strips: Mapping[str, Strip]
    master: MasterChain = field(default_factory=MasterChain)
    sound: Sound = field(default_factory=Sound)
    ring_out_s: float = 2.5
    trim_db: float = 0.0
    ending: Ending = field(default_factory=Ending)


@dataclass(frozen=True, slots=True)
class HeldStrip:
    """What a strip set itself to when it heard its whole track: what is added later goes through it as it stands.

    Args:
        input_db: gain before compressor and saturation.
        output_db: gain behind them.
        low_cut_hz: corner of its low cut, or None where it has none.
    """

    input_db: float
    output_db: float
    low_cut_hz: float | None


@dataclass(frozen=True, slots=True)
class HeldMaster:
    """What the master set itself to when it heard the whole bus.

    Args:
        lift_db: gain before its compressor; push_db: gain into its limiter.
        low_db, high_db: of its two shelves.
    """

    lift_db: float
    push_db: float
    low_db: float
    high_db: float


@dataclass(frozen=True, slots=True)
class Meters:
    """What the meters read.

    Args:
        master: all readings of the master.
        stems_lufs: integrated loudness of each stem as exported, within 0.1 LU; None for a silent one.
        gain_db: what the master was lifted by over the bus, before its limiter.
        held: what the master set itself to; None for silence.
    """

    master: Loudness
    stems_lufs: Mapping[str, float | None]
    gain_db: float
    held: HeldMaster | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Mix:
    """A mix.

    Args:
        stems: each track through its strip with its own reverb and echoes; equal length, from bar 1.
        bus: their sum.
        master: the bus as it is published: loudness on target, true peak under the ceiling.
        meters: readings.
        trim_db: gain that all strips shared; give it to the scene of the song's next mix, so that kept stems fit.
        seconds_of_music: length of the bars; what lies behind is ring-out, of which a loop has none.
        keys: by track, what decided its stem (`published_key`); empty where the mix was not told.
        strips: by track, what its strip set itself to; tracks that were silent, untouched or kept are not there.
    """

    stems: Mapping[str, Audio]
    bus: Audio
    master: Audio
    meters: Meters
    trim_db: float
    seconds_of_music: float
    keys: Mapping[str, str] = field(default_factory=dict)
    strips: Mapping[str, HeldStrip] = field(default_factory=dict)

    @property
    def readings(self) -> Mapping[str, float | None]:
        """Loudness of each stem in LUFS."""
        return self.meters.stems_lufs

    def stem(self, track: str) -> Audio:
        """The published stem of a track."""
        return self.stems[track]


class Published(Protocol):
    """Stems that were published before, in memory (a `Mix`) or in a song's folder."""

    @property
    def keys(self) -> Mapping[str, str]: ...
    @property
    def trim_db(self) -> float: ...
    @property
    def strips(self) -> Mapping[str, HeldStrip]: ...
    @property
    def readings(self) -> Mapping[str, float | None]:
        """Loudness of each stem in LUFS, within 0.1; None for a silent one."""
        ...

    def stem(self, track: str) -> Audio:
        """The published stem of a track that has a key; samples are on the 24-bit grid."""
        ...


@dataclass(frozen=True, slots=True)
class NothingPublished:
    """What was published before a first mix."""

    keys: Mapping[str, str] = field(default_factory=dict)
    trim_db: float = 0.0
    strips: Mapping[str, HeldStrip] = field(default_factory=dict)
    readings: Mapping[str, float | None] = field(default_factory=dict)

    def stem(self, track: str) -> Audio:
        raise LookupError(track)


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """A stem of which some stretches must stay as they were published, to the last bit.

    Args:
        audio: the stem as it was published.
        spans: the stretches, in samples, half-open, rising.
    """

    audio: Audio
    spans: tuple[tuple[int, int], ...]
