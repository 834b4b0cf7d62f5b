"""Where a user's own things are, unless a command is told otherwise."""

from pathlib import Path


def user_styles() -> Path:
    """The folder of the user's own style files; it need not exist."""
    return Path.home() / ".local" / "share" / "resonant" / "styles"
