"""Adapters: zeros change nothing, merged is as unmerged, and what does not fit is refused."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.errors import InputError
from resonant.nn.checkpoints import save_checkpoint
from resonant.nn.generation import load_model
from resonant.nn.lora import Adapted, Adapter, adapted, adapter_of, hash_of, load_adapter, merge, save_adapter
from resonant.nn.transformer import Transformer, TransformerConfig

CONFIG = TransformerConfig(50, width=32, layers=2, heads=2, context=64)


def a_model(seed: int = 3, config: TransformerConfig = CONFIG) -> Transformer:
    torch.manual_seed(seed)
    return Transformer(config).eval()


def learned(model: Transformer, strength: float, rank: int, seed: int) -> Transformer:
    """The model with an adapter that says something."""
    adapted(model, rank)
    torch.manual_seed(seed)
    for module in model.modules():
        if isinstance(module, Adapted):
            torch.nn.init.normal_(module.up, std=strength)
    return model


TOKENS = torch.arange(40).reshape(2, 20)


@given(rank=st.integers(1, 16), seed=st.integers(0, 1000))
@settings(max_examples=5, deadline=None)
def test_an_adapter_of_zeros_is_the_base(rank: int, seed: int) -> None:
    plain = a_model(seed)(TOKENS)
    assert torch.equal(adapted(a_model(seed), rank)(TOKENS), plain)
    merged = a_model(seed)
    merge(merged, adapter_of(adapted(a_model(seed), rank)))
    assert torch.equal(merged(TOKENS), plain)


@given(rank=st.integers(1, 16), seed=st.integers(0, 1000), strength=st.floats(0.0, 0.05))
@settings(max_examples=8, deadline=None)
def test_merged_says_what_unmerged_says(rank: int, seed: int, strength: float) -> None:
    unmerged = learned(a_model(seed), strength, rank, seed)
    merged = a_model(seed)
    merge(merged, adapter_of(unmerged))
    # what the order of float32 sums changes: at most 1.1e-5 in 1,500 models, whose logits spread by one
    torch.testing.assert_close(merged(TOKENS), unmerged(TOKENS), atol=3e-5, rtol=0)


def test_only_the_adapter_learns() -> None:
    model = adapted(a_model())
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert learning
    assert all(name.endswith((".down", ".up")) for name in learning)
    assert len(learning) == 2 * 4 * CONFIG.layers


def test_a_model_is_loaded_with_its_adapter_merged(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, a_model(), CONFIG)
    unmerged = learned(a_model(), 0.05, 4, 1)
    kept = Adapter(adapter_of(unmerged).layers, hash_of(tmp_path))
    save_adapter(tmp_path / "mine.safetensors", kept, {"style": "mine"})
    loaded = load_model(tmp_path, tmp_path / "mine.safetensors").model
    torch.testing.assert_close(loaded(TOKENS), unmerged(TOKENS), atol=1e-6, rtol=0)
    assert not torch.allclose(load_model(tmp_path).model(TOKENS), unmerged(TOKENS), atol=1e-3)


def test_an_adapter_of_other_weights_is_refused(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, a_model(1), CONFIG)
    save_adapter(tmp_path / "mine.safetensors", adapter_of(adapted(a_model(2))))
    with pytest.raises(InputError, match="was made for other weights"):
        load_model(tmp_path, tmp_path / "mine.safetensors")


def test_an_adapter_of_another_shape_is_refused() -> None:
    deeper = TransformerConfig(50, width=32, layers=3, heads=2, context=64)
    with pytest.raises(InputError, match="a model of other layers"):
        merge(a_model(), adapter_of(adapted(a_model(1, deeper))))
    wider = TransformerConfig(50, width=64, layers=2, heads=2, context=64)
    with pytest.raises(InputError, match="does not fit the model at"):
        merge(a_model(), adapter_of(adapted(a_model(1, wider))))


def test_broken_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(InputError, match="can not be read"):
        load_adapter(path)
    path.write_bytes(b"\x80\x04no pickle is ever read")
    with pytest.raises(InputError, match="no safetensors file"):
        load_adapter(path)
    save_checkpoint(tmp_path, a_model(), CONFIG)
    with pytest.raises(InputError, match="is no adapter"):
        load_adapter(tmp_path / "model.safetensors")
    layers = adapter_of(adapted(a_model())).layers
    (name, (down, up)), *_ = layers.items()
    save_adapter(path, Adapter({**layers, name: (down * float("nan"), up)}))
    with pytest.raises(InputError, match="what is no number"):
        load_adapter(path)
