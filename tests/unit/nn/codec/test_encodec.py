"""EnCodec against `transformers`, with random weights saved in the published formats."""

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import EncodecConfig as PublishedConfig
from transformers import EncodecModel

from resonant.errors import InputError
from resonant.nn.codec.encodec import Chunk, Decoding, Encodec, halved
from resonant.nn.codec.published import codec_tensors, load_encodec

SMALL = {"num_filters": 4, "hidden_size": 16, "codebook_size": 64}
KINDS: dict[str, dict[str, object]] = {
    "24 kHz": {"target_bandwidths": [1.5, 3.0, 6.0]},
    "32 kHz of MusicGen": {
        "sampling_rate": 32_000, "upsampling_ratios": [8, 5, 4, 4], "target_bandwidths": [2.2], "codebook_size": 2048,
        "use_causal_conv": False, "use_conv_shortcut": False,
    },
    "48 kHz": {
        "sampling_rate": 48_000, "audio_channels": 2, "use_causal_conv": False, "norm_type": "time_group_norm",
        "normalize": True, "chunk_length_s": 1.0, "overlap": 0.01, "target_bandwidths": [3.0, 6.0],
    },
}  # fmt: skip


def published(kind: str, seed: int = 1, **sizes: object) -> EncodecModel:
    torch.manual_seed(seed)
    model = EncodecModel(PublishedConfig(**{**SMALL, **KINDS[kind], **sizes})).eval()
    for name, buffer in model.named_buffers():
        if name.endswith("embed"):
            buffer.copy_(torch.randn_like(buffer))
    return model


def saved(model: EncodecModel, folder: Path) -> Encodec:
    model.save_pretrained(folder)
    return load_encodec(folder)


def sound(model: EncodecModel, seconds: float, batch: int = 2) -> Tensor:
    torch.manual_seed(7)
    return 0.3 * torch.randn(batch, model.config.audio_channels, round(seconds * model.config.sampling_rate))


@pytest.mark.parametrize("seconds", [0.001, 0.31, 2.3, 6.9])
@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_equal_and_sound_is_within_1e_5(kind: str, seconds: float, tmp_path: Path) -> None:
    model = published(kind)
    codec = saved(model, tmp_path)
    heard = sound(model, seconds)
    bandwidth = codec.config.target_bandwidths[0]
    with torch.inference_mode():
        wanted = model.encode(heard, bandwidth=bandwidth)
        told = model.decode(
            wanted.audio_codes, wanted.audio_scales, last_frame_pad_length=wanted.last_frame_pad_length
        ).audio_values
    chunks = codec.encode(heard, bandwidth)
    for place, chunk in enumerate(chunks):
        assert torch.equal(chunk.codes, wanted.audio_codes[place][..., : chunk.codes.shape[-1]])
    assert (codec.decode(chunks) - told).abs().max() < 1e-5 * max(1.0, float(told.abs().max()))


def test_a_codec_whose_branches_have_one_channel_is_the_references_too(tmp_path: Path) -> None:
    model = published("32 kHz of MusicGen", num_filters=2, num_residual_layers=2)
    codec = saved(model, tmp_path)
    codes = torch.randint(0, 2048, (2, 4, 30))
    with torch.inference_mode():
        told = model.decode(codes[None], [None]).audio_values
    assert (codec.decode([Chunk(codes)]) - told).abs().max() < 1e-5 * max(1.0, float(told.abs().max()))


