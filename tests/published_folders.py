"""Tiny models with random weights in folders as MusicGen and HeartMuLa are published, for whoever needs one."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from torch import Tensor, nn

from resonant.nn.codec.heartcodec import HeartCodec, Windows
from resonant.nn.codec.heartcodec_config import HeartCodecConfig
from resonant.nn.lm import heartmula_published
from resonant.nn.lm.heartmula import Heartmula, HeartmulaConfig, StackConfig
from resonant.nn.lm.heartmula_published import places
from resonant.nn.performing.heartmula import HeartmulaFolders

BOOK = 64
_T5 = {"d_model": 24, "num_layers": 2, "num_heads": 2, "d_ff": 32, "d_kv": 8, "vocab_size": 260}
_ENCODEC = {
    "num_filters": 2, "hidden_size": 8, "sampling_rate": 32_000, "upsampling_ratios": [8, 5, 4, 4],
    "target_bandwidths": [1.2], "codebook_size": BOOK, "use_causal_conv": False, "use_conv_shortcut": False,
}  # fmt: skip
_DECODER = {
    "vocab_size": BOOK, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 48,
    "pad_token_id": BOOK, "bos_token_id": BOOK,
}  # fmt: skip
_ACROSS, _WITHIN = StackConfig(2, 4, 2, 32, 48), StackConfig(1, 4, 2, 32, 48)
_HEARTMULA = {"text_vocab_size": 302, "audio_vocab_size": 8197, "audio_num_codebooks": 8, "muq_dim": 12}
_HEARTCODEC = {
    "dim": 32, "codebook_size": 8192, "codebook_dim": 8, "num_quantizers": 8, "attention_head_dim": 8,
    "in_channels": 544, "num_attention_heads": 2, "num_layers": 1, "num_layers_2": 1, "init_channel": 1,
}  # fmt: skip


def tiny_musicgen(folder: Path, stereo: bool = False, melody: bool = False) -> Path:
    """A folder as `transformers` saves a MusicGen, with the tokeniser of its text encoder."""
    published_musicgen(stereo, melody).save_pretrained(folder)
    words_of_t5().save(str(folder / "tokenizer.json"))
    return folder


def published_musicgen(stereo: bool = False, melody: bool = False, **decoder_sizes: int) -> nn.Module:
    """A random MusicGen of `transformers`; the same in every call."""
    from transformers import (
        EncodecConfig,
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
        MusicgenMelodyConfig,
        MusicgenMelodyDecoderConfig,
        MusicgenMelodyForConditionalGeneration,
        T5Config,
    )

    torch.manual_seed(3)
    sizes = {**_DECODER, "num_codebooks": 8 if stereo else 4, "audio_channels": 2 if stereo else 1, **decoder_sizes}
    parts = {"text_encoder": T5Config(**_T5).to_dict(), "audio_encoder": EncodecConfig(**_ENCODEC).to_dict()}
    model: nn.Module
    if melody:
        decoder = MusicgenMelodyDecoderConfig(**sizes).to_dict()
        model = MusicgenMelodyForConditionalGeneration(MusicgenMelodyConfig(**parts, decoder=decoder, chroma_length=9))
    else:
        decoder = MusicgenDecoderConfig(**sizes).to_dict()
        model = MusicgenForConditionalGeneration(MusicgenConfig(**parts, decoder=decoder))
    with torch.no_grad():
        for parameter in model.decoder.parameters():  # type: ignore[union-attr] # at first all codes are nearly alike
            parameter.add_(0.2 * torch.randn_like(parameter))
        for layer in model.audio_encoder.quantizer.layers:  # type: ignore[union-attr] # at first all is silence
            layer.codebook.embed.copy_(torch.randn_like(layer.codebook.embed))
    return model.eval()


def words_of_t5() -> Tokenizer:
    """One word a byte, 0 for nothing, and the sign 1 behind every text, as the published one sets it."""
    return _bytewise(["<pad>", "</s>"], "$A </s>")


def tiny_heartmula(folder: Path, patch: pytest.MonkeyPatch) -> HeartmulaFolders:
    """The folders of a HeartMuLa, its flavours known and its codec's windows short until the patch is undone."""
    folders = HeartmulaFolders(folder / "HeartMuLa-oss-3B", folder / "HeartCodec-oss", folder)
    tiny_flavours(patch)
    flavours = {"backbone_flavor": "tiny", "decoder_flavor": "tinier"}
    _saved(folders.model, {"model_type": "heartmula", **flavours, **_HEARTMULA}, heartmula_tensors())
    codec = {"model_type": "heartcodec", "norm_type": "ada_norm_single", **_HEARTCODEC}
    _saved(folders.codec, codec, heartcodec_tensors(HeartCodecConfig(**_HEARTCODEC)))
    _bytewise(["<bos>"], "<bos> $A").save(str(folder / "tokenizer.json"))
    (folder / "gen_config.json").write_text(json.dumps({"text_bos_id": 300, "text_eos_id": 301}))
    return folders


