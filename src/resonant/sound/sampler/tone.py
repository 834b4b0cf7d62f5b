"""A tone: one sample at one pitch, looped, bent, filtered; without its volume envelope.

A tone of steady pitch goes through soxr (a windowed sinc, so that nothing aliases when a sample is played above its
pitch); a tone that bends is that same tone at twice the rate, read at a moving speed by a four-point Hermite cubic.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from resonant.sound.sampler.envelope import modulation_envelope, triangle
from resonant.sound.sampler.generators import Amounts, Gen, gain, hertz, seconds
from resonant.sound.soundfont import Sample, SoundFont

Mono = NDArray[np.float32]

_OPEN_CENTS = 13500  # 20 kHz: the filter is open and does nothing (section 8.1.3, initialFilterFc)
_LOWEST_CENTS = 1500
_STILL_CENTS = 30.0  # a cutoff that moves less than this may as well stand still
_PITCH_WEIGHT, _CUTOFF_WEIGHT = 10.0, 0.5  # a cent of pitch is heard twenty times sooner than one of cutoff
_STEP = 64  # samples between two looks at the cutoff
_LOOPS, _LOOPS_UNTIL_RELEASE = 1, 3
_SLOWEST, _FASTEST = 2.0**-10, 2.0**7  # what a forged pitch or rate may ask of us
_FURTHEST_CENTS = 3600.0
_SAME = 0.9  # correlation of two stretches that a coder made of one sound
_ADDRESSES = (
    *(Gen.START, Gen.END, Gen.LOOP_START, Gen.LOOP_END),
    *(Gen.START_COARSE, Gen.END_COARSE, Gen.LOOP_START_COARSE, Gen.LOOP_END_COARSE, Gen.SAMPLE_MODES),
)


@dataclass(frozen=True, slots=True)
class Tone:
    """What decides the sound of a tone.

    Args:
        sample: which one.
        key: the key struck.
        amounts: generators, modulators added; level, pan and choke group play no part here.
        num_samples: how long, at `sample_rate`.
        stop: the sample at which the key is let go.
        release_s: of its volume, for 100 dB: how long what happens after `stop` is heard.
        sample_rate: in Hz.
    """

    sample: Sample
    key: int
    amounts: Amounts
    num_samples: int
    stop: int
    release_s: float
    sample_rate: int


def pitch_identity(tone: Tone) -> tuple[object, ...]:
    """Tones of one identity differ, as `pitched` makes them, in nothing but length."""
    amounts = tone.amounts
    moves = [amounts[kind] for kind in (Gen.MOD_ENV_TO_PITCH, Gen.MOD_LFO_TO_PITCH, Gen.VIBRATO_TO_PITCH)]
    shape = (amounts[Gen.MOD_LFO_DELAY : Gen.MOD_KEY_TO_DECAY + 1], tone.key) if any(moves) else ()
    stop = tone.stop if _stops_its_loop(tone) or _falls_audibly(tone, moves[0] * _PITCH_WEIGHT) else None
    addresses = tuple(amounts[kind] for kind in _ADDRESSES)
    return tone.sample.index, base_cents(tone), addresses, tuple(moves), shape, stop


def filter_identity(tone: Tone) -> tuple[object, ...]:
    """Tones of one identity go through `filtered` alike."""
    amounts = tone.amounts
    moves = [amounts[kind] for kind in (Gen.MOD_ENV_TO_CUTOFF, Gen.MOD_LFO_TO_CUTOFF, Gen.MOD_LFO_TO_VOLUME)]
    shape = (amounts[Gen.MOD_LFO_DELAY : Gen.MOD_KEY_TO_DECAY + 1], tone.key) if any(moves) else ()
    stop = tone.stop if _falls_audibly(tone, moves[0] * _CUTOFF_WEIGHT) else None
    return amounts[Gen.CUTOFF], amounts[Gen.RESONANCE], tuple(moves), shape, stop


def pitched(tone: Tone, font: SoundFont, bend_cents: Mono | None = None, wheel_cents: Mono | None = None) -> Mono:
    """The sample at its pitch, `float32 [≤ num_samples]`: shorter where an unlooped sample ends.

    Args:
        tone: what to play.
        font: where the sample lies.
        bend_cents: pitch offset over time, `float32 [num_samples]`, or None.
        wheel_cents: vibrato by the modulation wheel over time, `float32 [num_samples]`, or None.
    """
    offset = _pitch_offsets(tone, bend_cents, wheel_cents)
    return _steady(tone, font, 1.0, tone.num_samples) if offset is None else _moving(tone, font, offset)


def _falls_audibly(tone: Tone, depth: float) -> bool:
    """Whether the modulation envelope, let go, moves by an audible step before the note has died away."""
    release_s = max(seconds(tone.amounts[Gen.MOD_RELEASE]), 1e-3)
    return abs(depth) * min(tone.release_s / release_s, 1.0) > _STILL_CENTS


def base_cents(tone: Tone) -> float:
    """How far above its own pitch the sample is played (section 8.1.3, scaleTuning; FluidSynth agrees)."""
    root = tone.amounts[Gen.ROOT_KEY]
    if root < 0:
        root = tone.sample.key if tone.sample.key <= 127 else 60
    away = tone.key - root + tone.sample.correction / 100.0
    tune = 100.0 * tone.amounts[Gen.COARSE_TUNE] + tone.amounts[Gen.FINE_TUNE]
    return float(tone.amounts[Gen.SCALE_TUNING] * away + tune)


def kept_tone(tone: Tone, font: SoundFont) -> Mono | None:
    """A tone at its pitch and `filtered`, from those the sound bank keeps, as long as it is wanted; not to be written
    into. None for a tone that is no other's: whose pitch moves, or that the moment of letting go changes."""
    *filter_, stop = filter_identity(tone)
    if stop is not None or _stops_its_loop(tone) or any(_pitch_movers(tone)):
        return None
    steady = _Steady(tone, font)
    return font.tones.tone(
        (steady.name, *filter_), tone.num_samples, lambda length: filtered(tone, steady.made(length))
    )