@pytest.mark.parametrize("steps", [(1,), (3, 1, 7), (40,)])
@pytest.mark.parametrize("kind", ["24 kHz", "32 kHz of MusicGen"])
def test_decoding_as_it_comes_is_decoding_at_once(kind: str, steps: tuple[int, ...], tmp_path: Path) -> None:
    codec = saved(published(kind), tmp_path).double()
    codes = torch.randint(0, codec.config.codebook_size, (2, codec.config.codebooks, 53))
    stream, parts, at, turn = Decoding(codec), [], 0, 0
    while at < codes.shape[-1]:
        step = steps[turn % len(steps)]
        parts.append(stream.push(codes[..., at : at + step]))
        at, turn = at + step, turn + 1
        known, settled = min(at, codes.shape[-1]), sum(part.shape[-1] for part in parts) // codec.config.hop
        assert settled == (known - stream.look_ahead if known >= stream.head else 0)
    parts.append(stream.finish())
    assert (torch.cat(parts, dim=-1) - codec.decode([Chunk(codes)])).abs().max() < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_a_halved_codec_is_some_40_db_off_and_as_it_comes_or_in_a_batch_no_further(kind: str, tmp_path: Path) -> None:
    codec = saved(published(kind), tmp_path)
    codes = torch.randint(0, codec.config.codebook_size, (2, codec.config.codebooks, 53))
    scale = torch.ones(2, 1) if codec.config.normalize else None
    exact = codec.decode([Chunk(codes, scale)])
    least_db, near = 35.0, halved(codec).decode([Chunk(codes, scale)])
    assert near.dtype == torch.float32
    assert above_db(exact, near) > least_db
    alone = codec.decode([Chunk(codes[1:], None if scale is None else scale[1:])])
    assert above_db(near[1:], alone) > least_db
    if not codec.config.normalize:
        stream = Decoding(codec)
        parts = [stream.push(part) for part in codes.split(7, dim=-1)]
        assert above_db(near, torch.cat([*parts, stream.finish()], dim=-1)) > least_db


def above_db(sound: Tensor, other: Tensor) -> float:
    """How far a sound lies above its difference from another."""
    return 10.0 * math.log10(float(sound.pow(2).mean() / (sound - other).pow(2).mean().clamp(min=1e-30)))


def test_musicgens_codec_looks_four_frames_ahead_and_a_causal_one_none(tmp_path: Path) -> None:
    assert Decoding(saved(published("32 kHz of MusicGen"), tmp_path / "a")).look_ahead == 4
    assert Decoding(saved(published("24 kHz"), tmp_path / "b")).look_ahead == 0


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_audiocraft_hold_the_same_codec(kind: str, tmp_path: Path) -> None:
    model = published(kind)
    codec = saved(model, tmp_path)
    theirs = {audiocraft_name(name): tensor for name, tensor in model.state_dict().items()}
    ours = codec.state_dict()
    for name, tensor in codec_tensors(theirs).items():
        assert torch.equal(tensor, ours[name]), name
    assert set(codec_tensors(theirs)) == set(ours)


def audiocraft_name(name: str) -> str:
    """The name that audiocraft gives a tensor of the published codec: its wrappers nest once more."""
    transposed = name.startswith("decoder.layers.") and int(name.split(".")[2]) in (3, 6, 9, 12)
    wrapper = "convtr" if transposed else "conv"
    name = name.replace(".parametrizations.weight.original0", ".weight_g")
    name = name.replace(".parametrizations.weight.original1", ".weight_v")
    name = name.replace(".conv.", f".{wrapper}.{wrapper}.").replace(".norm.", f".{wrapper}.norm.")
    name = name.replace(".layers.", ".model.") if not name.startswith("quantizer") else name
    return name.replace("quantizer.layers.", "quantizer.vq.layers.").replace(".codebook.", "._codebook.")


def test_what_is_no_codec_is_refused_in_one_sentence(tmp_path: Path) -> None:
    codec = saved(published("24 kHz"), tmp_path)
    with pytest.raises(InputError, match=r"is \[1, 2, 100\]; give \[batch, 1 channels"):
        codec.encode(torch.zeros(1, 2, 100))
    with pytest.raises(InputError, match=r"bandwidth=7 is not one of this codec's: 1.5, 3.0, 6.0"):
        codec.encode(torch.zeros(1, 1, 100), 7)
    weights = tmp_path / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cut off or no safetensors file"):
        load_encodec(tmp_path)
    torch.save({"a": torch.zeros(1)}, weights)
    with pytest.raises(InputError, match="cut off or no safetensors file"):
        load_encodec(tmp_path)
    from safetensors.torch import load

    spoiled = load(whole)
    spoiled["encoder.layers.0.conv.bias"][0] = float("nan")
    save_file(spoiled, weights)
    with pytest.raises(InputError, match=r"encoder.layers.0.conv.bias holds what is no number"):
        load_encodec(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(InputError, match="describes a 't5' model, not an EnCodec"):
        load_encodec(tmp_path)
