"""MusicGen: a decoder over delayed codes that hears a text (Copet et al. 2023), and its variant that hears a melody.

Shapes: R rows (branches of guidance x items), K codebooks, T columns of this call, D width, L length of the text.
Rows stand branch by branch: all items under the first condition, then all under the next; those without a text last.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.errors import InputError
from resonant.nn.lm.cache import Cache, CacheShape, attended, split_heads
from resonant.nn.lm.pattern import Pattern, delayed
from resonant.nn.weights import told_in


@dataclass(frozen=True, slots=True)
class MusicgenConfig:
    """Sizes of the decoder, under the names of the published config.

    Args:
        text_width: of the text encoder's states.
        chroma: width of the melody's chroma, 0 where the model hears none.
    """

    vocab_size: int = 2048
    hidden_size: int = 1024
    num_hidden_layers: int = 24
    num_attention_heads: int = 16
    ffn_dim: int = 4096
    num_codebooks: int = 4
    audio_channels: int = 1
    text_width: int = 768
    chroma: int = 0
    chroma_length: int = 235

    @property
    def pattern(self) -> Pattern:
        return delayed(self.num_codebooks, self.audio_channels, self.vocab_size)


@dataclass(frozen=True, eq=False)
class Heard:
    """What the items are conditioned on.

    Args:
        text_BLE: states of the text encoder, `[B, L, text_width]`.
        mask_BL: which of them are words, `bool [B, L]`.
        chroma_BMC: for a melody, one-hot pitch classes over its length, `[B, M, 12]`; None for none.
    """

    text_BLE: Tensor
    mask_BL: Tensor
    chroma_BMC: Tensor | None = None


@dataclass
class Reading:
    """What a run has read.

    Args:
        cache: keys and values of the columns (and of the melody before them).
        across: for each layer keys and values of the text, for the rows that hear one; empty where none does.
        words: which places of the text are words, `bool [R, 1, 1, L]`; None where all are.
    """

    cache: Cache
    across: tuple[tuple[Tensor, Tensor], ...] = ()
    words: Tensor | None = None


class Musicgen(nn.Module):
    """Columns of codes to the logits of the next."""

    def __init__(self, config: MusicgenConfig) -> None:
        super().__init__()
        self.config = config
        width = config.hidden_size
        self.embeddings = nn.ModuleList(nn.Embedding(config.vocab_size + 1, width) for _ in range(config.num_codebooks))
        self.blocks = nn.ModuleList(_Block(config) for _ in range(config.num_hidden_layers))
        self.norm = nn.LayerNorm(width)
        self.heads = nn.Linear(width, config.num_codebooks * config.vocab_size, bias=False)
        self.text = nn.Linear(config.text_width, width)
        self.melody = nn.Linear(config.chroma, width) if config.chroma else None

    def forward(self, columns_RKT: Tensor, state: Reading) -> Tensor:
        """Logits `[R, K, T, V]` behind each column; the state goes on by them."""
        return self.told(self._run(self._embedded(columns_RKT), state))

    def told(self, h_RTD: Tensor) -> Tensor:
        """Logits `[R, K, T, V]` of hidden states."""
        logits: Tensor = self.heads(self.norm(h_RTD))
        return logits.view(*logits.shape[:2], self.config.num_codebooks, -1).transpose(1, 2)

    def begun(self, branches: Sequence[Heard | None], items: int, size: int, starts_B: Tensor | None = None) -> Reading:
        """A state that has heard the conditions and read no column.

        Args:
            branches: what the items are conditioned on in each branch of guidance; None, for nothing, stands last.
            items: how many items there are.
            size: columns that will be read at most.
            starts_B: how many columns each item is padded by on the left, `int64 [B]`.
        """
        told = [branch for branch in branches if branch is not None]
        assert list(branches[: len(told)]) == told, "branches that hear nothing stand last"
        text_RLD, words_RL = self._text(told)
        prefix = self._prefix(told, text_RLD, len(branches) * items) if self.melody is not None else None
        config = self.config
        shape = CacheShape(
            config.num_hidden_layers, len(branches) * items, config.num_attention_heads,
            size + (0 if prefix is None else prefix.shape[1]), config.hidden_size // config.num_attention_heads,
        )  # fmt: skip
        starts = None if starts_B is None else starts_B.repeat(len(branches))
        cache = Cache.empty(shape, self.norm.weight.new_empty(0, dtype=self.remembered_in), starts)
        if prefix is not None:
            if cache.ragged:
                raise InputError("songs that hear a melody go on from pasts of one length; do them one by one")
            state = Reading(cache)
            self._run(prefix, state)
            return state
        if not told:
            return Reading(cache)
        # Without a condition the values of the text are zero, and so is what is heard of them: no row for it.
        across = tuple(block.across.heard(text_RLD) for block in self.blocks)  # type: ignore[union-attr, operator]
        return Reading(cache, across, None if bool(words_RL.all()) else words_RL[:, None, None, :])

    @property
    def remembered_in(self) -> torch.dtype:
        """The kind of number that keys and values are."""
        return told_in(self.blocks[0].qkv)  # type: ignore[arg-type]

    def _text(self, told: Sequence[Heard]) -> tuple[Tensor, Tensor]:
        """The texts in the decoder's width, `[R, L, D]`, and which of them are words; padded to one length."""
        longest = max((heard.text_BLE.shape[1] for heard in told), default=0)
        states = [functional.pad(h.text_BLE, (0, 0, 0, longest - h.text_BLE.shape[1])) for h in told]
        masks = [functional.pad(h.mask_BL.bool(), (0, longest - h.mask_BL.shape[1])) for h in told]
        if not told:
            return self.norm.weight.new_zeros(0, 0, self.config.hidden_size), torch.zeros(0, 0, dtype=torch.bool)
        words_RL = torch.cat(masks)
        return self.text(torch.cat(states).to(self.norm.weight)) * words_RL[..., None], words_RL

    def _prefix(self, told: Sequence[Heard], text_RLD: Tensor, rows: int) -> Tensor:
        """What stands before the columns where a melody is heard: chroma, then text; for nothing silence, no words."""
        assert self.melody is not None
        config, like = self.config, self.norm.weight
        silence = like.new_zeros(rows, config.chroma_length, config.chroma)
        silence[..., 0] = 1.0
        heard = [h.chroma_BMC for h in told]
        items = text_RLD.shape[0] // max(len(told), 1)
        chroma = [silence[:items] if c is None else _as_long(c.to(like), config.chroma_length) for c in heard]
        chroma.append(silence[len(told) * items :])
        text = functional.pad(text_RLD, (0, 0, 0, 0, 0, rows - text_RLD.shape[0]))
        return torch.cat([self.melody(torch.cat(chroma)), text], dim=1)

    def _embedded(self, columns_RKT: Tensor) -> Tensor:
        parts = [embed(columns_RKT[:, k]) for k, embed in enumerate(self.embeddings)]
        return torch.stack(parts).sum(0)

    def _run(self, h_RTD: Tensor, state: Reading) -> Tensor:
        length = h_RTD.shape[1]
        positions_RT = state.cache.positions(length).clamp(min=0)
        # The sum through all blocks is as exact as the norms are, whatever the weights are kept as.
        h_RTD = h_RTD + sinusoids(positions_RT, self.config.hidden_size).to(self.norm.weight)
        mask = state.cache.mask(length)
        for layer, block in enumerate(self.blocks):
            h_RTD = block(h_RTD, state, layer, mask)
        state.cache.length += length
        return h_RTD


