"""Which voicing each chord of a part gets, led from what sounded before to what sounds after."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from resonant.instruments import Instrument
from resonant.players.arranger.bars import Bar
from resonant.players.arranger.fretboard import shapes, tuning
from resonant.players.arranger.kinship import Kinship, felt_energy
from resonant.players.context import Context
from resonant.score.model import ChordSpan, Note
from resonant.theory.chord import Chord
from resonant.theory.voicing import Hand, Voicing, lead, voicings
from resonant.units import Tick

_LIFT_BY_ENERGY = 7.0  # semitones from the quietest to the loudest section
_PHRASE_LIFTS = (-3.5, -1.0, 1.5, 4.0)
_NARROWEST = 14  # semitones
_MOST_LOWERED = 10  # semitones that a hand makes way for a tune
_LOWEST_UNDER = 45  # deeper than this no hand goes out of a tune's way: there it is the bass's


@dataclass(frozen=True)
class Layout:
    """Voicings by the tick at which their chord (or the bar it goes on in) starts."""

    at: dict[Tick, Voicing]

    def voicing(self, bar: Bar, tick: Tick) -> Voicing:
        return self.at[bar.span_at(tick).start]

    def next(self, bar: Bar, tick: Tick) -> Voicing | None:
        """The voicing after the one at a tick, or None at the end of the stretch."""
        return self.at.get(bar.span_at(tick).end)


def laid_out(
    context: Context, bars: Sequence[Bar], hand: Hand, player: Instrument, kin: Kinship, roam: float = 1.0
) -> Layout:
    """Voicings for a stretch of bars.

    Args:
        context: whose track holds the notes around the stretch.
        bars: without a gap.
        hand: kind and reach; kind "guitar" takes shapes of the player's fretboard.
        player: the instrument.
        kin: which bars repeat which.
        roam: how far phrases differ in height, 0…1.
    """
    hand = _under_the_tune(context, hand, player)
    spans = [(bar, span) for bar in bars for span in bar.chords]
    layers = [choices(span.chord, hand, player) for _, span in spans]
    middle = (hand.low + hand.high) / 2
    lifts = [_phrase_lift(context, bar, kin) for bar, _ in spans]
    centres = [
        middle + _LIFT_BY_ENERGY * (felt_energy(context, bar) - 0.5) + roam * lift
        for (bar, _), lift in zip(spans, lifts, strict=True)
    ]
    before = _edge(context, bars[0].start - bars[0].metre.ticks_per_bar, bars[0].start, hand, last=True)
    after = _edge(context, bars[-1].end, bars[-1].end + bars[-1].metre.ticks_per_bar, hand, last=False)
    found = lead(layers, centres, before, after)
    return Layout(_with_kin(context, spans, found, kin))


def choices(chord: Chord, hand: Hand, player: Instrument) -> tuple[Voicing, ...]:
    """What this player can lay a chord out as, within the hand's reach."""
    if hand.kind == "guitar":
        return shapes(chord, tuning(player.name), hand.low, min(hand.high, player.high))
    return voicings(chord, hand)


def reach(low: int, high: int, player: Instrument) -> tuple[int, int]:
    """A wished reach moved by octaves into an instrument's range; at least fourteen semitones where it has them."""
    while low < player.low:
        low, high = low + 12, high + 12
    while high > player.high and low - 12 >= player.low:
        low, high = low - 12, high - 12
    return max(min(low, player.high - _NARROWEST), player.low), min(max(high, low + _NARROWEST), player.high)


def _under_the_tune(context: Context, hand: Hand, player: Instrument) -> Hand:
    """The hand, lowered where a tune that is there already would lie among its notes: most of the tune is above it."""
    melody = context.hear("melody")
    bars = set(context.bars)
    sung = [n.pitch for n in melody.notes if context.score.metre.bar_at(n.start) in bars] if melody is not None else []
    if not sung:
        return hand
    lowered = min(max(hand.high - sorted(sung)[len(sung) // 4], 0), _MOST_LOWERED)
    low = max(hand.low - lowered, min(hand.low, _LOWEST_UNDER), player.low)
    return replace(hand, low=low, high=min(max(hand.high - lowered, low + _NARROWEST), hand.high))


def _with_kin(
    context: Context, spans: Sequence[tuple[Bar, ChordSpan]], found: Sequence[Voicing], kin: Kinship
) -> dict[Tick, Voicing]:
    """Voicings by start, where a bar that repeats an earlier one under the same chord repeats its voicing too."""
    at: dict[Tick, Voicing] = {}
    known: dict[tuple[object, ...], tuple[Chord, Voicing]] = {}
    for (bar, span), voicing in zip(spans, found, strict=True):
        name = (*kin.names(context, bar), span.start - bar.start)
        chord, same = known.setdefault(name, (span.chord, voicing))
        at[span.start] = same if chord == span.chord else voicing
    return at


def _phrase_lift(context: Context, bar: Bar, kin: Kinship) -> float:
    return context.rng("height", bar.section.material, kin.phrase(bar)).choice(_PHRASE_LIFTS)


def _edge(context: Context, start: Tick, end: Tick, hand: Hand, last: bool) -> Voicing:
    """The comping hand's voicing in the bar beside the stretch: its last (or first) moment with two notes or more."""
    moments: dict[Tick, set[int]] = {}
    notes: tuple[Note, ...] = context.track.between(start, end)
    for note in notes:
        if hand.low <= note.pitch <= hand.high:
            moments.setdefault(note.start // 60, set()).add(note.pitch)
    chords = [moments[moment] for moment in sorted(moments) if len(moments[moment]) > 1]
    if chords:
        return tuple(sorted(chords[-1 if last else 0]))
    return tuple(sorted({p for pitches in moments.values() for p in pitches}))
