"""What a sentence says, one question a module: tempo, metre, length, key, chords, form, players, character."""

from resonant.brief.reading.said import Said, listen

__all__ = ["Said", "listen"]
