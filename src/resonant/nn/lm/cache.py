"""What attention remembers: keys and values of the positions that were read, in memory that is sized once.

Shapes: R rows, H heads (G where several queries share one), T positions of this call, S positions in the cache, W width
of a head. Rows whose beginning is shorter are padded on the left: `starts` says where each row begins.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class CacheShape:
    """How much is kept: layers x rows x heads x positions x width of a head."""

    layers: int
    rows: int
    heads: int
    size: int
    width: int

    def bytes(self, dtype: torch.dtype) -> int:
        """Memory of keys and values."""
        return 2 * self.layers * self.rows * self.heads * self.size * self.width * dtype.itemsize


@dataclass
class Cache:
    """Keys and values, `[layers, R, G, S, W]`; the first `length` positions are filled."""

    keys: Tensor
    values: Tensor
    starts: Tensor
    length: int = 0
    ragged: bool = field(init=False)

    def __post_init__(self) -> None:
        self.ragged = bool((self.starts > 0).any())

    @classmethod
    def empty(cls, shape: CacheShape, like: Tensor, starts: Tensor | None = None) -> "Cache":
        """An empty cache on the device and of the kind of `like`; `starts` is `int64 [R]`, None for all at 0."""
        size = (shape.layers, shape.rows, shape.heads, shape.size, shape.width)
        starts = torch.zeros(shape.rows, dtype=torch.long) if starts is None else starts
        return cls(like.new_zeros(size), like.new_zeros(size), starts.to(like.device))

    def positions(self, length: int) -> Tensor:
        """The places of the next positions within their own rows, `int64 [R, T]`; below 0 where a row is padded."""
        slots = torch.arange(self.length, self.length + length, device=self.starts.device)
        return slots[None, :] - self.starts[:, None]

    def mask(self, length: int) -> Tensor | None:
        """What the next positions may hear, `bool [R or 1, 1, T, S]`; None where they may hear all there is."""
        if length == 1 and not self.ragged:
            return None
        end = self.length + length
        heard = torch.ones(length, end, dtype=torch.bool, device=self.starts.device).tril(self.length)[None]
        if self.ragged:
            slots = torch.arange(end, device=self.starts.device)
            real = slots[None, None, :] >= self.starts[:, None, None]
            # A padded position hears itself: without anything to hear attention would give what is no number.
            heard = (heard & real) | (slots[None, None, :] == slots[None, self.length :, None])
        return heard[:, None]

    def extended(self, layer: int, key_RGTW: Tensor, value_RGTW: Tensor) -> tuple[Tensor, Tensor]:
        """Writes the next positions of a layer, and gives all keys and values up to them, `[R, G, length + T, W]`."""
        end = self.length + key_RGTW.shape[2]
        self.keys[layer, :, :, self.length : end] = key_RGTW
        self.values[layer, :, :, self.length : end] = value_RGTW
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]


def attended(query_RHTW: Tensor, keys_RGSW: Tensor, values_RGSW: Tensor, mask: Tensor | None) -> Tensor:
    """What the queries hear, `[R, T, H x W]` (Vaswani et al. 2017; shared heads: Ainslie et al. 2023)."""
    shared = query_RHTW.shape[1] != keys_RGSW.shape[1]
    out_RHTW = functional.scaled_dot_product_attention(
        query_RHTW, keys_RGSW, values_RGSW, attn_mask=mask, enable_gqa=shared
    )
    return out_RHTW.transpose(1, 2).flatten(2)


def split_heads(x_RTD: Tensor, heads: int) -> Tensor:
    """`[R, T, heads x W]` as `[R, heads, T, W]`."""
    return x_RTD.view(*x_RTD.shape[:2], heads, -1).transpose(1, 2)
