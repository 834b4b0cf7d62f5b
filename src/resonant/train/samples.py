"""What a run shows while it goes on: its curve, and what the model writes into a few held-out holes.

Nothing here draws from the streams of training, and the same weights give the same pictures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from resonant.nn.generation import Reader, Ready, ready
from resonant.nn.sampling import Sampling
from resonant.nn.transformer import Transformer
from resonant.pictures.charts import Line, lines_png
from resonant.pictures.fills import Fill, fills_png
from resonant.players.score_lm.cells import Cells, notes_of, role_of
from resonant.players.score_lm.fill import Filling, begun, filled
from resonant.players.score_lm.grammar import Bounds
from resonant.players.score_lm.layout import View, fill_head, prompt
from resonant.players.score_lm.player import view_of
from resonant.players.score_lm.vocabulary import GRID, METRES, VOCABULARY
from resonant.score.model import Note
from resonant.seeds import stream
from resonant.train.corpus import Corpus, CorpusPiece
from resonant.train.recipes import Recipe
from resonant.train.run_folder import read_log
from resonant.units import Metre, Tick

CURVE, SAMPLES = "curve.png", "samples"
_V = VOCABULARY
_ROLES = ("drums", "bass", "chords", "melody")
_HOLE_BARS, _AROUND_BARS = 4, 2
_MOST_WORDS = 40  # of a bar: a model that has learned nothing yet would go on and on
_ROOM_FOR_A_HEAD = 24
_TRIES = 300
_DRUMS_PROGRAM = 128


@dataclass(frozen=True)
class Sample:
    """Four bars of one track of a held-out piece, and what the model sees around them."""

    piece: CorpusPiece
    place: int
    bars: range
    role: str
    view: View

    @cached_property
    def bar_starts(self) -> tuple[Tick, ...]:
        """Where each bar of the piece begins, and where the last ends."""
        return tuple(accumulate(bar_lengths(self.piece.cells), initial=0))

    @cached_property
    def is_drums(self) -> bool:
        return self.piece.cells.tracks[self.place][-1] == _V.program(_DRUMS_PROGRAM)


@dataclass(frozen=True)
class Sampler:
    """Draws the pictures of a run."""

    held_out: Corpus
    recipe: Recipe

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """A hole for each of four roles, as far as the pieces have them; the same for the same pieces."""
        context, seed = self.recipe.model.context, self.recipe.seed
        found = (_sample_of(role, self.held_out, context, seed) for role in _ROLES)
        return tuple(sample for sample in found if sample is not None)

    def draw(self, run: Path, step: int, model: Transformer) -> None:
        """Writes the curve so far, and how the model of this step fills the holes."""
        (run / CURVE).write_bytes(curve_png(read_log(run), self.recipe))
        folder = run / SAMPLES
        folder.mkdir(exist_ok=True)
        was_training, reads = model.training, ready(model)
        fills = [self._filled(sample, reads) for sample in self.samples]
        model.train(was_training)
        (folder / f"step-{step}.png").write_bytes(fills_png(fills, f"step {step} of {self.recipe.steps}"))

    def _filled(self, sample: Sample, reads: Ready) -> Fill:
        cells, starts = sample.piece.cells, sample.bar_starts
        bounds = {
            hole: Bounds((starts[hole[0] + 1] - starts[hole[0]]) // GRID, sample.is_drums, 0, 127, 0)
            for hole in sample.view.holes
        }
        filling = Filling(bounds, Sampling(), most_words=_MOST_WORDS)
        rng = stream(self.recipe.seed, "sample", sample.role)
        (fills,) = filled([begun(Reader(reads), cells, sample.view)], filling, [rng])
        written = {fill.hole: fill.cell for fill in fills}
        return _fill(sample, tuple(note for hole, cell in written.items() for note in notes_of(cell, starts[hole[0]])))


def curve_png(rows: Sequence[dict[str, float]], recipe: Recipe) -> bytes:
    """Loss and held-out surprise against the step, in nats a word."""
    learned = [(row["step"], row["loss"]) for row in rows if "loss" in row]
    checks = [(row["step"], row["check"]) for row in rows if "check" in row]
    lines = (Line("loss", tuple(learned), noisy=True), Line("held out, in fills", tuple(checks)))
    return lines_png(lines, f"{learned[-1][0] if learned else 0:g} of {recipe.steps} steps", "step", "nats a word")


def bar_lengths(cells: Cells) -> Iterator[Tick]:
    """How long each bar of a piece is; one of a metre that has no word of its own counts as 4/4."""
    metre = cells.opening[0]
    for words in cells.bars:
        metre = words[0] if words[0] in _V.metre else metre
        name = METRES[_V.metre.index(metre)]
        yield Metre.parse(name if name != METRES[-1] else "4/4").ticks_per_bar


def _sample_of(role: str, corpus: Corpus, context: int, seed: int) -> Sample | None:
    """Four bars in which a track of that role plays throughout, from a piece that is drawn and fits the model."""
    rng = stream(seed, "sampled", role)
    for _ in range(_TRIES if len(corpus) else 0):
        piece = corpus[rng.randrange(len(corpus))]
        places = [place for place in range(len(piece.cells.tracks)) if role_of(piece.cells, place) == role]
        starts = [
            (place, bar)
            for place in places
            for bar in range(len(piece.cells.bars) - _HOLE_BARS + 1)
            if all(piece.cells.notes[bar + i][place] != (_V.empty,) for i in range(_HOLE_BARS))
        ]
        if starts:
            place, bar = rng.choice(starts)
            bars = range(bar, bar + _HOLE_BARS)
            holes = frozenset((b, place) for b in bars)
            sight = context - (_MOST_WORDS + _ROOM_FOR_A_HEAD) * _HOLE_BARS
            view = view_of(piece.cells, holes, (sight, context), piece.source, piece.style)
            if _words(piece.cells, view) <= context:
                return Sample(piece, place, bars, role, view)
    return None


def _words(cells: Cells, view: View) -> int:
    """How many words a view needs at most, with what is written into its holes."""
    heads = sum(len(fill_head(cells, 0, bar, place)) for bar, place in view.holes)
    return len(prompt(cells, view)) + heads + (_MOST_WORDS + 8) * len(view.holes)


def _fill(sample: Sample, written: tuple[Note, ...]) -> Fill:
    cells, starts = sample.piece.cells, sample.bar_starts
    shown = range(max(sample.bars.start - _AROUND_BARS, 0), min(sample.bars.stop + _AROUND_BARS, len(cells.bars)))

    def notes(place: int, bars: Sequence[int]) -> tuple[Note, ...]:
        return tuple(note for bar in bars for note in notes_of(cells.notes[bar][place], starts[bar]))

    drums = _V.program(_DRUMS_PROGRAM)
    others = [p for p, words in enumerate(cells.tracks) if p != sample.place and words[-1] != drums]
    return Fill(
        f"{sample.piece.id}, bars {sample.bars.start + 1}-{sample.bars.stop}: {sample.role}",
        sample.role,
        tuple(starts[bar] for bar in (*shown, shown.stop)),
        (starts[sample.bars.start], starts[sample.bars.stop]),
        notes(sample.place, [bar for bar in shown if bar not in sample.bars]),
        () if sample.is_drums else tuple(note for place in others for note in notes(place, shown)),
        notes(sample.place, sample.bars),
        written,
    )
