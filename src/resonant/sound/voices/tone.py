"""A tone: one note, or a slur of notes, played on a patch. Plain array algebra; no state outlives a tone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.loops import Loop
from resonant.seeds import derived
from resonant.sound.steps import between, steps_of
from resonant.sound.voices.cycle import Bank, Rows, bank_for
from resonant.sound.voices.patch import Patch

Floats = NDArray[np.float32]

ACCENT_VELOCITY = 112
_A4_PITCH, _A4_HZ = 69, 440.0
_MIDDLE_C = 60
END_FADE_S = 0.004
_CLICK_S = 0.004
_CHUNK = 4096  # samples worked on at once: all that a reader touches stays in the second-level cache
_COMPILED_CHUNK = 1 << 16  # a loop touches less, and threads work side by side where they seldom need the interpreter


@dataclass(frozen=True)
class Tone:
    """What is played.

    Args:
        steps: (seconds from the start, pitch): the notes of a slur; one step for a single note.
        velocity: 1…127 of the first note.
        length_s: how much of it is wanted.
        gate_s: when the last key is let go, from the start of the tone.
        take: which of the slightly different takes of this note.
        from_pitch: where a portamento begins; None starts on the note.
    """

    steps: tuple[tuple[float, int], ...]
    velocity: int
    length_s: float
    gate_s: float
    take: int = 0
    from_pitch: float | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is one note that starts on its pitch: nothing but its length sets it apart from others alike."""
        return len(self.steps) == 1 and self.from_pitch is None

    def num_samples(self, sample_rate: float) -> int:
        return max(round(self.length_s * sample_rate), 2)


def sound(
    patch: Patch, tone: Tone, sample_rate: float, cents: NDArray[np.float64] | None = None, until: int | None = None
) -> Samples:
    """The sound of a tone at velocity 100's loudness: `float32 [patch.sides, samples]`; cut, it ends within 4 ms.

    Args:
        cents: pitch wheel and modulation at `steps_of` the tone's samples, where they move.
        until: how many samples are wanted of it; the first of a longer tone are what they are in the whole.
    """
    whole = tone.num_samples(sample_rate)
    num_samples = whole if until is None else min(whole, until)
    hz = _hz(_pitch(patch, tone, steps_of(whole) / sample_rate, cents))
    highest_hz = float(np.max(hz))  # of the whole: it decides how many harmonics there are
    moments_s = steps_of(num_samples) / sample_rate
    hz = hz[: len(moments_s)] if hz.ndim else hz
    step = hz / sample_rate
    cycles = np.cumsum(between(step, num_samples)) if step.ndim else np.arange(num_samples) * step
    above = (_cutoff(patch, tone, moments_s) - np.log2(hz)).astype(np.float32)
    above = between(above, num_samples) if len(above) > 1 else above
    readers = [_reader(patch, tone, index, highest_hz, sample_rate) for index in range(len(patch.oscillators))]
    mixed = np.zeros((patch.sides, num_samples), dtype=np.float32)
    chunk = _COMPILED_CHUNK if Loop.are_compiled else _CHUNK
    for start in range(0, num_samples, chunk):
        part = slice(start, start + chunk)
        rows = Rows.at(above[part] if len(above) > 1 else above)
        for reader in readers:
            reader.add(mixed[:, part], cycles[part], rows)
    return _shaped(mixed, patch, tone, sample_rate, is_whole=num_samples == whole)


@dataclass(frozen=True, eq=False)
class _Reader:
    """An oscillator at work: its frequency by the note's, where in its cycle it starts, its level on each side."""

    bank: Bank
    ratio: float
    start: float
    levels: Floats

    def add(self, mixed: Samples, cycles: NDArray[np.float64], rows: Rows) -> None:
        lowered = rows.lowered(float(np.log2(self.ratio)))
        self.bank.add(mixed, cycles, lowered, self.ratio, self.start, self.levels)


def _reader(patch: Patch, tone: Tone, index: int, highest_hz: float, sample_rate: float) -> _Reader:
    oscillator = patch.oscillators[index]
    stray = patch.drift_cents * (2.0 * _chance(tone, "drift", index) - 1.0)
    ratio = 2.0 ** ((oscillator.cents + stray) / 1200.0)
    accented = patch.accent is not None and tone.velocity >= ACCENT_VELOCITY
    filter_ = patch.accent if patch.accent is not None and accented else patch.filter
    return _Reader(
        bank_for(oscillator.wave, filter_, highest_hz * ratio, sample_rate),
        ratio,
        _chance(tone, "phase", index) if patch.random_phase else 0.0,
        np.asarray([oscillator.level * side for side in _sides(oscillator.pan)[: patch.sides]], dtype=np.float32),
    )


