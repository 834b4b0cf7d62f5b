"""The guide vocal's part: the melody where there are words, a note for every syllable."""

from resonant.players.context import Context, Part
from resonant.score.passes.lyrics_melody import vocal_on_words, vocal_track


def play_vocal(context: Context) -> Part:
    """What is sung in `context.bars`: empty where there are no words, or nobody plays a melody."""
    brief, name = context.brief, context.track.name
    if any(section.lyrics for section in brief.form):
        written = vocal_track(context.score, brief.form, brief.language, name)
    else:
        written = vocal_on_words(context.score, name)
    bars = frozenset(context.bars)
    return Part(tuple(note for note in written.notes if context.score.metre.bar_at(note.start) in bars))
