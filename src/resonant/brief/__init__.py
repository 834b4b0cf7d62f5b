"""Words to a brief: vocabulary, tags, lyrics, presets."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resonant.brief.call import Call
    from resonant.brief.model import Brief
    from resonant.brief.reader import read_brief

__all__ = ["Brief", "Call", "read_brief"]

_PLACES = {"Brief": "resonant.brief.model", "Call": "resonant.brief.call", "read_brief": "resonant.brief.reader"}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are used: whoever needs only `brief.model` does not load the reader."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
