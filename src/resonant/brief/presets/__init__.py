"""Presets of three independent kinds: style (what it is like), role (what it is for), quality (how well it is made)."""

from resonant.brief.presets.explain import Setting, Settings, explain, resolve
from resonant.brief.presets.files import Presets, load_presets
from resonant.brief.presets.model import Preset

__all__ = ["Preset", "Presets", "Setting", "Settings", "explain", "load_presets", "resolve"]
