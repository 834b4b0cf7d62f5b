"""The row of tokens that the model reads: a stretch of bars with holes, then what stands in each hole.

    bos source style metre tempo tonic mode   (is track role program [density polyphony register rhythm])*
    far section (position root quality [bass])*                       bars out of sight: form and harmony only
    bar section (position root quality [bass])*  (track cell | track mask)*
    sep  (mask track (position root quality [bass])* cell)*  end      the chords stand again before each fill

Silent cells that are not asked for are left out. Holes are numbered bar by bar, in the order of the tracks. The layout
is that of MMM and Composer's Assistant with the chords repeated: measured to raise the chord-tone ratio of a filled
piano part from .47 to .85, of .97 in real pieces.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from resonant.players.score_lm.cells import Cells, Tokens
from resonant.players.score_lm.vocabulary import MOST_MASKS, SOURCES, STYLES, VOCABULARY

_V = VOCABULARY
Hole = tuple[int, int]  # bar, place of the track


@dataclass(frozen=True)
class View:
    """What of a score is laid out.

    Args:
        holes: the cells to write, at most 96.
        near: the bars (half-open) whose notes are seen.
        seen: the bars (half-open) whose form and harmony are seen; they hold the near ones.
        source, style: of `vocabulary.SOURCES` and `STYLES`.
        controls: by place of a track, what is said of how it plays; tracks that are left out are free.
        beside: the places of the tracks whose notes are seen in bars with holes; None for all.
        around: the places of those whose notes are seen in the other near bars; None for all.
    """

    holes: frozenset[Hole]
    near: tuple[int, int]
    seen: tuple[int, int]
    source: str = "user"
    style: str = "none"
    controls: Mapping[int, Tokens] = field(default_factory=dict)
    beside: frozenset[int] | None = None
    around: frozenset[int] | None = None

    def __post_init__(self) -> None:
        assert len(self.holes) <= MOST_MASKS, (
            f"{len(self.holes)} holes are more than the {MOST_MASKS} there are names for"
        )

    @cached_property
    def bars(self) -> frozenset[int]:
        """Those with holes."""
        return frozenset(bar for bar, _ in self.holes)

    def hears(self, bar: int, place: int) -> bool:
        """Whether the notes of a track are seen in a near bar."""
        places = self.beside if bar in self.bars else self.around
        return places is None or place in places


@dataclass(frozen=True)
class Laid:
    """A row of tokens; what stands in the holes begins at `fill`, behind `sep`."""

    tokens: Tokens
    fill: int


def ordered(holes: frozenset[Hole]) -> list[Hole]:
    """The holes in the order in which they are filled: bar by bar, drums and bass first as they stand in the score."""
    return sorted(holes)


def prompt(cells: Cells, view: View) -> Tokens:
    """All that stands before the first fill."""
    tokens = [_V.bos, _V.source(SOURCES.index(view.source)), _V.style(STYLES.index(view.style)), *cells.opening]
    for place, definition in enumerate(cells.tracks):
        tokens += (*definition, *view.controls.get(place, ()))
    numbers = {hole: number for number, hole in enumerate(ordered(view.holes))}
    for bar in range(*view.seen):
        near = view.near[0] <= bar < view.near[1]
        tokens += (_V.bar if near else _V.far, *cells.bars[bar])
        if near:
            tokens += _seen(cells, view, bar, numbers)
    return (*tokens, _V.sep)


def laid_out(cells: Cells, view: View) -> Laid:
    """The whole row, with the cells of the score in the holes: what the model learns from."""
    head = prompt(cells, view)
    tokens = list(head)
    for number, (bar, place) in enumerate(ordered(view.holes)):
        tokens += (*fill_head(cells, number, bar, place), *cells.notes[bar][place])
    return Laid((*tokens, _V.end), len(head))


def fill_head(cells: Cells, number: int, bar: int, place: int) -> Tokens:
    """What stands before a fill: which hole, which track, and the chords of its bar."""
    return (_V.mask(number), _V.track(place), *cells.chords[bar])


def _seen(cells: Cells, view: View, bar: int, numbers: Mapping[Hole, int]) -> Iterator[int]:
    """The cells of a near bar: those to write as holes, the others as they are where they are not silent."""
    for place, cell in enumerate(cells.notes[bar]):
        if (bar, place) in numbers:
            yield _V.track(place)
            yield _V.mask(numbers[bar, place])
        elif cell != (_V.empty,) and view.hears(bar, place):
            yield _V.track(place)
            yield from cell
