"""`score-lm` as a player: the context as a row of words with holes, the fills as notes."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from resonant.errors import Cancelled
from resonant.instruments import instrument
from resonant.nn.sampling import Sampling
from resonant.players.arranger.performance import cut_to_voices
from resonant.players.context import Context, Part, never
from resonant.players.registry import Capabilities, need
from resonant.players.score_lm.candidates import Candidate, Judge, chosen
from resonant.players.score_lm.cells import SILENT, Cells, cells, notes_of, role_of
from resonant.players.score_lm.fill import Filled, Filling, begun, filled
from resonant.players.score_lm.grammar import Bounds
from resonant.players.score_lm.layout import Hole, View, prompt
from resonant.players.score_lm.new_part import TUNES, UNCUT, a_section, asked_of, off_density, returning
from resonant.players.score_lm.recall import FARTHEST_BARS, recalled
from resonant.players.score_lm.theory import theory_of
from resonant.players.score_lm.vocabulary import GRID, MOST_TRACKS, STYLES
from resonant.score.model import Note, Score, Track
from resonant.seeds import stream

if TYPE_CHECKING:
    from resonant.nn.generation import Ready

SHIPPED = Path(__file__).parent / "weights"
"""The checkpoint that ships with the package."""

_OF_A_NEW_BAR = 32  # words of a bar of a part that plays nowhere yet
_MORE_THAN_USUAL, _MOST_ROOM = 1.5, 96
_FAR_BARS = 16
_BARS_AT_ONCE = 8
BESIDE = 0.6
"""How much of the words in sight the bars of the holes may take with what other tracks play there."""


@dataclass(frozen=True)
class Asked:
    """Holes in a score, ready to be filled."""

    score: Score
    cells: Cells
    view: View
    filling: Filling


@dataclass(frozen=True)
class ScorePlayer:
    """Writes notes with our own infilling transformer; `weights` is the folder of its checkpoint.

    Args:
        weights: `config.json` and `model.safetensors`; read when the player first plays.
        source: of `vocabulary.SOURCES`: whose manner it writes in.
        temperature, top_p: how freely.
        theory: 0…1, how far chord, key and range bend what it draws.
        recall: 0…1, how far it goes along with what the track plays in the bars most alike.
        candidates: most fills that are written, of which the best is played.
        words_a_bar: how many words all candidates together may be expected to take; of busy parts there are fewer.
        judge: what of several fills is asked besides their likelihood; None for nothing.
        sight: most words of the song that are read before the first is written; more know more and begin later.
        adapter: a file of `resonant train finetune` that tunes the weights, or None.
    """

    weights: Path
    source: str = "user"
    temperature: float = 0.95
    top_p: float = 0.95
    theory: float = 0.75
    recall: float = 0.75
    candidates: int = 1
    words_a_bar: int = 64
    judge: Judge | None = None
    sight: int = 256
    adapter: Path | None = None
    name: str = "score-lm"
    capabilities: Capabilities = Capabilities(  # noqa: RUF009 # frozen
        roles=frozenset(("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter")),
        needs_torch=True,
        needs_weights=True,
        hears_manner=False,
        weights_licence="Apache-2.0",
    )

    @cached_property
    def model(self) -> "Ready":
        need(self.name, "torch", "numba", "safetensors")
        from resonant.nn.generation import load_model

        return load_model(self.weights, self.adapter)

    def play(self, context: Context) -> Part:
        """The part of `context.track` in `context.bars`, some bars at a time; what is written is seen by the next.

        Raises:
            Cancelled: `context.should_stop()` said so.
            InputError: the weights are missing or damaged.
        """
        if context.should_stop():
            raise Cancelled(f"stopped before {context.track.name} was written")
        if context.style.adapter not in (None, self.adapter):
            return _tuned(self, context.style.adapter).play(context)
        score = within_reach(context.score, context.track.name)
        written: list[Note] = []
        left, is_new = context.bars, not context.track.notes
        while left:
            next_bars = a_section(score, left) if is_new else left
            encoded = cells_around(score, _holes(score, context.track.name, next_bars[:_BARS_AT_ONCE]))
            bars = _portion(encoded, next_bars, _place(score, context.track.name), self.model.config.context)
            left = left[len(bars) :]
            notes = self._best(score, encoded, bars, context, is_new).notes
            written += notes
            score = score.with_track(_with(score, context.track.name, notes))
        plays = instrument(context.track.instrument)
        return Part(tuple(sorted(written)) if plays.is_drums else cut_to_voices(written, plays.max_voices))

    def asked(
        self,
        score: Score,
        holes: frozenset[Hole],
        style: str,
        should_stop: Callable[[], bool] = never,
        encoded: Cells | None = None,
        is_new: bool = False,
    ) -> Asked:
        """The holes of a score of at most sixteen tracks, ready to be filled; what stands in them is to be empty.

        Args:
            score: what is around the holes.
            holes: what is asked for.
            style: its name, for the model.
            should_stop: see `Filling`.
            encoded: the score in tokens, `cells_around` the holes, where that is known.
            is_new: whether what the tracks with holes play elsewhere was written just now: see `view_of`, `new_part`.
        """
        encoded = cells_around(score, holes) if encoded is None else encoded
        view = view_of(encoded, holes, (self.sight, self.model.config.context), self.source, style, is_new)
        tracks = score.tracks
        again = returning(score, encoded, holes) if is_new else {}
        filling = Filling(
            {(bar, place): bounds_of(score, tracks[place], bar) for bar, place in holes},
            Sampling(self.temperature, 0, self.top_p),
            {hole: theory_of(score, tracks[hole[1]], hole[0], self.theory) for hole in holes} if self.theory else {},
            recalled=recalled(encoded, holes, holes - again.keys()) | again if self.recall else {},
            returning=frozenset(again),
            recall=self.recall,
            rhythm=UNCUT if is_new and all(tracks[place].role in TUNES for _, place in holes) else None,
            should_stop=should_stop,
            longest={hole: longest_cell(encoded, hole) for hole in holes},
        )
        return Asked(score, encoded, view, filling)

    def _best(self, score: Score, encoded: Cells, bars: Sequence[int], context: Context, is_new: bool) -> Candidate:
        name = context.track.name
        asked = self.asked(score, _holes(score, name, bars), context.style.name, context.should_stop, encoded, is_new)
        # The first candidate's stream does not know how many there are: one asked for alone is the first of several.
        streams = [
            stream(context.seed, name, "score-lm", bars[0], *((number,) if number else ()))
            for number in range(self.worth_trying(asked))
        ]
        tried = self.tried(asked, streams)
        if self.judge is None or len(tried) == 1:
            return chosen(tried)
        if is_new and context.track.role in TUNES:
            return max(tried, key=lambda each: self._fits(score, name, each, bars))
        tracks = [_with(score, name, each.notes) for each in tried]
        return chosen(tried, [self.judge(score.with_track(track), track, bars) for track in tracks])

    def _fits(self, score: Score, name: str, tried: Candidate, bars: Sequence[int]) -> float:
        """How well bars of a new tune fit the others, and keep it as dense as is usual: its own past is no measure."""
        assert self.judge is not None, "somebody judges"
        whole = _with(score, name, tried.notes)
        alone = replace(whole, notes=tried.notes)
        return self.judge(score.with_track(alone), alone, bars) - off_density(score, whole)

    def worth_trying(self, asked: Asked) -> int:
        """How many candidates there is time for: all of a quiet part, one of a busy one."""
        bars = {bar for bar, _ in asked.view.holes}
        expected = sum(usual_words(asked.cells, hole) for hole in asked.view.holes)
        return max(min(self.candidates, int(self.words_a_bar * len(bars) / max(expected, 1))), 1)

    def tried(self, asked: Asked, streams: Sequence[random.Random]) -> list[Candidate]:
        """One way to fill the holes for each stream, in order; the song is read once.

        Raises:
            Cancelled: the run was stopped.
        """
        from resonant.nn.generation import Reader

        first = begun(Reader(self.model), asked.cells, asked.view)
        rows = [first, *(first.forked() for _ in streams[1:])]
        written = filled(rows, asked.filling, streams)
        return [Candidate(fills, tuple(sorted(sounding(fills, asked.score)))) for fills in written]


@lru_cache(maxsize=2)
def _tuned(player: ScorePlayer, adapter: Path | None) -> ScorePlayer:
    """The player with a style's adapter in its weights; the last two keep them."""
    return replace(player, adapter=adapter)


