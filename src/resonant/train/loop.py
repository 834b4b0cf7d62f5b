"""The loop: examples in, weights out; it can be killed at any step and goes on where it was.

A run is a folder: `run.json` (what was asked), `log.jsonl` (a line a step, a line a check), `last/` (weights, optimiser
and step, replaced whole), `best/` (the weights that foretold the validation pieces best), `curve.png`. Examples are
named by their number, dropout by the step, so a run that was cut off and went on has the curve of one that was not.
"""

import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.errors import InputError
from resonant.nn.checkpoints import load_weights, save_checkpoint
from resonant.nn.transformer import Transformer
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.seeds import derived
from resonant.train.corpus import Corpus
from resonant.train.examples import Example, drawn
from resonant.train.recipes import Recipe

LOG, LAST, BEST, RUN = "log.jsonl", "last", "best", "run.json"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Crew:
    """The processes of a run: this one's rank, how many there are, and its device."""

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


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
        InputError: the folder holds a run of another recipe.
    """
    crew = crew or Crew()
    torch.manual_seed(recipe.seed)
    model = Transformer(recipe.model).to(crew.device)
    optimiser = _optimiser(model, recipe, crew)
    if crew.rank == 0:
        _begin(folder, recipe)
    step = _go_on(folder, model, optimiser)
    learner: nn.Module = model if crew.size == 1 else nn.parallel.DistributedDataParallel(model)
    log = _Log(folder, step) if crew.rank == 0 else None
    train_on, check_on = corpora
    best = _best_so_far(folder)
    while step < recipe.steps:
        started = time.perf_counter()
        rows = [drawn(train_on, recipe.model.context, recipe.seed, n) for n in _numbers(step, recipe.batch, crew)]
        loss = _step(learner, optimiser, rows, recipe, step, crew)
        step += 1
        if log is not None:
            log.write({"step": step, "loss": round(loss, 5), "seconds": round(time.perf_counter() - started, 4)})
        if step % recipe.check_every == 0 or step == recipe.steps:
            found = checked(model, check_on, recipe, crew)
            if log is not None:
                log.write({"step": step, "check": round(found, 5)})
                tell(f"step {step} of {recipe.steps}: loss {loss:.3f}, held out {found:.3f}")
                if found < best:
                    best = found
                    save_checkpoint(folder / BEST, model, recipe.model, {"step": str(step), "held_out": f"{found:.5f}"})
        if log is not None and (step % recipe.save_every == 0 or step == recipe.steps):
            _save(folder, model, optimiser, step, recipe)
    return folder / BEST


def losses(model: nn.Module, tokens_BT: Tensor, weights_BT: Tensor) -> tuple[Tensor, Tensor]:
    """Sum of the weighed surprise in nats, and the sum of the weights."""
    logits_BTV = model(tokens_BT[:, :-1])
    surprise = functional.cross_entropy(
        logits_BTV.float().flatten(0, 1), tokens_BT[:, 1:].flatten(), reduction="none"
    ).view_as(weights_BT)
    return (surprise * weights_BT).sum(), weights_BT.sum()


@torch.no_grad()
def checked(model: nn.Module, corpus: Corpus, recipe: Recipe, crew: Crew) -> float:
    """Mean surprise in nats a word in the fills of held-out pieces; the same rows each time."""
    model.eval()
    total = weight = 0.0
    for start in range(0, recipe.checks, recipe.batch):
        numbers = range(start, min(start + recipe.batch, recipe.checks))
        tokens, weights = _on_device([drawn(corpus, recipe.model.context, recipe.seed + 1, n) for n in numbers], crew)
        with _precision(recipe, crew):
            loss, count = losses(model, tokens, (weights == 1.0).float())
        total, weight = total + float(loss), weight + float(count)
    model.train()
    return total / max(weight, 1.0)


def _step(
    model: nn.Module, optimiser: torch.optim.Optimizer, rows: Sequence[Example], recipe: Recipe, step: int, crew: Crew
) -> float:
    torch.manual_seed(derived(recipe.seed, "dropout", step, crew.rank))
    for group in optimiser.param_groups:
        group["lr"] = rate_at(recipe, step)
    tokens, weights = _on_device(rows, crew)
    with _precision(recipe, crew):
        loss, count = losses(model, tokens, weights)
    mean = loss / count.clamp(min=1.0)
    optimiser.zero_grad(set_to_none=True)
    mean.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
    optimiser.step()
    return float(mean.detach())


def rate_at(recipe: Recipe, step: int) -> float:
    """The learning rate of a step: a straight rise, then a cosine down to a tenth."""
    if step < recipe.warm_up:
        return recipe.rate * (step + 1) / recipe.warm_up
    share = (step - recipe.warm_up) / max(recipe.steps - recipe.warm_up, 1)
    return recipe.rate * (0.1 + 0.45 * (1.0 + math.cos(math.pi * min(share, 1.0))))


def _numbers(step: int, batch: int, crew: Crew) -> Iterator[int]:
    """The examples of this process at a step."""
    return iter(range(step * batch + crew.rank, (step + 1) * batch, crew.size))


def _on_device(rows: Sequence[Example], crew: Crew) -> tuple[Tensor, Tensor]:
    tokens = torch.stack([torch.from_numpy(row.tokens) for row in rows])
    weights = torch.stack([torch.from_numpy(row.weights) for row in rows])
    longest = int((tokens != VOCABULARY.pad).sum(dim=1).max())
    return tokens[:, :longest].to(crew.device), weights[:, : longest - 1].to(crew.device)


def _precision(recipe: Recipe, crew: Crew) -> Any:
    return torch.autocast(crew.device.type, torch.bfloat16) if recipe.half else nullcontext()


def _optimiser(model: nn.Module, recipe: Recipe, crew: Crew) -> torch.optim.Optimizer:
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embedding" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embedding" in name]
    groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.95), fused=crew.device.type == "cuda")


def _begin(folder: Path, recipe: Recipe) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    asked = json.dumps(asdict(recipe), indent=1) + "\n"
    path = folder / RUN
    if path.exists() and path.read_text(encoding="utf-8") != asked:
        raise InputError(f"{folder} holds a run of another recipe; give an empty folder, or the recipe of {path}")
    path.write_text(asked, encoding="utf-8")


def _save(folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer, step: int, recipe: Recipe) -> None:
    """Replaces `last` whole: a run that is killed meanwhile still has the one before."""
    from safetensors.torch import save_file

    fresh = folder / ".last"
    shutil.rmtree(fresh, ignore_errors=True)
    save_checkpoint(fresh, model, recipe.model, {"step": str(step)})
    state = optimiser.state_dict()["state"]
    tensors = {f"{index}.{name}": value.contiguous() for index, each in state.items() for name, value in each.items()}
    save_file(tensors, fresh / "optimiser.safetensors", {"step": str(step)})
    (fresh / "step").write_text(str(step), encoding="utf-8")
    old = folder / ".before"
    shutil.rmtree(old, ignore_errors=True)
    if (folder / LAST).exists():
        (folder / LAST).rename(old)
    fresh.rename(folder / LAST)
    shutil.rmtree(old, ignore_errors=True)


def _go_on(folder: Path, model: nn.Module, optimiser: torch.optim.Optimizer) -> int:
    """Fills model and optimiser from the run's last checkpoint; gives the step that it stands at, 0 for none."""
    from safetensors.torch import load_file

    last = next((folder / name for name in (LAST, ".before") if (folder / name / "step").exists()), None)
    if last is None:
        return 0
    load_weights(last, model)
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in load_file(last / "optimiser.safetensors").items():
        index, _, kind = name.partition(".")
        state.setdefault(int(index), {})[kind] = tensor
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    return int((last / "step").read_text(encoding="utf-8"))


def _best_so_far(folder: Path) -> float:
    rows = read_log(folder)
    return min((row["check"] for row in rows if "check" in row), default=math.inf)


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


class _Log:
    """A line of JSON for each thing that is known of a step."""

    def __init__(self, folder: Path, step: int) -> None:
        kept = [row for row in read_log(folder) if row["step"] <= step]
        (folder / LOG).write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
        self._path = folder / LOG

    def write(self, row: dict[str, float]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
