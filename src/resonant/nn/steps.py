"""A few words at a time on plain arrays: what a transformer says behind each, in one song or in several side by side.

A few words are so little work that what a framework does around each product costs more than the product, and the
product as long as its weights take to come from memory, whether one word is multiplied by them or four. So weights are
whole numbers of eight bits, a quarter as wide, all else is plain arrays, and songs that are written side by side are
read in step. Mirrors `Transformer.forward`: what changes there changes here.

Shapes: N words, D width, H heads, K width of a head, S positions read so far, F inner width, V vocabulary.
"""

from collections.abc import Callable, Sequence
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
"""A matrix that waits for its rows: `[N, I]` to `[N, O]`."""

FEW = 16
"""Words that are read sooner so than by the whole model: the most for which narrow weights are widened as they go."""


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
    """A model on the CPU that reads a few words at a time.

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

    def read(self, words: Sequence[int], caches: Sequence[Cache]) -> Array:
        """The logits behind each word, `[N, V]`.

        Args:
            words: at most `FEW`.
            caches: for each word, that of the song that it goes on; of several words of a song the first comes first.
        """
        places = [_Place(cache) for cache in caches]
        h_ND = self._embedding_VxD[list(words)]
        for number, layer in enumerate(self._layers):
            h_ND += self._heard(_scaled(h_ND, layer.before_attention_D), number, layer, places)
            gate_NF, up_NF = np.split(layer.gate_and_up_2FxD(_scaled(h_ND, layer.before_feed_forward_D)), 2, axis=1)
            h_ND += layer.down_DxF(_gated(gate_NF) * up_NF)
        return _product(self._embedding_VxD, _scaled(h_ND, self._norm_D))

    def _heard(self, x_ND: Array, number: int, layer: _Layer, places: "Sequence[_Place]") -> Array:
        """What attention brings of the words before."""
        at_N, half = [place.at for place in places], self._head // 2
        qkv_N3HK = layer.qkv_3DxD(x_ND).reshape(len(x_ND), 3, self._heads, self._head)
        pair_N2HK = qkv_N3HK[:, :2]
        swapped_N2HK = np.concatenate((pair_N2HK[..., half:], pair_N2HK[..., :half]), axis=-1)
        turn = self._cosine[at_N][:, None, None], self._sine[at_N][:, None, None]
        pair_N2HK = pair_N2HK * turn[0] + swapped_N2HK * turn[1]
        for place, pair_2HK, told_3HK in zip(places, pair_N2HK, qkv_N3HK, strict=True):
            place.keys[number, :, place.at], place.values[number, :, place.at] = pair_2HK[1], told_3HK[2]
        mixed = [place.mixed(number, pair_2HK[0]) for place, pair_2HK in zip(places, pair_N2HK, strict=True)]
        return layer.out_DxD(np.stack(mixed))


class _Place:
    """Where a word stands in its song; the song's cache is longer by it from now on."""

    def __init__(self, cache: Cache) -> None:
        self.at = cache.length
        cache.length += 1
        self.keys, self.values = cache.keys[:, 0].numpy(), cache.values[:, 0].numpy()

    def mixed(self, number: int, query_HK: Array) -> Array:
        """The values of the words up to this one, as far as each is asked for, `[D]`."""
        keys_HSK, values_HSK = self.keys[number, :, : self.at + 1], self.values[number, :, : self.at + 1]
        share_HS = np.matmul(keys_HSK, query_HK[:, :, None])[..., 0] * np.float32(query_HK.shape[1] ** -0.5)
        np.exp(share_HS - share_HS.max(axis=1, keepdims=True), out=share_HS)
        share_HS /= share_HS.sum(axis=1, keepdims=True)
        found: Array = np.matmul(share_HS[:, None], values_HSK).reshape(-1)
        return found


def _product(matrix: Array, rows: Array) -> Array:
    # Of one row: reads each weight once on one thread, measured faster than BLAS for these shapes.
    return np.stack([np.einsum("ij,j->i", matrix, row) for row in rows])


def _exact(layer: nn.Linear) -> Product:
    return partial(_product, _array(layer.weight))


def _narrow(layer: nn.Linear) -> Product:
    """The layer as `Whole`; one of a width that this can not take stays exact."""
    if layer.in_features % BY:
        return _exact(layer)
    whole = Whole(layer.weight.detach(), None)
    weight_OI, step_O = whole.weight, whole.step_O  # looked up once: a module takes longer to give them than they take

    def product(rows: Array) -> Array:
        found: Array = torch._weight_int8pack_mm(torch.from_numpy(rows).bfloat16(), weight_OI, step_O).float().numpy()
        return found

    return product


def _gated(gate_NF: Array) -> Array:
    """SiLU."""
    return np.asarray(gate_NF / (np.float32(1.0) + np.exp(-gate_NF)), dtype=np.float32)


def _scaled(h_ND: Array, weight_D: Array) -> Array:
    """RMS norm with the epsilon of `torch.nn.RMSNorm`."""
    mean_N1 = np.einsum("nd,nd->n", h_ND, h_ND)[:, None] / np.float32(h_ND.shape[1]) + np.finfo(np.float32).eps
    scaled: Array = h_ND * (weight_D / np.sqrt(mean_N1))
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
