"""A run's folder: what was asked, a line a step, the checkpoint to go on from, the best weights so far.

`run.json` (the recipe), `log.jsonl` (a line a step, a line a check), `last/` (weights, optimiser and step) and `best/`
(weights), both replaced whole: a run that is killed meanwhile still has the ones before.
"""

import json
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from resonant.errors import InputError
from resonant.nn.checkpoints import load_weights, save_checkpoint
from resonant.train.recipes import Recipe

LOG, LAST, BEST, RUN = "log.jsonl", "last", "best", "run.json"
_OPTIMISER, _STEP = "optimiser.safetensors", "step"


def begin(folder: Path, recipe: Recipe) -> None:
    """Writes what was asked, or sees that it is what the folder's run was asked.

    Raises:
        InputError: the folder holds a run of another recipe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    asked = json.dumps(asdict(recipe), indent=1) + "\n"
    path = folder / RUN
    if not path.exists():
        fresh = folder / f".{RUN}"
        fresh.write_text(asked, encoding="utf-8")
        fresh.replace(path)
    elif path.read_text(encoding="utf-8") != asked:
        raise InputError(f"{folder} holds a run of another recipe; give an empty folder, or the recipe of {path}")


def save(folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer, step: int, recipe: Recipe) -> None:
    """The checkpoint to go on from."""
    from safetensors.torch import save_file

    with _replaced(folder, LAST) as fresh:
        save_checkpoint(fresh, model, recipe.model, {"step": str(step)})
        state = optimiser.state_dict()["state"]
        tensors = {
            f"{index}.{name}": value.contiguous() for index, each in state.items() for name, value in each.items()
        }
        save_file(tensors, fresh / _OPTIMISER, {"step": str(step)})
        (fresh / _STEP).write_text(str(step), encoding="utf-8")


def save_best(folder: Path, model: nn.Module, step: int, held_out: float, recipe: Recipe) -> None:
    """The weights that foretold the held-out pieces best."""
    with _replaced(folder, BEST) as fresh:
        save_checkpoint(fresh, model, recipe.model, {"step": str(step), "held_out": f"{held_out:.5f}"})


def go_on(folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    """Fills model and optimiser from the run's last checkpoint; gives the step that it stands at, 0 for none."""
    from safetensors.torch import load_file

    last = next((folder / name for name in (LAST, _before(LAST)) if (folder / name / _STEP).exists()), None)
    if last is None:
        return 0
    load_weights(last, model)
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in load_file(last / _OPTIMISER).items():
        index, _, kind = name.partition(".")
        state.setdefault(int(index), {})[kind] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    return int((last / _STEP).read_text(encoding="utf-8"))


def best_so_far(folder: Path) -> float:
    """The lowest surprise that a check of the run found; infinite before the first."""
    return min((row["check"] for row in read_log(folder) if "check" in row), default=math.inf)


def read_log(folder: Path) -> list[dict[str, float]]:
    """The lines of a run's log; of a step that was done twice, after a run was cut off, the later one."""
    path = folder / LOG
    if not path.exists():
        return []
    rows: dict[tuple[float, bool], dict[str, float]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:  # the line that was being written when the run was killed
            continue
        rows[row["step"], "check" in row] = row
    return [rows[key] for key in sorted(rows)]


class Log:
    """A line of JSON for each thing that is known of a step; what a killed run wrote beyond `step` is forgotten."""

    def __init__(self, folder: Path, step: int) -> None:
        kept = [row for row in read_log(folder) if row["step"] <= step]
        self._path = folder / LOG
        fresh = folder / f".{LOG}"
        fresh.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
        fresh.replace(self._path)

    def write(self, row: dict[str, float]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


@contextmanager
def _replaced(folder: Path, name: str) -> Iterator[Path]:
    """A new folder to fill, which takes the place of the one of that name when it is full.

    At every moment one of the two is whole: a killed run leaves the old one, under its name or as the one before.
    """
    fresh, old, final = folder / f".{name}", folder / _before(name), folder / name
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    yield fresh
    if final.exists():
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
    fresh.rename(final)
    shutil.rmtree(old, ignore_errors=True)


def _before(name: str) -> str:
    return ".before" if name == LAST else f".{name}-before"
