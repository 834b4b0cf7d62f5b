"""What a player hears, and what it gives back."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from resonant.brief.model import Brief
from resonant.score.model import Bend, Control, Note, Score, Section, Track
from resonant.score.passes.feel import Swing
from resonant.seeds import stream
from resonant.styles import Style
from resonant.theory.chord import Chord
from resonant.units import TICKS_PER_QUARTER, Metre, Tick

_NEAR_TICKS = 8 * TICKS_PER_QUARTER


def never() -> bool:
    """The `should_stop` of a run that nobody can stop."""
    return False


@dataclass(frozen=True, slots=True)
class Part:
    """What a player wrote: only events that start inside the bars it was asked for."""

    notes: tuple[Note, ...]
    bends: tuple[Bend, ...] = ()
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True)
class Context:
    """All that a player may listen to while it writes `track` in `bars`.

    Args:
        brief: the request.
        style: the style file of `brief.style`.
        score: tempo, metre, key, harmony, sections, and every track as it stands: those already written or
            locked, and `track` itself with the bars to write left empty.
        track: the track to write (name, role, instrument; its notes outside the bars).
        manner: how it shall play ("walking", "acid"), or "" for the style's own.
        bars: the bars (0-based, rising) to write.
        seed: names the random streams of this act.

    A player may be let hear only some bars around those it writes; what lies further off is silent here.
    """

    brief: Brief
    style: Style
    score: Score
    track: Track
    bars: tuple[int, ...]
    seed: int
    manner: str = ""
    should_stop: Callable[[], bool] = field(default=never, compare=False)

    def rng(self, *names: object) -> random.Random:
        """A random stream for one decision of this player, e.g. `context.rng("groove", section.material)`.

        Name it by material, not by bar, for what shall come back when the section does.
        """
        return stream(self.seed, self.track.name, *names)

    def section(self, bar: int) -> Section:
        section = self.score.section_at(bar)
        assert section is not None, "sections cover every bar of a score"
        return section

    def metre(self, bar: int) -> Metre:
        return self.score.metre.metre_at(bar)

    def bar_start(self, bar: int) -> Tick:
        return self.score.metre.bar_start(bar)

    def chord(self, tick: Tick) -> Chord:
        chord = self.score.chord_at(tick)
        assert chord is not None, "harmony covers every tick of a score"
        return chord

    def swung(self, tick: Tick) -> Tick:
        """Where a straight tick is played in this style's swing.

        Swing counts from the bar line, so that it holds in odd metres; compound metres swing by themselves.
        """
        bar = self.score.metre.bar_at(tick)
        if self.metre(bar).is_compound:
            return tick
        start = self.bar_start(bar)
        return start + Swing.of(self.style.swing.amount, self.style.swing.unit).swung(tick - start)

    def hear(self, role: str) -> Track | None:
        """The first track of another role, or None where nobody plays it (yet)."""
        return next((t for t in self.score.tracks if t.role == role and t.name != self.track.name), None)

    def before(self, tick: Tick) -> tuple[Note, ...]:
        """What the track itself plays last in the two bars (of 4/4) before a tick: the notes of one moment, or none.

        Only bars that stay are heard, so that a new part can go on from them.
        """
        earlier = [note for note in self.track.notes if tick - _NEAR_TICKS <= note.start < tick]
        return tuple(note for note in earlier if note.start == earlier[-1].start)

    def after(self, tick: Tick) -> tuple[Note, ...]:
        """What the track itself plays first in the two bars (of 4/4) from a tick on, in bars that stay."""
        later = [note for note in self.track.notes if tick <= note.start < tick + _NEAR_TICKS]
        return tuple(note for note in later if note.start == later[0].start)

    def energy(self, bar: int) -> float:
        """0…1: how much is going on at this bar; what density and loudness follow."""
        return self.section(bar).energy
