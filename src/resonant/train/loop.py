"""The loop: examples in, weights out; it can be killed at any step and goes on where it was.

A run is a folder (`run_folder`), with the curve and what the model writes into a few held-out holes as pictures, new at
each check. Examples are named by their number, dropout by the step, so a run that was cut off and went on has the
curve of one that was not.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from resonant.nn.transformer import Transformer
from resonant.train.corpus import Corpus
from resonant.train.crew import Crew
from resonant.train.examples import Example, drawn
from resonant.train.recipes import Recipe
from resonant.train.run_folder import BEST, Log, begin, best_so_far, go_on, save, save_best
from resonant.train.samples import Sampler
from resonant.train.steps import checked, learn, optimiser_for

Tell = Callable[[str], None]
_STEPS_AHEAD = 4  # that each worker may be in front of the model


def train(
    recipe: Recipe,
    corpora: tuple[Corpus, Corpus],
    folder: Path,
    crew: Crew | None = None,
    tell: Tell = lambda line: None,
) -> Path:
    """Trains a score model, or goes on with the run that the folder holds; gives the folder of the best weights.

    Args:
        recipe: what to do.
        corpora: pieces to learn from, and pieces to be checked on.
        folder: the run's.
        crew: under `torchrun`, who this process is.
        tell: told a line at each check.

    Raises:
        InputError: the folder holds a run of another recipe, or no piece fits the model.
    """
    crew = crew or Crew()
    torch.manual_seed(recipe.seed)
    model = Transformer(recipe.model).to(crew.device)
    optimiser = optimiser_for(model, recipe, crew)
    if crew.rank == 0:
        begin(folder, recipe)
    step = go_on(folder, model, optimiser)
    learner = _learner(model, crew)
    writer = _Writer(folder, step, recipe, corpora[1], tell) if crew.rank == 0 else None
    started = time.perf_counter()
    for rows in drawn_ahead(corpora[0], recipe, step, crew):
        loss = learn(learner, optimiser, rows, recipe, step, crew)
        step += 1
        if writer is not None:
            writer.learned(step, loss, time.perf_counter() - started)
        if step % recipe.check_every == 0 or step == recipe.steps:
            held_out = checked(model, corpora[1], recipe, crew)
            if writer is not None:
                writer.checked(step, loss, held_out, model)
        if writer is not None and (step % recipe.save_every == 0 or step == recipe.steps):
            save(folder, model, optimiser, step, recipe)
        started = time.perf_counter()
    return folder / BEST


def drawn_ahead(corpus: Corpus, recipe: Recipe, start: int, crew: Crew) -> Iterator[list[Example]]:
    """This process's rows of each step from `start` on; `crew.workers` processes draw those of the steps to come."""
    numbers = [
        [*range(step * recipe.batch + crew.rank, (step + 1) * recipe.batch, crew.size)]
        for step in range(start, recipe.steps)
    ]
    return iter(
        DataLoader(
            _Drawn(corpus, recipe),
            batch_sampler=numbers,
            collate_fn=list,
            num_workers=crew.workers,
            prefetch_factor=_STEPS_AHEAD if crew.workers else None,
            generator=torch.Generator(),  # else it would draw from the stream that dropout is drawn from
        )
    )


class _Drawn(Dataset[Example]):
    """The examples of a run by their number."""

    def __init__(self, corpus: Corpus, recipe: Recipe) -> None:
        self._corpus, self._recipe = corpus, recipe

    def __getitem__(self, number: int) -> Example:
        return drawn(self._corpus, self._recipe.model.context, self._recipe.seed, number)


def _learner(model: Transformer, crew: Crew) -> nn.Module:
    """The model as it learns: compiled, and in step with the other processes. The weights are the model's own."""
    learner: nn.Module = torch.compile(model, dynamic=False) if crew.compiled else model  # type: ignore[assignment]
    return learner if crew.size == 1 else nn.parallel.DistributedDataParallel(learner)


class _Writer:
    """Keeps the run's folder: the log, the best weights, the pictures."""

    def __init__(self, folder: Path, step: int, recipe: Recipe, held_out: Corpus, tell: Tell) -> None:
        self._folder, self._recipe, self._tell = folder, recipe, tell
        self._log = Log(folder, step)
        self._best = best_so_far(folder)
        self._sampler = Sampler(held_out, recipe)

    def learned(self, step: int, loss: float, seconds: float) -> None:
        self._log.write({"step": step, "loss": round(loss, 5), "seconds": round(seconds, 4)})

    def checked(self, step: int, loss: float, held_out: float, model: Transformer) -> None:
        self._log.write({"step": step, "check": round(held_out, 5)})
        self._tell(f"step {step} of {self._recipe.steps}: loss {loss:.3f}, held out {held_out:.3f}")
        if held_out < self._best:
            self._best = held_out
            save_best(self._folder, model, step, held_out, self._recipe)
        self._sampler.draw(self._folder, step, model)