def _place(score: Score, name: str) -> int:
    return next(i for i, track in enumerate(score.tracks) if track.name == name)


def _holes(score: Score, name: str, bars: Iterable[int]) -> frozenset[Hole]:
    place = _place(score, name)
    return frozenset((bar, place) for bar in bars)


def _portion(encoded: Cells, bars: tuple[int, ...], place: int, context: int) -> tuple[int, ...]:
    """As many of the bars as can be read and written at once: eight, or half as many until they fit."""
    size = min(_BARS_AT_ONCE, len(bars))
    while size > 1 and not fits(encoded, frozenset((bar, place) for bar in bars[:size]), context):
        size //= 2
    return bars[:size]


def fits(encoded: Cells, holes: frozenset[Hole], context: int) -> bool:
    """Whether holes can be written once their bars have been read, at least their form and harmony."""
    view = view_of(encoded, holes, (0, context), "user", "none")
    return len(prompt(encoded, view)) + sum(room_for(encoded, hole) for hole in holes) <= context


def cells_around(score: Score, holes: frozenset[Hole]) -> Cells:
    """The bars that can be seen from holes, or recalled there."""
    return cells(score, _reach(holes, score.bars, max(_FAR_BARS, FARTHEST_BARS)))


def _reach(holes: frozenset[Hole], bars: int, far: int) -> tuple[int, int]:
    """Those of so many bars, half-open, that are no farther from holes than `far`."""
    first, last = min(bar for bar, _ in holes), max(bar for bar, _ in holes)
    return max(first - far, 0), min(last + 1 + far, bars)


