"""Going on from codes that are there: one reading of them, then frame by frame; in stretches where it gets long."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.lm.engine import Item, Manner
from resonant.nn.lm.writer import Writer
from resonant.seeds import derived


@dataclass(frozen=True, slots=True)
class Memory:
    """How far a model hears.

    Args:
        span: frames that are heard and written in one run at most, such as the 30 s that MusicGen was trained on.
        kept: of these, those of the past that a further stretch goes on from.
    """

    span: int
    kept: int

    def __post_init__(self) -> None:
        if not 0 < self.kept < self.span:
            raise InputError(f"kept={self.kept} must lie between 0 and span={self.span}, in frames")


def gone_on(writer: Writer, codes_KF: Tensor, more: Item, memory: Memory, manner: Manner) -> Tensor:
    """The codes and what follows them, `int64 [K, F + more.frames]` on the CPU; fewer where the model ends the song.

    What fits into the model's span is written as if it had never stopped; what does not goes on from the last
    `memory.kept` frames, as often as needed, so that memory stays the same however long a song gets.

    Args:
        writer: the model under the song's prompt.
        codes_KF: the song so far.
        more: how many frames, the seed, and how many are the least; its past is `codes_KF`.
        memory: how far the model hears.
        manner: how codes are chosen.

    Raises:
        Cancelled: `manner.should_stop` said so.
    """
    codes_KF, end, stretch = codes_KF.cpu(), codes_KF.shape[1] + more.frames, 0
    while (known := codes_KF.shape[1]) < end:
        past = codes_KF if end <= memory.span else codes_KF[:, max(known - memory.kept, 0) :]
        done = known - (end - more.frames)
        item = Item(
            min(end - known, memory.span - past.shape[1]), derived(more.seed, "stretch", stretch) if stretch else
            more.seed, past, max(more.least - done, 0),
        )  # fmt: skip
        run = writer.run([item], _telling(manner, done, item.frames, more.frames))
        for _ in run:
            pass
        written = run.frames(0)[:, past.shape[1] :].cpu()
        codes_KF, stretch = torch.cat([codes_KF, written], dim=1), stretch + 1
        if written.shape[1] < item.frames:
            break
    return codes_KF


def _telling(manner: Manner, done: int, count: int, total: int) -> Manner:
    """The manner, its progress that of the whole."""
    return replace(manner, progress=lambda share: manner.progress((done + share * count) / total))
