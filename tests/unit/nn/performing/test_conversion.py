"""Pickles to safetensors: the same numbers, and nothing run."""

import json
import pickle
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.published_folders import published_musicgen, tiny_musicgen, words_of_t5
from torch import Tensor, nn

from resonant.errors import InputError
from resonant.nn.performing.ask import Ask
from resonant.nn.performing.conversion import Conversion, convert
from resonant.nn.performing.musicgen import load_musicgen_performer
from resonant.nn.performing.performing import performed
from resonant.nn.pickles import unpickled

CPU = torch.device("cpu")
ASK = Ask("warm", 0.6, temperature=0.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_musicgen(tmp_path_factory.mktemp("published"))


def sounds(folder: Path, ask: Ask = ASK) -> np.ndarray:
    (made,) = performed(load_musicgen_performer(folder, CPU, kind="float32"), ask)
    return made.sound.samples


def pickled(folder: Path, at: Path, shards: int = 1) -> Path:
    """The folder with its weights as they were published before there were safetensors."""
    shutil.copytree(folder, at)
    (at / "model.safetensors").unlink()
    tensors = published_musicgen().state_dict()
    if shards == 1:
        torch.save(tensors, at / "pytorch_model.bin")
        return at
    names = list(tensors)
    files = {f"pytorch_model-0000{n + 1}-of-0000{shards}.bin": names[n::shards] for n in range(shards)}
    for file, some in files.items():
        torch.save({name: tensors[name] for name in some}, at / file)
    weight_map = {name: file for file, some in files.items() for name in some}
    (at / "pytorch_model.bin.index.json").write_text(json.dumps({"weight_map": weight_map}))
    return at


@pytest.mark.parametrize("shards", [1, 3])
def test_weights_of_before_play_the_same(shards: int, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    convert(Conversion(pickled(folder, tmp_path / "in", shards)), out)
    assert np.array_equal(sounds(out), sounds(folder))
    assert not list(out.glob("*.bin*")) and len(list(out.glob("*.safetensors"))) == shards


AUDIOCRAFT = (
    (r"decoder\.model\.decoder\.embed_tokens\.(\d+)\.", r"emb.\1."), (r"decoder\.lm_heads\.", "linears."),
    (r"decoder\.model\.decoder\.layer_norm\.", "out_norm."), (r"decoder\.model\.decoder\.layers", "transformer.layers"),
    (r"^enc_to_dec_proj\.", "condition_provider.conditioners.description.output_proj."),
    (r"^audio_enc_to_dec_proj\.", "condition_provider.conditioners.self_wav.output_proj."),
    (r"self_attn_layer_norm", "norm1"), (r"encoder_attn_layer_norm", "norm_cross"), (r"final_layer_norm", "norm2"),
    (r"encoder_attn", "cross_attention"), (r"fc(\d)", r"linear\1"),
)  # fmt: skip


def as_audiocraft(model: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    """Language model, codec and text encoder under the names of audiocraft, and of T5."""
    lm, codec, text = {}, {}, {}
    for name, tensor in model.state_dict().items():
        if name.startswith("text_encoder."):
            text[name.removeprefix("text_encoder.")] = tensor
        elif name.startswith("audio_encoder."):
            codec[_codec_name(name.removeprefix("audio_encoder."))] = tensor
        elif "embed_positions" not in name:
            for ours, theirs in AUDIOCRAFT:
                name = re.sub(ours, theirs, name)
            lm[name] = tensor
    for name in [name for name in lm if name.endswith("q_proj.weight")]:
        stem = name.removesuffix("q_proj.weight")
        lm[stem + "in_proj_weight"] = torch.cat([lm.pop(f"{stem}{part}_proj.weight") for part in "qkv"])
    return lm, codec, text


def _codec_name(name: str) -> str:
    name = re.sub(r"parametrizations\.weight\.original0", "weight_g", name)
    name = re.sub(r"parametrizations\.weight\.original1", "weight_v", name)
    turned = re.match(r"decoder\.layers\.(\d+)\.conv", name) and int(name.split(".")[2]) in (3, 6, 9, 12)
    name = re.sub(r"\.conv\.", ".convtr.convtr." if turned else ".conv.conv.", name)
    name = re.sub(r"^quantizer\.", "quantizer.vq.", re.sub(r"\.codebook\.", "._codebook.", name))
    return re.sub(r"^(encoder|decoder)\.layers\.", r"\1.model.", name)


def audiocraft_folder(at: Path, model: nn.Module, codec: dict[str, Any] | None = None) -> tuple[Path, Path]:
    """Folders as audiocraft publishes a model, and as T5 is published."""
    lm, own, text = as_audiocraft(model)
    folder, t5 = at / "audiocraft", at / "t5"
    folder.mkdir(parents=True)
    t5.mkdir()
    lm["condition_provider.conditioners.self_wav.chroma.spec.window"] = torch.ones(4)
    torch.save({"best_state": lm, "xp.cfg": "sample_rate: 32000\n", "exported": True}, folder / "state_dict.bin")
    torch.save(codec or {"best_state": own, "xp.cfg": "sample_rate: 32000\n"}, folder / "compression_state_dict.bin")
    torch.save({**text, "lm_head.weight": torch.ones(2)}, t5 / "pytorch_model.bin")
    (t5 / "config.json").write_text(json.dumps(model.config.text_encoder.to_dict()))
    words_of_t5().save(str(t5 / "tokenizer.json"))
    return folder, t5


@pytest.mark.parametrize(("stereo", "melody"), [(False, False), (True, False), (False, True)])
def test_audiocrafts_files_play_what_those_of_transformers_play(stereo: bool, melody: bool, tmp_path: Path) -> None:
    model = published_musicgen(stereo, melody, hidden_size=128, num_attention_heads=2)
    model.save_pretrained(tmp_path / "published")
    words_of_t5().save(str(tmp_path / "published" / "tokenizer.json"))
    folder, t5 = audiocraft_folder(tmp_path / "theirs", model)
    out = tmp_path / "out"
    out.mkdir()
    convert(Conversion(folder, text=t5), out)
    if melody:  # the small one was made with a shorter melody than audiocraft knows
        config = json.loads((out / "config.json").read_text())
        (out / "config.json").write_text(json.dumps({**config, "chroma_length": 9}))
    assert np.array_equal(sounds(out), sounds(tmp_path / "published"))


def test_a_codec_that_is_only_named_and_a_text_encoder_that_is_never_there_are_asked_for(tmp_path: Path) -> None:
    model = published_musicgen(hidden_size=64, num_attention_heads=1)
    named = {"pretrained": "facebook/encodec_32khz", "exported": True}
    folder, t5 = audiocraft_folder(tmp_path, model, named)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(InputError, match=r"hf download google-t5/t5-base, and give its folder with --text"):
        convert(Conversion(folder), out)
    with pytest.raises(InputError, match=r"hf download facebook/encodec_32khz, and give its folder with --codec"):
        convert(Conversion(folder, text=t5), out)
    model.audio_encoder.save_pretrained(tmp_path / "codec")
    convert(Conversion(folder, tmp_path / "codec", t5), out)
    assert sounds(out).shape == (1, 30 * 640)


class Harm:
    """A pickle that would write a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_that_asks_for_more_than_numbers_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "touched"
    pickle.loads(pickle.dumps(Harm(victim)))  # noqa: S301 # the control case
    assert victim.exists(), "it would"
    victim.unlink()
    for number, write in enumerate((torch.save, lambda held, path: path.write_bytes(pickle.dumps(held)))):
        at = pickled(folder, tmp_path / str(number))
        write({"a": Harm(victim)}, at / "pytorch_model.bin")
        out = tmp_path / f"out {number}"
        out.mkdir()
        with pytest.raises(InputError, match="asks to run more than numbers need"):
            convert(Conversion(at), out)
    assert not victim.exists()


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ([torch.ones(2)], "holds no weights by name"), ({}, "holds nothing in place of weights"),
        ({"a": torch.ones(2), "b": "text"}, "holds b in place of weights"),
    ],
)  # fmt: skip
def test_pickles_without_weights_are_refused(held: Any, message: str, folder: Path, tmp_path: Path) -> None:
    at = pickled(folder, tmp_path / "in")
    torch.save(held, at / "pytorch_model.bin")
    with pytest.raises(InputError, match=message):
        convert(Conversion(at), tmp_path)


def test_files_that_are_cut_off_or_of_others_are_refused(folder: Path, tmp_path: Path) -> None:
    at = pickled(folder, tmp_path / "in")
    data = (at / "pytorch_model.bin").read_bytes()
    for cut in (len(data) // 2, 100, 1, 0):
        (at / "pytorch_model.bin").write_bytes(data[:cut])
        with pytest.raises(InputError):
            unpickled(at / "pytorch_model.bin")
    with pytest.raises(InputError, match="holds no weights to convert: neither pytorch_model"):
        convert(Conversion(tmp_path), tmp_path)
    torch.save({"best_state": {"body.0.weight": torch.ones(2)}}, tmp_path / "state_dict.bin")
    with pytest.raises(InputError, match=r"body\.0\.weight, which no MusicGen has"):
        convert(Conversion(tmp_path, text=folder), tmp_path)
    torch.save({"model": {}}, tmp_path / "state_dict.bin")
    with pytest.raises(InputError, match="holds no best_state"):
        convert(Conversion(tmp_path, text=folder), tmp_path)
