"""Style schema: drums."""

from resonant.styles.base import StylePart


class DrumsStyle(StylePart):
    """How this style writes it."""


class PercussionStyle(StylePart):
    """How this style writes it."""
