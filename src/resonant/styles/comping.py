"""Style schema: comping."""

from resonant.styles.base import StylePart


class ChordsStyle(StylePart):
    """How this style writes it."""


class PadStyle(StylePart):
    """How this style writes it."""


class ArpeggioStyle(StylePart):
    """How this style writes it."""
