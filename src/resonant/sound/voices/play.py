"""A track played on a modelled voice."""

from collections.abc import Callable

import numpy as np

from resonant.audio import Audio, Samples
from resonant.errors import BriefError
from resonant.players.context import never
from resonant.score.model import Track
from resonant.sound.steps import between, steps_of
from resonant.sound.voices.kit import play_kit
from resonant.sound.voices.kits import KITS
from resonant.sound.voices.patches import PATCHES
from resonant.sound.voices.performance import Performance, performance
from resonant.sound.voices.synth import play_synth
from resonant.units import TempoMap


def render_voice(
    track: Track,
    tempo: TempoMap,
    voice: str,
    num_samples: int,
    sample_rate: int,
    should_stop: Callable[[], bool] = never,
) -> Audio:
    """The sound of a track on a modelled voice: stereo, `float32 [2, num_samples]`.

    A phrase at velocity 100 lies near −20 LUFS. Pedal, bends, modulation, volume, expression and pan are played.
    The same track gives the same samples in every process.

    Raises:
        BriefError: there is no voice of that name; the message lists them.
        Cancelled: `should_stop` said so.
    """
    if voice not in PATCHES and voice not in KITS:
        raise BriefError(f"voice {voice!r} is not known; the modelled voices are: {', '.join(voice_names())}")
    played = performance(track, tempo)
    if voice in KITS:
        samples = play_kit(played, KITS[voice], num_samples, sample_rate, should_stop)
    else:
        samples = play_synth(played, PATCHES[voice], num_samples, sample_rate, should_stop)
    return Audio(_mixed(samples, played, sample_rate), sample_rate)


def voice_names() -> tuple[str, ...]:
    """The names that `Instrument.voice` may have."""
    return (*PATCHES, *KITS)


def _mixed(samples: Samples, played: Performance, sample_rate: int) -> Samples:
    """With the track's volume, expression and pan."""
    length = samples.shape[1]
    moments = steps_of(length)
    if not played.gain.rests_at(1.0):
        samples *= between(played.gain.at(moments, sample_rate).astype(np.float32), length)
    if not played.pan.rests_at(0.0):
        angle = (played.pan.at(moments, sample_rate) + 1.0) * (np.pi / 4.0)
        samples[0] *= between((np.cos(angle) * np.sqrt(2.0)).astype(np.float32), length)
        samples[1] *= between((np.sin(angle) * np.sqrt(2.0)).astype(np.float32), length)
    return samples
