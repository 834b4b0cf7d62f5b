"""Pads: long chords whose voices move as little as they can, with swells and breaths."""

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.bars import bars_of, runs
from resonant.players.arranger.figure import strokes
from resonant.players.arranger.held import held, swells
from resonant.players.arranger.kinship import Kinship
from resonant.players.arranger.layout import laid_out, reach
from resonant.players.arranger.performance import Written, finished, performed
from resonant.players.arranger.presence import sits_out
from resonant.players.context import Context, Part
from resonant.score.model import Control, Note
from resonant.styles.comping import PadStyle
from resonant.theory.key import Key
from resonant.theory.voicing import Hand

_PULSE = "x-x-x-x-x-x-x-x-"


def play_pad(context: Context) -> Part:
    """The pad part of `context.track` in `context.bars`. Manner "pulse" repeats the chord in eighths."""
    style, player = context.style.pad, instrument(context.track.instrument)
    notes: list[Note] = []
    controls: list[Control] = []
    kin = Kinship.of(context, 0.5)
    for run in runs(bars_of(context)):
        layout = laid_out(context, run, hand_of(style, player, context.score.key), player, kin, roam=0.25)
        playing = [bar for bar in run if not sits_out(context, bar, style.entry)]
        if context.manner == "pulse":
            written = [
                Written(bar.start + s.offset, pitch, round(s.ticks * 0.6), 0.3 if s.offset == 0 else -0.2)
                for bar in playing
                for s in strokes(_PULSE, 0, bar.metre)
                for pitch in layout.voicing(bar, bar.start + s.offset)
            ]
        else:
            written = held(playing, layout, style.breath)
        notes += performed(context, run, written, 64)
        controls += swells(playing, style.swell)
    return Part(finished(context, notes), controls=tuple(sorted(controls)))


def hand_of(style: PadStyle, player: Instrument, key: Key) -> Hand:
    """The reach and voices of whoever plays the pad."""
    low, high = reach(*style.reach, player)
    return Hand(style.voicing, low, high, player.max_voices, key.scale)
