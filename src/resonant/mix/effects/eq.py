"""Equaliser: second-order sections after R. Bristow-Johnson's "Cookbook formulae for audio EQ biquads"."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples
from resonant.mix.effects.convolution import filtered

BandKind = Literal["low_cut", "high_cut", "low_shelf", "high_shelf", "peak"]


@dataclass(frozen=True, slots=True)
class Band:
    """One band of an equaliser.

    Args:
        kind: cuts fall 12 dB an octave beyond `freq_hz`; shelves and peaks lift by `gain_db`.
        freq_hz: corner or centre.
        gain_db: -24…24; a cut has none.
        q: resonance of a cut (0.707 is flat), width of a peak, slope of a shelf.
    """

    kind: BandKind
    freq_hz: float
    gain_db: float = 0.0
    q: float = 0.707


def equalise(samples: Samples, sample_rate: int, bands: tuple[Band, ...]) -> Samples:
    """The sound through all bands. `float32 [channels, samples]`."""
    sections = sections_of(bands, sample_rate)
    if len(sections) == 0 or samples.shape[1] == 0:
        return samples
    from scipy.signal import sosfilt

    if len(sections) >= _WORTH_AN_FFT and samples.shape[1] > 4 * _ring_samples(sections):
        impulse = np.zeros(_ring_samples(sections))
        impulse[0] = 1.0
        return filtered(samples, sosfilt(sections, impulse).astype(np.float32))
    # double precision: a low cut at 30 Hz has poles so near the unit circle that single precision adds rumble
    state = np.zeros((len(sections), samples.shape[0], 2))
    out = np.empty_like(samples)
    for start in range(0, samples.shape[1], _CHUNK):
        out[:, start : start + _CHUNK], state = sosfilt(sections, samples[:, start : start + _CHUNK], axis=1, zi=state)
    return out


_CHUNK = 1 << 16
"""Samples worked on at a time, so that what lies between stays in the processor's cache."""

_WORTH_AN_FFT = 3
"""From so many bands on, one convolution with their common response is faster than the bands."""


def _ring_samples(sections: NDArray[np.float64]) -> int:
    """How long the bands ring until they are 140 dB down: set by the pole nearest to the unit circle."""
    radius = max(float(np.abs(np.roots(section[3:])).max()) for section in sections)
    return min(int(np.log(1e-7) / np.log(max(radius, 0.1))) + 64, 1 << 16)


def response_db(bands: tuple[Band, ...], sample_rate: int, freqs_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gain in dB at each frequency."""
    z1 = np.exp(-2j * np.pi * freqs_hz / sample_rate)
    total = np.ones_like(z1)
    for b0, b1, b2, a0, a1, a2 in sections_of(bands, sample_rate):
        total = total * (b0 + z1 * (b1 + z1 * b2)) / (a0 + z1 * (a1 + z1 * a2))
    return np.asarray(20.0 * np.log10(np.abs(total) + 1e-12))


def sections_of(bands: tuple[Band, ...], sample_rate: int) -> NDArray[np.float64]:
    """Biquads `[bands, 6]` for scipy; bands that do nothing are left out, corners stay under 0.45 of the rate."""
    heard = [band for band in bands if band.gain_db != 0.0 or band.kind in ("low_cut", "high_cut")]
    return np.array([_biquad(band, sample_rate) for band in heard]).reshape(-1, 6)


def _biquad(band: Band, sample_rate: int) -> NDArray[np.float64]:
    omega = 2.0 * np.pi * min(band.freq_hz, 0.45 * sample_rate) / sample_rate
    cos, alpha = np.cos(omega), np.sin(omega) / (2.0 * band.q)
    amp = 10.0 ** (band.gain_db / 40.0)
    if band.kind == "peak":
        b, a = (1 + alpha * amp, -2 * cos, 1 - alpha * amp), (1 + alpha / amp, -2 * cos, 1 - alpha / amp)
    elif band.kind == "low_cut":
        b, a = ((1 + cos) / 2, -(1 + cos), (1 + cos) / 2), (1 + alpha, -2 * cos, 1 - alpha)
    elif band.kind == "high_cut":
        b, a = ((1 - cos) / 2, 1 - cos, (1 - cos) / 2), (1 + alpha, -2 * cos, 1 - alpha)
    else:
        b, a = _shelf(cos if band.kind == "low_shelf" else -cos, alpha, amp)
        if band.kind == "high_shelf":  # the cookbook's high shelf is its low shelf mirrored at a quarter of the rate
            b, a = (b[0], -b[1], b[2]), (a[0], -a[1], a[2])
    return np.asarray(np.array([*b, *a]) / a[0])


def _shelf(cos: float, alpha: float, amp: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    root = 2.0 * np.sqrt(amp) * alpha
    b = (
        amp * ((amp + 1) - (amp - 1) * cos + root),
        2 * amp * ((amp - 1) - (amp + 1) * cos),
        amp * ((amp + 1) - (amp - 1) * cos - root),
    )
    a = ((amp + 1) + (amp - 1) * cos + root, -2 * ((amp - 1) + (amp + 1) * cos), (amp + 1) + (amp - 1) * cos - root)
    return b, a