def _stops_its_loop(tone: Tone) -> bool:
    """Whether the sample goes on behind its loop once the key is let go."""
    return int(tone.amounts[Gen.SAMPLE_MODES]) & 3 == _LOOPS_UNTIL_RELEASE


class _Steady:
    """A tone at a pitch that stands still, brought there from its sample."""

    def __init__(self, tone: Tone, font: SoundFont, oversampling: float = 1.0) -> None:
        octaves = min(max(base_cents(tone) / 1200.0, -20.0), 20.0)
        speed = 2.0**octaves * tone.sample.rate / tone.sample_rate
        self._speed = min(max(speed, _SLOWEST), _FASTEST) / oversampling
        self._tone, self._font, self._oversampling = tone, font, oversampling

    @property
    def name(self) -> tuple[float, ...]:
        """What decides its sound; not for one that `_stops_its_loop`."""
        addresses = (self._tone.amounts[kind] for kind in _ADDRESSES)
        return self._tone.sample.index, self._speed, self._oversampling, float(self._tone.sample_rate), *addresses

    def made(self, length: int) -> Mono:
        """Its first samples; the last of them feel that nothing follows."""
        import soxr

        source = _unrolled(self._tone, self._font, int(length * self._speed) + 64, self._speed / self._oversampling)
        out_rate = float(self._tone.sample_rate)
        sound: Mono = soxr.resample(source, out_rate * self._speed, out_rate, quality="HQ")
        return sound[:length]


def _steady(tone: Tone, font: SoundFont, oversampling: float, num_samples: int) -> Mono:
    steady = _Steady(tone, font, oversampling)
    return steady.made(num_samples) if _stops_its_loop(tone) else font.tones.tone(steady.name, num_samples, steady.made)


