"""Recipes: everything that decides a training run, as typed values with defaults that run."""

from dataclasses import dataclass, field, replace

from resonant.nn.transformer import TransformerConfig
from resonant.players.score_lm.vocabulary import VOCABULARY


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training run.

    Args:
        model: sizes.
        steps: of the optimiser.
        batch: rows a step, over all processes.
        rate: peak learning rate; it rises over `warm_up` steps and falls to a tenth along a cosine.
        decay: of weights (AdamW, Loshchilov & Hutter 2019), not of norms and embeddings.
        clip: largest norm of the gradient.
        seed: names the examples and the first weights.
        check_every: steps between looks at the validation pieces.
        save_every: steps between checkpoints to go on from.
        checks: rows of validation that are looked at.
        half: whether products are computed in bfloat16.
    """

    model: TransformerConfig = field(default_factory=lambda: TransformerConfig(VOCABULARY.size))
    steps: int = 6000
    batch: int = 8
    rate: float = 1e-3
    warm_up: int = 200
    decay: float = 0.1
    clip: float = 1.0
    seed: int = 1
    check_every: int = 250
    save_every: int = 100
    checks: int = 64
    half: bool = True


def cpu() -> Recipe:
    """About 6.5 M parameters, some hour and a half on two idle cores."""
    model = TransformerConfig(VOCABULARY.size, width=320, layers=5, heads=5, context=1024)
    return Recipe(model, steps=2500, rate=1.5e-3)


def gpu() -> Recipe:
    """About 15 M parameters with dropout, some 25 minutes of an H100."""
    model = TransformerConfig(VOCABULARY.size, width=448, layers=6, heads=7, context=2048, dropout=0.1)
    return Recipe(model, steps=12_000, batch=64, rate=8e-4, warm_up=500, check_every=500, save_every=500, checks=256)


def tiny() -> Recipe:
    """A run of seconds: for tests, and to try a machine."""
    model = TransformerConfig(VOCABULARY.size, width=64, layers=2, heads=2, context=512)
    return Recipe(model, steps=30, batch=4, warm_up=5, check_every=10, save_every=10, checks=4)


RECIPES = {"cpu": cpu, "gpu": gpu, "tiny": tiny}


def named(name: str, **changes: object) -> Recipe:
    """The recipe of that name with some fields changed; None leaves a field."""
    return replace(RECIPES[name](), **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]
