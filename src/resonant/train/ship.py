"""The weights of a run as they are given away: half as large, with what they are in their header."""

from pathlib import Path

import torch

from resonant.errors import InputError
from resonant.nn.checkpoints import WEIGHTS, load_config, load_weights, save_checkpoint
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.train.run_folder import BEST, read_log

LICENCE = "Apache-2.0"


def ship(run: Path, out: Path) -> Path:
    """Writes the best weights of a run as float16; gives the weights' file.

    Raises:
        InputError: the run has no weights yet, they are damaged, or one is too large for half precision.
    """
    best = run / BEST
    if not best.is_dir():
        raise InputError(f"{run} holds no weights yet; `resonant train run --out {run}` makes them at its first check")
    config = load_config(best, TransformerConfig)
    model = Transformer(config)
    load_weights(best, model)
    model.half()
    if not all(bool(torch.isfinite(weight).all()) for weight in model.parameters()):
        raise InputError(f"a weight of {best} is beyond half precision; the run went wrong, train it anew")
    held_out, step = min((row["check"], row["step"]) for row in read_log(run) if "check" in row)
    notes = {"licence": LICENCE, "step": f"{step:.0f}", "held_out": f"{held_out:.5f}"}
    save_checkpoint(out, model, config, notes)
    return out / WEIGHTS
