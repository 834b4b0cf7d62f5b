"""Style schema: form."""

from resonant.styles.base import StylePart


class FormStyle(StylePart):
    """How this style writes it."""
