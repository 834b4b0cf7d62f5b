"""Modelled voices: what samples do badly, synthesised: drum machines, synth basses, leads and pads."""

from resonant.sound.voices.play import render_voice, voice_names

__all__ = ["render_voice", "voice_names"]
