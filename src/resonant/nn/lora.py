"""Low-rank adapters (LoRA, Hu et al. 2021): a small change of a model's linear layers that is learned, kept and merged.

A layer `W` becomes `W + (alpha / rank) · up · down`, with `down [rank, in]` and `up [out, rank]`. `up` begins as zeros,
so that a fresh adapter changes nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.errors import InputError
from resonant.nn.checkpoints import WEIGHTS

RANK = 8
ALPHA = 16.0
_DOWN, _UP = "down", "up"


class Adapted(nn.Module):
    """A linear layer that stays, and its low-rank change, which learns."""

    def __init__(self, layer: nn.Linear, rank: int) -> None:
        super().__init__()
        self.layer, self.scale = layer, ALPHA / rank
        self.down = nn.Parameter(torch.randn(rank, layer.in_features) / layer.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        change = functional.linear(functional.linear(x, self.down), self.up)
        out: Tensor = self.layer(x) + self.scale * change
        return out


@dataclass(frozen=True, eq=False)
class Adapter:
    """What was learned: for each linear layer, by its name, `down` and `up`.

    Args:
        layers: `(down, up)`, float32.
        base: the hash of the weights that it changes; on others it would be noise.
    """

    layers: Mapping[str, tuple[Tensor, Tensor]]
    base: str = ""


def adapted(model: nn.Module, rank: int = RANK) -> nn.Module:
    """The model itself, its weights held still and an adapter of zeros in each linear layer."""
    model.requires_grad_(False)
    for name, layer in list(_linear(model)):
        above, _, own = name.rpartition(".")
        setattr(model.get_submodule(above), own, Adapted(layer, rank))
    return model


def adapter_of(model: nn.Module, base: str = "") -> Adapter:
    """What an adapted model has learned so far."""
    found = ((name, module) for name, module in model.named_modules() if isinstance(module, Adapted))
    return Adapter({name: (m.down.detach().clone(), m.up.detach().clone()) for name, m in found}, base)


def merge(model: nn.Module, adapter: Adapter) -> None:
    """Adds an adapter to the weights of a plain model, which is as quick as before.

    Raises:
        InputError: it was made for a model of other layers.
    """
    layers = dict(_linear(model))
    if set(layers) != set(adapter.layers):
        raise InputError("the adapter was made for a model of other layers; tune these weights anew")
    with torch.no_grad():
        for name, (down, up) in adapter.layers.items():
            weight = layers[name].weight
            if (up.shape[0], down.shape[1]) != weight.shape or up.shape[1] != down.shape[0]:
                raise InputError(f"the adapter does not fit the model at {name}; tune these weights anew")
            weight += (ALPHA / down.shape[0]) * (up @ down).to(weight)


def save_adapter(path: Path, adapter: Adapter, notes: Mapping[str, str] | None = None) -> None:
    """Writes an adapter as safetensors; `notes` go into the header."""
    from safetensors.torch import save_file

    tensors = {}
    for name, (down, up) in adapter.layers.items():
        tensors[f"{name}.{_DOWN}"], tensors[f"{name}.{_UP}"] = down.contiguous(), up.contiguous()
    save_file(tensors, path, {"base": adapter.base, **(notes or {})})


def load_adapter(path: Path) -> Adapter:
    """Reads an adapter.

    Raises:
        InputError: the file is missing, cut off, no adapter, or holds what is no number.
    """
    tensors, notes = _read(path)
    names = sorted({name.rpartition(".")[0] for name in tensors})
    if not names or set(tensors) != {f"{name}.{part}" for name in names for part in (_DOWN, _UP)}:
        raise InputError(f"{path} is no adapter; make one with `resonant train finetune`")
    if not all(tensor.ndim == 2 and bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise InputError(f"{path} is damaged: it holds what is no number; make it anew with `resonant train finetune`")
    layers = {name: (tensors[f"{name}.{_DOWN}"].float(), tensors[f"{name}.{_UP}"].float()) for name in names}
    return Adapter(layers, notes.get("base", ""))


def merge_from(path: Path, model: nn.Module, weights: Path) -> None:
    """Merges the adapter in a file into the model of the checkpoint in `weights`.

    Raises:
        InputError: it can not be read, or was made for other weights.
    """
    adapter = load_adapter(path)
    if adapter.base != hash_of(weights):
        raise InputError(
            f"{path} was made for other weights than those in {weights}; run `resonant train finetune` again"
        )
    merge(model, adapter)


def hash_of(weights: Path) -> str:
    """What tells the weights of one checkpoint from another's.

    Raises:
        InputError: they can not be read.
    """
    try:
        with (weights / WEIGHTS).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{weights / WEIGHTS} can not be read: {error.strerror}; check the folder") from error


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file, and what its header says."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise InputError(f"{path} can not be read: {error.strerror or error}; check the folder") from error
    except SafetensorError as error:
        raise InputError(f"{path} is cut off or no safetensors file; make it anew") from error


def _linear(model: nn.Module) -> Iterator[tuple[str, nn.Linear]]:
    return ((name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear))
