"""MusicGen as it is published: the folders of `transformers` (text encoder, codec and decoder in one)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import fill, joined, read_config, read_tensors
from resonant.nn.codec.encodec import Encodec
from resonant.nn.codec.encodec_config import encodec_config
from resonant.nn.codec.published import codec_tensors
from resonant.nn.lm.musicgen import Musicgen, MusicgenConfig

LICENCE = "CC-BY-NC-4.0"
"""Of all weights of MusicGen that were published; what is made with them is not for commerce."""

_SIZES = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "ffn_dim", "num_codebooks",
    "audio_channels",
)  # fmt: skip
_TEXT, _CODEC, _DECODER = "text_encoder.", "audio_encoder.", "decoder.model.decoder."
_BLOCK = {
    "before_within": ("self_attn_layer_norm",),
    "qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "within_out": ("self_attn.out_proj",),
    "before_across": ("encoder_attn_layer_norm",),
    "across.query": ("encoder_attn.q_proj",),
    "across.key_value": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "across.out": ("encoder_attn.out_proj",),
    "before_inner": ("final_layer_norm",),
    "inner": ("fc1",),
    "outer": ("fc2",),
}


@dataclass(frozen=True, eq=False)
class Published:
    """The parts of a published MusicGen.

    Args:
        decoder: the language model.
        codec: what its codes mean.
        text_config, text_tensors: of the text encoder, for the library that runs it.
    """

    decoder: Musicgen
    codec: Encodec
    text_config: Mapping[str, Any]
    text_tensors: Mapping[str, Tensor]


def load_musicgen(folder: Path) -> Published:
    """The model of a folder with `config.json` and safetensors, in one file or several.

    Raises:
        InputError: a file is missing or damaged, or they are of another model.
    """
    config, where = read_config(folder), str(folder / "config.json")
    sizes = musicgen_config(config, where)
    tensors = read_tensors(folder)
    with torch.device("meta"):
        decoder, codec = Musicgen(sizes), Encodec(encodec_config(config["audio_encoder"], where))
    fill(decoder, joined(tensors, places(sizes)), str(folder))
    fill(codec, codec_tensors(tensors, _CODEC), str(folder))
    text = {name.removeprefix(_TEXT): tensor for name, tensor in tensors.items() if name.startswith(_TEXT)}
    return Published(decoder.eval(), codec.eval(), config["text_encoder"], text)


def musicgen_config(published: Mapping[str, Any], where: str) -> MusicgenConfig:
    """The sizes that a published config gives.

    Raises:
        InputError: it is no MusicGen's.
    """
    kind = published.get("model_type")
    if kind not in ("musicgen", "musicgen_melody"):
        raise InputError(f"{where} describes a {kind or 'nameless'!r} model, not a MusicGen")
    try:
        decoder, text = published["decoder"], published["text_encoder"]
        said = {name: decoder[name] for name in _SIZES if name in decoder}
        chroma = (
            {"chroma": published.get("num_chroma", 12), "chroma_length": published.get("chroma_length", 235)}
            if kind == "musicgen_melody"
            else {}
        )
        config = MusicgenConfig(**said, **chroma, text_width=text["d_model"])
    except (LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{where} does not describe a MusicGen ({error!r}); fetch it again") from error
    if decoder.get("activation_function", "gelu") != "gelu" or decoder.get("scale_embedding"):
        raise InputError(f"{where} describes a decoder with another activation or scaled embeddings; we know neither")
    return config


def places(config: MusicgenConfig) -> dict[str, tuple[str, ...]]:
    """Where each of the decoder's tensors stands in a published file, by our names."""
    found: dict[str, tuple[str, ...]] = {
        "heads.weight": tuple(f"decoder.lm_heads.{book}.weight" for book in range(config.num_codebooks))
    }
    for book in range(config.num_codebooks):
        found[f"embeddings.{book}.weight"] = (f"{_DECODER}embed_tokens.{book}.weight",)
    for kind in ("weight", "bias"):
        found[f"norm.{kind}"] = (f"{_DECODER}layer_norm.{kind}",)
        found[f"text.{kind}"] = (f"enc_to_dec_proj.{kind}",)
        if config.chroma:
            found[f"melody.{kind}"] = (f"audio_enc_to_dec_proj.{kind}",)
    for layer in range(config.num_hidden_layers):
        start = f"{_DECODER}layers.{layer}."
        for ours, theirs in _BLOCK.items():
            if config.chroma and "across" in ours:  # it hears the text before the columns, not beside them
                continue
            for kind in ("weight", "bias") if ours.startswith("before") else ("weight",):
                found[f"blocks.{layer}.{ours}.{kind}"] = tuple(f"{start}{name}.{kind}" for name in theirs)
    return found
