"""A small band of made-up stems, with the score that it plays: fast to make, spread over the spectrum as music is."""

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.score.model import Note, Score, Track
from resonant.sound.model import Stems
from resonant.units import TempoMap

RATE = 44_100
BPM = 120.0
INSTRUMENTS = {
    "drums": "standard_kit",
    "bass": "fingered_bass",
    "chords": "grand_piano",
    "melody": "synth_lead",
    "pad": "warm_pad",
}


def stems(seconds: float = 4.0, names: tuple[str, ...] = tuple(INSTRUMENTS), ring_s: float = 1.0) -> Stems:
    """Drums, bass, chords, melody and pad, in eighths of 120 bpm; drums and chords are stereo."""
    time = np.arange(round((seconds + ring_s) * RATE)) / RATE
    playing = time < seconds
    made = {name: part(name, time) * playing for name in names}
    return Stems({name: Audio(samples.astype(np.float32), RATE) for name, samples in made.items()}, seconds)


def part(name: str, time: NDArray[np.float64]) -> NDArray[np.float64]:
    rng = np.random.default_rng(len(name))
    strike = time % 0.25
    if name == "drums":
        beat = time % 1.0
        kick = np.exp(-beat / 0.1) * np.sin(2 * np.pi * (50 * beat + 1.5 * (1 - np.exp(-beat / 0.03))))
        hat = np.exp(-strike / 0.02) * rng.standard_normal((2, time.size))
        return 0.5 * (kick + 0.2 * hat)
    root = np.array([55.0, 41.2, 49.0, 65.4])[(time // 2).astype(int) % 4]
    turn = np.cumsum(root) / RATE
    if name == "bass":
        return 0.4 * (np.exp(-strike / 0.2) * np.tanh(3 * np.sin(2 * np.pi * turn)))[None]
    if name == "melody":
        return 0.2 * (np.exp(-(time % 0.5) / 0.3) * (2 * ((9 * turn) % 1.0) - 1))[None]
    chord = np.stack([sum(np.sin(2 * np.pi * k * turn * d) for k in (4, 5, 6)) for d in (1.0, 1.003)])
    return 0.1 * chord * (np.exp(-(time % 1.0) / 0.6) if name == "chords" else 1.0)


def score(names: tuple[str, ...] = tuple(INSTRUMENTS), seconds: float = 4.0) -> Score:
    """The score those stems might come from: a kick on each second beat, one held note elsewhere."""
    kicks = tuple(Note(beat * 960, 36, 100, 100) for beat in range(int(seconds)))
    held = (Note(0, 57, 480, 90),)
    tracks = tuple(Track(name, name, INSTRUMENTS[name], kicks if name == "drums" else held) for name in names)
    return Score(bars=max(1, int(seconds) // 2), tempo=TempoMap.constant(BPM), tracks=tracks)