def _with(score: Score, name: str, notes: Iterable[Note]) -> Track:
    """The track of that name with notes among its own."""
    track = score.track(name)
    assert track is not None, "what is written is a track of the score"
    return replace(track, notes=tuple(sorted((*track.notes, *notes))))


def sounding(fills: Iterable[Filled], score: Score) -> Iterator[Note]:
    """The notes of fills, in their bars and within the score."""
    for fill in fills:
        start = score.metre.bar_start(fill.hole[0])
        for note in notes_of(fill.cell, start):
            # An early note of the first place in a bar would lie in the bar before, which is not ours.
            begin = max(note.start, start)
            yield replace(note, start=begin, duration=min(note.duration, max(score.end - begin, 1)))


def within_reach(score: Score, name: str) -> Score:
    """The score with no more tracks than the model has numbers for, the named one among them."""
    others = [track.name for track in score.tracks if track.name != name][: MOST_TRACKS - 1]
    return replace(score, tracks=tuple(track for track in score.tracks if track.name in (name, *others)))


def view_of(
    encoded: Cells, holes: frozenset[Hole], reach: tuple[int, int], source: str, style: str, is_new: bool = False
) -> View:
    """What is seen of a score around holes.

    In the bars of holes the other tracks, but for the busiest, if they would take more than a share; then as many bars
    on both sides as fit, of the tracks with holes alone if those play anywhere; then form and harmony further out.
    Measured on validation pieces: what a track played before foretells it better than all that sounds beside it.

    Args:
        encoded: the score, its holes empty.
        holes: the cells to write.
        reach: most words that are read before, and most that are read and written in all.
        source, style: see `View`; a style without a name here is "none".
        is_new: whether the tracks with holes play nowhere but where they were just written; who then sees them alone
            follows nobody but itself.
    """
    first, end = min(bar for bar, _ in holes), max(bar for bar, _ in holes) + 1
    ours, none = frozenset(place for _, place in holes), frozenset[int]()
    plays = not is_new and any(cells[place] != SILENT for cells in encoded.notes for place in ours)
    controls = {place: said for place, said in enumerate(encoded.controls) if said}
    if not plays:
        controls |= {place: asked_of(role_of(encoded, place)) for place in ours}
    known = style if style in STYLES else "none"
    view = View(holes, (first, end), (first, end), source, known, controls, beside=none, around=none)
    sight, context = reach
    sight = min(sight, context - sum(room_for(encoded, hole) for hole in holes))
    beside = _quietest(encoded, view.bars, ours, round(BESIDE * sight) - len(prompt(encoded, view)))
    view = replace(view, beside=beside, around=ours if plays else ours | beside)
    left = sight - len(prompt(encoded, view))
    within = _reach(holes, len(encoded.bars), _FAR_BARS)
    near, left = _widened((first, end), within, left, lambda bar: _words_near(encoded, bar, view))
    seen, _ = _widened(near, within, left, lambda bar: 1 + len(encoded.bars[bar]))
    return replace(view, near=near, seen=seen)


