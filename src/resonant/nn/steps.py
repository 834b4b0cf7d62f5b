"""A few words at a time on plain arrays: what a transformer says behind each, in one song or in several side by side.

A few words are so little work that what a framework does around each product costs more than the product, and the
product as long as its weights take to come from memory. So weights are whole numbers of eight bits, a quarter as wide,
all else is plain arrays and compiled loops (`compiled`), and songs that are written side by side are read in step.
Mirrors `Transformer.forward`: what changes there changes here.

Shapes: N words, D width, H heads, K width of a head, S positions there is room for, F inner width, V vocabulary.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from resonant.nn.compiled import Array, Weights, add_product, attend, feed_forward, scaled_product
from resonant.nn.transformer import Block, Cache, Transformer, rotation
from resonant.nn.weights import Whole

FEW = 16
"""Words that are read about as soon so as by the whole model; fewer are read sooner."""

_Matrix = tuple[Weights, Array]
"""Weights `[O, I]`, and what each output is multiplied by, `[O]`."""


@dataclass(frozen=True, eq=False)
class _Layer:
    """What a block multiplies by."""

    before_attention_D: Array
    qkv_3DxD: _Matrix
    out_DxD: _Matrix
    before_feed_forward_D: Array
    gate_and_up_2FxD: _Matrix
    down_DxF: _Matrix


class Steps:
    """A model on the CPU that reads a few words at a time.

    Args:
        model: whose norms and whose embedding of what it reads stay float32, as do keys and values.
        narrow: whether what it multiplies by is kept as whole numbers of eight bits, or shares the model's float32.
    """

    def __init__(self, model: Transformer, narrow: bool = True) -> None:
        config, kept = model.config, _narrow if narrow else _exact
        self._heads = config.heads, config.width // config.heads
        self._embedding_VxD = _array(model.embedding.weight)
        self._norm_D = _array(model.norm.weight)
        self._layers = [_layer(block, kept) for block in model.blocks]
        self._said_VxD = kept(model.embedding.weight)
        cosine, sine = (part.numpy() for part in rotation(0, config.context, config, model.embedding.weight.device))
        halves = np.concatenate([cosine, cosine], axis=1), np.concatenate([-sine, sine], axis=1)
        self._turn_S2K = np.stack(halves, axis=1)

    def read(self, words: Sequence[int], caches: Sequence[Cache]) -> Array:
        """The logits behind each word, `[N, V]`.

        Args:
            words: at most `FEW`.
            caches: for each word, that of the song that it goes on; of several words of a song the first comes first.
        """
        places = [_Place(cache) for cache in caches]
        h_ND = self._embedding_VxD[list(words)]
        mixed_NHK = np.empty((len(words), *self._heads), np.float32)
        for number, layer in enumerate(self._layers):
            qkv_N3D = scaled_product(h_ND, layer.before_attention_D, *layer.qkv_3DxD)
            qkv_N3HK = qkv_N3D.reshape(len(words), 3, *self._heads)
            for n, place in enumerate(places):
                turn_2K, keys_HSK, values_HSK = self._turn_S2K[place.at], place.keys[number], place.values[number]
                attend(qkv_N3HK[n], turn_2K, keys_HSK, values_HSK, place.at, mixed_NHK[n])
            add_product(mixed_NHK.reshape(h_ND.shape), *layer.out_DxD, h_ND)
            feed_forward(h_ND, layer.before_feed_forward_D, *layer.gate_and_up_2FxD, *layer.down_DxF)
        return scaled_product(h_ND, self._norm_D, *self._said_VxD)


class _Place:
    """Where a word stands in its song; the song's cache is longer by it from now on."""

    def __init__(self, cache: Cache) -> None:
        self.at = cache.length
        cache.length += 1
        self.keys, self.values = cache.keys[:, 0].numpy(), cache.values[:, 0].numpy()


def _exact(weight_OI: Tensor) -> _Matrix:
    return _array(weight_OI), np.ones(len(weight_OI), np.float32)


def _narrow(weight_OI: Tensor) -> _Matrix:
    whole = Whole(weight_OI.detach(), None)
    return whole.weight.numpy(), _array(whole.step_O)


def _layer(block: nn.Module, kept: Callable[[Tensor], _Matrix]) -> _Layer:
    assert isinstance(block, Block)
    attention, feed_forward = block.attention, block.feed_forward
    return _Layer(
        _array(block.before_attention.weight), kept(attention.qkv.weight), kept(attention.out.weight),
        _array(block.before_feed_forward.weight), kept(feed_forward.gate_and_up.weight), kept(feed_forward.down.weight),
    )  # fmt: skip


def _array(weight: Tensor) -> Array:
    assert weight.device.type == "cpu", "arrays lie in the memory of the processor"
    array: Array = weight.detach().float().contiguous().numpy()
    return array
