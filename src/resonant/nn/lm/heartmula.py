"""HeartMuLa: a global model over frames, and a local one over the eight codes of a frame (arXiv 2601.10547).

Shapes: R rows (branches of guidance x items), K codebooks, T positions of this call, D width. A position is a word of
the prompt or a frame: the sum of the embeddings of its codes. The global model's state foretells the first code; the
local model reads that state and the codes so far, and foretells the others one by one.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.nn.lm.cache import Cache, CacheShape, attended, split_heads
from resonant.nn.lm.pattern import Pattern, flat
from resonant.nn.lm.rotary import Rotary, turned_pairs
from resonant.nn.weights import told_in

END = 8193
"""The code that ends a song."""

INVALID = (8192, 8194, 8195, 8196)
"""Codes that mean nothing: the codec has 8192 entries, and only one of the five that follow has a meaning."""


@dataclass(frozen=True, slots=True)
class StackConfig:
    """Sizes of a stack of blocks; `kv_heads` keys and values are shared by `heads` queries."""

    layers: int
    heads: int
    kv_heads: int
    width: int
    inner: int

    @property
    def head_width(self) -> int:
        return self.width // self.heads


@dataclass(frozen=True, slots=True)
class HeartmulaConfig:
    """Sizes of the model; those of the published 3B where nothing else is said."""

    across: StackConfig = field(default_factory=lambda: StackConfig(28, 24, 8, 3072, 8192))
    within: StackConfig = field(default_factory=lambda: StackConfig(3, 8, 4, 3072, 8192))
    text_vocab_size: int = 128_256
    audio_vocab_size: int = 8197
    audio_num_codebooks: int = 8
    muq_dim: int = 512

    @property
    def pattern(self) -> Pattern:
        return flat(self.audio_num_codebooks)


class Heartmula(nn.Module):
    """Prompts and frames to the logits of the next frame's codes."""

    def __init__(self, config: HeartmulaConfig) -> None:
        super().__init__()
        self.config = config
        width = config.across.width
        self.text_embeddings = nn.Embedding(config.text_vocab_size, width)
        self.audio_embeddings = nn.Embedding(config.audio_num_codebooks * config.audio_vocab_size, width)
        self.unconditional_text_embedding = nn.Embedding(1, width)
        self.projection = nn.Linear(width, config.within.width, bias=False)
        self.codebook0_head = nn.Linear(width, config.audio_vocab_size, bias=False)
        self.audio_head = nn.Parameter(
            torch.zeros(config.audio_num_codebooks - 1, config.within.width, config.audio_vocab_size)
        )
        self.muq_linear = nn.Linear(config.muq_dim, width)
        self.across, self.within = Stack(config.across), Stack(config.within)

    def embedded(self, codes_RKT: Tensor) -> Tensor:
        """Frames as the global model reads them, `[R, T, D]`."""
        return self._of_books(codes_RKT, 0).sum(1)

    def first(self, h_RTD: Tensor, cache: Cache) -> tuple[Tensor, Tensor]:
        """Reads positions; gives the last one's state `[R, D]`, and the logits `[R, V]` of the next first code."""
        state_RD = self.across(h_RTD, cache)[:, -1]
        return state_RD, self.codebook0_head(state_RD)

    def following(self, h_RTD: Tensor, cache: Cache, book: int) -> Tensor:
        """Reads a state or codes within a frame, as embedded; gives the logits `[R, V]` of a codebook from 1 on."""
        head_DV = self.audio_head[book - 1]
        logits: Tensor = self.within(self.projection(h_RTD), cache)[:, -1].to(head_DV.dtype) @ head_DV
        return logits

    def code_embedded(self, codes_R: Tensor, book: int) -> Tensor:
        """One code of each row as both models read it, `[R, 1, D]`."""
        return self._of_books(codes_R[:, None, None], book)[:, 0]

    def caches(self, rows: int, size: int, starts_R: Tensor | None = None) -> tuple[Cache, Cache]:
        """Empty caches for positions and for the codes within one frame."""
        like = self.across.norm.weight.new_empty(0, dtype=self.remembered_in)
        inside = CacheShape(
            self.config.within.layers, rows, self.config.within.kv_heads, self.config.audio_num_codebooks,
            self.config.within.head_width,
        )  # fmt: skip
        return Cache.empty(self.cache_shape(rows, size), like, starts_R), Cache.empty(inside, like)

    @property
    def remembered_in(self) -> torch.dtype:
        """The kind of number that keys and values are."""
        return told_in(self.across.layers[0].qkv)  # type: ignore[arg-type]

    def cache_shape(self, rows: int, size: int) -> CacheShape:
        """What the global model remembers of so many positions."""
        across = self.config.across
        return CacheShape(across.layers, rows, across.kv_heads, size, across.head_width)

    def _of_books(self, codes_RKT: Tensor, first: int) -> Tensor:
        books = torch.arange(first, first + codes_RKT.shape[1], device=codes_RKT.device)
        out: Tensor = self.audio_embeddings(codes_RKT + books[:, None] * self.config.audio_vocab_size)
        return out


class Stack(nn.Module):
    """Blocks of attention and feed-forward behind one another, and a norm at the end."""

    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.rotary = Rotary(config.head_width)
        self.layers = nn.ModuleList(_Block(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(config.width, eps=1e-5)

    def forward(self, h_RTD: Tensor, cache: Cache) -> Tensor:
        """States `[R, T, D]` of further positions; the cache grows by them."""
        length = h_RTD.shape[1]
        turn, mask = self.rotary.turn(cache.positions(length)), cache.mask(length)
        # The sum through all blocks is as exact as the norms are, whatever the weights are kept as.
        h_RTD = h_RTD.to(self.norm.weight.dtype)
        for place, layer in enumerate(self.layers):
            h_RTD = layer(h_RTD, cache, place, turn, mask)
        cache.length += length
        out: Tensor = self.norm(h_RTD)
        return out


class _Block(nn.Module):
    def __init__(self, config: StackConfig) -> None:
        super().__init__()
        self.heads, self.kv_heads = config.heads, config.kv_heads
        self.sa_norm, self.mlp_norm = nn.RMSNorm(config.width, eps=1e-5), nn.RMSNorm(config.width, eps=1e-5)
        self.qkv = nn.Linear(config.width, (config.heads + 2 * config.kv_heads) * config.head_width, bias=False)
        self.output_proj = nn.Linear(config.width, config.width, bias=False)
        self.gate_and_up = nn.Linear(config.width, 2 * config.inner, bias=False)
        self.down = nn.Linear(config.inner, config.width, bias=False)

    def forward(
        self, h_RTD: Tensor, cache: Cache, layer: int, turn: tuple[Tensor, Tensor], mask: Tensor | None
    ) -> Tensor:
        heads_RHTW = split_heads(self.qkv(self.sa_norm(h_RTD)), self.heads + 2 * self.kv_heads)
        query, key, value = torch.split(heads_RHTW, [self.heads, self.kv_heads, self.kv_heads], dim=1)
        keys, values = cache.extended(layer, turned_pairs(key, turn), value)
        h_RTD = h_RTD + self.output_proj(attended(turned_pairs(query, turn), keys, values, mask))
        gate, up = self.gate_and_up(self.mlp_norm(h_RTD)).chunk(2, dim=-1)
        out: Tensor = h_RTD + self.down(functional.silu(gate) * up)
        return out
