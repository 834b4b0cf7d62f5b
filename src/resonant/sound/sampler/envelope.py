"""Envelopes and low-frequency oscillators: *SoundFont 2.04*, section 8.1.2, generators 5 to 40."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resonant.sound.kept_tones import KeptTones
from resonant.sound.sampler.generators import Amounts, Gen, seconds

FULL_DB = 100.0  # a decay or release time is the time for 100 dB
SILENT_DB = 90.0  # a voice this far below full scale is let go

MIN_ATTACK_S = 0.001
MIN_RELEASE_S = 0.016  # 100 dB in 16 ms: as short as sounds without a click

_CURVES = KeptTones(max_bytes=16 * 2**20, margin=0)


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
        """The gain while the key is held, `float32 [num_samples]`: linear attack, then straight in dB.

        Not to be written into: an instrument's notes have few shapes, and their curves are kept.
        """
        name = "held", self.while_held, sample_rate
        return _CURVES.tone(name, num_samples, lambda length: self._volume(length, sample_rate))

    def _volume(self, num_samples: int, sample_rate: int) -> NDArray[np.float32]:
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

    def modulation(self, moments: NDArray[np.int64], stop: int, sample_rate: int) -> NDArray[np.float64]:
        """The value 0…1 at some samples, let go at sample `stop`: convex attack, straight decay and release."""
        values = self._modulation_held(np.minimum(moments, stop), sample_rate)
        let_go_s = np.maximum(moments - stop, 0) / sample_rate
        return np.maximum(values - let_go_s / max(self.release_s, MIN_RELEASE_S), 0.0)

    def _modulation_held(self, moments: NDArray[np.int64], sample_rate: int) -> NDArray[np.float64]:
        delay, attack, hold = self._edges(sample_rate)
        top = delay + attack
        corners = [delay, top, top + hold, top + hold + max(self._decay_steps(sample_rate), 1)]
        values = np.interp(moments, corners, [0.0, 1.0, 1.0, 1.0 - self.sustain])
        # Section 8.1.2, attackModEnv: a convex rise.
        convex = np.clip(1.0 + 400.0 / 960.0 * np.log10(np.maximum(values, 1e-6)), 0.0, 1.0)
        return np.where(moments < top, convex, values)

    @property
    def while_held(self) -> tuple[float, ...]:
        """All but the release: notes of one such shape are alike until they are let go."""
        return self.delay_s, self.attack_s, self.hold_s, self.decay_s, self.sustain

    def release(self, num_samples: int, sample_rate: int) -> NDArray[np.float32]:
        """The gain after the key is let go, `float32 [num_samples]`; not to be written into."""
        release_s = max(self.release_s, MIN_RELEASE_S)
        name = "released", release_s, sample_rate
        return _CURVES.tone(name, num_samples, lambda length: fall(release_s, length, sample_rate))

    def length(self, stop: int, level_db: float, sample_rate: int) -> int:
        """Samples until a note let go at `stop` is under −90 dB, if its full level is `level_db`."""
        room_db = max(SILENT_DB + level_db, 1.0)
        delay, attack, hold = self._edges(sample_rate)
        top = delay + attack + hold
        held_db = min(max(stop - top, 0) / max(self.decay_s * sample_rate, 1.0), self.sustain) * FULL_DB
        tail = fall_length(max(self.release_s, MIN_RELEASE_S), max(room_db - held_db, 1.0), sample_rate)
        if self.sustain * FULL_DB < room_db:
            return stop + tail
        return min(stop + tail, top + int(self.decay_s * sample_rate * room_db / FULL_DB) + 1)

    def _edges(self, sample_rate: int) -> tuple[int, int, int]:
        attack_s = max(self.attack_s, MIN_ATTACK_S)
        times = (self.delay_s, attack_s, self.hold_s)
        delay, attack, hold = (round(time * sample_rate) for time in times)
        return delay, max(attack, 1), hold

    def _decay_steps(self, sample_rate: int) -> int:
        return round(self.decay_s * self.sustain * sample_rate)


def fall(full_s: float, num_samples: int, sample_rate: int) -> NDArray[np.float32]:
    """A fall from 1, straight in dB, at 100 dB in `full_s` seconds, `float32 [num_samples]`."""
    slope = -FULL_DB / (20.0 * full_s * sample_rate) * np.log(10.0)
    fine = np.exp(slope * np.arange(1, _FINE + 1)).astype(np.float32)
    coarse = np.exp(slope * _FINE * np.arange(-(-num_samples // _FINE))).astype(np.float32)
    return np.asarray(np.multiply.outer(coarse, fine).reshape(-1)[:num_samples])


_FINE = 1024  # exponentials are products: a thousand of them, times where each thousand begins


def fall_length(full_s: float, depth_db: float, sample_rate: int) -> int:
    """Samples that such a fall takes to `depth_db` below its start."""
    return max(int(full_s * sample_rate * depth_db / FULL_DB), 1)


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


def triangle(moments: NDArray[np.int64], delay_s: float, frequency_hz: float, sample_rate: int) -> NDArray[np.float64]:
    """A low-frequency oscillator within ±1 at some samples: still during its delay, then upwards from 0."""
    turns = np.maximum(moments / sample_rate - delay_s, 0.0) * frequency_hz + 0.75
    return np.abs((turns - np.floor(turns)) * 4.0 - 2.0) - 1.0  # several times quicker than the remainder
