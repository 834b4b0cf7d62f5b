"""Style files: one genre each, in YAML. `load` and `all_styles` read them; `model.Style` is their schema."""

from resonant.styles.files import all_styles, load
from resonant.styles.model import Style

__all__ = ["Style", "all_styles", "load"]
