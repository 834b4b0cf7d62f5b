"""How a code is chosen from what a model says: temperature, top-k, top-p, and one number for each choice.

The numbers of an item come from its own seed, by frame and codebook, so that what else is in a batch, where a run began
and on which device it runs make no difference to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Choosing:
    """Args:
    temperature: 1 as the model thinks; 0 takes the likeliest.
    top_k: only the so many likeliest; 0 for all.
    top_p: only the likeliest that together have this probability; 1 for all.
    """

    temperature: float = 1.0
    top_k: int = 250
    top_p: float = 1.0

    def chosen(self, logits_BV: Tensor, numbers_B: Tensor) -> Tensor:
        """A code for each row, `int64 [B]`; `numbers_B` lie in [0, 1)."""
        if self.temperature <= 0.0:
            return logits_BV.argmax(dim=-1)
        most = logits_BV.shape[-1]
        count = min(self.top_k or most, most)
        told_BN, codes_BN = logits_BV.float().topk(count, dim=-1)
        below_BN = (told_BN / self.temperature).softmax(dim=-1).cumsum(dim=-1)
        if self.top_p < 1.0:
            kept_B1 = (below_BN < self.top_p).sum(dim=-1, keepdim=True).clamp(max=count - 1)
            total_B1 = below_BN.gather(1, kept_B1)
        else:
            total_B1 = below_BN[:, -1:]
        place_B1 = (below_BN <= numbers_B[:, None] * total_B1).sum(dim=-1, keepdim=True).clamp(max=count - 1)
        return codes_BN.gather(1, place_B1)[:, 0]


def numbers(seeds: Sequence[int], frames: Sequence[int], codebooks: int, device: torch.device) -> Tensor:
    """The numbers that choose one frame of each item, `float32 [B, K]` in [0, 1): Philox by seed and frame."""
    rows = [
        np.random.Generator(np.random.Philox(key=seed, counter=[0, 0, 0, max(frame, 0)])).random(codebooks, np.float32)
        for seed, frame in zip(seeds, frames, strict=True)
    ]
    return torch.from_numpy(np.stack(rows)).to(device)


def without(logits_BV: Tensor, ids: Sequence[int]) -> Tensor:
    """The logits with some codes made impossible."""
    if not ids:
        return logits_BV
    return logits_BV.index_fill(-1, torch.tensor(ids, device=logits_BV.device), _NEVER)
