"""Reading: in one go, word by word or forked, what comes next is what the whole model says."""

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from resonant.nn.generation import Reader, Ready, read_in_step
from resonant.nn.steps import Steps
from resonant.nn.transformer import Transformer, TransformerConfig
from resonant.nn.weights import Whole

CONFIG = TransformerConfig(40, width=48, layers=2, heads=3, context=48)


@pytest.fixture(scope="module")
def exact() -> Ready:
    """A model that reads long stretches in float32 too, so that only the order of sums differs."""
    torch.manual_seed(5)
    model = Transformer(CONFIG).eval()
    for parameter in model.parameters():  # larger than at first, so that every part matters
        parameter.data.mul_(3.0)
    return Ready(model, model, Steps(model, narrow=False))


def told(ready: Ready, words: list[int]) -> np.ndarray:
    with torch.inference_mode():
        return np.asarray(ready.model(torch.tensor([words]))[0, -1].numpy())


def as_whole(weight: torch.Tensor) -> torch.Tensor:
    """The weights as whole numbers of eight bits mean them."""
    whole = Whole(weight.detach(), None)
    return whole.weight.float() * whole.step_O.float()[:, None]


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 39), min_size=1, max_size=40), st.lists(st.integers(0, 40), min_size=0, max_size=4))
def test_however_the_words_are_parted_the_next_is_foretold_the_same(
    exact: Ready, words: list[int], cuts: list[int]
) -> None:
    reader, logits = Reader(exact), None
    edges = sorted({0, len(words), *(cut for cut in cuts if cut < len(words))})
    for start, end in pairwise(edges):
        logits = reader.read(words[start:end])
    assert reader.room == CONFIG.context - len(words)
    np.testing.assert_allclose(logits, told(exact, words), atol=2e-4, rtol=2e-4)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 39), min_size=2, max_size=20))
def test_single_words_are_read_with_weights_of_eight_bits_as_whole_layers_have_them(
    exact: Ready, words: list[int]
) -> None:
    """What is read word by word with narrow weights is what a model says whose layers are rounded so."""
    rounded = copy.deepcopy(exact.model)
    for layer in rounded.modules():
        if isinstance(layer, nn.Linear):
            layer.weight.data = as_whole(layer.weight)
    last: list[torch.Tensor] = []
    rounded.norm.register_forward_hook(lambda norm, given, normed: last.append(normed[0, -1]))
    narrow = replace(exact, steps=Steps(exact.model))
    reader, logits = Reader(narrow), None
    for word in words:
        logits = reader.read([word])
    assert logits is not None
    spread = told(exact, words).std()
    told(replace(exact, model=rounded), words)
    as_rounded = (as_whole(rounded.embedding.weight) @ last[0]).numpy()
    # At most .032 and .077 of 2,000 random rows.
    assert rms(logits - as_rounded) < 0.05 * spread
    assert 0.0 < rms(logits - told(exact, words)) < 0.12 * spread


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 39), min_size=1, max_size=5), min_size=1, max_size=4), st.booleans())
def test_readers_in_step_read_what_each_would_alone(exact: Ready, words: list[list[int]], is_narrow: bool) -> None:
    model = replace(exact, steps=Steps(exact.model, is_narrow))
    first = Reader(model)
    first.read(range(20))
    readers = [first, *(first.forked() for _ in words[1:])]
    alone = [reader.forked().read(each) for reader, each in zip(readers, words, strict=True)]
    together = read_in_step(readers, words)
    for reader, each, one, other in zip(readers, words, alone, together, strict=True):
        assert reader.room == CONFIG.context - 20 - len(each)
        np.testing.assert_allclose(other, one, atol=1e-4)


def test_forked_readers_go_their_own_ways(exact: Ready) -> None:
    reader = Reader(exact)
    reader.read([1, 2, 3, 4, 5, 6])
    other = reader.forked()
    first, second = reader.read([7]), other.read([8])
    np.testing.assert_allclose(first, told(exact, [1, 2, 3, 4, 5, 6, 7]), atol=2e-4)
    np.testing.assert_allclose(second, told(exact, [1, 2, 3, 4, 5, 6, 8]), atol=2e-4)
    np.testing.assert_allclose(reader.read([9]), told(exact, [1, 2, 3, 4, 5, 6, 7, 9]), atol=2e-4)


def test_what_is_read_does_not_depend_on_how_many_threads_read_it() -> None:
    torch.manual_seed(7)
    model = Transformer(TransformerConfig(500, width=256, layers=2, heads=4, context=64)).eval()
    usual, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 4):
            torch.set_num_threads(threads)
            reader = Reader(Ready(model, model, Steps(model)))
            found.append(np.stack([reader.read((word,)) for word in range(40)]))
    finally:
        torch.set_num_threads(usual)
    assert all(np.array_equal(found[0], other) for other in found)
