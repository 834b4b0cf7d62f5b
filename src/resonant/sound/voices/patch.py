"""A patch: the knobs of one synthesiser sound."""

from dataclasses import dataclass, field

from resonant.sound.voices.cycle import Filter, Wave
from resonant.sound.voices.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Oscillator:
    """One oscillator: its wave, `cents` off the note, `level` (linear) and `pan` −1 left … 1 right."""

    wave: Wave = field(default_factory=Wave)
    cents: float = 0.0
    level: float = 1.0
    pan: float = 0.0


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Where the filter stands, and what moves it.

    Args:
        hz: cutoff for middle C at velocity 100 with the envelope at rest.
        tracking: 0 the same for every note … 1 follows the note.
        envelope_octaves: how far `envelope` opens it.
        velocity_octaves: how much further a note at velocity 127 opens it than one at velocity 0.
        lfo_octaves, lfo_hz: slow movement.
    """

    hz: float = 2_000.0
    tracking: float = 0.5
    envelope_octaves: float = 0.0
    velocity_octaves: float = 2.0
    envelope: Envelope = field(default_factory=Envelope)
    lfo_octaves: float = 0.0
    lfo_hz: float = 0.3


@dataclass(frozen=True, slots=True)
class Vibrato:
    """`cents` each way at `hz`, growing in over `onset_s`."""

    cents: float = 0.0
    hz: float = 5.4
    onset_s: float = 0.6


@dataclass(frozen=True, slots=True)
class Drop:
    """A fall of pitch at the start of a note: `semitones` above it, gone with the time constant `seconds`."""

    semitones: float = 0.0
    seconds: float = 0.03


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Delay lines swept by slow waves, one third of a turn apart: string machines and Juno chorus.

    Args:
        lines: 2 (Juno) or 3 (Solina).
        depth_ms: sweep each way; `rate_hz` its speed; `shimmer_ms` a second sweep, ten times as fast.
        mix: 0 dry … 1 only the lines.
    """

    lines: int = 3
    depth_ms: float = 2.4
    rate_hz: float = 0.6
    shimmer_ms: float = 0.25
    mix: float = 0.6


@dataclass(frozen=True)
class Patch:
    """A synthesiser sound.

    Args:
        oscillators: what sounds.
        filter: steady-state filter of all oscillators; `accent` takes its place from velocity 112 on.
        cutoff, amp: brightness and loudness over a note.
        mono: one note at a time; notes that overlap are slurred.
        glide_s: how long a slur takes; `glides_always` also over gaps up to a third of a second.
        vibrato, drop: movement of pitch.
        drift_cents: how far each oscillator of each note strays from the tuning.
        random_phase: start each note anywhere in the cycle; otherwise all start at its zero, with the same punch.
        octaves: transposition, e.g. 1 for a sound that is written an octave lower.
        click: level of the tick of noise at the start of a note.
        saturation: drive of a tanh over the whole sound; the ear hears it as warmth.
        touch: exponent of velocity in loudness.
        ensemble: chorus over the whole track.
        takes: how many slightly different takes of a note take turns.
        slower: divides the sample rate while the sound is made: 2 where nothing is heard above 9 kHz, 4 above 4 kHz.
        trim_db: what brings a mezzoforte phrase to −20 LUFS.
    """

    oscillators: tuple[Oscillator, ...]
    filter: Filter = field(default_factory=Filter)
    accent: Filter | None = None
    cutoff: Cutoff = field(default_factory=Cutoff)
    amp: Envelope = field(default_factory=Envelope)
    mono: bool = False
    glide_s: float = 0.05
    glides_always: bool = False
    vibrato: Vibrato = field(default_factory=Vibrato)
    drop: Drop = field(default_factory=Drop)
    drift_cents: float = 0.8
    random_phase: bool = True
    octaves: int = 0
    click: float = 0.0
    saturation: float = 0.0
    touch: float = 1.3
    ensemble: Ensemble | None = None
    takes: int = 2
    slower: int = 1
    trim_db: float = 0.0

    @property
    def sides(self) -> int:
        """1 where all oscillators stand in the middle, so that left and right are the same until the ensemble; or 2."""
        return 1 if all(oscillator.pan == 0.0 for oscillator in self.oscillators) else 2

    @property
    def is_still(self) -> bool:
        """Whether a note's pitch stays where it is."""
        return self.vibrato.cents == 0.0 and self.drop.semitones == 0.0
