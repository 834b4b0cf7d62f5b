"""Envelopes and low-frequency oscillators: *SoundFont 2.04*, section 8.1.2, generators 5 to 40."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.sound.sampler.generators import Amounts, Gen, seconds

FULL_DB = 100.0  # a decay or release time is the time for 100 dB
SILENT_DB = 90.0  # below this a voice is let go

MIN_ATTACK_S = 0.001
MIN_RELEASE_S = 0.016  # 100 dB in 16 ms: as short as sounds without a click


@dataclass(frozen=True, slots=True)
class Envelope:
    """Delay, attack, hold, decay, sustain, release; times in seconds.

    Args:
        decay_s, release_s: time for the full way: 100 dB of volume, or the whole of a modulation.
        sustain: 0…1, the part of the full way that the decay goes (0 = stays at the top).
    """

    delay_s: float
    attack_s: float
    hold_s: float
    decay_s: float
    sustain: float
    release_s: float

    def volume(self, num_samples: int, sample_rate: int) -> NDArray[np.float32]:
        """The gain while the key is held, `float32 [num_samples]`: linear attack, then straight in dB."""
        delay, attack, hold = self._edges(sample_rate)
        gains = np.zeros(num_samples, dtype=np.float32)
        rise = gains[delay : delay + attack]
        rise[:] = (np.arange(len(rise), dtype=np.float32) + 1.0) / np.float32(attack)
        gains[delay + attack : delay + attack + hold] = 1.0
        fall = gains[delay + attack + hold :]
        steps = self._decay_steps(sample_rate)
        ramp = np.arange(min(len(fall), steps), dtype=np.float32)
        slope = -FULL_DB * self.sustain / (20.0 * max(steps, 1)) * np.log(10.0)
        fall[: len(ramp)] = np.exp(ramp * np.float32(slope))
        fall[len(ramp) :] = 10.0 ** (-FULL_DB * self.sustain / 20.0)
        return gains

    def modulation(self, num_samples: int, stop: int, sample_rate: int) -> NDArray[np.float32]:
        """The value 0…1, `float32 [num_samples]`, let go at sample `stop`: convex attack, straight decay and release."""
        delay, attack, hold = self._edges(sample_rate)
        steps = self._decay_steps(sample_rate)
        top = delay + attack
        moments = [0, delay, top, top + hold, top + hold + max(steps, 1)]
        values = np.interp(np.arange(num_samples), moments, [0.0, 0.0, 1.0, 1.0, 1.0 - self.sustain])
        rising = values[delay:top]
        # Section 8.1.2, attackModEnv: convex rise.
        rising[:] = np.clip(1.0 + 400.0 / 960.0 * np.log10(np.maximum(rising, 1e-6)), 0.0, 1.0)
        if stop < num_samples:
            start = values[stop - 1] if stop > 0 else 0.0
            falling = np.arange(1, num_samples - stop + 1) / (max(self.release_s, MIN_RELEASE_S) * sample_rate)
            values[stop:] = np.maximum(start - falling, 0.0)
        return values.astype(np.float32)

    def release(self, sample_rate: int) -> NDArray[np.float32]:
        """The gain after the key is let go, down to −90 dB, `float32 [samples]`."""
        return fall(max(self.release_s, MIN_RELEASE_S), sample_rate)

    def silent_at(self, sample_rate: int) -> int | None:
        """The sample at which a held note has died away; None if it sustains."""
        if self.sustain * FULL_DB < SILENT_DB:
            return None
        return sum(self._edges(sample_rate)) + int(self.decay_s * sample_rate * SILENT_DB / FULL_DB) + 1

    def _edges(self, sample_rate: int) -> tuple[int, int, int]:
        attack_s = max(self.attack_s, MIN_ATTACK_S)
        times = (self.delay_s, attack_s, self.hold_s)
        delay, attack, hold = (round(time * sample_rate) for time in times)
        return delay, max(attack, 1), hold

    def _decay_steps(self, sample_rate: int) -> int:
        return round(self.decay_s * self.sustain * sample_rate)


def fall(full_s: float, sample_rate: int) -> NDArray[np.float32]:
    """A fall straight in dB from 1 to −90 dB, at 100 dB in `full_s` seconds."""
    steps = max(int(full_s * sample_rate * SILENT_DB / FULL_DB), 1)
    slope = -FULL_DB / (20.0 * full_s * sample_rate) * np.log(10.0)
    return np.exp(np.arange(1, steps + 1, dtype=np.float32) * np.float32(slope))


def volume_envelope(amounts: Amounts, key: int) -> Envelope:
    """The volume envelope of a note; sustain comes in centibels (0…1000)."""
    return Envelope(
        seconds(amounts[Gen.DELAY]),
        seconds(amounts[Gen.ATTACK]),
        seconds(amounts[Gen.HOLD] + (60 - key) * amounts[Gen.KEY_TO_HOLD]),
        seconds(amounts[Gen.DECAY] + (60 - key) * amounts[Gen.KEY_TO_DECAY]),
        min(max(amounts[Gen.SUSTAIN] / 1000.0, 0.0), 1.0),
        seconds(amounts[Gen.RELEASE]),
    )


def modulation_envelope(amounts: Amounts, key: int) -> Envelope:
    """The modulation envelope of a note; sustain comes in tenths of a percent of decrease (0…1000)."""
    return Envelope(
        seconds(amounts[Gen.MOD_DELAY]),
        seconds(amounts[Gen.MOD_ATTACK]),
        seconds(amounts[Gen.MOD_HOLD] + (60 - key) * amounts[Gen.MOD_KEY_TO_HOLD]),
        seconds(amounts[Gen.MOD_DECAY] + (60 - key) * amounts[Gen.MOD_KEY_TO_DECAY]),
        min(max(amounts[Gen.MOD_SUSTAIN] / 1000.0, 0.0), 1.0),
        seconds(amounts[Gen.MOD_RELEASE]),
    )


def triangle(num_samples: int, delay_s: float, frequency_hz: float, sample_rate: int) -> NDArray[np.float32]:
    """A low-frequency oscillator within ±1, `float32 [num_samples]`: still during its delay, then upwards from 0."""
    turns = np.maximum(np.arange(num_samples) / sample_rate - delay_s, 0.0) * frequency_hz
    return (np.abs((turns + 0.75) % 1.0 * 4.0 - 2.0) - 1.0).astype(np.float32)
