"""Stems: the sound of each track, all of equal length, all starting at bar 1."""

from collections.abc import Mapping
from dataclasses import dataclass

from resonant.audio import Audio

TAIL_S = 2.5
"""Ring-out behind the last bar: the same for every track of every song, so that a change to one track never changes
the length of another."""


@dataclass(frozen=True, eq=False)
class Stems:
    """Audio by track name; every one has the same sample rate and the same number of samples.

    `seconds_of_music` is the length of the bars; what lies behind it is ring-out.
    """

    tracks: Mapping[str, Audio]
    seconds_of_music: float

    def __post_init__(self) -> None:
        shapes = {(audio.sample_rate, audio.num_samples) for audio in self.tracks.values()}
        assert len(shapes) <= 1, f"stems of one song have one rate and one length, not {shapes}"
