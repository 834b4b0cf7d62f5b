"""MusicGens as audiocraft publishes them, under the names and with the config of `transformers`.

`state_dict.bin` holds the language model, `compression_state_dict.bin` the codec or the name of one; the text encoder
is in neither. Sizes that nobody wrote down are read off the shapes.
"""

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from resonant.errors import InputError
from resonant.nn.codec.published import our_name

MODEL, CODEC = "state_dict.bin", "compression_state_dict.bin"

_HEAD_WIDTH = 64
_CHROMA_LENGTH = 235
_DECODER = "decoder.model.decoder."
_PARTS = {
    "self_attn.out_proj": "self_attn.out_proj", "cross_attention.out_proj": "encoder_attn.out_proj",
    "norm1": "self_attn_layer_norm", "norm_cross": "encoder_attn_layer_norm", "norm2": "final_layer_norm",
    "linear1": "fc1", "linear2": "fc2",
}  # fmt: skip
_ATTENTIONS = {"self_attn": "self_attn", "cross_attention": "encoder_attn"}
_ELSEWHERE = (
    (r"emb\.(\d+)\.weight", _DECODER + r"embed_tokens.\1.weight"),
    (r"linears\.(\d+)\.weight", r"decoder.lm_heads.\1.weight"),
    (r"out_norm\.(weight|bias)", _DECODER + r"layer_norm.\1"),
    (r"condition_provider\.conditioners\.description\.output_proj\.(weight|bias)", r"enc_to_dec_proj.\1"),
    (r"condition_provider\.conditioners\.self_wav\.output_proj\.(weight|bias)", r"audio_enc_to_dec_proj.\1"),
)
_LAYER = re.compile(r"transformer\.layers\.(\d+)\.(.+)")


def model_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The language model's tensors as `transformers` calls them; what only training needs is left out.

    Raises:
        InputError: there is one that no MusicGen has.
    """
    tensors: dict[str, Tensor] = {}
    for name, tensor in state.items():
        layer = _LAYER.fullmatch(name)
        if layer is not None:
            tensors |= {f"{_DECODER}layers.{layer[1]}.{part}": t for part, t in _of_layer(layer[2], tensor).items()}
        elif not name.startswith("condition_provider.conditioners.self_wav.chroma."):
            tensors[_elsewhere(name)] = tensor
    return tensors


def _of_layer(name: str, tensor: Tensor) -> dict[str, Tensor]:
    for theirs, ours in _ATTENTIONS.items():
        if name == f"{theirs}.in_proj_weight":  # queries, keys, values
            return {f"{ours}.{part}_proj.weight": t for part, t in zip("qkv", tensor.chunk(3), strict=True)}
    stem, _, kind = name.rpartition(".")
    if stem not in _PARTS:
        raise InputError(f"the weights hold {name}, which no MusicGen has; they are of another model")
    return {f"{_PARTS[stem]}.{kind}": tensor}


def _elsewhere(name: str) -> str:
    for theirs, ours in _ELSEWHERE:
        if re.fullmatch(theirs, name):
            return re.sub(theirs, ours, name)
    raise InputError(f"the weights hold {name}, which no MusicGen has; they are of another model")


def model_config(tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    """The top of a config, and its block `decoder`, for a model's tensors as `model_tensors` names them.

    Raises:
        InputError: a tensor is missing that tells a size.
    """
    try:
        embedding, inner = tensors[_DECODER + "embed_tokens.0.weight"], tensors[_DECODER + "layers.0.fc1.weight"]
    except KeyError as error:
        raise InputError(f"the weights do not hold {error.args[0]}; they are of another model, or cut off") from error
    books = sum(name.startswith(_DECODER + "embed_tokens.") for name in tensors)
    layers = sum(name.endswith(".fc1.weight") for name in tensors)
    card, width = embedding.shape[0] - 1, embedding.shape[1]
    chroma = tensors.get("audio_enc_to_dec_proj.weight")
    kind = "musicgen" if chroma is None else "musicgen_melody"
    decoder = {
        "model_type": f"{kind}_decoder", "vocab_size": card, "hidden_size": width, "num_hidden_layers": layers,
        "num_attention_heads": max(width // _HEAD_WIDTH, 1), "ffn_dim": inner.shape[0], "num_codebooks": books,
        "audio_channels": 2 if books == 8 else 1, "activation_function": "gelu", "pad_token_id": card,
        "bos_token_id": card, "tie_word_embeddings": False,
    }  # fmt: skip
    top: dict[str, Any] = {"model_type": kind, "decoder": decoder}
    return top if chroma is None else top | {"num_chroma": chroma.shape[1], "chroma_length": _CHROMA_LENGTH}


def encodec_tensors(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The codec's tensors as `transformers` calls them."""
    return {our_name(name): tensor for name, tensor in state.items()}


def encodec_config_of(tensors: Mapping[str, Tensor], rate: int) -> dict[str, Any]:
    """The config of the codec of a MusicGen: its sizes by its shapes; it hears both sides, and mirrors at the edges.

    Args:
        tensors: as `encodec_tensors` names them.
        rate: of its sound, in Hz.

    Raises:
        InputError: a tensor is missing that tells a size.
    """
    convs = _numbered(tensors, r"encoder\.layers\.(\d+)\.conv\.weight_v")
    blocks = _numbered(tensors, r"encoder\.layers\.(\d+)\.block\.1\.conv\.weight_v")
    books = _numbered(tensors, r"quantizer\.layers\.(\d+)\.codebook\.embed")
    if len(convs) < 3 or not blocks or not books:
        raise InputError("the codec's weights do not hold what an EnCodec needs; they are of another model, or cut off")
    first, *downs, last = convs
    ratios = [conv.shape[2] // 2 for conv in reversed(downs)]
    size, width = books[0].shape
    hop = 1
    for ratio in ratios:
        hop *= ratio
    bits, frames = (size - 1).bit_length(), -(-rate // hop)
    return {
        "model_type": "encodec", "sampling_rate": rate, "audio_channels": first.shape[1], "num_filters": first.shape[0],
        "kernel_size": first.shape[2], "upsampling_ratios": ratios, "hidden_size": last.shape[0],
        "last_kernel_size": last.shape[2], "residual_kernel_size": blocks[0].shape[2],
        "num_residual_layers": len(blocks) // len(downs), "compress": first.shape[0] // blocks[0].shape[0],
        "num_lstm_layers": len(_numbered(tensors, r"encoder\.layers\.\d+\.lstm\.weight_ih_l(\d+)")),
        "codebook_size": size, "codebook_dim": width, "target_bandwidths": [len(books) * bits * frames / 1000],
        "use_conv_shortcut": any(".shortcut." in name for name in tensors), "norm_type": "weight_norm",
        "use_causal_conv": False, "pad_mode": "reflect", "normalize": False, "dilation_growth_rate": 2,
        "trim_right_ratio": 1.0,
    }  # fmt: skip


def _numbered(tensors: Mapping[str, Tensor], pattern: str) -> list[Tensor]:
    """The tensors whose names fit, in the order of the number in them."""
    found = [(match, tensor) for name, tensor in tensors.items() if (match := re.fullmatch(pattern, name))]
    return [tensor for _, tensor in sorted(found, key=lambda each: int(each[0][1]))]
