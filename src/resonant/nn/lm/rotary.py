"""Rotary positions on interleaved pairs, with the stretched wave lengths of Llama 3 (Su et al. 2021; Meta 2024)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Rotary:
    """How fast the pairs of a head turn.

    Args:
        width: of a head.
        base: of the wave lengths.
        factor: how much longer the long waves become.
        low, high: waves longer than `context / low` are stretched whole, those shorter than `context / high` not.
        context: positions that the model knew before it was stretched.
    """

    width: int
    base: float = 500_000.0
    factor: float = 32.0
    low: float = 1.0
    high: float = 4.0
    context: int = 8192

    def speeds(self, device: torch.device) -> Tensor:
        """Radians a position, `float32 [W / 2]`."""
        plain = self.base ** (-torch.arange(0, self.width, 2, device=device, dtype=torch.float32) / self.width)
        waves = 2 * math.pi / plain
        share = ((self.context / waves - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
        return plain * share + plain / self.factor * (1.0 - share)

    def turn(self, positions_RT: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine of the angles at positions, each `float32 [R, 1, T, W / 2]`."""
        angle = (positions_RT[..., None].float() * self.speeds(positions_RT.device))[:, None]
        return angle.cos(), angle.sin()


def turned_pairs(x_RHTW: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys turned by their positions; neighbours (0, 1), (2, 3), ... are the pairs."""
    cosine, sine = turn
    a, b = x_RHTW.float().view(*x_RHTW.shape[:-1], -1, 2).unbind(-1)
    return torch.stack([a * cosine - b * sine, a * sine + b * cosine], dim=-1).flatten(-2).to(x_RHTW.dtype)
