"""Codes to latents by flow matching (Lipman et al. 2023): noise is carried to latents in ten straight steps.

Shapes: B rows, T latent frames, D width. A frame of the input is noise, the latent where it is known already, and the
condition that the codes say. The names of the parts are those of the published files.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from resonant.errors import Cancelled
from resonant.nn.codec.heartcodec_config import HeartCodecConfig
from resonant.nn.lm.cache import attended, split_heads
from resonant.nn.lm.rotary import Rotary, turned_pairs

_LEAST_NOISE = 1e-6
_TIME_WIDTH = 512


@dataclass(frozen=True, slots=True)
class Solving:
    """How latents are made.

    Args:
        steps: of the solver; the model was distilled for 10.
        guidance: how far away from what it says without codes; 1 for none.
        should_stop: asked before each step.
    """

    steps: int = 10
    guidance: float = 1.25
    should_stop: Callable[[], bool] = lambda: False


class Flow(nn.Module):
    """Codes to latents."""

    def __init__(self, config: HeartCodecConfig) -> None:
        super().__init__()
        self.vq_embed = _Quantiser(config)
        self.cond_feature_emb = nn.Linear(config.dim, config.dim)
        self.zero_cond_embedding1 = nn.Parameter(torch.zeros(config.dim))
        self.estimator = _Estimator(config)

    @torch.inference_mode()
    def latents(self, codes_KF: Tensor, noise_TD: Tensor, known_TD: Tensor, is_known_T: Tensor, how: Solving) -> Tensor:
        """Latents `[T, D]` of codes; two a frame.

        Args:
            codes_KF: of the quantiser.
            noise_TD: what the flow begins with, standard normal.
            known_TD: latents that are known, from a stretch before or behind; anything where they are not.
            is_known_T: where they are, `bool [T]`; there they stay as they are.

        Raises:
            Cancelled: `how.should_stop` said so.
        """
        said_TD = self.cond_feature_emb(self.vq_embed(codes_KF)).repeat_interleave(2, dim=0)
        known_TD = torch.where(is_known_T[:, None], known_TD, 0.0)
        x_TD, place = noise_TD.clone(), torch.zeros((), device=noise_TD.device)
        for step in range(how.steps):
            if how.should_stop():
                raise Cancelled("stopped while latents were being made")
            on_its_way = (1 - (1 - _LEAST_NOISE) * place) * noise_TD + place * known_TD
            x_TD = torch.where(is_known_T[:, None], on_its_way, x_TD)
            x_TD = x_TD + (1 / how.steps) * self._direction(x_TD, known_TD, said_TD, place, how.guidance)
            place = torch.full_like(place, (step + 1) / how.steps)
        return torch.where(is_known_T[:, None], known_TD, x_TD)

    def _direction(self, x_TD: Tensor, known_TD: Tensor, said_TD: Tensor, place: Tensor, guidance: float) -> Tensor:
        conditions = [torch.zeros_like(said_TD), said_TD] if guidance > 1.0 else [said_TD]
        rows = torch.stack([torch.cat([x_TD, known_TD, said], dim=-1) for said in conditions])
        found = self.estimator(rows, place.expand(len(conditions)))
        out: Tensor = found[0] + guidance * (found[1] - found[0]) if guidance > 1.0 else found[0]
        return out


class _Quantiser(nn.Module):
    embed_KND: Tensor

    def __init__(self, config: HeartCodecConfig) -> None:
        super().__init__()
        self.register_buffer("embed_KND", torch.zeros(config.num_quantizers, config.codebook_size, config.codebook_dim))
        self.project_out = nn.Linear(config.codebook_dim, config.dim)

    def forward(self, codes_KF: Tensor) -> Tensor:
        vectors_FD = torch.stack([book[codes] for book, codes in zip(self.embed_KND, codes_KF, strict=True)]).sum(0)
        out: Tensor = self.project_out(vectors_FD)
        return out


class _Estimator(nn.Module):
    """The direction in which latents lie: a narrow stage, then a wide one that reads it beside the input."""

    def __init__(self, config: HeartCodecConfig) -> None:
        super().__init__()
        heads, width = config.num_attention_heads, config.num_attention_heads * config.attention_head_dim
        wide = 2 * width
        self.proj_in = _Projection(config.in_channels, width)
        self.transformer_blocks = nn.ModuleList(_Block(width, heads) for _ in range(config.num_layers))
        self.connection_proj = _Projection(config.in_channels + width, wide)
        self.transformer_blocks_2 = nn.ModuleList(_Block(wide, heads) for _ in range(config.num_layers_2))
        self.proj_out = _Projection(wide, config.out_channels)
        self.adaln_single, self.adaln_single_2 = _Time(width), _Time(wide)
        self.scale_shift_table = nn.Parameter(torch.zeros(2, width))
        self.scale_shift_table_2 = nn.Parameter(torch.zeros(2, wide))

    def forward(self, x_BTD: Tensor, place_B: Tensor) -> Tensor:
        h_BTD = self.proj_in(x_BTD)
        changes, time = self.adaln_single(place_B)
        for block in self.transformer_blocks:
            h_BTD = block(h_BTD, changes)
        h_BTD = _levelled(h_BTD, self.scale_shift_table, time)
        h_BTD = self.connection_proj(torch.cat([x_BTD, h_BTD], dim=-1))
        changes, time = self.adaln_single_2(place_B)
        for block in self.transformer_blocks_2:
            h_BTD = block(h_BTD, changes)
        out: Tensor = self.proj_out(_levelled(h_BTD, self.scale_shift_table_2, time))
        return out


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn_norm, self.mlp_norm = nn.RMSNorm(width, eps=1e-6), nn.RMSNorm(width, eps=1e-6)
        self.attn, self.mlp = _Attention(width, heads), _FeedForward(width)
        self.scale_shift_table = nn.Parameter(torch.zeros(6, width))

    def forward(self, h_BTD: Tensor, changes_B6D: Tensor) -> Tensor:
        changed = (self.scale_shift_table[None] + changes_B6D)[:, :, None]
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = changed.unbind(1)
        h_BTD = h_BTD + gate_a * self.attn(self.attn_norm(h_BTD) * (1 + scale_a) + shift_a)
        out: Tensor = h_BTD + gate_m * self.mlp(self.mlp_norm(h_BTD) * (1 + scale_m) + shift_m)
        return out


class _Attention(nn.Module):
    """All frames hear all frames."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.rotary = Rotary(width // heads, base=10_000.0, factor=1.0)
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, h_BTD: Tensor) -> Tensor:
        turn = self.rotary.turn(torch.arange(h_BTD.shape[1], device=h_BTD.device)[None])
        query, key = (turned_pairs(split_heads(p(h_BTD), self.heads), turn) for p in (self.q_proj, self.k_proj))
        out: Tensor = self.o_proj(attended(query, key, split_heads(self.v_proj(h_BTD), self.heads), None))
        return out


