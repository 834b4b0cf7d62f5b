"""One listening to a piece: onset strength, chroma, tempo and beats, heard once and asked about many times."""

from dataclasses import dataclass

import numpy as np

from resonant.audio import Audio
from resonant.listening.beats import beats_s, blind_tempo_bpm
from resonant.listening.chroma import CHROMA_RATE_HZ, Chromagram, chromagram
from resonant.listening.ear import Array
from resonant.listening.onsets import onset_strength

_LONGEST_STRETCH_S = 0.4


@dataclass(frozen=True, eq=False)
class Hearing:
    """What was heard, blind.

    Args:
        strength: onset strength at `ONSET_RATE_HZ`.
        chroma: pitch classes at `CHROMA_RATE_HZ`.
        bpm: the tempo tapped, 0 for silence.
        beats: the beats, in seconds.
        seconds: length of the sound.
    """

    strength: Array
    chroma: Chromagram
    bpm: float
    beats: Array
    seconds: float

    @property
    def edges_s(self) -> Array:
        """Beats, in seconds, from the start of the sound to its end; halved until less than 0.4 s lie between them.

        Fast songs are tapped at half their tempo, and dance music between its beats: halves meet both.
        """
        if len(self.beats) < 3:
            return np.arange(0.0, max(self.seconds, 0.5) + 0.5, 0.5)
        period = float(np.median(np.diff(self.beats)))
        before = np.arange(self.beats[0] - period, -period / 2, -period)[::-1]
        after = np.arange(self.beats[-1] + period, self.seconds + period / 2, period)
        edges = np.concatenate([before, self.beats, after])
        while period > _LONGEST_STRETCH_S:
            edges, period = np.sort(np.concatenate([edges, (edges[1:] + edges[:-1]) / 2])), period / 2
        return edges

    def by_beat(self, frames: Array) -> Array:
        """The mean over each stretch between edges of something held by chroma frames, `[beats, …]`."""
        bounds = np.clip(np.round(self.edges_s * CHROMA_RATE_HZ).astype(int), 0, len(frames))
        firsts = np.minimum(bounds[:-1], len(frames) - 1)
        lasts = np.maximum(bounds[1:], firsts + 1)
        return np.stack([frames[first:last].mean(axis=0) for first, last in zip(firsts, lasts, strict=True)])


def hear(audio: Audio) -> Hearing:
    """Listens to a sound.

    Raises:
        InputError: samples that are no numbers.
    """
    strength = onset_strength(audio)
    bpm = blind_tempo_bpm(strength)
    return Hearing(strength, chromagram(audio), bpm, beats_s(strength, bpm), audio.seconds)
