"""In which numbers a model's weights are kept: exact, half as wide, or a quarter.

A step of a language model reads each weight once and multiplies it by a row or two, so that it takes as long as memory
takes to give them: narrow weights are fast weights. Sums and norms between the products stay float32 where they were
(figures: docs/decisions/0033-a-step-is-as-long-as-its-weights.md).

Shapes: N rows, I inputs, O outputs of a layer.
"""

from typing import Literal, TypeVar, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.errors import InputError

Kind = Literal["float32", "bfloat16", "int8"]
Model = TypeVar("Model", bound=nn.Module)

_FEW_EXACT = 4
"""Rows that are multiplied one by one in float32: where it was measured a product of two rows took longer than two of
one row."""

_FEW_WHOLE = 16
"""Rows for which int8 weights are widened on their way into the product; of more we reckon, from products of one to
four rows, that it is quicker to widen them first."""

BY = 16
"""Inputs that the product of int8 weights takes at a time."""


def kept_as(model: Model, kind: Kind) -> Model:
    """The model itself, for reading only, its linear layers kept as a kind of number.

    Embeddings and other tables are halved with them (int8 is for what is multiplied whole); vectors, such as those of
    norms, are float32 in each kind. What narrowing rounded off does not come back.

    Args:
        model: of float32 weights, or of bfloat16 as some are published: then nothing is lost, and no room needed, by
            way of float32.
        kind: `float32` changes nothing but how a few rows are multiplied on a processor.

    Raises:
        InputError: there is no such kind.
    """
    if kind not in get_args(Kind):
        raise InputError(f"weights are kept as {', '.join(get_args(Kind))}, not as {kind!r}")
    for name, layer in list(model.named_modules()):
        if type(layer) is nn.Linear:
            above, _, own = name.rpartition(".")
            setattr(model.get_submodule(above), own, _kept(layer, kind))
    for module in model.modules():
        for name, rest in list(module.named_parameters(recurse=False)):
            is_table = rest.ndim > 1 and kind != "float32"
            setattr(module, name, nn.Parameter(rest.detach().bfloat16() if is_table else rest.detach().float()))
    return model.requires_grad_(False)


def usual_kind(device: torch.device) -> Kind:
    """The narrowest that is near enough on a processor, by measurement; halves on a card, all elsewhere, by habit."""
    return "int8" if device.type == "cpu" else "bfloat16" if device.type == "cuda" else "float32"


def told_in(layer: nn.Module) -> torch.dtype:
    """The kind of number that a linear layer without bias gives."""
    return layer.weight.dtype if isinstance(layer, nn.Linear | Exact) else torch.bfloat16


class _Kept(nn.Module):
    """A linear layer that does not learn."""

    weight: Tensor
    bias: Tensor | None

    def __init__(self, weight_OI: Tensor, bias_O: Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight_OI)
        self.register_buffer("bias", bias_O)

    def forward(self, x: Tensor) -> Tensor:
        out_NO = self._product(x.reshape(-1, x.shape[-1]))
        if self.bias is not None:
            out_NO = out_NO + self.bias
        return out_NO.view(*x.shape[:-1], -1)

    def _product(self, x_NI: Tensor) -> Tensor:
        raise NotImplementedError


class Exact(_Kept):
    """Weights as they are, `[O, I]`."""

    def _product(self, x_NI: Tensor) -> Tensor:
        if x_NI.is_cpu and 1 < len(x_NI) <= _FEW_EXACT:
            return torch.cat([functional.linear(x_NI[n : n + 1], self.weight) for n in range(len(x_NI))])
        return functional.linear(x_NI, self.weight)


class Half(_Kept):
    """Weights as bfloat16 `[O, I]`; gives bfloat16."""

    def _product(self, x_NI: Tensor) -> Tensor:
        return functional.linear(x_NI.bfloat16(), self.weight)


class Whole(_Kept):
    """Weights as whole numbers `int8 [O, I]` and a bfloat16 step for each output; gives bfloat16."""

    step_O: Tensor

    def __init__(self, weight_OI: Tensor, bias_O: Tensor | None) -> None:
        # The step is rounded before the weights are: what it is off by is not what they are off by.
        step_O1 = (weight_OI.float().abs().amax(dim=1, keepdim=True) / 127).bfloat16()
        step_O1 = torch.where(step_O1 == 0, 1, step_O1)
        whole_OI = (weight_OI.float() / step_O1).round_().clamp_(-127, 127)
        super().__init__(whole_OI.to(torch.int8), bias_O)
        self.register_buffer("step_O", step_O1[:, 0])

    def _product(self, x_NI: Tensor) -> Tensor:
        x_NI = x_NI.bfloat16()
        if len(x_NI) <= _FEW_WHOLE:
            return torch._weight_int8pack_mm(x_NI, self.weight, self.step_O)
        return functional.linear(x_NI, self.weight.bfloat16()) * self.step_O


def _kept(layer: nn.Linear, kind: Kind) -> _Kept:
    weight_OI, bias_O = layer.weight.detach(), None if layer.bias is None else layer.bias.detach().float()
    if kind == "float32":
        return Exact(weight_OI.float(), bias_O)
    if kind == "int8" and layer.in_features % BY == 0:
        return Whole(weight_OI, bias_O)
    return Half(weight_OI.bfloat16(), bias_O)
