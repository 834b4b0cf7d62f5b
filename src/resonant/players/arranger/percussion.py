"""Hand percussion: shakers, tambourines, congas and their kin over the drummer's groove."""

from resonant.errors import Cancelled
from resonant.players.arranger.drum_bars import groove_strokes
from resonant.players.arranger.drum_feel import Hand, played
from resonant.players.arranger.drum_form import chosen_groove, ends_song
from resonant.players.arranger.drum_hands import playable
from resonant.players.arranger.drum_keys import TIMEKEEPERS
from resonant.players.arranger.drum_steps import Stroke
from resonant.players.arranger.drums import bounded
from resonant.players.context import Context, Part
from resonant.score.model import Note


def play_percussion(context: Context) -> Part:
    """The percussion part of `context.bars`; below the style's `joins_at` energy only the timekeeping line plays.

    Raises:
        Cancelled: `context.should_stop()` said so.
    """
    style = context.style.percussion
    if not style.grooves:
        return Part(())
    hand = Hand.of(context, context.style.drums.hands == "drummer", style.level)
    notes: list[Note] = []
    for bar in context.bars:
        if context.should_stop():
            raise Cancelled("stopped while the percussion was written; nothing was changed")
        notes += played(context, bar, playable(_bar(context, bar)), hand)
    return Part(bounded(context, notes))


def _bar(context: Context, bar: int) -> list[Stroke]:
    section = context.section(bar)
    place = bar - section.start_bar
    groove = chosen_groove(context, context.style.percussion.grooves, section, bar)
    strokes = groove_strokes(context, groove, bar, place)
    if bar == context.score.bars - 1 and ends_song(context, section):
        return [s for s in strokes if s.at == 0]
    if section.energy >= context.style.percussion.joins_at and section.name not in ("intro", "breakdown"):
        return strokes
    return [s for s in strokes if s.drum in TIMEKEEPERS] or strokes
