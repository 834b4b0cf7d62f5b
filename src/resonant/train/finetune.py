"""The score player tuned to a few songs of a user's own: a small adapter, and a style to name in a prompt.

The weights stay; low-rank changes of them (`nn.lora`) learn from the songs for some minutes on a CPU, and what is kept
is the state that foretold held-out bars of the songs best.
"""

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import torch

from resonant.brief.vocabulary import lexicon, words_of
from resonant.errors import InputError
from resonant.library.place import disk_errors, write_durably
from resonant.nn.checkpoints import load_config, load_weights
from resonant.nn.lora import Adapter, adapted, adapter_of, hash_of, save_adapter
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.players.score_lm.cells import Cells, cells
from resonant.styles import all_styles
from resonant.train.corpus import Corpus, CorpusPiece, packed
from resonant.train.crew import Crew
from resonant.train.examples import drawn
from resonant.train.prepare import Told, Wanted, pieces_of
from resonant.train.recipes import Recipe
from resonant.train.steps import checked, learn, optimiser_for
from resonant.train.style_found import as_yaml, measured_style

Tell = Callable[[str], None]
_FEWEST_BARS = 16
_SONGS_TO_HOLD_ONE_OUT = 4
_HELD_OUT = 0.1  # of the songs
_HELD_OUT_BARS = 0.2  # of each song, where they are too few to do without one
_NAME = re.compile(r"[a-z0-9_&' -]+")
_TIMED_STEPS = 4


@dataclass(frozen=True, slots=True)
class Tuning:
    """How long and how strongly.

    Args:
        minutes: at most.
        steps: at most; fewer where the minutes do not suffice.
        rate: peak learning rate.
        batch: rows a step.
        check_every: steps between looks at what is held out.
        checks: rows that are looked at.
        seed: names the examples and the first adapter.
    """

    minutes: float = 5.0
    steps: int = 300
    rate: float = 2e-3
    batch: int = 4
    check_every: int = 20
    checks: int = 16
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.minutes <= 24 * 60:
            raise InputError(f"minutes={self.minutes:g} must lie above 0 and at most at 1440; 5 is usual")


@dataclass(frozen=True, eq=False)
class Tuned:
    """An adapter, and how well what was held out is foretold without and with it, in nats a word."""

    adapter: Adapter
    before: float
    after: float
    steps: int


@dataclass(frozen=True)
class Finetuned:
    """A style that was learned, on disk.

    Args:
        name: what a prompt calls it.
        style, adapter: its files.
        songs: how many were read; `left_out` tells of the others, a sentence each.
        before, after: how well held-out bars are foretold, in nats a word.
        steps: at which that was.
    """

    name: str
    style: Path
    adapter: Path
    songs: int
    left_out: tuple[str, ...]
    before: float
    after: float
    steps: int


def finetune(
    songs: Path,
    name: str,
    weights: Path,
    folder: Path,
    tuning: Tuning | None = None,
    based_on: str = "",
    tell: Tell = lambda line: None,
) -> Finetuned:
    """Tunes the score player to the songs in a folder; writes `name.yaml` and `name.safetensors` into `folder`.

    Args:
        songs: a folder of MIDI files.
        name: what a prompt shall call the style.
        weights: the folder of the checkpoint that is tuned.
        folder: where the user's style files are.
        tuning: how long and how strongly.
        based_on: the style of ours that gives harmony and form; "" takes the nearest.
        tell: told a line at each look at what is held out.

    Raises:
        InputError: the name can not be had, there is no style `based_on`, nothing can be read, there are too few bars,
            or it did not help.
        PlaceError: the files can not be written.
    """
    called, style_file = _name_for(name, folder)
    if based_on and based_on not in all_styles():
        raise InputError(f"{based_on!r} is not one of our styles; there are {', '.join(all_styles())}")
    broken: list[dict[str, str]] = []
    read = pieces_of([songs], Wanted(), broken)
    if not read:
        why = f": {_told(broken[0])}" if broken else ""
        raise InputError(f"no song was found in {songs}{why}; give a folder of MIDI files")
    config = load_config(weights, TransformerConfig)
    model = Transformer(config)
    load_weights(weights, model)
    base = hash_of(weights)
    tell(f"{len(read)} songs, {len(broken)} left out")
    tuned = tune(model, parted(read), tuning or Tuning(), tell)
    if not tuned.after < tuned.before:
        raise InputError(
            f"{tuned.steps} steps did not help: held-out bars are foretold with {tuned.before:.3f} nats a word before "
            f"and {tuned.after:.3f} after; give more songs or more minutes"
        )
    adapter_file = style_file.with_suffix(".safetensors")
    text = as_yaml(measured_style(called, [piece.score for piece in read], based_on, adapter_file.name))
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        notes = {"style": called, "held_out_before": f"{tuned.before:.5f}", "held_out_after": f"{tuned.after:.5f}"}
        save_adapter(adapter_file, replace(tuned.adapter, base=base), notes)
        write_durably(style_file, text.encode())
    all_styles.cache_clear()  # who listens from now on knows the style
    lexicon.cache_clear()
    left_out = tuple(map(_told, broken))
    return Finetuned(called, style_file, adapter_file, len(read), left_out, tuned.before, tuned.after, tuned.steps)


