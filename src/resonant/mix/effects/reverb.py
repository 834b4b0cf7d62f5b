"""Rooms: impulse responses of our own.

A response is a few early reflections, each a little darker and to one side, and a tail of noise that is independent
left and right, split into octave bands that each decay at a pace of their own (Jot, "An analysis/synthesis approach to
real-time artificial reverberation", ICASSP 1992, describes a room by just that: a decay time for each band).
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Samples

RoomName = Literal["room", "chamber", "plate", "hall", "ambient"]

_BANDS_HZ = (250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)


@dataclass(frozen=True, slots=True)
class Room:
    """What a space sounds like.

    Args:
        decay_s: time in which the tail falls by 60 dB in the middle bands.
        low_ratio, high_ratio: decay of the lowest and the highest octave, relative to the middle.
        predelay_ms: silence before the first reflection.
        early_ms: how long single reflections can be told apart; the tail builds up over this time.
        reflections: how many of them.
        early_db: energy of the reflections relative to the tail.
        low_cut_hz, high_cut_hz: what the return carries, so that rooms do not blur the bass.
    """

    decay_s: float
    low_ratio: float = 1.1
    high_ratio: float = 0.4
    predelay_ms: float = 10.0
    early_ms: float = 40.0
    reflections: int = 12
    early_db: float = -3.0
    low_cut_hz: float = 200.0
    high_cut_hz: float = 9000.0


ROOMS: dict[RoomName, Room] = {
    "room": Room(0.5, 1.0, 0.5, 4.0, 22.0, 14, 2.0, 180.0, 9000.0),
    "chamber": Room(1.1, 1.05, 0.45, 12.0, 40.0, 12, -2.0, 180.0, 8500.0),
    "plate": Room(1.5, 0.9, 0.65, 18.0, 8.0, 4, -12.0, 280.0, 11000.0),
    "hall": Room(2.3, 1.15, 0.35, 26.0, 75.0, 16, -5.0, 140.0, 7500.0),
    "ambient": Room(4.2, 1.0, 0.4, 45.0, 120.0, 10, -14.0, 220.0, 7000.0),
}


@cache
def impulse_response(name: RoomName, sample_rate: int) -> Samples:
    """The response of a room, of unit energy per channel: a send of 0 dB returns as loud as it went in.

    Returns:
        `float32 [2, samples]`; the same on every call and in every process.
    """
    room = ROOMS[name]
    rng = np.random.Generator(np.random.PCG64([ord(letter) for letter in name]))
    length = round(room.decay_s * max(1.0, room.low_ratio) * sample_rate)
    tail = _tail(room, length, sample_rate, rng)
    early = _early(room, length, sample_rate, rng)
    weight = 10.0 ** (room.early_db / 20.0)
    response = tail / np.sqrt((tail**2).sum(axis=1, keepdims=True))
    response += weight * early / np.sqrt((early**2).sum(axis=1, keepdims=True))
    response = np.pad(response, ((0, 0), (round(room.predelay_ms / 1000.0 * sample_rate), 0)))
    response = _band_limited(response, room, sample_rate)
    return np.asarray((response / np.sqrt((response**2).sum(axis=1, keepdims=True))), dtype=np.float32)


def _tail(room: Room, length: int, sample_rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Noise in octave bands, each with its own exponential decay; it fades in while reflections are still apart."""
    from scipy.signal import butter, sosfilt

    time = np.arange(length) / sample_rate
    tail = np.zeros((2, length))
    for index, centre in enumerate(_BANDS_HZ):
        low, high = centre / np.sqrt(2.0), min(centre * np.sqrt(2.0), 0.49 * sample_rate)
        if index == 0:
            section = butter(2, high, "lowpass", fs=sample_rate, output="sos")
        elif index == len(_BANDS_HZ) - 1:
            section = butter(2, low, "highpass", fs=sample_rate, output="sos")
        else:
            section = butter(2, (low, high), "bandpass", fs=sample_rate, output="sos")
        decay = room.decay_s * _ratio(room, index)
        tail += sosfilt(section, rng.standard_normal((2, length)), axis=1) * 10.0 ** (-3.0 * time / decay)
    rise = np.clip(time / (room.early_ms / 1000.0), 0.0, 1.0) ** 2
    fade = np.clip((time[-1] - time) / (0.1 * room.decay_s), 0.0, 1.0)
    return np.asarray(tail * rise * fade)


def _ratio(room: Room, band: int) -> float:
    """Decay of a band relative to the middle ones, from the lowest's to the highest's."""
    position = band / (len(_BANDS_HZ) - 1)
    if position <= 0.5:
        return room.low_ratio + (1.0 - room.low_ratio) * position * 2.0
    return 1.0 + (room.high_ratio - 1.0) * (position - 0.5) * 2.0


def _early(room: Room, length: int, sample_rate: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Single reflections, later ones softer; each reaches both ears within a millisecond, from its own side.

    A wall is rough: each reflection is smeared over two milliseconds, or drums would rattle in it.
    """
    from scipy.signal import butter, fftconvolve, sosfilt

    early = np.zeros((2, length))
    for index in range(room.reflections):
        at = room.early_ms / 1000.0 * ((index + rng.uniform(0.1, 0.9)) / room.reflections) ** 1.2
        loud = (0.3 + 0.7 * (1.0 - index / room.reflections)) * (1.0 if rng.random() < 0.5 else -1.0)
        side = rng.uniform(0.15, 0.85)
        for ear, part in enumerate((side, 1.0 - side)):
            late = at + (0.0 if part > 0.5 else 0.0006 * abs(2 * side - 1))
            early[ear, min(round(late * sample_rate), length - 1)] += loud * np.sqrt(part)
    smear = round(0.002 * sample_rate)
    wall = rng.standard_normal((2, smear)) * np.exp(-3.0 * np.arange(smear) / smear)
    rough = fftconvolve(early, wall, axes=1)[:, :length]
    return np.asarray(sosfilt(butter(1, min(6000.0, 0.45 * sample_rate), fs=sample_rate, output="sos"), rough, axis=1))


def _band_limited(response: NDArray[np.float64], room: Room, sample_rate: int) -> NDArray[np.float64]:
    from scipy.signal import butter, sosfilt

    high = min(room.high_cut_hz, 0.45 * sample_rate)
    return np.asarray(
        sosfilt(butter(1, (room.low_cut_hz, high), "bandpass", fs=sample_rate, output="sos"), response, axis=1)
    )
