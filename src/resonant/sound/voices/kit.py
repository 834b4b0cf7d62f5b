"""A track played on a kit of modelled drums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from resonant.audio import Samples
from resonant.errors import Cancelled
from resonant.seeds import derived
from resonant.sound.voices.drums import Hit, Model
from resonant.sound.voices.performance import Performance

_TAKES = 3  # no divisor of 4 or 8: hits on eighths, quarters and bars all take turns
_VELOCITY_STEP = 8  # velocities this near have the same timbre; loudness is exact
_CHOKE_FADE_S = 0.008
_TOUCH = 1.8  # exponent of velocity in loudness


@dataclass(frozen=True)
class Drum:
    """One drum of a kit.

    Args:
        model: what makes its sound.
        level_db: peak level at velocity 100, against the bass drum.
        pan: −1 left … 1 right.
        seconds: how long it may ring.
        choke: drums of one choke group silence each other (hi-hats, triangles).
    """

    model: Model
    level_db: float = 0.0
    pan: float = 0.0
    seconds: float = 1.0
    choke: str | None = None


@dataclass(frozen=True, eq=False)
class Kit:
    """Drums by General MIDI key. `colour` is what the machine's output does to each hit, if anything."""

    drums: Mapping[int, Drum]
    trim_db: float = 0.0
    colour: Callable[[Samples, float], Samples] | None = None


def play_kit(
    played: Performance, kit: Kit, num_samples: int, sample_rate: int, should_stop: Callable[[], bool]
) -> Samples:
    """The performance on a kit: `float32 [2, num_samples]`. Keys that the kit does not have are silent.

    Raises:
        Cancelled: `should_stop` said so between two hits.
    """
    out = np.zeros((2, num_samples), dtype=np.float32)
    silenced = _silenced(played, kit, sample_rate)
    for note, end in zip(played.notes, silenced, strict=True):
        if should_stop():
            raise Cancelled("rendering was stopped")
        first = round(note.start_s * sample_rate)
        if note.pitch not in kit.drums or first >= num_samples:
            continue
        name = (note.pitch, max(note.velocity // _VELOCITY_STEP, 1), note.sixteenth % _TAKES)
        hit = _choked(_hit(kit, *name, sample_rate), end - first, sample_rate)[:, : num_samples - first]
        out[:, first : first + hit.shape[1]] += np.float32((note.velocity / 100.0) ** _TOUCH) * hit
    return out


@lru_cache(maxsize=256)  # kept between songs: a drum machine has a few dozen sounds, and most songs share them
def _hit(kit: Kit, key: int, velocity_step: int, take: int, sample_rate: int) -> Samples:
    """One hit, panned, at its level for velocity 100: `float32 [2, samples]`."""
    drum = kit.drums[key]
    velocity = min(velocity_step * _VELOCITY_STEP + _VELOCITY_STEP / 2, 127.0) / 127.0
    luck = np.random.default_rng(derived(take, "drum", key))
    sound = np.atleast_2d(drum.model(Hit(velocity, drum.seconds, luck, sample_rate)))
    if kit.colour is not None:
        sound = kit.colour(sound, sample_rate)
    sound = sound - sound.mean(axis=1, keepdims=True)
    fade = min(int(0.01 * sample_rate), sound.shape[1])
    sound[:, -fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    gain = 10.0 ** ((drum.level_db + kit.trim_db) / 20.0) / max(float(np.abs(sound).max()), 1e-6)
    angle = (drum.pan + 1.0) * np.pi / 4.0
    sides = np.asarray([[np.cos(angle)], [np.sin(angle)]]) * np.sqrt(2.0) * gain
    hit = np.asarray(sound * sides, dtype=np.float32)
    hit.flags.writeable = False
    return hit


def _silenced(played: Performance, kit: Kit, sample_rate: int) -> list[int]:
    """For each note the sample at which another of its choke group silences it."""
    never = 2**62
    following: dict[str, int] = {}
    ends = []
    for note in reversed(played.notes):
        drum = kit.drums.get(note.pitch)
        group = None if drum is None else drum.choke
        ends.append(never if group is None else following.get(group, never))
        if group is not None:
            following[group] = round(note.start_s * sample_rate)
    return ends[::-1]


def _choked(hit: Samples, num_samples: int, sample_rate: int) -> Samples:
    fade = int(_CHOKE_FADE_S * sample_rate)
    if num_samples + fade >= hit.shape[1]:
        return hit
    cut = hit[:, : num_samples + fade].copy()
    cut[:, num_samples:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return cut
