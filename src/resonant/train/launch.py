"""A run from the command line: the recipe by name, the corpora from their folder, the device that is there."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
import torch.distributed as processes

from resonant.errors import InputError
from resonant.train.corpus import load_corpus
from resonant.train.loop import Crew, train
from resonant.train.recipes import RECIPES, named


def launched(
    data: Path, out: Path, recipe: str, changes: Mapping[str, int | None], tell: Callable[[str], None]
) -> Path:
    """Trains by the recipe of that name, on the graphics card where there is one; gives the folder of the best weights.

    Raises:
        InputError: no such recipe, no such corpus, or another run in the folder.
    """
    if recipe not in RECIPES:
        raise InputError(f"recipe {recipe!r} is not known; the recipes are {', '.join(RECIPES)}")
    crew = _crew()
    corpora = load_corpus(data / "train.npz"), load_corpus(data / "val.npz")
    asked = named(recipe, **changes)
    try:
        return train(asked, corpora, out, crew, tell if crew.rank == 0 else lambda line: None)
    finally:
        if processes.is_initialized():
            processes.destroy_process_group()


def _crew() -> Crew:
    """This process among those of `torchrun`, or alone."""
    has_card = torch.cuda.is_available()
    if not processes.is_torchelastic_launched():
        return Crew(device=torch.device("cuda" if has_card else "cpu"))
    processes.init_process_group("nccl" if has_card else "gloo")
    rank = processes.get_rank()
    device = torch.device("cuda", rank % torch.cuda.device_count()) if has_card else torch.device("cpu")
    return Crew(rank, processes.get_world_size(), device)
