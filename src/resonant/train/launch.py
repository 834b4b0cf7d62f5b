"""A run from the command line: the recipe by name, the corpora from their folder, the device that is there."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch.distributed as processes

from resonant.errors import InputError
from resonant.train.corpus import Corpus, load_corpus
from resonant.train.crew import this_crew
from resonant.train.loop import train
from resonant.train.recipes import RECIPES, named


def launched(
    data: Path, out: Path, recipe: str, changes: Mapping[str, int | None], tell: Callable[[str], None]
) -> Path:
    """Trains by the recipe of that name, on the graphics card where there is one; gives the folder of the best weights.

    Raises:
        InputError: no such recipe, no such corpus, an empty one, or another run in the folder.
    """
    if recipe not in RECIPES:
        raise InputError(f"recipe {recipe!r} is not known; the recipes are {', '.join(RECIPES)}")
    corpora = _filled(data / "train.npz"), _filled(data / "val.npz")
    asked = named(recipe, **changes)
    crew = this_crew()
    try:
        return train(asked, corpora, out, crew, tell if crew.rank == 0 else lambda line: None)
    finally:
        if processes.is_initialized():
            processes.destroy_process_group()


def _filled(path: Path) -> Corpus:
    corpus = load_corpus(path)
    if not len(corpus):
        raise InputError(f"{path} holds no piece; run `resonant train prepare` with more music, or another --val-split")
    return corpus
