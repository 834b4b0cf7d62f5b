"""A few words at a time on plain arrays: what a transformer says behind each, in one song or in several side by side.

A few words are so little work that what a framework does around each product costs more than the product, and the
product as long as its weights take to come from memory, whether one word is multiplied by them or four. So weights are
whole numbers of eight bits, a quarter as wide, all else is plain arrays, and songs that are written side by side are
read in step. Mirrors `Transformer.forward`: what changes there changes here.

Shapes: N words, D width, H heads, K width of a head, S positions read so far, F inner width, V vocabulary.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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

_EPSILON = np.finfo(np.float32).eps

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
        model: whose norms and whose embedding of what it reads stay float32, as do keys and values.
        narrow: whether what it multiplies by is kept as whole numbers of eight bits, or shares the model's float32.
    """

    def __init__(self, model: Transformer, narrow: bool = True) -> None:
        config, kept = model.config, _narrow if narrow else _exact
        self._heads, self._head = config.heads, config.width // config.heads
        self._embedding_VxD = _array(model.embedding.weight)
        self._norm_D = _array(model.norm.weight)
        self._layers = [_layer(block, kept) for block in model.blocks]
        self._said_VxD = kept(model.embedding.weight)
        cosine, sine = (part.numpy() for part in rotation(0, config.context, config, model.embedding.weight.device))
        self._pace = Pace()
        # By position, what the halves of a head are multiplied by, and what the halves changed about are.
        self._turn = np.stack([np.stack([cosine, cosine], axis=1), np.stack([-sine, sine], axis=1)], axis=1)

    def read(self, words: Sequence[int], caches: Sequence[Cache]) -> Array:
        """The logits behind each word, `[N, V]`.

        Args:
            words: at most `FEW`.
            caches: for each word, that of the song that it goes on; of several words of a song the first comes first.
        """
        with self._pace.step(len(words)):
            return self._read(words, caches)

    def _read(self, words: Sequence[int], caches: Sequence[Cache]) -> Array:
        places = [_Place(cache) for cache in caches]
        turn = self._turn[[place.at for place in places], :, None, None]
        h_ND = self._embedding_VxD[list(words)]
        for number, layer in enumerate(self._layers):
            h_ND += self._heard(_scaled(h_ND, layer.before_attention_D), number, layer, places, turn)
            h_ND += layer.down_DxF(_gated(layer.gate_and_up_2FxD(_scaled(h_ND, layer.before_feed_forward_D))))
        return self._said_VxD(_scaled(h_ND, self._norm_D))

    def _heard(self, x_ND: Array, number: int, layer: _Layer, places: "Sequence[_Place]", turn: Array) -> Array:
        """What attention brings of the words before."""
        qkv_N3H2k = layer.qkv_3DxD(x_ND).reshape(len(x_ND), 3, self._heads, 2, self._head // 2)
        pair_N2H2k = qkv_N3H2k[:, :2]
        pair_N2H2k = pair_N2H2k * turn[:, 0] + pair_N2H2k[..., ::-1, :] * turn[:, 1]
        pair_N2HK = pair_N2H2k.reshape(len(x_ND), 2, self._heads, self._head)
        told_NHK = qkv_N3H2k[:, 2].reshape(len(x_ND), self._heads, self._head)
        for n, place in enumerate(places):
            place.keys[number, :, place.at], place.values[number, :, place.at] = pair_N2HK[n, 1], told_NHK[n]
        mixed_NHK = np.empty(told_NHK.shape, np.float32)
        for n, place in enumerate(places):
            place.mix(number, pair_N2HK[n, 0], mixed_NHK[n])
        return layer.out_DxD(mixed_NHK.reshape(x_ND.shape))


@contextmanager
def one_thread() -> Iterator[None]:
    """What is multiplied in here is multiplied on one thread: it waits for no other, and sums in one order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Pace:
    """How many threads multiply: torch's, but only one for a while once they had to wait for one another.

    Products of one word take microseconds. On a core that another program holds a thread may begin thousands of them
    later, and the others wait: a step was seen to take 170 ms instead of one. Bits do not depend on how many there are.

    Args:
        now: the time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._least_s: dict[int, float] = {}
        self._alone = 0

    @contextmanager
    def step(self, words: int) -> Iterator[None]:
        """A step of so many words, on as many threads as are worth it."""
        if self._alone:
            self._alone = max(self._alone - 1, 0)
            with one_thread():
                yield
            return
        started = self._now()
        yield
        self._heed(words, self._now() - started)

    def _heed(self, words: int, seconds: float) -> None:
        least = self._least_s.setdefault(words, seconds)
        self._least_s[words] = min(least, seconds)
        if seconds > _WAITED * least:
            self._alone = _ALONE


_WAITED = 5.0  # times the least that such a step has taken; what a slow minute of the machine does is less
_ALONE = 1000  # steps, something over a second


class _Place:
    """Where a word stands in its song; the song's cache is longer by it from now on."""

    def __init__(self, cache: Cache) -> None:
        self.at = cache.length
        cache.length += 1
        self.keys, self.values = cache.keys[:, 0].numpy(), cache.values[:, 0].numpy()

    def mix(self, number: int, query_HK: Array, into_HK: Array) -> None:
        """The values of the words up to this one, as far as each is asked for."""
        keys_HSK, values_HSK = self.keys[number, :, : self.at + 1], self.values[number, :, : self.at + 1]
        share_HS = np.matmul(keys_HSK, query_HK[:, :, None])[..., 0]
        share_HS *= np.float32(query_HK.shape[1] ** -0.5)
        share_HS -= share_HS.max(axis=1, keepdims=True)
        np.exp(share_HS, out=share_HS)
        share_HS /= share_HS.sum(axis=1, keepdims=True)
        np.matmul(share_HS[:, None], values_HSK, out=into_HK[:, None])


def _product(matrix: Array, rows: Array) -> Array:
    # Of one row: reads each weight once on one thread, measured faster than BLAS for these shapes.
    return np.stack([np.einsum("ij,j->i", matrix, row) for row in rows])


def _exact(weight_OI: Tensor) -> Product:
    return partial(_product, _array(weight_OI))


def _narrow(weight_OI: Tensor) -> Product:
    """A matrix as `Whole`; one of a width that this can not take stays exact."""
    if weight_OI.shape[1] % BY:
        return _exact(weight_OI)
    whole = Whole(weight_OI.detach(), None)
    wholes_OI, step_O = whole.weight, whole.step_O  # looked up once: a module takes longer to give them than they take

    def product(rows: Array) -> Array:
        found: Array = torch._weight_int8pack_mm(torch.from_numpy(rows).bfloat16(), wholes_OI, step_O).float().numpy()
        return found

    return product


def _gated(gate_and_up_N2F: Array) -> Array:
    """SiLU of the first half times the other."""
    inner = gate_and_up_N2F.shape[1] // 2
    gate_NF, up_NF = gate_and_up_N2F[:, :inner], gate_and_up_N2F[:, inner:]
    gated_NF = np.exp(-gate_NF)
    gated_NF += np.float32(1.0)
    np.divide(gate_NF, gated_NF, out=gated_NF)
    gated_NF *= up_NF
    return gated_NF


def _scaled(h_ND: Array, weight_D: Array) -> Array:
    """RMS norm with the epsilon of `torch.nn.RMSNorm`."""
    mean_N = np.einsum("nd,nd->n", h_ND, h_ND)
    mean_N /= np.float32(h_ND.shape[1])
    mean_N += _EPSILON
    np.sqrt(mean_N, out=mean_N)
    scaled: Array = h_ND / mean_N[:, None]
    scaled *= weight_D
    return scaled


def _layer(block: nn.Module, kept: Callable[[Tensor], Product]) -> _Layer:
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
