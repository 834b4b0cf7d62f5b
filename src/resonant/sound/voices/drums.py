"""What drums are made of: swept tones, filtered noise, clusters of squares, struck modes.

Filters are applied as the responses of their analogue prototypes in the frequency domain, padded so that nothing wraps
round: no filter state, no loop over samples.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples

Floats = NDArray[np.float32]
Response = Callable[[NDArray[np.complexfloating]], NDArray[np.complexfloating]]


@dataclass(frozen=True, eq=False)
class Hit:
    """One stroke: `velocity` 0…1, how long it may ring, the small luck of this take, and the sample rate."""

    velocity: float
    seconds: float
    luck: np.random.Generator
    sample_rate: float

    @property
    def num_samples(self) -> int:
        return int(self.seconds * self.sample_rate)

    def times(self) -> Floats:
        """Seconds since the stroke: `float32 [samples]`."""
        return np.arange(self.num_samples, dtype=np.float32) / np.float32(self.sample_rate)

    def near(self, value: float, spread: float = 0.01) -> float:
        """The value as this stroke happens to have it, within ± `spread` of it."""
        return value * (1.0 + spread * (2.0 * float(self.luck.random()) - 1.0))

    def between(self, soft: float, hard: float) -> float:
        """What a soft and a hard stroke have differently."""
        return soft + (hard - soft) * self.velocity

    def noise(self, channels: int = 1) -> Samples:
        """White noise: `float32 [channels, samples]`."""
        return self.luck.standard_normal((channels, self.num_samples), dtype=np.float32)


Model = Callable[[Hit], Samples]


def fall(times: Floats, constant_s: float) -> Floats:
    """Exponential decay with a time constant."""
    return np.asarray(np.exp(times * np.float32(-1.0 / constant_s)))


def rise(times: Floats, seconds: float) -> Floats:
    """A short ramp up from nothing."""
    return np.asarray(np.minimum(times / np.float32(seconds), np.float32(1.0)))


def swept(times: Floats, start_hz: float, end_hz: float, constant_s: float, shape: float = 0.0) -> Floats:
    """A sine that falls from `start_hz` to `end_hz`; `shape` bends it towards a triangle's odd harmonics."""
    cycles = end_hz * times + (start_hz - end_hz) * constant_s * (1.0 - fall(times, constant_s))
    angle = (2.0 * np.pi * cycles).astype(np.float32)
    wave = np.sin(angle)
    return wave if shape == 0.0 else wave - np.float32(shape / 9.0) * np.sin(3.0 * angle)


def modes(times: Floats, partials: Iterable[tuple[float, float, float]]) -> Floats:
    """Struck modes: (Hz, level, decay constant in seconds) each."""
    out = np.zeros_like(times)
    for hz, level, constant_s in partials:
        out += np.float32(level) * np.sin(np.float32(2.0 * np.pi * hz) * times) * fall(times, constant_s)
    return out


def filtered(signal: Samples, sample_rate: float, *responses: Response) -> Samples:
    """The signal `[…, samples]` through analogue filters, one after the other."""
    length = signal.shape[-1]
    size = 1 << (length + min(length, 4096) - 1).bit_length()
    spectrum = np.fft.rfft(signal, size, axis=-1)
    s = (1j * np.fft.rfftfreq(size, 1.0 / sample_rate)).astype(np.complex64)
    through = responses[0](s)
    for response in responses[1:]:
        through = through * response(s)
    spectrum = spectrum * through
    return np.fft.irfft(spectrum, size, axis=-1)[..., :length].astype(np.float32)


def low_pass(hz: float, q: float = 0.707) -> Response:
    """12 dB per octave above `hz`."""
    return lambda s: np.asarray(1.0 / (1.0 + s / (hz * q) + s * s / hz**2))


def high_pass(hz: float, q: float = 0.707) -> Response:
    """12 dB per octave below `hz`."""
    return lambda s: np.asarray(s * s / (hz**2 + s * (hz / q) + s * s))


def band_pass(hz: float, q: float) -> Response:
    """0 dB at `hz`, 6 dB per octave either side."""
    return lambda s: np.asarray(s * (hz / q) / (hz**2 + s * (hz / q) + s * s))


def driven(signal: Samples, drive: float) -> Samples:
    """Through a tanh: 1 warms, 4 crushes."""
    return np.asarray(np.tanh(np.float32(drive) * signal) / np.float32(np.tanh(drive)))


def squares(hit: Hit, frequencies_hz: tuple[float, ...]) -> Floats:
    """A cluster of free-running square waves, as the TR-808's cymbals have: each take catches it elsewhere."""
    cluster = _cluster(frequencies_hz, hit.sample_rate)
    first = int(hit.luck.integers(0, len(cluster)))
    repeats = 1 + (first + hit.num_samples) // len(cluster)
    return np.tile(cluster, repeats)[first : first + hit.num_samples]


@lru_cache(maxsize=16)
def _cluster(frequencies_hz: tuple[float, ...], sample_rate: float) -> Floats:
    """Four seconds of squares as a loop, from their Fourier series; each is tuned by under 0.13 Hz to close it."""
    seconds, num_samples = 4.0, int(4.0 * sample_rate)
    spectrum = np.zeros(num_samples // 2 + 1, dtype=np.complex64)
    for index, hz in enumerate(frequencies_hz):
        turns = round(hz * seconds)
        k = np.arange(1, int(0.45 * num_samples / turns), 2)
        spectrum[k * turns] += -1j * np.exp(2j * np.pi * k * 0.137 * index) / k
    loop = np.fft.irfft(spectrum, num_samples)
    return np.asarray(loop * (2.0 / np.pi * num_samples / len(frequencies_hz)), dtype=np.float32)
