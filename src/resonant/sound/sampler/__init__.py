"""The sampler: notes played from the samples of a SoundFont."""

from resonant.sound.sampler.render import render_sampled

__all__ = ["render_sampled"]
