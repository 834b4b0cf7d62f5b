"""Who plays when: parts that wait for their energy, and never wait for ever."""

from resonant.players.arranger.bars import Bar
from resonant.players.context import Context


def sits_out(context: Context, bar: Bar, entry: float) -> bool:
    """Whether a part rests in this bar: the section's energy is below `entry`, and it plays in some other section."""
    loudest = max(section.energy for section in context.score.sections)
    return bar.energy < min(entry, loudest)


def waits(context: Context, bar: Bar) -> bool:
    """Whether the bass leaves the first half of a quiet opening, or of a breakdown, to those who play chords."""
    section = bar.section
    is_open = (section.name == "intro" and bar.energy < 0.45) or section.name == "breakdown"
    others = any(part.role in ("chords", "pad", "arpeggio") for part in context.brief.parts)
    return is_open and others and len(context.score.sections) > 1 and bar.place < section.bars // 2


def is_last_word(context: Context, bar: Bar) -> bool:
    """Whether the song ends here on its tonic, so that the band holds the chord instead of playing on."""
    return ends_at_home(context, bar.index)


def ends_at_home(context: Context, bar: int) -> bool:
    """Whether this is a song's last bar, on its tonic, outro or not: a groove that went on would hang in the air."""
    score = context.score
    if bar != score.bars - 1 or context.brief.loop or score.bars <= 4:
        return False
    return context.chord(score.end - 1).root == score.key.tonic