def _shaped(mixed: Samples, patch: Patch, tone: Tone, sample_rate: float, is_whole: bool) -> Samples:
    """With its loudness, its tick and its warmth."""
    num_samples = mixed.shape[1]
    mixed *= patch.amp.curve(num_samples, sample_rate, tone.gate_s)
    if patch.click > 0.0:
        _add_click(mixed, patch, tone, sample_rate)
    if is_whole:
        fade_end(mixed, sample_rate)
    if patch.saturation > 0.0:
        mixed = np.tanh(np.float32(patch.saturation) * mixed) / np.float32(patch.saturation)
    return mixed


def fade_end(samples: Samples, sample_rate: float) -> None:
    """Bring the last 4 ms down to nothing, in place."""
    fade = min(int(END_FADE_S * sample_rate), samples.shape[1])
    samples[:, samples.shape[1] - fade :] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)


def _hz(pitch: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(_A4_HZ * np.exp2((np.asarray(pitch) - _A4_PITCH) / 12.0))


def _pitch(
    patch: Patch, tone: Tone, moments_s: NDArray[np.float64], cents: NDArray[np.float64] | None
) -> NDArray[np.float64] | float:
    """MIDI pitch at some moments of the tone, or one number where it stands still."""
    first = tone.steps[0][1] + 12.0 * patch.octaves
    vibrato, drop = patch.vibrato, patch.drop
    if tone.is_plain and patch.is_still and cents is None:
        return first
    pitch = np.full(len(moments_s), first) if tone.is_plain else _slur(patch, tone, moments_s)
    if vibrato.cents > 0.0:
        grown = np.minimum(moments_s / vibrato.onset_s, 1.0) ** 2
        pitch = pitch + vibrato.cents / 100.0 * grown * np.sin(2 * np.pi * vibrato.hz * moments_s)
    if drop.semitones > 0.0:
        pitch = pitch + drop.semitones * np.exp(-moments_s / drop.seconds)
    return pitch if cents is None else pitch + cents / 100.0


def _slur(patch: Patch, tone: Tone, t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each step is approached as a capacitor charges: 95 % of the way after `glide_s`."""
    constant_s = patch.glide_s / 3.0
    now = float(tone.steps[0][1] if tone.from_pitch is None else tone.from_pitch)
    pitch = np.full(len(t), now)
    for (start, target), (end, _) in zip(tone.steps, (*tone.steps[1:], (float("inf"), 0)), strict=True):
        part = slice(*np.searchsorted(t, (start, end)))
        pitch[part] = target + (now - target) * np.exp((start - t[part]) / constant_s)
        now = target + (now - target) * float(np.exp((start - end) / constant_s))
    return pitch + 12.0 * patch.octaves


def _cutoff(patch: Patch, tone: Tone, moments_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """log2 of the cutoff in Hz at some moments of the tone; a single number where it stands still."""
    cutoff = patch.cutoff
    touch = cutoff.velocity_octaves * (tone.velocity - 100) / 127.0
    rest = np.log2(cutoff.hz) + cutoff.tracking * (tone.steps[0][1] - _MIDDLE_C) / 12.0 + touch
    if cutoff.envelope_octaves == 0.0 and cutoff.lfo_octaves == 0.0:
        return np.asarray([rest])
    moved = rest + cutoff.envelope_octaves * cutoff.envelope.at(moments_s, tone.gate_s)
    if cutoff.lfo_octaves == 0.0:
        return np.asarray(moved)
    turns = cutoff.lfo_hz * moments_s + _chance(tone, "lfo")
    return np.asarray(moved + cutoff.lfo_octaves * np.sin(2 * np.pi * turns))


def _sides(pan: float) -> tuple[float, float]:
    """Constant power; the middle keeps its level on both sides."""
    angle = (pan + 1.0) * np.pi / 4.0
    return float(np.cos(angle) * np.sqrt(2.0)), float(np.sin(angle) * np.sqrt(2.0))


def _add_click(mixed: Samples, patch: Patch, tone: Tone, sample_rate: float) -> None:
    length = min(int(_CLICK_S * sample_rate), mixed.shape[1])
    noise = np.random.default_rng(derived(tone.take, "click", tone.steps[0][1])).random(length, dtype=np.float32)
    noise -= noise.mean()
    loudness = patch.click * (tone.velocity / 100.0) ** 2
    mixed[:, :length] += np.float32(loudness) * noise * np.linspace(1.0, 0.0, length, dtype=np.float32) ** 2


def _chance(tone: Tone, *names: object) -> float:
    """0…1, always the same for the same note and take."""
    return derived(tone.take, tone.steps[0][1], *names) / 2.0**63
