"""One word at a time on plain arrays: what a transformer says behind a single further word.

A single word is a row of products of a matrix and a vector, so little work that what a framework does around each costs
more than the product, and the product as long as its weights take to come from memory. So weights are whole numbers of
eight bits, a quarter as wide, all else is plain arrays, and one thread waits for no other where the machine is busy.
Mirrors `Transformer.forward`: what changes there changes here.

Shapes: D width, H heads, K width of a head, S positions read so far, F inner width, V vocabulary.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from resonant.nn.transformer import Block, Cache, Transformer, rotation
from resonant.nn.weights import BY, Whole

Array = NDArray[np.float32]
Product = Callable[[Array], Array]
"""A matrix that waits for its vector."""


@dataclass(frozen=True, eq=False)
class _Layer:
    """What a block multiplies by."""

    before_attention_D: Array
    qkv_3DxD: Product
    out_DxD: Product
    before_feed_forward_D: Array
    gate_and_up_2FxD: Product
    down_DxF: Product


class Steps:
    """A model on the CPU that reads one word at a time.

    Args:
        model: whose norms, embedding and attention stay float32.
        narrow: whether its layers are kept as whole numbers of eight bits, or share the model's float32.
    """

    def __init__(self, model: Transformer, narrow: bool = True) -> None:
        config = model.config
        self._heads, self._head = config.heads, config.width // config.heads
        self._embedding_VxD = _array(model.embedding.weight)
        self._norm_D = _array(model.norm.weight)
        self._layers = [_layer(block, _narrow if narrow else _exact) for block in model.blocks]
        cosine, sine = (part.numpy() for part in rotation(0, config.context, config, model.embedding.weight.device))
        self._cosine = np.concatenate([cosine, cosine], axis=1)
        self._sine = np.concatenate([-sine, sine], axis=1)

    def read(self, word: int, cache: Cache) -> Array:
        """The logits `[V]` behind a word that goes on behind what the cache holds, and it grows by it."""
        at, h_D = cache.length, self._embedding_VxD[word].copy()
        for number, layer in enumerate(self._layers):
            h_D += self._heard(_scaled(h_D, layer.before_attention_D), number, layer, cache)
            gate_F, up_F = layer.gate_and_up_2FxD(_scaled(h_D, layer.before_feed_forward_D)).reshape(2, -1)
            h_D += layer.down_DxF(_gated(gate_F) * up_F)
        cache.length = at + 1
        return _product(self._embedding_VxD, _scaled(h_D, self._norm_D))

    def _heard(self, x_D: Array, number: int, layer: _Layer, cache: Cache) -> Array:
        """What attention brings of the words before."""
        at, half = cache.length, self._head // 2
        qkv_3HK = layer.qkv_3DxD(x_D).reshape(3, self._heads, self._head)
        pair_2HK = qkv_3HK[:2]
        swapped_2HK = np.concatenate((pair_2HK[..., half:], pair_2HK[..., :half]), axis=-1)
        query_HK, key_HK = pair_2HK * self._cosine[at] + swapped_2HK * self._sine[at]
        keys_HSK = cache.keys[number, 0].numpy()
        values_HSK = cache.values[number, 0].numpy()
        keys_HSK[:, at], values_HSK[:, at] = key_HK, qkv_3HK[2]
        share_HS = np.matmul(keys_HSK[:, : at + 1], query_HK[:, :, None])[..., 0] * np.float32(self._head**-0.5)
        np.exp(share_HS - share_HS.max(axis=1, keepdims=True), out=share_HS)
        share_HS /= share_HS.sum(axis=1, keepdims=True)
        return layer.out_DxD(np.matmul(share_HS[:, None], values_HSK[:, : at + 1]).reshape(-1))


def _product(matrix: Array, vector: Array) -> Array:
    # Reads each weight once on one thread: measured faster than BLAS for these shapes.
    found: Array = np.einsum("ij,j->i", matrix, vector)
    return found


def _exact(layer: nn.Linear) -> Product:
    return partial(_product, _array(layer.weight))


def _narrow(layer: nn.Linear) -> Product:
    """The layer as `Whole`; one of a width that this can not take stays exact."""
    if layer.in_features % BY:
        return _exact(layer)
    whole = Whole(layer.weight.detach(), None)
    weight_OI, step_O = whole.weight, whole.step_O  # looked up once: a module takes longer to give them than they take

    def product(vector: Array) -> Array:
        row = torch.from_numpy(vector[None]).bfloat16()
        found: Array = torch._weight_int8pack_mm(row, weight_OI, step_O).float().numpy()[0]
        return found

    return product


def _gated(gate_F: Array) -> Array:
    """SiLU."""
    gated: Array = (gate_F / (np.float32(1.0) + np.exp(-gate_F))).astype(np.float32, copy=False)
    return gated


def _scaled(h_D: Array, weight_D: Array) -> Array:
    """RMS norm with the epsilon of `torch.nn.RMSNorm`."""
    mean = h_D.dot(h_D) / np.float32(len(h_D)) + np.finfo(np.float32).eps
    scaled: Array = h_D * (weight_D / np.sqrt(mean))
    return scaled


def _layer(block: nn.Module, kept: Callable[[nn.Linear], Product]) -> _Layer:
    assert isinstance(block, Block)
    attention, feed_forward = block.attention, block.feed_forward
    return _Layer(
        _array(block.before_attention.weight), kept(attention.qkv), kept(attention.out),
        _array(block.before_feed_forward.weight), kept(feed_forward.gate_and_up), kept(feed_forward.down),
    )  # fmt: skip


def _array(weight: Tensor) -> Array:
    assert weight.device.type == "cpu", "arrays lie in the memory of the processor"
    array: Array = weight.detach().float().contiguous().numpy()
    return array