class _FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        inner = -(-int(8 * width / 3) // 256) * 256
        self.gate, self.up = (nn.Linear(width, inner, bias=False) for _ in range(2))
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, h_BTD: Tensor) -> Tensor:
        out: Tensor = self.down(functional.silu(self.gate(h_BTD)) * self.up(h_BTD))
        return out


class _Projection(nn.Module):
    """A convolution over three frames, and a linear map."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.ffn_1, self.ffn_2 = nn.Conv1d(width, out, 3, padding=1), nn.Linear(out, out)

    def forward(self, x_BTD: Tensor) -> Tensor:
        out: Tensor = self.ffn_2(self.ffn_1(x_BTD.transpose(1, 2)).transpose(1, 2) * 3**-0.5)
        return out


class _Time(nn.Module):
    """How far the flow has come, as changes of every block (adaLN-single: Chen et al. 2023)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        steps = nn.ModuleDict({"linear_1": nn.Linear(_TIME_WIDTH, width), "linear_2": nn.Linear(width, width)})
        self.emb = nn.ModuleDict({"timestep_embedder": steps})
        self.linear = nn.Linear(width, 6 * width)

    def forward(self, place_B: Tensor) -> tuple[Tensor, Tensor]:
        """Changes `[B, 6, D]`, and the time itself `[B, D]`."""
        half = _TIME_WIDTH // 2
        speeds = torch.exp(-math.log(10_000.0) * torch.arange(half, device=place_B.device) / half)
        angles = place_B[:, None] * speeds[None] * 1000
        steps = self.emb["timestep_embedder"]
        waves = torch.cat([angles.cos(), angles.sin()], dim=-1).to(self.linear.weight)
        time = steps["linear_2"](functional.silu(steps["linear_1"](waves)))  # type: ignore[index]
        changes = self.linear(functional.silu(time))
        return changes.view(len(place_B), 6, -1), time


def _levelled(h_BTD: Tensor, table_2D: Tensor, time_BD: Tensor) -> Tensor:
    shift, scale = (table_2D[None] + time_BD[:, None])[:, :, None].unbind(1)
    return functional.layer_norm(h_BTD, h_BTD.shape[-1:], eps=1e-6) * (1 + scale) + shift
