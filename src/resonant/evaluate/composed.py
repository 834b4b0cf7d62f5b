"""A song composed for no other end than to be measured."""

from collections.abc import Callable
from dataclasses import replace

from resonant.brief.model import Brief
from resonant.evaluate.report import SongReport, song_report
from resonant.library.model import Song
from resonant.players.context import never
from resonant.players.writing import quietly
from resonant.produce import Engine, Watch, compose, plan, regenerate
from resonant.score.passes.feel import Swing
from resonant.score.region import HARMONY, Region


def composed_report(
    brief: Brief, engine: Engine, sounding: bool = True, listen: bool = False, should_stop: Callable[[], bool] = never
) -> SongReport:
    """The report on the song of a brief.

    Args:
        brief: the request.
        engine: players, sounds and caches.
        sounding: render and mix the song; without it the notes alone are judged.
        listen: estimate tempo, key and chords from the mix.
        should_stop: asked between stages.

    Raises:
        BriefError: the brief asks for what no player can do.
        Cancelled: `should_stop` said so.
    """
    watch = Watch(quietly, should_stop)
    song = compose(brief, engine, watch) if sounding else noted(brief, engine, watch)
    return song_report(song, listen, swing_of(brief, engine))


def noted(brief: Brief, engine: Engine, watch: Watch) -> Song:
    """The song of a brief as notes, without sound."""
    planned = replace(Song.empty(brief), score=plan(brief, engine.style(brief.style)))
    everything = Region.of([HARMONY, *(track.name for track in planned.score.tracks)], 0, brief.bars)
    return regenerate(planned, everything, engine, watch)


def swing_of(brief: Brief, engine: Engine) -> Swing:
    """Where the brief's style puts its off-beats; compound metres are not swung."""
    swing = engine.style(brief.style).swing
    return Swing() if brief.metre.is_compound else Swing.of(swing.amount, swing.unit)
