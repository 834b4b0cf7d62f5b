"""The generators of a SoundFont and what they are worth: *SoundFont 2.04*, sections 8.1.2 and 8.1.3."""

from enum import IntEnum

NUM_GENERATORS = 61
Amounts = tuple[float, ...]  # one raw amount per generator number


class Gen(IntEnum):
    """Generator numbers, named after what they set."""

    START = 0
    END = 1
    LOOP_START = 2
    LOOP_END = 3
    START_COARSE = 4
    MOD_LFO_TO_PITCH = 5
    VIBRATO_TO_PITCH = 6
    MOD_ENV_TO_PITCH = 7
    CUTOFF = 8
    RESONANCE = 9
    MOD_LFO_TO_CUTOFF = 10
    MOD_ENV_TO_CUTOFF = 11
    END_COARSE = 12
    MOD_LFO_TO_VOLUME = 13
    CHORUS_SEND = 15
    REVERB_SEND = 16
    PAN = 17
    MOD_LFO_DELAY = 21
    MOD_LFO_FREQUENCY = 22
    VIBRATO_DELAY = 23
    VIBRATO_FREQUENCY = 24
    MOD_DELAY = 25
    MOD_ATTACK = 26
    MOD_HOLD = 27
    MOD_DECAY = 28
    MOD_SUSTAIN = 29
    MOD_RELEASE = 30
    MOD_KEY_TO_HOLD = 31
    MOD_KEY_TO_DECAY = 32
    DELAY = 33
    ATTACK = 34
    HOLD = 35
    DECAY = 36
    SUSTAIN = 37
    RELEASE = 38
    KEY_TO_HOLD = 39
    KEY_TO_DECAY = 40
    LOOP_START_COARSE = 45
    KEY = 46
    VELOCITY = 47
    ATTENUATION = 48
    LOOP_END_COARSE = 50
    COARSE_TUNE = 51
    FINE_TUNE = 52
    SAMPLE_MODES = 54
    SCALE_TUNING = 56
    EXCLUSIVE_CLASS = 57
    ROOT_KEY = 58


_INSTANT = (
    Gen.MOD_LFO_DELAY, Gen.VIBRATO_DELAY, Gen.MOD_DELAY, Gen.MOD_ATTACK, Gen.MOD_HOLD, Gen.MOD_DECAY, Gen.MOD_RELEASE,
    Gen.DELAY, Gen.ATTACK, Gen.HOLD, Gen.DECAY, Gen.RELEASE,
)  # fmt: skip
_OTHER = {Gen.CUTOFF: 13500, Gen.KEY: -1, Gen.VELOCITY: -1, Gen.SCALE_TUNING: 100, Gen.ROOT_KEY: -1}
DEFAULTS: Amounts = tuple(
    -12000.0 if number in _INSTANT else float(_OTHER.get(Gen(number), 0)) if number in set(Gen) else 0.0
    for number in range(NUM_GENERATORS)
)

# What a preset may not add to: addresses, fixed key and velocity, sample modes, class and root (section 8.5).
INSTRUMENT_ONLY = frozenset(
    {Gen.START, Gen.END, Gen.LOOP_START, Gen.LOOP_END, Gen.START_COARSE, Gen.END_COARSE, Gen.LOOP_START_COARSE}
    | {Gen.LOOP_END_COARSE, Gen.KEY, Gen.VELOCITY, Gen.SAMPLE_MODES, Gen.EXCLUSIVE_CLASS, Gen.ROOT_KEY}
)


def seconds(timecents: float) -> float:
    """A time in seconds; −12000 timecents and less are at once (section 8.1.3: 1 ms, which no ear calls a time)."""
    return 0.0 if timecents <= -12000 else float(2.0 ** (min(timecents, 8000.0) / 1200.0))


def hertz(cents: float) -> float:
    """A frequency from absolute cents: 6900 is 440 Hz."""
    return float(440.0 * 2.0 ** ((cents - 6900.0) / 1200.0))


def gain(centibels: float) -> float:
    """The amplitude that is left after an attenuation in centibels."""
    return float(10.0 ** (-centibels / 200.0))