def _unrolled(tone: Tone, font: SoundFont, length: int, speed: float) -> Mono:
    """The sample with its loop played out, at least `length` frames if it loops."""
    amounts, data = tone.amounts, font.frames(tone.sample.index)
    loop_start, loop_end = tone.sample.loop
    loop_start += int(amounts[Gen.LOOP_START] + 32768 * amounts[Gen.LOOP_START_COARSE])
    loop_end += int(amounts[Gen.LOOP_END] + 32768 * amounts[Gen.LOOP_END_COARSE])
    start = int(np.clip(amounts[Gen.START] + 32768 * amounts[Gen.START_COARSE], 0, len(data) - 1))
    end = len(data) + int(np.clip(amounts[Gen.END] + 32768 * amounts[Gen.END_COARSE], start + 1 - len(data), 0))
    mode = int(amounts[Gen.SAMPLE_MODES]) & 3
    loops = mode in (_LOOPS, _LOOPS_UNTIL_RELEASE) and start <= loop_start < loop_end - 1 and loop_end <= len(data)
    if not loops:
        return data[start:end][: length + 1]
    if mode == _LOOPS_UNTIL_RELEASE:
        length = min(length, int(tone.stop * speed))
    if tone.sample.is_vorbis:
        data = _seamless(data[:end], start, loop_start, loop_end)
    head, loop = data[start:loop_end], data[loop_start:loop_end]
    turns = max(-(-(length - len(head)) // len(loop)), 0)
    tail = [data[loop_end:end]] if mode == _LOOPS_UNTIL_RELEASE else []
    return np.concatenate([head, np.tile(loop, turns), *tail])


def _seamless(data: Mono, start: int, loop_start: int, loop_end: int) -> Mono:
    """A lossy coder leaves other noise at the end of a loop than before its start: cross over to the latter.

    As long as the two stretches are the same sound, else for an instant only.
    """
    room = min(loop_start - start, (loop_end - loop_start) // 2)
    for length in (1024, 512, 256, 128, min(64, room)):
        if 0 < length <= room:
            before, end = data[loop_start - length : loop_start], data[loop_end - length : loop_end]
            if length <= 64 or _likeness(before, end) > _SAME:
                rise = np.linspace(0.0, 1.0, length + 2, dtype=np.float32)[1:-1]
                out = data.copy()
                out[loop_end - length : loop_end] = end + rise * (before - end)
                return out
    return data


def _likeness(one: Mono, other: Mono) -> float:
    power = float(np.dot(one, one)) * float(np.dot(other, other))
    return float(np.dot(one, other)) / power**0.5 if power > 0.0 else 0.0


def _pitch_movers(tone: Tone) -> tuple[bool, bool, bool]:
    """Whether the modulation envelope, the modulation oscillator and the vibrato move its pitch while it lasts."""
    amounts, length_s = tone.amounts, tone.num_samples / tone.sample_rate
    return (
        amounts[Gen.MOD_ENV_TO_PITCH] != 0,
        amounts[Gen.MOD_LFO_TO_PITCH] != 0 and seconds(amounts[Gen.MOD_LFO_DELAY]) < length_s,
        amounts[Gen.VIBRATO_TO_PITCH] != 0 and seconds(amounts[Gen.VIBRATO_DELAY]) < length_s,
    )


def _pitch_offsets(tone: Tone, bend_cents: Mono | None, wheel_cents: Mono | None) -> NDArray[np.float64] | None:
    """Cents away from the steady pitch over time, or None if it keeps still."""
    amounts = tone.amounts
    by_envelope, by_oscillator, by_vibrato = _pitch_movers(tone)
    parts: list[NDArray[np.float64]] = [] if bend_cents is None else [bend_cents.astype(np.float64)]
    if by_envelope:
        depth, moments = amounts[Gen.MOD_ENV_TO_PITCH], np.arange(tone.num_samples)
        parts.append(_modulation(tone, moments, _falls_audibly(tone, depth * _PITCH_WEIGHT)) * depth)
    if by_oscillator:
        parts.append(_mod_lfo(tone, tone.num_samples) * amounts[Gen.MOD_LFO_TO_PITCH])
    if by_vibrato or wheel_cents is not None:
        depth, delay_s = amounts[Gen.VIBRATO_TO_PITCH], seconds(amounts[Gen.VIBRATO_DELAY])
        wave = _wave(delay_s, hertz(amounts[Gen.VIBRATO_FREQUENCY]), tone.sample_rate, tone.num_samples)
        parts.append(wave * (depth if wheel_cents is None else depth + wheel_cents))
    return np.clip(np.sum(parts, axis=0), -_FURTHEST_CENTS, _FURTHEST_CENTS) if parts else None


def _moving(tone: Tone, font: SoundFont, offset_cents: NDArray[np.float64]) -> Mono:
    steps = np.exp2(offset_cents / 1200.0) * 2.0
    positions = np.cumsum(steps) - steps[0]
    sound = _steady(tone, font, 2.0, int(positions[-1]) + 4)
    sound = np.concatenate([np.zeros(1, np.float32), sound, np.zeros(3, np.float32)])
    return _hermite(sound, positions[positions < len(sound) - 4])


def _hermite(sound: Mono, positions: NDArray[np.float64]) -> Mono:
    """`sound`, which starts one sample before 0, read at fractional positions (4-point, 3rd-order Hermite)."""
    whole = positions.astype(np.int64)
    x = (positions - whole).astype(np.float32)
    before, here, after, later = (sound[whole + step] for step in range(4))
    slope = np.float32(0.5) * (after - before)
    bow = here - after
    rest = slope + bow
    cubic = rest + bow + np.float32(0.5) * (later - here)
    return ((cubic * x - (rest + cubic)) * x + slope) * x + here  # type: ignore[no-any-return]


def _modulation(tone: Tone, moments: NDArray[np.int64], falls: bool) -> NDArray[np.float64]:
    """The modulation envelope; where its fall is not heard it is left out, so that all such tones are one."""
    stop = tone.stop if falls else int(moments[-1]) + 1
    return modulation_envelope(tone.amounts, tone.key).modulation(moments, stop, tone.sample_rate)


def _oscillator(tone: Tone) -> tuple[float, float, int]:
    """What decides the modulation oscillator: its delay in seconds, its rate in Hz, the sample rate."""
    amounts = tone.amounts
    return seconds(amounts[Gen.MOD_LFO_DELAY]), hertz(amounts[Gen.MOD_LFO_FREQUENCY]), tone.sample_rate


def _mod_lfo(tone: Tone, num_samples: int, step: int = 1) -> NDArray[np.float64]:
    """The modulation oscillator, every so many samples; not to be written into."""
    return _wave(*_oscillator(tone), num_samples, step)


def _wave(delay_s: float, rate_hz: float, sample_rate: int, num_samples: int, step: int = 1) -> NDArray[np.float64]:
    """An oscillator every so many samples; not to be written into."""
    return _long_wave(delay_s, rate_hz, sample_rate, _shared_length(num_samples), step)[: -(-num_samples // step)]


@lru_cache(maxsize=8)
def _long_wave(delay_s: float, rate_hz: float, sample_rate: int, num_samples: int, step: int) -> NDArray[np.float64]:
    wave = triangle(np.arange(0, num_samples, step), delay_s, rate_hz, sample_rate)
    wave.flags.writeable = False
    return wave


def _shared_length(num_samples: int) -> int:
    """A length that many tones share: an instrument's oscillators start alike with every note."""
    return 1 << max(num_samples - 1, 1 << 14).bit_length()


def filtered(tone: Tone, sound: Mono) -> Mono:
    """Through the low-pass and the tremolo of the zone, `float32` of the length of `sound`.

    The low-pass is one pass if its cutoff stands still, else it moves on in multiples of 64 samples. What comes later
    changes nothing that came before: the first samples of a longer tone are the same.
    """
    from scipy.signal import lfilter

    if _is_open(tone.amounts):
        return _tremolo(tone, sound)
    cents = _cutoff_cents(tone, len(sound))
    resonance_db = min(max(tone.amounts[Gen.RESONANCE], 0.0), 960.0) / 10.0
    out, state = np.empty_like(sound), np.zeros(2)
    edges = [0, *((np.flatnonzero(np.diff(np.floor(cents / _STILL_CENTS))) + 1) * _STEP), len(sound)]
    for start, stop in pairwise(edges):
        over, under = low_pass(float(cents[start // _STEP]), resonance_db, tone.sample_rate)
        out[start:stop], state = lfilter(over, under, sound[start:stop], zi=state)
    return _tremolo(tone, out)


def _is_open(amounts: Amounts) -> bool:
    """Whether the low-pass does nothing, however long the tone is."""
    closes = amounts[Gen.MOD_ENV_TO_CUTOFF] < 0 or amounts[Gen.MOD_LFO_TO_CUTOFF] != 0
    return amounts[Gen.CUTOFF] >= _OPEN_CENTS and amounts[Gen.RESONANCE] <= 0.0 and not closes


def _tremolo(tone: Tone, sound: Mono) -> Mono:
    depth_cb = min(max(tone.amounts[Gen.MOD_LFO_TO_VOLUME], -960.0), 960.0)
    if not depth_cb or seconds(tone.amounts[Gen.MOD_LFO_DELAY]) * tone.sample_rate >= len(sound):
        return sound
    return sound * _swell(*_oscillator(tone), depth_cb, _shared_length(len(sound)))[: len(sound)]


@lru_cache(maxsize=8)
def _swell(delay_s: float, rate_hz: float, sample_rate: int, depth_cb: float, num_samples: int) -> Mono:
    wave = _wave(delay_s, rate_hz, sample_rate, num_samples)
    swell: Mono = np.exp(wave * (depth_cb / 200.0 * np.log(10.0))).astype(np.float32)
    swell.flags.writeable = False
    return swell


def _cutoff_cents(tone: Tone, num_samples: int) -> NDArray[np.float64]:
    """Cutoff in absolute cents every 64 samples; one value where nothing moves it."""
    amounts, moments = tone.amounts, np.arange(0, num_samples, _STEP)
    cents: NDArray[np.float64] = np.array([amounts[Gen.CUTOFF]])
    depth = amounts[Gen.MOD_ENV_TO_CUTOFF]
    if depth:
        cents = cents + _modulation(tone, moments, _falls_audibly(tone, depth * _CUTOFF_WEIGHT)) * depth
    if amounts[Gen.MOD_LFO_TO_CUTOFF] and seconds(amounts[Gen.MOD_LFO_DELAY]) * tone.sample_rate < num_samples:
        cents = cents + _mod_lfo(tone, num_samples, _STEP) * amounts[Gen.MOD_LFO_TO_CUTOFF]
    return np.clip(cents, _LOWEST_CENTS, _OPEN_CENTS)


def low_pass(cents: float, resonance_db: float, sample_rate: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A second-order low-pass: what weighs the last three samples in, and what the last three out, the first with 1.

    R. Bristow-Johnson's cookbook; its height at cutoff is the resonance above −3 dB, and half of the resonance is
    taken off the whole, as section 8.1.3 (initialFilterQ) asks.
    """
    frequency_hz = min(hertz(cents), 0.45 * sample_rate)
    turn = 2.0 * np.pi * frequency_hz / sample_rate
    quality = 10.0 ** (resonance_db / 20.0) / np.sqrt(2.0)
    alpha, cosine = np.sin(turn) / (2.0 * quality), np.cos(turn)
    height = (1.0 - cosine) * gain(resonance_db * 5.0)
    over = np.array([height / 2.0, height, height / 2.0]) / (1.0 + alpha)
    return over, np.array([1.0, -2.0 * cosine / (1.0 + alpha), (1.0 - alpha) / (1.0 + alpha)])
