"""Style schema: melody."""

from resonant.styles.base import StylePart


class MelodyStyle(StylePart):
    """How this style writes it."""


class CounterStyle(StylePart):
    """How this style writes it."""
