"""What tests hear in a sound: loudness, brightness, decay, pitch, onsets. `samples` is `float32 [2, samples]`."""

import warnings

import numpy as np
from numpy.typing import NDArray

from resonant.score.model import Note, Track
from resonant.sound.voices import render_voice
from resonant.units import TICKS_PER_QUARTER, TempoMap

RATE = 44_100
AT_120 = TempoMap.constant(120.0)
SECOND = 2 * TICKS_PER_QUARTER  # at 120
Samples = NDArray[np.float32]


def heard(voice: str, *notes: Note, seconds: float = 3.0, rate: int = RATE, **more: object) -> Samples:
    """The sound of notes on a voice at 120 bpm; `more` are bends and controls."""
    track = Track("part", "melody", voice, tuple(sorted(notes)), **more)  # type: ignore[arg-type]
    return render_voice(track, AT_120, voice, int(seconds * rate), rate).samples


def phrase(voice: str, velocity: int = 100) -> tuple[Note, ...]:
    """Eight seconds of what such a voice usually plays."""
    eighth = TICKS_PER_QUARTER // 2
    if voice.startswith("kit_"):
        hats = [Note(i * eighth, 46 if i % 8 == 7 else 42, 60, velocity) for i in range(32)]
        kicks = [Note(i * eighth, 36, 60, velocity) for i in range(32) if i % 8 in (0, 3, 5)]
        snares = [Note(i * eighth, 38, 60, velocity) for i in range(32) if i % 8 in (2, 6)]
        return tuple(sorted([Note(0, 49, 60, velocity), *hats, *kicks, *snares]))
    if "bass" in voice:
        pitches = (36, 36, 43, 39, 36, 43, 41, 34)
        return tuple(Note(i * eighth, pitches[i % 8], eighth - 30 + 60 * (i % 4 == 3), velocity) for i in range(32))
    if "lead" in voice:
        pitches = (67, 70, 74, 77, 79, 77, 74, 70)
        return tuple(Note(i * 480, pitches[i % 8], 470 if i % 2 else 520, velocity) for i in range(16))
    if voice == "pluck":
        return tuple(Note(i * eighth, (60, 64, 67, 72)[i % 4], 200, velocity) for i in range(32))
    chords = ((57, 60, 64, 67), (53, 57, 60, 64), (55, 59, 62, 67), (52, 55, 59, 62))
    starts = (0, 720, 1200) if voice == "stab" else (0,)
    length = 240 if voice == "stab" else 1800
    return tuple(sorted(Note(b * 1920 + s, p, length, velocity) for b in range(4) for s in starts for p in chords[b]))


def loudness_lufs(samples: Samples, rate: int = RATE) -> float:
    """Integrated loudness after BS.1770."""
    import pyloudnorm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(pyloudnorm.Meter(rate).integrated_loudness(samples.T.astype(np.float64)))


def level_db(samples: Samples) -> float:
    """Root mean square over both channels."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-20))


def centroid_hz(samples: Samples, rate: int = RATE) -> float:
    """The middle of the power spectrum."""
    power = np.abs(np.fft.rfft(samples.mean(axis=0))) ** 2
    return float(np.sum(power * np.fft.rfftfreq(samples.shape[1], 1 / rate)) / max(np.sum(power), 1e-20))


def pitch_cents(samples: Samples, midi_pitch: float, rate: int = RATE) -> float:
    """How many cents the fundamental lies off a MIDI pitch: the middle of what is within 60 cents of it."""
    mono = samples.mean(axis=0).astype(np.float64)
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 20)) ** 2
    hz = np.fft.rfftfreq(1 << 20, 1 / rate)
    expected = 440.0 * 2.0 ** ((midi_pitch - 69) / 12)
    near = np.abs(1200 * np.log2(np.maximum(hz, 1e-3) / expected)) < 60
    return float(1200 * np.log2(np.sum(power[near] * hz[near]) / np.sum(power[near]) / expected))


def envelope(samples: Samples, rate: int = RATE, window_s: float = 0.01) -> NDArray[np.float64]:
    """Power over time, smoothed."""
    window = max(int(window_s * rate), 1)
    return np.convolve(np.mean(samples.astype(np.float64) ** 2, axis=0), np.ones(window) / window, "same")


def decay_ms(samples: Samples, fall_db: float = 20.0, rate: int = RATE) -> float:
    """From the loudest moment until it has fallen by so many decibels for good."""
    power = envelope(samples, rate)
    loud = np.nonzero(power > power.max() * 10 ** (-fall_db / 10))[0]
    return float((loud[-1] - power.argmax()) / rate * 1000)


def onsets(samples: Samples, rate: int = RATE) -> int:
    """How many times the spectrum rises sharply, no two within 60 ms: spectral flux over its moving mean."""
    hop, size = 441, 2048
    mono = np.concatenate([np.zeros(size, dtype=np.float32), samples.mean(axis=0)])
    frames = np.lib.stride_tricks.sliding_window_view(mono, size)[::hop] * np.hanning(size).astype(np.float32)
    bands = np.log1p(1000.0 * np.abs(np.fft.rfft(frames, axis=1)))
    flux = np.maximum(np.diff(bands, axis=0), 0.0).sum(axis=1)
    threshold = np.convolve(flux, np.ones(31) / 31, "same") + 0.25 * flux.max()
    peaks = [
        i for i in range(1, len(flux) - 1) if flux[i] > threshold[i] and flux[i] == flux[max(i - 3, 0) : i + 4].max()
    ]
    return sum(1 for before, now in zip([-99, *peaks], peaks, strict=False) if now - before > 6)
