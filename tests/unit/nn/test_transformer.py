"""The transformer: causal, the same with a cache, saved and loaded without a pickle."""

import json
from pathlib import Path

import pytest
import torch

from resonant.errors import InputError
from resonant.nn.checkpoints import load_config, load_weights, save_checkpoint
from resonant.nn.transformer import Cache, Transformer, TransformerConfig

CONFIG = TransformerConfig(50, width=32, layers=2, heads=2, context=64)


@pytest.fixture
def model() -> Transformer:
    torch.manual_seed(3)
    made = Transformer(CONFIG).eval()
    for parameter in made.parameters():  # larger than at first, so that positions matter
        parameter.data.mul_(4.0)
    return made


def test_with_a_cache_the_logits_are_those_without(model: Transformer) -> None:
    tokens = torch.randint(0, 50, (3, 20))
    whole = model(tokens)
    cache = Cache(CONFIG, 3, 20, whole)
    parts = [model(tokens[:, :7], cache), model(tokens[:, 7:8], cache), model(tokens[:, 8:], cache)]
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, atol=1e-5, rtol=1e-5)


def test_no_word_hears_a_later_one(model: Transformer) -> None:
    embedded = model.embedding(torch.randint(0, 50, (1, 12))).detach().requires_grad_()
    model.embedding.register_forward_hook(lambda *_: embedded)
    model(torch.zeros(1, 12, dtype=torch.long))[0, 5].sum().backward()
    assert embedded.grad is not None
    heard = embedded.grad.abs().sum(dim=-1)[0]
    assert bool((heard[:6] > 0).all())
    assert not heard[6:].any()


def test_order_matters(model: Transformer) -> None:
    tokens = torch.tensor([[1, 2, 3, 4]])
    assert not torch.allclose(model(tokens)[0, -1], model(tokens[:, [1, 0, 2, 3]])[0, -1], atol=1e-4)


def test_a_checkpoint_comes_back(model: Transformer, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, model, CONFIG, {"licence": "ours"})
    again = Transformer(load_config(tmp_path, TransformerConfig))
    load_weights(tmp_path, again)
    tokens = torch.randint(0, 50, (1, 9))
    assert torch.equal(again.eval()(tokens), model(tokens))


def test_damaged_checkpoints_are_refused_in_one_sentence(model: Transformer, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, model, CONFIG)
    weights = (tmp_path / "model.safetensors").read_bytes()
    other = Transformer(TransformerConfig(50, width=64, layers=2, heads=2))
    with pytest.raises(InputError, match=r"is \[32, 32\], not \[64, 64\]"):
        load_weights(tmp_path, other)
    with pytest.raises(InputError, match="is missing"):
        load_weights(tmp_path, Transformer(TransformerConfig(50, width=32, layers=3, heads=2)))
    (tmp_path / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(InputError, match="cut off or no safetensors"):
        load_weights(tmp_path, model)
    (tmp_path / "model.safetensors").write_bytes(b"\x80\x04pickled")
    with pytest.raises(InputError, match="cut off or no safetensors"):
        load_weights(tmp_path, model)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(InputError, match="can not be read"):
        load_weights(tmp_path, model)
    model.norm.weight.data[0] = float("nan")
    save_checkpoint(tmp_path, model, CONFIG)
    with pytest.raises(InputError, match="no number"):
        load_weights(tmp_path, model)


def test_a_config_of_another_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can not be read"):
        load_config(tmp_path, TransformerConfig)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(InputError, match="no JSON"):
        load_config(tmp_path, TransformerConfig)
    (tmp_path / "config.json").write_text(json.dumps({"hidden_size": 3}))
    with pytest.raises(InputError, match="another model"):
        load_config(tmp_path, TransformerConfig)
