"""`score-lm` as a player: the context as a row of words with holes, the fills as notes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from resonant.errors import Cancelled
from resonant.instruments import instrument
from resonant.players.context import Context, Part
from resonant.players.registry import Capabilities
from resonant.players.score_lm.cells import Cells, cells, notes_of
from resonant.players.score_lm.grammar import Bounds
from resonant.players.score_lm.layout import Hole, View, prompt
from resonant.players.score_lm.vocabulary import GRID, MOST_MASKS, MOST_TRACKS, STYLES
from resonant.score.model import Note, Score, Track
from resonant.seeds import stream

if TYPE_CHECKING:
    from resonant.nn.transformer import Transformer

_ROOM_FOR_A_BAR = 48  # words that a bar of one part may need, besides its head
_FAR_BARS = 16
_BARS_AT_ONCE = 8


@dataclass(frozen=True)
class ScorePlayer:
    """Writes notes with our own infilling transformer; `weights` is the folder of its checkpoint.

    Args:
        weights: `config.json` and `model.safetensors`; read when the player first plays.
        source: of `vocabulary.SOURCES`: whose manner it writes in.
        temperature, top_p: how freely.
    """

    weights: Path
    source: str = "user"
    temperature: float = 1.0
    top_p: float = 0.95
    name: str = "score-lm"
    capabilities: Capabilities = Capabilities(  # noqa: RUF009 # frozen
        roles=frozenset(("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter")),
        needs_torch=True,
        needs_weights=True,
        weights_licence="Apache-2.0",
    )

    @cached_property
    def model(self) -> "Transformer":
        from resonant.nn.generation import load_model

        return load_model(self.weights)

    def play(self, context: Context) -> Part:
        """The part of `context.track` in `context.bars`, some bars at a time; what is written is seen by the next.

        Raises:
            Cancelled: `context.should_stop()` said so.
            InputError: the weights are missing or damaged.
        """
        if context.should_stop():
            raise Cancelled(f"stopped before {context.track.name} was written")
        score = ordered_for(context.score, context.track.name)
        written: list[Note] = []
        for bars in _portions(context.bars):
            notes = list(self._written(score, bars, context))
            written += notes
            track = score.tracks[0]
            score = score.with_track(replace(track, notes=tuple(sorted((*track.notes, *notes)))))
        return Part(tuple(sorted(written)))

    def _written(self, score: Score, bars: Sequence[int], context: Context) -> Iterator[Note]:
        from resonant.nn.generation import Reader
        from resonant.nn.sampling import Sampling
        from resonant.players.score_lm.fill import Filling, filled

        encoded = cells(score)
        holes = frozenset((bar, 0) for bar in bars)
        view = view_of(encoded, holes, self.model.config.context, self.source, context.style.name)
        filling = Filling(
            {hole: _bounds(score, score.tracks[0], hole[0]) for hole in holes},
            Sampling(self.temperature, 0, self.top_p),
            should_stop=context.should_stop,
        )
        rng = stream(context.seed, context.track.name, "score-lm", bars[0])
        for fill in filled(Reader(self.model), encoded, view, filling, rng):
            start = score.metre.bar_start(fill.hole[0])
            for note in notes_of(fill.cell, start):
                # An early note of the first place in a bar would lie in the bar before, which is not ours.
                begin = max(note.start, start)
                yield replace(note, start=begin, duration=min(note.duration, max(score.end - begin, 1)))


def ordered_for(score: Score, name: str) -> Score:
    """The score with the track that is written first, so that it is among those the model has numbers for."""
    first = [track for track in score.tracks if track.name == name]
    rest = [track for track in score.tracks if track.name != name]
    return replace(score, tracks=(*first, *rest)[:MOST_TRACKS])


def view_of(encoded: Cells, holes: frozenset[Hole], context: int, source: str, style: str) -> View:
    """As many bars around the holes as the model can read and still write; harmony and form further out."""
    first, last = min(bar for bar, _ in holes), max(bar for bar, _ in holes)
    bars = len(encoded.bars)
    seen = (max(first - _FAR_BARS, 0), min(last + 1 + _FAR_BARS, bars))
    view = View(holes, (first, last + 1), seen, source, style if style in STYLES else "none")
    left = context - len(prompt(encoded, view)) - sum(_ROOM_FOR_A_BAR + len(encoded.chords[bar]) for bar, _ in holes)
    near = view.near
    for wider in _widening(near, seen):
        grown = replace(view, near=wider)
        if len(prompt(encoded, grown)) - len(prompt(encoded, view)) > left:
            break
        near = wider
    return replace(view, near=near)


def _widening(near: tuple[int, int], seen: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The bars around, one more at a time: before, after, before, ….."""
    start, end = near
    while (start, end) != seen:
        if start > seen[0]:
            start -= 1
            yield start, end
        if end < seen[1]:
            end += 1
            yield start, end


def _portions(bars: Sequence[int]) -> Iterator[Sequence[int]]:
    size = min(_BARS_AT_ONCE, MOST_MASKS)
    return (bars[at : at + size] for at in range(0, len(bars), size))


def _bounds(score: Score, track: Track, bar: int) -> Bounds:
    plays = instrument(track.instrument)
    start, end = score.bar_ticks(bar)
    return Bounds((end - start) // GRID, plays.is_drums, plays.low, plays.high, 0)