def tune(model: Transformer, corpora: tuple[Corpus, Corpus], tuning: Tuning, tell: Tell = lambda line: None) -> Tuned:
    """The adapter that foretells the second corpus best while it learns from the first; the model is used up.

    Where the minutes do not suffice for all steps, there are as many as do, so that the rate comes down in any case.
    """
    recipe = Recipe(
        model.config, tuning.steps, tuning.batch, tuning.rate, min(10, tuning.steps // 4), 0.0, 1.0, tuning.seed,
        tuning.check_every, tuning.steps, tuning.checks,
    )  # fmt: skip
    crew, (learn_from, held_out) = Crew(), corpora
    torch.manual_seed(recipe.seed)
    adapted(model)
    optimiser = optimiser_for(model, recipe, crew)
    started = time.perf_counter()
    before = checked(model, held_out, recipe, crew)
    best = Tuned(adapter_of(model), before, before, 0)
    step = 0
    while step < recipe.steps:
        rows = [
            drawn(learn_from, model.config.context, recipe.seed, n)
            for n in range(step * recipe.batch, (step + 1) * recipe.batch)
        ]
        loss = learn(model, optimiser, rows, recipe, step, crew)
        step += 1
        spent, given = time.perf_counter() - started, tuning.minutes * 60
        if step == _TIMED_STEPS:
            recipe = replace(recipe, steps=min(recipe.steps, max(step, int(step * given / spent))))
        if step % recipe.check_every == 0 or step >= recipe.steps or spent > given:
            after = checked(model, held_out, recipe, crew)
            tell(f"step {step} of {recipe.steps}: loss {loss:.3f}, held out {after:.3f} (before: {before:.3f})")
            if after < best.after:
                best = Tuned(adapter_of(model), before, after, step)
            if spent > given:
                break
    return replace(best, steps=step) if best.steps == 0 else best


def parted(pieces: Sequence[Told]) -> tuple[Corpus, Corpus]:
    """What is learned from and what is held out: whole songs, or the last bars of each where the songs are few.

    Raises:
        InputError: there are too few bars.
    """
    bars = sum(piece.score.bars for piece in pieces)
    if bars < _FEWEST_BARS:
        raise InputError(f"the songs have {bars} bars in all, and {_FEWEST_BARS} are the fewest that say anything")
    coded = [CorpusPiece(piece.id, "user", "none", cells(piece.score)) for piece in pieces]
    if len(coded) < _SONGS_TO_HOLD_ONE_OUT:
        cuts = [max(1, round(len(piece.cells.bars) * (1 - _HELD_OUT_BARS))) for piece in coded]
        kept = [replace(p, cells=_bars(p.cells, 0, cut)) for p, cut in zip(coded, cuts, strict=True)]
        rest = [(p, cut) for p, cut in zip(coded, cuts, strict=True) if cut < len(p.cells.bars)]
        return packed(kept), packed(replace(p, cells=_bars(p.cells, cut, len(p.cells.bars))) for p, cut in rest)
    by_hash = sorted(coded, key=lambda piece: sha256(Path(piece.id).name.encode()).digest())
    held = max(1, math.floor(len(by_hash) * _HELD_OUT))
    return packed(by_hash[held:]), packed(by_hash[:held])


def _bars(whole: Cells, start: int, end: int) -> Cells:
    return replace(whole, bars=whole.bars[start:end], chords=whole.chords[start:end], notes=whole.notes[start:end])


def _told(broken: Mapping[str, str]) -> str:
    """Why a file was left out, with its name once."""
    named = broken["piece"] in broken["why"]
    return broken["why"] if named else f"{broken['piece']}: {broken['why']}"


def _name_for(name: str, folder: Path) -> tuple[str, Path]:
    """The style's name as it is compared, and its file.

    Raises:
        InputError: it can not be written, means something else already, or is taken.
    """
    called = " ".join(name.lower().split())
    if not _NAME.fullmatch(called) or not words_of(called) or len(called) > 60:
        raise InputError(f"the name {name[:60]!r} can not be told in a prompt; use letters a-z, digits and spaces")
    file = folder / f"{called.replace(' ', '_')}.yaml"
    if file.exists():
        raise InputError(f"there is a style {called!r} already, in {file}; choose another name, or remove that file")
    meanings = lexicon(folder).meanings(called)
    if meanings:
        raise InputError(f"{called!r} means a {meanings[0].kind} already; choose another name for the style")
    return called, file
