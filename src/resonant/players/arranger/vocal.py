"""The guide vocal's part: the melody where there are words, a note for every syllable."""

from resonant.players.context import Context, Part
from resonant.score.passes.lyrics_melody import vocal_track


def play_vocal(context: Context) -> Part:
    """What is sung in `context.bars`: empty where there are no words, or nobody plays a melody."""
    written = vocal_track(context.score, context.brief.form, context.brief.language, context.track.name)
    bars = frozenset(context.bars)
    return Part(tuple(note for note in written.notes if context.score.metre.bar_at(note.start) in bars))