class _Block(nn.Module):
    def __init__(self, config: MusicgenConfig) -> None:
        super().__init__()
        width, inner = config.hidden_size, config.ffn_dim
        self.heads = config.num_attention_heads
        self.before_within, self.qkv = nn.LayerNorm(width), nn.Linear(width, 3 * width, bias=False)
        self.within_out = nn.Linear(width, width, bias=False)
        if not config.chroma:
            self.before_across, self.across = nn.LayerNorm(width), _Across(width, config.num_attention_heads)
        self.before_inner = nn.LayerNorm(width)
        self.inner, self.outer = nn.Linear(width, inner, bias=False), nn.Linear(inner, width, bias=False)

    def forward(self, h_RTD: Tensor, state: Reading, layer: int, mask: Tensor | None) -> Tensor:
        query, key, value = self.qkv(self.before_within(h_RTD)).chunk(3, dim=-1)
        keys, values = state.cache.extended(layer, split_heads(key, self.heads), split_heads(value, self.heads))
        h_RTD = h_RTD + self.within_out(attended(split_heads(query, self.heads), keys, values, mask))
        if state.across:
            items = state.across[layer][0].shape[0]
            heard = self.across(self.before_across(h_RTD[:items]), state.across[layer], state.words)
            h_RTD = torch.cat([h_RTD[:items] + heard, h_RTD[items:]]) if len(h_RTD) > items else h_RTD + heard
        out: Tensor = h_RTD + self.outer(functional.gelu(self.inner(self.before_inner(h_RTD))))
        return out


class _Across(nn.Module):
    """Attention to the text, whose keys and values are made once."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.out = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)

    def heard(self, text_BLD: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the text."""
        key, value = self.key_value(text_BLD).chunk(2, dim=-1)
        return split_heads(key, self.heads), split_heads(value, self.heads)

    def forward(self, h_BTD: Tensor, text: tuple[Tensor, Tensor], words: Tensor | None) -> Tensor:
        out: Tensor = self.out(attended(split_heads(self.query(h_BTD), self.heads), *text, words))
        return out


def sinusoids(positions_RT: Tensor, width: int) -> Tensor:
    """Positions as waves, `float32 [R, T, D]`: cosines of all speeds, then sines."""
    half = width // 2
    speeds = torch.exp(torch.arange(half, device=positions_RT.device) * -(math.log(10_000.0) / (half - 1)))
    angles = positions_RT[..., None].float() * speeds
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


def _as_long(chroma_BMC: Tensor, length: int) -> Tensor:
    """A chroma repeated or cut to the length that the model was trained with."""
    times = -(-length // chroma_BMC.shape[1])
    return chroma_BMC.repeat(1, times, 1)[:, :length]
