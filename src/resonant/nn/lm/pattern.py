"""In which order the codes of a frame are written: delays of codebooks, as data (Copet et al. 2023, section 2.2).

A model reads and writes columns, a code for each codebook. The cell of codebook k in column c holds frame
c - lead - delay[k]; where there is none it holds the special code.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Pattern:
    """Delays by codebook, in frames, from 0 on; `lead` columns without any frame stand before."""

    delays: tuple[int, ...]
    lead: int = 0
    special: int = 0

    @property
    def longest(self) -> int:
        return max(self.delays)

    def columns(self, frames: int) -> int:
        """How many columns hold so many frames."""
        return self.lead + frames + self.longest

    def unknown(self, known: int) -> int:
        """The first column that is not determined by so many known frames."""
        return self.lead + known

    def laid_out(self, codes_KF: Tensor, columns: int, behind: int = -1) -> Tensor:
        """The first columns `[K, columns]` of known frames; `behind` where a cell belongs to a frame behind them."""
        known = codes_KF.shape[1]
        frames = self.frame_of(columns).to(codes_KF.device)
        cells = codes_KF.gather(1, frames.clamp(0, max(known - 1, 0))) if known else torch.zeros_like(frames)
        return torch.where(frames < 0, self.special, torch.where(frames < known, cells, behind))

    def frame_of(self, columns: int) -> Tensor:
        """Which frame each cell belongs to, `int64 [K, columns]`; below 0 before the first."""
        return torch.arange(columns)[None] - self.lead - torch.tensor(self.delays)[:, None]

    def frames(self, columns_KC: Tensor) -> Tensor:
        """The frames `[K, F]` that columns hold whole."""
        count = columns_KC.shape[1] - self.lead - self.longest
        starts = self.lead + torch.tensor(self.delays, device=columns_KC.device)[:, None]
        places = starts + torch.arange(max(count, 0), device=columns_KC.device)[None]
        return columns_KC.gather(1, places)


def delayed(codebooks: int, channels: int = 1, special: int = 2048) -> Pattern:
    """MusicGen's pattern: each codebook a frame later than the one before, the channels of one codebook together."""
    return Pattern(tuple(place // channels for place in range(codebooks)), 1, special)


def flat(codebooks: int) -> Pattern:
    """All codes of a frame in one column."""
    return Pattern((0,) * codebooks)
