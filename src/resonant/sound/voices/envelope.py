"""Envelopes: how loud or how bright a note is from its start to its end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Envelope:
    """Attack, decay, sustain, release.

    Args:
        attack_s: time to the top, as a curve that slows down, as a charging capacitor's does.
        decay_s: time constant of the fall to `sustain` (37 % of the way is left after it).
        sustain: level 0…1 that is held.
        release_s: time constant of the fall after the key is let go.
    """

    attack_s: float = 0.003
    decay_s: float = 0.3
    sustain: float = 0.7
    release_s: float = 0.06

    @property
    def tail_s(self) -> float:
        """How long the release can be heard: down to −60 dB."""
        return 6.9 * self.release_s

    def curve(self, num_samples: int, sample_rate: float, gate_s: float) -> Floats:
        """`float32 [num_samples]`, 0…1, of a key held for `gate_s`."""
        gate = min(max(round(gate_s * sample_rate), 1), num_samples)
        out = np.empty(num_samples, dtype=np.float32)
        self._hold(out[:gate], sample_rate)
        out[gate:] = out[gate - 1] * self.release(num_samples - gate, sample_rate)
        return out

    def at(self, moments_s: NDArray[np.float64], gate_s: float) -> NDArray[np.float64]:
        """`curve` at some moments, in seconds."""
        held_s = np.minimum(moments_s, gate_s)
        left = 1.0 - np.minimum(held_s / max(self.attack_s, 1e-6), 1.0)
        falling = np.exp(np.minimum(self.attack_s - held_s, 0.0) / self.decay_s)
        held = np.where(left > 0.0, 1.0 - left * left, self.sustain + (1.0 - self.sustain) * falling)
        return np.asarray(held * np.exp((held_s - moments_s) / self.release_s))

    def release(self, num_samples: int, sample_rate: float) -> Floats:
        """The fall after the key is let go, from 1: `float32 [num_samples]`."""
        return _falling(num_samples, self.release_s * sample_rate)

    def _hold(self, out: Floats, sample_rate: float) -> None:
        attack = min(max(int(self.attack_s * sample_rate), 1), len(out))
        left = 1.0 - np.arange(attack, dtype=np.float32) / np.float32(max(self.attack_s * sample_rate, 1.0))
        out[:attack] = 1.0 - left * left
        falling = _falling(len(out) - attack, self.decay_s * sample_rate)
        falling *= np.float32(1.0 - self.sustain)
        np.add(falling, np.float32(self.sustain), out=out[attack:])


def _falling(num_samples: int, constant: float) -> Floats:
    """exp(−n / constant): `float32 [num_samples]`, made of products: a run of them, times where each run begins."""
    fine = np.exp(np.arange(_FINE) * (-1.0 / constant)).astype(np.float32)
    coarse = np.exp(np.arange(-(-num_samples // _FINE)) * (-_FINE / constant)).astype(np.float32)
    return np.asarray(np.multiply.outer(coarse, fine).reshape(-1)[:num_samples])


_FINE = 512
