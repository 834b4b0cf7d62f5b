"""Models of the published sizes with random weights, the same ones in `transformers` and in ours."""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import (
    EncodecConfig,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    T5Config,
)
from transformers.initialization import no_init_weights

from resonant.nn.checkpoints import fill, joined
from resonant.nn.codec.encodec import Encodec
from resonant.nn.codec.encodec_config import encodec_config
from resonant.nn.codec.published import codec_tensors
from resonant.nn.lm.heartmula import Heartmula, HeartmulaConfig, StackConfig
from resonant.nn.lm.musicgen import Heard, Musicgen
from resonant.nn.lm.musicgen_published import musicgen_config, places

T5_BASE = {"d_model": 768, "num_layers": 12, "num_heads": 12, "d_ff": 3072, "d_kv": 64, "vocab_size": 32_128}
CODEC_32K = {
    "num_filters": 64, "hidden_size": 128, "codebook_size": 2048, "sampling_rate": 32_000, "target_bandwidths": [2.2],
    "upsampling_ratios": [8, 5, 4, 4], "use_causal_conv": False, "use_conv_shortcut": False,
}  # fmt: skip
MUSICGENS = {
    "tiny": {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 128},
    "small": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "ffn_dim": 4096},
    "medium": {"hidden_size": 1536, "num_hidden_layers": 48, "num_attention_heads": 24, "ffn_dim": 6144},
    "large": {"hidden_size": 2048, "num_hidden_layers": 48, "num_attention_heads": 32, "ffn_dim": 8192},
}
HEARTMULAS = {
    "tiny": HeartmulaConfig(StackConfig(2, 6, 2, 48, 64), StackConfig(1, 4, 2, 48, 64), 64, 8197),
    "3B-2": HeartmulaConfig(StackConfig(2, 24, 8, 3072, 8192), text_vocab_size=512),  # 2 of its 28 layers
    "3B": HeartmulaConfig(),
}
_POOL = 1_000_003  # a prime: no two rows of a matrix are alike
_WORDS = 14  # of a sentence in the text encoder's tokens


@dataclass(frozen=True, eq=False)
class Pair:
    """The same weights in both; `words` is a sentence for the text encoder, `int64 [1, L]`."""

    theirs: MusicgenForConditionalGeneration
    decoder: Musicgen
    codec: Encodec
    words: Tensor


def musicgen_pair(size: str, device: torch.device) -> Pair:
    """A MusicGen of a size, in float32; weights so wide that codes differ in what they make likely."""
    with no_init_weights():
        theirs = MusicgenForConditionalGeneration(musicgen_published(size)).eval()
    _randomise(theirs)
    generation = theirs.generation_config
    generation.decoder_start_token_id = generation.bos_token_id = generation.pad_token_id = 2048
    tensors = theirs.state_dict()
    sizes = musicgen_config(theirs.config.to_dict(), size)
    with torch.device("meta"):
        decoder, codec = Musicgen(sizes), Encodec(encodec_config(theirs.config.audio_encoder.to_dict(), size))
    # Tensors of their own, as the codec's folded ones are: what is measured in one must not have warmed the other's.
    fill(decoder.to_empty(device="cpu"), joined(tensors, places(sizes)), size)
    fill(codec, codec_tensors(tensors, "audio_encoder."), size)
    words = torch.randint(3, T5_BASE["vocab_size"], (1, _WORDS))
    return Pair(theirs.to(device), decoder.eval().to(device), codec.eval().to(device), words.to(device))


def twin(model: Musicgen) -> Musicgen:
    """A model of the same weights in the same memory, whose layers may be exchanged."""
    return copy.deepcopy(model, {id(parameter): parameter for parameter in model.parameters()})


@torch.inference_mode()
def sentence(pair: Pair) -> Heard:
    """The words as both hear them."""
    return Heard(pair.theirs.text_encoder(pair.words).last_hidden_state, torch.ones_like(pair.words).bool())


def musicgen_published(size: str) -> MusicgenConfig:
    """The published config of a size."""
    decoder = MusicgenDecoderConfig(vocab_size=2048, pad_token_id=2048, bos_token_id=2048, **MUSICGENS[size])
    return MusicgenConfig(
        text_encoder=T5Config(**T5_BASE).to_dict(), audio_encoder=EncodecConfig(**CODEC_32K).to_dict(),
        decoder=decoder.to_dict(),
    )  # fmt: skip


def heartmula(size: str, device: torch.device) -> Heartmula:
    """A HeartMuLa of a size, in bfloat16 as it is published."""
    with torch.device("meta"):
        model = Heartmula(HEARTMULAS[size]).bfloat16()
    model = model.to_empty(device=device)
    _randomise(model)
    return model.eval()


@torch.no_grad()
def _randomise(model: nn.Module) -> None:
    """Seeded; each matrix keeps the size of what goes through it, norms are near 1."""
    torch.manual_seed(7)
    pool = torch.rand(2 * _POOL).mul_(2.0).sub_(1.0)
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:
            _fill(parameter, pool, 0.5 if "embed" in name else (3.0 / parameter[0].numel()) ** 0.5)
        elif "norm" in name and name.endswith("weight"):
            _fill(parameter, pool, 0.1).add_(1.0)
        else:
            _fill(parameter, pool, 0.02)
    for name, buffer in model.named_buffers():
        if name.endswith("codebook.embed"):
            _fill(buffer, pool, 1.0)


def _fill(tensor: Tensor, pool: Tensor, wide: float) -> Tensor:
    """Numbers within so much of 0, from some place of the pool on, over and over: to draw each would take a minute."""
    begin = int(torch.randint(_POOL, ()))
    for part in tensor.view(-1).split(_POOL):
        part.copy_(pool[begin : begin + len(part)]).mul_(wide)
    return tensor
