"""Pads: long chords whose voices move as little as they can, with swells and breaths."""

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.bars import Bar, bars_of, runs
from resonant.players.arranger.figure import strokes
from resonant.players.arranger.held import held, swells
from resonant.players.arranger.kinship import Kinship
from resonant.players.arranger.layout import Layout, laid_out, reach
from resonant.players.arranger.performance import Written, finished, performed
from resonant.players.arranger.presence import is_last_word, sits_out
from resonant.players.context import Context, Part
from resonant.score.model import Control, Note
from resonant.styles.comping import PadStyle
from resonant.theory.key import Key
from resonant.theory.voicing import Hand

_PULSE = "x-x-x-x-x-x-x-x-"
_WEIGHTS = {"X": 0.5, "o": -0.6, "v": -0.4}


def play_pad(context: Context) -> Part:
    """The pad part of `context.track` in `context.bars`. Manner "pulse" repeats the chord in eighths."""
    style, player = context.style.pad, instrument(context.track.instrument)
    notes: list[Note] = []
    controls: list[Control] = []
    kin = Kinship.of(context, 0.5)
    for run in runs(bars_of(context)):
        layout = laid_out(context, run, hand_of(style, player, context.score.key), player, kin, roam=0.25)
        playing = [bar for bar in run if not sits_out(context, bar, style.entry)]
        struck = [bar for bar in playing if _strikes(context, bar)]
        steps = _PULSE if context.manner == "pulse" else style.steps
        written = [note for bar in struck for note in _struck(bar, steps, layout)]
        for stretch in runs(tuple(bar for bar in playing if bar not in struck)):
            written += held(stretch, layout, style.breath)
        notes += performed(context, run, written, 64)
        controls += swells(playing, style.swell)
    return Part(finished(context, notes), controls=tuple(sorted(controls)))


def _strikes(context: Context, bar: Bar) -> bool:
    """Whether the pad has a rhythm in this bar; the song's last chord is held."""
    style = context.style.pad
    own = bool(style.steps) and bar.energy >= style.steps_from and not is_last_word(context, bar)
    return context.manner == "pulse" or (own and context.manner == "")


def _struck(bar: Bar, steps: str, layout: Layout) -> list[Written]:
    """A bar of the chord in rhythm; `v` is the left hand's single low note."""
    notes: list[Written] = []
    for stroke in strokes(steps, bar.place, bar.metre):
        voicing = layout.voicing(bar, bar.start + stroke.offset)
        pitches = voicing[:1] if stroke.sign == "v" else voicing
        weight = _WEIGHTS.get(stroke.sign, 0.3 if stroke.offset == 0 else -0.2)
        notes += [Written(bar.start + stroke.offset, pitch, round(stroke.ticks * 0.6), weight) for pitch in pitches]
    return notes


def hand_of(style: PadStyle, player: Instrument, key: Key) -> Hand:
    """The reach and voices of whoever plays the pad."""
    low, high = reach(*style.reach, player)
    return Hand(style.voicing, low, high, player.max_voices, key.scale)
