"""HeartMuLa as it is published: `config.json` and shards, whose config names its sizes by flavour."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import fill, joined, read_config, read_tensors
from resonant.nn.lm.heartmula import Heartmula, HeartmulaConfig, StackConfig

LICENCE = "Apache-2.0"

FLAVOURS = {
    "llama-3B": StackConfig(28, 24, 8, 3072, 8192),
    "llama-300M": StackConfig(3, 8, 4, 3072, 8192),
    "llama-7B": StackConfig(32, 32, 8, 4096, 14_336),
    "llama-400M": StackConfig(4, 8, 4, 3072, 8192),
}
"""The stacks that the published code knows by name; a config says no sizes."""

_SAME = (
    "text_embeddings.weight", "audio_embeddings.weight", "unconditional_text_embedding.weight", "projection.weight",
    "codebook0_head.weight", "audio_head", "muq_linear.weight", "muq_linear.bias",
)  # fmt: skip
_STACKS = {"across": "backbone", "within": "decoder"}
_BLOCK = {
    "qkv.weight": ("attn.q_proj.weight", "attn.k_proj.weight", "attn.v_proj.weight"),
    "output_proj.weight": ("attn.output_proj.weight",),
    "gate_and_up.weight": ("mlp.w1.weight", "mlp.w3.weight"),
    "down.weight": ("mlp.w2.weight",),
    "sa_norm.weight": ("sa_norm.scale",),
    "mlp_norm.weight": ("mlp_norm.scale",),
}


def load_heartmula(folder: Path) -> Heartmula:
    """The language model of a folder.

    Raises:
        InputError: a file is missing or damaged, or they are of another model.
    """
    config = heartmula_config(read_config(folder), str(folder / "config.json"))
    with torch.device("meta"):
        model = Heartmula(config)
    fill(model, joined(_weights(read_tensors(folder)), places(config)), str(folder))
    return model.eval()


def heartmula_config(published: Mapping[str, Any], where: str) -> HeartmulaConfig:
    """The sizes that a published config names.

    Raises:
        InputError: it is no HeartMuLa's, or names a flavour that nobody published.
    """
    if published.get("model_type") != "heartmula":
        raise InputError(f"{where} describes a {published.get('model_type', 'nameless')!r} model, not a HeartMuLa")
    sizes = ("text_vocab_size", "audio_vocab_size", "audio_num_codebooks", "muq_dim")
    try:
        across, within = (FLAVOURS[published[name]] for name in ("backbone_flavor", "decoder_flavor"))
        return HeartmulaConfig(across, within, **{name: int(published[name]) for name in sizes if name in published})
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(f"{where} names a flavour or size that we do not know ({error}); fetch it again") from error


def places(config: HeartmulaConfig) -> dict[str, tuple[str, ...]]:
    """Where each of the model's tensors stands in a published file, by our names."""
    found: dict[str, tuple[str, ...]] = {name: (name,) for name in _SAME}
    for ours, theirs in _STACKS.items():
        found[f"{ours}.norm.weight"] = (f"{theirs}.norm.scale",)
        for layer in range(getattr(config, ours).layers):
            for name, parts in _BLOCK.items():
                found[f"{ours}.layers.{layer}.{name}"] = tuple(f"{theirs}.layers.{layer}.{part}" for part in parts)
    return found


def _weights(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Without the tables of positions that repackaged files carry."""
    return {name: tensor for name, tensor in tensors.items() if "pos_embeddings" not in name}
