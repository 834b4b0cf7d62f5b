"""A step of learning and a look at held-out pieces: rows in, nats out."""

import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.seeds import derived
from resonant.train.corpus import Corpus
from resonant.train.crew import Crew
from resonant.train.examples import Example, drawn
from resonant.train.recipes import Recipe


def learn(
    model: nn.Module, optimiser: torch.optim.Optimizer, rows: Sequence[Example], recipe: Recipe, step: int, crew: Crew
) -> float:
    """One step of the optimiser; gives the mean loss of this process's rows, in nats a word, before it."""
    torch.manual_seed(derived(recipe.seed, "dropout", step, crew.rank))
    for group in optimiser.param_groups:
        group["lr"] = rate_at(recipe, step)
    optimiser.zero_grad(set_to_none=True)
    count = max(sum(float(row.weights.sum()) for row in rows), 1.0)
    mean = 0.0
    for read_at_once in _alike(rows, crew):
        tokens, weights = _on_device(read_at_once, crew)
        with _precision(recipe, crew):
            loss, _ = losses(model, tokens, weights)
        part = loss / count
        part.backward()  # type: ignore[no-untyped-call]
        mean += float(part.detach())
    nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
    optimiser.step()
    return mean


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


def rate_at(recipe: Recipe, step: int) -> float:
    """The learning rate of a step: a straight rise, then a cosine down to a tenth."""
    if step < recipe.warm_up:
        return recipe.rate * (step + 1) / recipe.warm_up
    share = (step - recipe.warm_up) / max(recipe.steps - recipe.warm_up, 1)
    return recipe.rate * (0.1 + 0.45 * (1.0 + math.cos(math.pi * min(share, 1.0))))


def optimiser_for(model: nn.Module, recipe: Recipe, crew: Crew) -> torch.optim.Optimizer:
    """AdamW over what of the model learns; norms and embeddings do not decay."""
    learning = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    matrices = [p for name, p in learning if p.ndim == 2 and "embedding" not in name]
    others = [p for name, p in learning if p.ndim != 2 or "embedding" in name]
    groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.95), fused=crew.device.type == "cuda")


def _alike(rows: Sequence[Example], crew: Crew) -> list[Sequence[Example]]:
    """The rows in groups that are read at once: all of them, or on a CPU two of like length, for padding costs time."""
    if crew.device.type != "cpu":
        return [rows]
    by_length = sorted(rows, key=_used)
    return [by_length[start : start + 2] for start in range(0, len(rows), 2)]


def _used(row: Example) -> int:
    return int((row.tokens != VOCABULARY.pad).sum())


def _on_device(rows: Sequence[Example], crew: Crew) -> tuple[Tensor, Tensor]:
    tokens = torch.stack([torch.from_numpy(row.tokens) for row in rows])
    weights = torch.stack([torch.from_numpy(row.weights) for row in rows])
    used = tokens.shape[1] if crew.compiled else min(-(-max(map(_used, rows)) // 64) * 64, tokens.shape[1])
    return tokens[:, :used].to(crew.device), weights[:, : used - 1].to(crew.device)


def _precision(recipe: Recipe, crew: Crew) -> Any:
    return torch.autocast(crew.device.type, torch.bfloat16) if recipe.half else nullcontext()
