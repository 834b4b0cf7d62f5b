"""MusicGen as it is published: the folders of `transformers` (text encoder, codec and decoder in one)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import fill, read_config, read_tensors
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
_PLACES = {
    "self_attn_layer_norm": "before_within", "self_attn.out_proj": "within_out",
    "encoder_attn_layer_norm": "before_across", "encoder_attn.q_proj": "across.query",
    "encoder_attn.out_proj": "across.out", "final_layer_norm": "before_inner", "fc1": "inner", "fc2": "outer",
}  # fmt: skip
_JOINED = {
    "qkv": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "across.key_value": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
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
    decoder, codec = Musicgen(sizes), Encodec(encodec_config(config["audio_encoder"], where))
    fill(decoder, decoder_tensors(tensors, sizes), str(folder))
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


def decoder_tensors(published: Mapping[str, Tensor], config: MusicgenConfig) -> dict[str, Tensor]:
    """The tensors of the decoder under our names: queries, keys and values in one, and all heads in one.

    Raises:
        InputError: one is missing.
    """
    tensors: dict[str, Tensor] = {}
    try:
        for book in range(config.num_codebooks):
            tensors[f"embeddings.{book}.weight"] = published[f"{_DECODER}embed_tokens.{book}.weight"]
        heads = [published[f"decoder.lm_heads.{book}.weight"] for book in range(config.num_codebooks)]
        tensors["heads.weight"] = torch.cat(heads)
        for layer in range(config.num_hidden_layers):
            tensors |= _of_layer(published, layer, bool(config.chroma))
        for kind in ("weight", "bias"):
            tensors[f"norm.{kind}"] = published[f"{_DECODER}layer_norm.{kind}"]
            tensors[f"text.{kind}"] = published[f"enc_to_dec_proj.{kind}"]
            if config.chroma:
                tensors[f"melody.{kind}"] = published[f"audio_enc_to_dec_proj.{kind}"]
    except KeyError as error:
        raise InputError(
            f"the weights do not hold {error.args[0]}; the file is of another model, or cut off"
        ) from error
    return tensors


def _of_layer(published: Mapping[str, Tensor], layer: int, alone: bool) -> dict[str, Tensor]:
    """One layer; `alone` where it hears no text beside it."""
    start = f"{_DECODER}layers.{layer}."
    tensors = {}
    for theirs, ours in _PLACES.items():
        if alone and theirs.startswith("encoder_attn"):
            continue
        kinds = ("weight", "bias") if theirs.endswith("norm") else ("weight",)
        for kind in kinds:
            tensors[f"blocks.{layer}.{ours}.{kind}"] = published[f"{start}{theirs}.{kind}"]
    for ours, parts in _JOINED.items():
        if not (alone and ours.startswith("across")):
            tensors[f"blocks.{layer}.{ours}.weight"] = torch.cat([published[f"{start}{part}.weight"] for part in parts])
    return tensors
