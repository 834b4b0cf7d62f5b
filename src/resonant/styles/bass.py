"""Style schema: bass."""

from resonant.styles.base import StylePart


class BassStyle(StylePart):
    """How this style writes it."""