def _quietest(encoded: Cells, bars: Iterable[int], ours: frozenset[int], words: int) -> frozenset[int]:
    """The other tracks, quietest first, as long as what they play in the bars takes no more than so many words."""
    takes = {
        place: sum(1 + len(encoded.notes[bar][place]) for bar in bars if encoded.notes[bar][place] != SILENT)
        for place in range(len(encoded.tracks))
        if place not in ours
    }
    found = set[int]()
    for place in sorted(takes, key=lambda each: takes[each]):
        words -= takes[place]
        if words < 0:
            break
        found.add(place)
    return frozenset(found)


def room_for(encoded: Cells, hole: Hole) -> int:
    """How many words a hole may need with its head: half as many again as is usual."""
    return min(round(_MORE_THAN_USUAL * usual_words(encoded, hole)), _MOST_ROOM) + 3 + len(encoded.chords[hole[0]])


def longest_cell(encoded: Cells, hole: Hole) -> int:
    """How long the cell of a hole may grow: half as long again as is usual, or as long as the track's longest."""
    longest = max((len(cells[hole[1]]) for cells in encoded.notes), default=0)
    return min(max(round(_MORE_THAN_USUAL * usual_words(encoded, hole)), longest), _MOST_ROOM)


def usual_words(encoded: Cells, hole: Hole) -> float:
    """How many words the track of a hole takes for a bar in the mean of those it plays in."""
    played = [len(cells[hole[1]]) for cells in encoded.notes if cells[hole[1]] != SILENT]
    return sum(played) / len(played) if played else _OF_A_NEW_BAR


def _words_near(encoded: Cells, bar: int, view: View) -> int:
    heard = (cell for place, cell in enumerate(encoded.notes[bar]) if cell != SILENT and view.hears(bar, place))
    return 1 + len(encoded.bars[bar]) + sum(1 + len(cell) for cell in heard)


def _widened(
    bars: tuple[int, int], within: tuple[int, int], left: int, cost: Callable[[int], int]
) -> tuple[tuple[int, int], int]:
    """The bars with more around them, one before, one after, as long as words are left; and what is left."""
    (start, end), (first, last) = bars, within
    while (start, end) != (first, last):
        before = start > first and (end == last or bars[0] - start <= end - bars[1])
        price = cost(start - 1 if before else end)
        if price > left:
            break
        left -= price
        start, end = (start - 1, end) if before else (start, end + 1)
    return (start, end), left


def bounds_of(score: Score, track: Track, bar: int) -> Bounds:
    """What the track's instrument can play in a bar; the word that closes the cell is not yet known."""
    plays = instrument(track.instrument)
    start, end = score.bar_ticks(bar)
    return Bounds((end - start) // GRID, plays.is_drums, plays.low, plays.high, 0, plays.max_voices)