def tiny_flavours(patch: pytest.MonkeyPatch) -> None:
    """Makes the sizes of `tiny_heartmula` known, and its codec's windows of half a minute two seconds."""
    patch.setitem(heartmula_published.FLAVOURS, "tiny", _ACROSS)
    patch.setitem(heartmula_published.FLAVOURS, "tinier", _WITHIN)
    patch.setattr("resonant.nn.codec.heartcodec.Windows", lambda: Windows(24, 20))


def heartmula_tensors() -> dict[str, Tensor]:
    """Random weights of the language model under the published names."""
    torch.manual_seed(11)
    config = HeartmulaConfig(_ACROSS, _WITHIN, **_HEARTMULA)
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in Heartmula(config).state_dict().items()}
    tensors = {}
    for ours, theirs in places(config).items():
        rows = shapes[ours][0]
        sizes = [rows // len(theirs)] * len(theirs)
        if ours.endswith("qkv.weight"):
            stack = config.across if ours.startswith("across") else config.within
            sizes = [stack.heads * stack.head_width] + 2 * [stack.kv_heads * stack.head_width]
        for name, size in zip(theirs, sizes, strict=True):
            scale = 1.0 if name.endswith("scale") else 0.0
            tensors[name] = scale + 0.25 * torch.randn(size, *shapes[ours][1:])
    return tensors


def heartcodec_tensors(config: HeartCodecConfig) -> dict[str, Tensor]:
    """Random weights of the codec under the published names, weight norm unfolded, with what decoding does not need."""
    with torch.device("meta"):
        shapes = {name: tuple(tensor.shape) for name, tensor in HeartCodec(config).state_dict().items()}
    rng = np.random.RandomState(5)
    tensors: dict[str, Tensor] = {}

    def drawn(name: str, *shape: int) -> None:
        values = 0.15 * rng.standard_normal(shape)
        if name.endswith("norm.weight"):
            values += 1
        elif name.endswith("original0"):
            values += 0.5
        elif name.endswith("bias"):
            values /= 10
        tensors[name] = torch.from_numpy(values).float()

    for name in sorted(shapes):
        shape, plain = shapes[name], "activation" in name or name.startswith("scalar_model.decoder.6.")
        if name.endswith("embed_KND"):
            for book in range(shape[0]):
                start = f"flow_matching.vq_embed.layers.{book}._codebook."
                drawn(start + "embed", 1, *shape[1:])
                tensors |= {start + "initted": torch.ones(1), start + "cluster_size": torch.ones(1, shape[1])}
        elif name.startswith("scalar_model.") and name.endswith(".weight") and not plain:
            stem = name.removesuffix("weight") + "parametrizations.weight.original"
            drawn(stem + "0", shape[0], 1, 1)
            drawn(stem + "1", *shape)
        else:
            drawn(name, *shape)
    drawn("flow_matching.vq_embed.project_in.weight", config.codebook_dim, config.dim)
    drawn("scalar_model.encoder.0.bias", 2)
    return tensors


def _saved(folder: Path, config: dict[str, object], tensors: dict[str, Tensor]) -> None:
    """As large models are published: shards with an index."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    names = sorted(tensors)
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, some in shards.items():
        save_file({name: tensors[name].contiguous() for name in some}, folder / file)
    weight_map = {name: file for file, some in shards.items() for name in some}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))


def _bytewise(signs: list[str], around: str) -> Tokenizer:
    """One word a byte behind some signs, which it sets around each text by itself."""
    alphabet = [*signs, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({sign: place for place, sign in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(signs)
    special = [(sign, place) for place, sign in enumerate(signs)]
    tokenizer.post_processor = processors.TemplateProcessing(around, special_tokens=special)
    return tokenizer
