"""A decoder-only transformer with a static cache.

Shapes: B batch, T positions of this call, S positions in the cache, D width, H heads, K width of a head, V vocabulary.
Parts: RMS norm before each block (Zhang & Sennrich 2019), rotary positions (Su et al. 2021), SwiGLU (Shazeer 2020), one
matrix for embedding and output (Press & Wolf 2017).
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class TransformerConfig:
    """Sizes of a transformer; `dropout` is for training only."""

    vocabulary: int
    width: int = 320
    layers: int = 5
    heads: int = 5
    context: int = 1024
    dropout: float = 0.0
    rotary_base: float = 10_000.0

    def __post_init__(self) -> None:
        assert self.width % (2 * self.heads) == 0, "a head's width is even: rotary positions turn pairs"

    @property
    def inner(self) -> int:
        """Width of the feed-forward block: 8/3 of the model's, in steps of 32."""
        return -(-self.width * 8 // 3 // 32) * 32


class Cache:
    """Keys and values of the positions that were read, `[layers, B, H, S, K]`, sized once to the request."""

    def __init__(self, config: TransformerConfig, batch: int, size: int, like: Tensor) -> None:
        shape = (config.layers, batch, config.heads, size, config.width // config.heads)
        self.keys, self.values = (
            torch.empty(shape, dtype=like.dtype, device=like.device),
            torch.empty(shape, dtype=like.dtype, device=like.device),
        )
        self.length = 0

    def extended(self, layer: int, key_BHTK: Tensor, value_BHTK: Tensor) -> tuple[Tensor, Tensor]:
        """Writes the new positions and gives all keys and values up to them, `[B, H, length + T, K]`."""
        end = self.length + key_BHTK.shape[2]
        self.keys[layer, :, :, self.length : end] = key_BHTK
        self.values[layer, :, :, self.length : end] = value_BHTK
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def copied(self) -> "Cache":
        """A cache of the same size that holds the same."""
        other = copy.copy(self)
        other.keys, other.values = torch.empty_like(self.keys), torch.empty_like(self.values)
        other.keys[:, :, :, : self.length] = self.keys[:, :, :, : self.length]
        other.values[:, :, :, : self.length] = self.values[:, :, :, : self.length]
        return other


class Transformer(nn.Module):
    """Tokens to the logits of what comes next."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.apply(_initialised)
        for block in self.blocks:  # residual branches start small, so that depth does not raise the variance
            for last in (block.attention.out, block.feed_forward.down):  # type: ignore[union-attr]
                nn.init.normal_(last.weight, std=0.02 / (2 * config.layers) ** 0.5)  # type: ignore[union-attr, arg-type]

    def forward(self, tokens_BT: Tensor, cache: Cache | None = None) -> Tensor:
        """Logits `[B, T, V]`; with a cache, `tokens_BT` go on behind what it holds, and it grows by them."""
        start = 0 if cache is None else cache.length
        turn = rotation(start, tokens_BT.shape[1], self.config, tokens_BT.device)
        h_BTD = self.dropout(self.embedding(tokens_BT))
        for layer, block in enumerate(self.blocks):
            h_BTD = block(h_BTD, turn, layer, cache)
        if cache is not None:
            cache.length += tokens_BT.shape[1]
        return functional.linear(self.norm(h_BTD), self.embedding.weight)


class Block(nn.Module):
    """Attention, then a feed-forward network, each added to what comes in."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.before_attention, self.attention = nn.RMSNorm(config.width), _Attention(config)
        self.before_feed_forward, self.feed_forward = nn.RMSNorm(config.width), _FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, h_BTD: Tensor, turn: tuple[Tensor, Tensor], layer: int, cache: Cache | None) -> Tensor:
        h_BTD = h_BTD + self.dropout(self.attention(self.before_attention(h_BTD), turn, layer, cache))
        out: Tensor = h_BTD + self.dropout(self.feed_forward(self.before_feed_forward(h_BTD)))
        return out


class _Attention(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.qkv = nn.Linear(config.width, 3 * config.width, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)

    def forward(self, h_BTD: Tensor, turn: tuple[Tensor, Tensor], layer: int, cache: Cache | None) -> Tensor:
        batch, length, width = h_BTD.shape
        qkv = self.qkv(h_BTD).view(batch, length, 3, self.heads, width // self.heads)
        query_BHTK, key_BHTK, value_BHTK = qkv.permute(2, 0, 3, 1, 4)
        query_BHTK, key_BHTK = turned(query_BHTK, turn), turned(key_BHTK, turn)
        if cache is None:
            mixed = functional.scaled_dot_product_attention(query_BHTK, key_BHTK, value_BHTK, is_causal=True)
        else:
            keys, values = cache.extended(layer, key_BHTK, value_BHTK)
            at_first = length == keys.shape[2]  # nothing was read before: the plain causal path is the quick one
            mask = None if length == 1 or at_first else _causal(length, keys.shape[2], h_BTD.device)
            mixed = functional.scaled_dot_product_attention(
                query_BHTK, keys.to(query_BHTK.dtype), values.to(query_BHTK.dtype), attn_mask=mask, is_causal=at_first
            )
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


class _FeedForward(nn.Module):
    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.gate_and_up = nn.Linear(config.width, 2 * config.inner, bias=False)
        self.down = nn.Linear(config.inner, config.width, bias=False)

    def forward(self, h_BTD: Tensor) -> Tensor:
        gate, up = self.gate_and_up(h_BTD).chunk(2, dim=-1)
        out: Tensor = self.down(functional.silu(gate) * up)
        return out


def rotation(start: int, length: int, config: TransformerConfig, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine of the angles of positions `start`…, each `[T, K / 2]`."""
    width = config.width // config.heads
    speed = config.rotary_base ** (-torch.arange(0, width, 2, device=device, dtype=torch.float32) / width)
    angle = torch.arange(start, start + length, device=device, dtype=torch.float32)[:, None] * speed
    return angle.cos(), angle.sin()


def turned(x_BHTK: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys turned by their positions; the halves of a head are the pairs."""
    cosine, sine = (part.to(x_BHTK.dtype) for part in turn)
    a, b = x_BHTK.chunk(2, dim=-1)
    return torch.cat([a * cosine - b * sine, a * sine + b * cosine], dim=-1)


def _causal(length: int, total: int, device: torch.device) -> Tensor:
    """Which of `total` positions each of the last `length` may see, `bool [T, S]`."""
    return torch.ones(length, total, dtype=torch.bool, device=device).tril(total - length)


def _initialised(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
