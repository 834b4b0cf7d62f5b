"""A plain additive and noise synthesiser: sound whose truth is known, and that is not our engine's.

It plays the yardstick of `bench_music_quality.py`: real pieces with known tempo, key and chords, so that the audio
estimators have a ceiling measured on music they could not have been tuned to through our own instruments.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.score.model import Score, Track

RATE_HZ = 32_000
_LONGEST_S = 6.0
_GAINS = {"melody": 0.5, "counter": 0.3, "chords": 0.45, "bass": 0.5, "drums": 0.6}
_RELEASE_S = 0.08
Sound = NDArray[np.float32]


def rendered(score: Score, reverb: float = 0.12) -> Audio:
    """The score as mono audio at 32 kHz, peak 0.8, with a second of ring-out."""
    total = np.zeros(int((score.seconds + 1.0) * RATE_HZ), dtype=np.float32)
    for track in score.tracks:
        _play(total, score, track)
    total += reverb * _room(total)
    peak = float(np.abs(total).max(initial=1e-9))
    return Audio((0.8 / peak * total)[None, :].astype(np.float32), RATE_HZ)


def _play(total: Sound, score: Score, track: Track) -> None:
    gain = _GAINS.get(track.role, 0.4)
    for note in track.notes:
        start = int(score.tempo.seconds_at(note.start) * RATE_HZ)
        sound = _drum(note.pitch) if track.role == "drums" else _tone(track.role, note.pitch)
        if track.role != "drums":
            held = int(score.tempo.seconds_at(note.end) * RATE_HZ) - start
            sound = _released(sound, held)
        room = min(len(sound), len(total) - start)
        if room > 0:
            total[start : start + room] += gain * (note.velocity / 127) ** 1.5 * sound[:room]


def _released(sound: Sound, held: int) -> Sound:
    release = int(_RELEASE_S * RATE_HZ)
    cut = sound[: held + release].copy()
    tail = min(release, len(cut))
    cut[len(cut) - tail :] *= np.linspace(1, 0, tail, dtype=np.float32)
    return cut


@cache
def _tone(role: str, pitch: int) -> Sound:
    """One long note: a struck string for chords and bass, a blown tone for melody, a bowed one for the counter."""
    time = np.arange(int(_LONGEST_S * RATE_HZ)) / RATE_HZ
    pitch_hz = 440.0 * 2 ** ((pitch - 69) / 12)
    struck = role in ("chords", "bass")
    bright = {"chords": 1.3, "bass": 1.1, "melody": 1.8, "counter": 1.0}.get(role, 1.3)
    vibrato = (
        0.0
        if struck
        else 0.004 * pitch_hz * np.sin(2 * np.pi * 5.2 * time) * np.minimum(time / 0.4, 1) / (2 * np.pi * 5.2)
    )
    rng = np.random.default_rng(pitch)
    sound = np.zeros(len(time))
    for harmonic in range(1, 13):
        stretch = np.sqrt(1 + 4e-4 * harmonic**2) if struck else 1.0
        if harmonic * pitch_hz * stretch > RATE_HZ / 2.2:
            break
        decay = np.exp(-time * (0.5 + 0.25 * harmonic + pitch_hz / 1500)) if struck else 1.0
        phase = 2 * np.pi * harmonic * (pitch_hz * stretch * time + vibrato) + rng.uniform(0, 2 * np.pi)
        sound += harmonic**-bright * decay * np.sin(phase)
    attack_s = {"melody": 0.02, "counter": 0.05}.get(role, 0.004)
    return (0.4 * sound * np.minimum(time / attack_s, 1)).astype(np.float32)


@cache
def _drum(pitch: int) -> Sound:
    rng = np.random.default_rng(pitch)
    time = np.arange(int(1.2 * RATE_HZ)) / RATE_HZ
    noise = rng.standard_normal(len(time))
    high = np.diff(np.diff(noise, prepend=0), prepend=0) / 2.5
    if pitch in (35, 36):
        return np.sin(2 * np.pi * (50 * time - 8 * np.exp(-time * 30))).astype(np.float32) * np.exp(
            -time * 11, dtype=np.float32
        )
    if pitch in (37, 38, 39, 40):
        return (0.5 * noise * np.exp(-time * 18) + 0.4 * np.sin(2 * np.pi * 190 * time) * np.exp(-time * 22)).astype(
            np.float32
        )
    if pitch in (42, 44):
        return (0.35 * high * np.exp(-time * 45)).astype(np.float32)
    if pitch in (46, 49, 51, 53, 52, 55, 57, 59):
        return (0.3 * high * np.exp(-time * (9 if pitch == 46 else 3.5))).astype(np.float32)
    tom_hz = 70 + 12 * (pitch - 41)
    return (np.sin(2 * np.pi * (tom_hz * time - 2 * np.exp(-time * 20))) * np.exp(-time * 9)).astype(np.float32)


@cache
def _impulse() -> NDArray[np.float64]:
    time = np.arange(int(0.9 * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal(len(time)) * np.exp(-time * 6.0)
    return noise / np.sqrt(np.sum(noise**2))


def _room(dry: Sound) -> Sound:
    from scipy.signal import oaconvolve

    return np.asarray(oaconvolve(dry, _impulse())[: len(dry)], dtype=np.float32)


def excerpt_ticks(score: Score, bars: int) -> tuple[int, int]:
    """Start and end tick of the stretch of `bars` with most notes, so that intros and silences are left out."""
    starts = [note.start for track in score.tracks for note in track.notes]
    edges = np.array([score.metre.bar_start(bar) for bar in range(score.bars + 1)])
    counts = np.histogram(starts, bins=edges)[0]
    if len(counts) <= bars:
        return 0, score.end
    first = int(np.argmax(np.convolve(counts, np.ones(bars), mode="valid")))
    return int(edges[first]), int(edges[first + bars])
