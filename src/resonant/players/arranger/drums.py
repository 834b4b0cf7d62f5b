"""The drummer: grooves from the style file, phrased, filled, varied and played by two hands and two feet."""

from resonant.errors import Cancelled
from resonant.players.arranger.breaks import without_breaks
from resonant.players.arranger.drum_bars import strokes_in
from resonant.players.arranger.drum_feel import Hand, played, ringing
from resonant.players.arranger.drum_form import plans
from resonant.players.arranger.drum_hands import playable
from resonant.players.context import Context, Part
from resonant.score.model import Note
from resonant.units import Tick


def play_drums(context: Context) -> Part:
    """The drum part of `context.bars`: every note starts within its own bar.

    The groove belongs to the section's material, so that a chorus comes back with it; its hits differ from visit to
    visit. Bars that stand beside the asked ones are listened to: their groove and cymbal are kept.

    Raises:
        Cancelled: `context.should_stop()` said so.
    """
    style = context.style.drums
    if not style.grooves:
        return Part(())
    hand = Hand.of(context, style.hands == "drummer", style.level)
    notes: list[Note] = []
    for plan in plans(context):
        if context.should_stop():
            raise Cancelled("stopped while the drums were written; nothing was changed")
        notes += played(context, plan.bar, playable(strokes_in(context, plan)), hand)
    return Part(bounded(context, notes))


def bounded(context: Context, notes: list[Note]) -> tuple[Note, ...]:
    """The notes ringing no further than the stretch of asked bars they lie in.

    A drummer fills a break and a build leads through it; another machine stops with the band.
    """
    kept: tuple[Note, ...] = ()
    if context.style.drums.hands == "machine" and context.style.drums.build == "none":
        notes = list(without_breaks(context, notes))
    for start, stop in _stretches(context):
        kept += ringing([note for note in notes if start <= note.start < stop], stop)
    return kept


def _stretches(context: Context) -> list[tuple[Tick, Tick]]:
    """The asked bars as half-open ranges of ticks, neighbours joined."""
    joined: list[tuple[Tick, Tick]] = []
    for bar in context.bars:
        start, end = context.score.bar_ticks(bar)
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
