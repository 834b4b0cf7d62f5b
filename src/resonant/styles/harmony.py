"""Style schema: harmony."""

from resonant.styles.base import StylePart


class HarmonyStyle(StylePart):
    """How this style writes it."""
