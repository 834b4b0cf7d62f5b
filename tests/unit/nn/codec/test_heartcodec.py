"""HeartCodec with random weights under the published names; the sound was compared with the published code's once."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tests.published_folders import heartcodec_tensors
from torch import Tensor

from resonant.errors import Cancelled, InputError
from resonant.nn.codec.flow import Solving
from resonant.nn.codec.heartcodec import HeartCodec, Windows, load_heartcodec
from resonant.nn.codec.heartcodec_config import HeartCodecConfig

SIZES = {
    "dim": 32, "codebook_size": 16, "codebook_dim": 8, "num_quantizers": 4, "attention_head_dim": 8,
    "in_channels": 544, "num_attention_heads": 2, "num_layers": 2, "num_layers_2": 1, "init_channel": 2,
}  # fmt: skip
OF_REFERENCE = [
    0.02172, 0.03199, 0.02375, 0.02374, 0.03156, 0.03106, 0.02011, 0.02507,
    0.02209, 0.02325, 0.03021, 0.03274, 0.02208, 0.03776, 0.02728,
]  # fmt: skip
"""Samples 7,001, 47,001, ... of the left channel as the published code made them of these weights, codes and noise."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("codec")
    (folder / "config.json").write_text(
        json.dumps({"model_type": "heartcodec", "norm_type": "ada_norm_single", **SIZES})
    )
    save_file(heartcodec_tensors(HeartCodecConfig(**SIZES)), folder / "model.safetensors")
    return folder


@pytest.fixture
def codec(folder: Path) -> HeartCodec:
    codec = load_heartcodec(folder)
    codec.windows = Windows(93, 80)
    return codec


def codes(frames: int) -> Tensor:
    return torch.from_numpy(np.random.RandomState(6).randint(0, 16, (4, frames)))


def test_the_sound_is_that_of_the_published_code(codec: HeartCodec) -> None:
    sound = codec.decode(codes(150))
    assert sound.shape == (2, 150 * 3840)
    assert np.allclose(sound[0, 7_001::40_000], OF_REFERENCE, rtol=1e-3, atol=1e-4)


def test_stretches_that_come_early_are_the_sound_and_a_seed_is_a_sound(codec: HeartCodec) -> None:
    quick = Solving(steps=2)
    whole = codec.decode(codes(150), 2**63 - 1, quick)
    stretches = list(codec.streamed(codes(150), 2**63 - 1, quick))
    assert [s.shape[1] // 3840 for s in stretches] == [80, 70]
    assert torch.equal(torch.cat(stretches, 1), whole)
    assert not torch.allclose(codec.decode(codes(150), 1, quick), whole)


def test_sound_hears_two_latent_frames_ahead_and_no_more(codec: HeartCodec) -> None:
    latent = torch.from_numpy(np.random.RandomState(1).uniform(-1, 1, (1, 128, 20))).float()
    other = latent.clone()
    other[..., 12:] = -other[..., 12:]
    a, b = codec.scalar_model(latent), codec.scalar_model(other)
    settled = 10 * codec.config.samples_per_latent
    assert torch.equal(a[:, :settled], b[:, :settled])
    assert not torch.equal(a[:, settled : settled + 1920], b[:, settled : settled + 1920])


def test_latents_that_are_known_stay_on_either_side(codec: HeartCodec) -> None:
    flow, length = codec.flow_matching, 40
    known = torch.linspace(-1, 1, length)[:, None].expand(length, 256)
    is_known = torch.ones(length, dtype=torch.bool)
    is_known[15:25] = False
    noise = torch.randn(length, 256, generator=torch.Generator().manual_seed(1))
    made = flow.latents(codes(20), noise, known, is_known, Solving(3))
    assert torch.equal(made[is_known], known[is_known])
    assert not torch.allclose(made[~is_known], flow.latents(codes(20), noise, known, ~is_known, Solving(3))[~is_known])


def test_decoding_needs_the_506_heartcodec_tensors() -> None:
    with torch.device("meta"):
        names = HeartCodec(HeartCodecConfig()).state_dict()
    assert len(names) - 1 + 8 == 506
    flow = sum(t.numel() for name, t in names.items() if name.startswith("flow_matching.estimator"))
    sound = sum(t.numel() for name, t in names.items() if name.startswith("scalar_model"))
    assert (round(flow / 1e6), round(sound / 1e5) / 10) == (1487, 83.8)


def test_stopping_is_heeded_before_the_next_step(codec: HeartCodec) -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        codec.decode(codes(20), how=Solving(should_stop=lambda: next(asked)))


def test_codes_that_mean_nothing_and_files_of_others_are_refused(
    codec: HeartCodec, folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=r"the codes are \[4, 3\]; give \[4, frames\] from 0 to 15"):
        codec.decode(torch.full((4, 3), 16))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "heartcodec", **SIZES, "in_channels": 600}))
    with pytest.raises(InputError, match="in_channels=600 must hold noise, context and condition"):
        load_heartcodec(tmp_path)
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    tensors = heartcodec_tensors(HeartCodecConfig(**SIZES))
    del tensors["flow_matching.vq_embed.layers.2._codebook.embed"]
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=r"do not hold flow_matching\.vq_embed\.layers\.2"):
        load_heartcodec(tmp_path)
