"""A bar as a band member sees it: where it stands in its phrase and section, its chords, how much is going on."""

from dataclasses import dataclass

from resonant.players.context import Context
from resonant.score.model import ChordSpan, Section
from resonant.theory.chord import Chord
from resonant.units import Metre, Tick

PHRASE_BARS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """Bar `index` of the score.

    Args:
        index: 0-based in the score.
        start, end: ticks.
        metre: of this bar.
        section: it lies in.
        chords: spans that sound in it, cut to it.
        following: the chord after it (its own last one at the end of the score).
        ends_section: whether another section, or the end, follows.
    """

    index: int
    start: Tick
    end: Tick
    metre: Metre
    section: Section
    chords: tuple[ChordSpan, ...]
    following: Chord
    ends_section: bool

    @property
    def place(self) -> int:
        """0-based bar within the section."""
        return self.index - self.section.start_bar

    @property
    def phrase(self) -> int:
        """0-based phrase of four bars within the section."""
        return self.place // PHRASE_BARS

    @property
    def ends_phrase(self) -> bool:
        return self.ends_section or self.place % PHRASE_BARS == PHRASE_BARS - 1

    @property
    def energy(self) -> float:
        return self.section.energy

    def span_at(self, tick: Tick) -> ChordSpan:
        """The chord span that sounds at a tick of this bar."""
        return next((span for span in self.chords if span.start <= tick < span.end), self.chords[-1])

    def after(self, tick: Tick) -> Chord:
        """The chord that comes after the one sounding at a tick."""
        later = [span.chord for span in self.chords if span.start > tick]
        return later[0] if later else self.following


def bars_of(context: Context) -> tuple[Bar, ...]:
    """The bars to write, in order."""
    return tuple(_bar(context, index) for index in context.bars)


def runs(bars: tuple[Bar, ...]) -> list[list[Bar]]:
    """The bars in stretches without a gap."""
    stretches: list[list[Bar]] = []
    for bar in bars:
        if stretches and stretches[-1][-1].index + 1 == bar.index:
            stretches[-1].append(bar)
        else:
            stretches.append([bar])
    return stretches


def _bar(context: Context, index: int) -> Bar:
    start, end = context.score.bar_ticks(index)
    chords = tuple(context.score.chords_in(start, end))
    assert chords, "harmony covers every bar of a score"
    section = context.section(index)
    following = context.score.chord_at(end) or chords[-1].chord
    return Bar(index, start, end, context.metre(index), section, chords, following, index + 1 == section.end_bar)
