"""The decode engine: pasts in, codes out, column by column, for all models alike.

Shapes: B items, K codebooks, C columns, F frames.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from resonant.errors import Cancelled, InputError
from resonant.nn.lm.choosing import Choosing, numbers, without
from resonant.nn.lm.pattern import Pattern

Choose = Callable[[Tensor, int], Tensor]
"""Logits `[B, N, V]` of N codebooks from a place on, as guidance leaves them, to codes `int64 [B, N]`."""


class Session(Protocol):
    """A model that has heard what the items are about."""

    def next(self, columns_BKC: Tensor, choose: Choose) -> Tensor:
        """Reads further columns, of which there may be none at first, and gives the next: codes `int64 [B, K]`."""
        ...


@dataclass(frozen=True, eq=False)
class Item:
    """A piece of music to write.

    Args:
        frames: how many to write at most, 1 or more.
        seed: 0 ... 2**63 - 1.
        past: codes that it goes on from, `int64 [K, F]`; None for a beginning.
        least: frames before which it does not stop by itself.
        behind: codes that come behind what it writes, `int64 [K, F]`; where codebooks are delayed, those that stand
            beside its last frames are heard while these are written. None where nothing follows.
    """

    frames: int
    seed: int = 0
    past: Tensor | None = None
    least: int = 0
    behind: Tensor | None = None

    def __post_init__(self) -> None:
        if self.frames < 1 or not 0 <= self.seed < 2**63:
            raise InputError(f"frames={self.frames} must be 1 or more, and seed={self.seed} within 0 ... 2**63 - 1")

    @property
    def known(self) -> int:
        """Frames of its past."""
        return 0 if self.past is None else self.past.shape[1]


@dataclass(frozen=True, slots=True)
class Manner:
    """How codes are written.

    Args:
        choosing: temperature, top-k, top-p.
        stops: codes that end an item; the frame that holds one is not part of it.
        forbidden: codes that are never written.
        should_stop: asked before each column.
        progress: told the share of the columns that are written.
    """

    choosing: Choosing = Choosing()  # noqa: RUF009 # frozen
    stops: tuple[int, ...] = ()
    forbidden: tuple[int, ...] = ()
    should_stop: Callable[[], bool] = lambda: False
    progress: Callable[[float], None] = lambda share: None


@dataclass(frozen=True, eq=False)
class Plan:
    """Where each item begins and ends in columns; they are padded on the left, so that all go side by side."""

    items: Sequence[Item]
    pattern: Pattern

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first column of each item that its past does not determine."""
        return tuple(self.pattern.unknown(item.known) for item in self.items)

    @cached_property
    def ends(self) -> tuple[int, ...]:
        return tuple(self.pattern.columns(item.known + item.frames) for item in self.items)

    @cached_property
    def steps(self) -> int:
        """How many columns are written at most."""
        return max(end - start for start, end in zip(self.starts, self.ends, strict=True))

    @property
    def size(self) -> int:
        """How many columns a session reads at most."""
        return max(self.starts) + self.steps

    @property
    def padding(self) -> Tensor:
        """How many columns each item is padded by, `int64 [B]`."""
        return torch.tensor([max(self.starts) - start for start in self.starts])


@dataclass
class Run:
    """Items on their way. Iterating writes a column at a time; `frames` gives what is whole so far."""

    plan: Plan
    session: Session
    manner: Manner = field(default_factory=Manner)
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        plan, codebooks = self.plan, len(self.plan.pattern.delays)
        self._ends = list(plan.ends)
        self._columns = torch.zeros(len(plan.items), codebooks, max(plan.ends), dtype=torch.long, device=self.device)
        for row, item in enumerate(plan.items):
            self._columns[row, :, : plan.ends[row]] = self._laid(item, plan.ends[row])
        self._stops = torch.tensor(self.manner.stops, dtype=torch.long, device=self.device)
        self._written = 0

    def _laid(self, item: Item, columns: int) -> Tensor:
        """The cells that are known: the past, what comes behind, and the special code before and behind all frames."""
        none = torch.zeros(len(self.plan.pattern.delays), 0, dtype=torch.long)
        past, behind = (none if codes is None else codes for codes in (item.past, item.behind))
        unknown = torch.full((len(none), item.frames), -1)
        whole = torch.cat([past.cpu(), unknown, behind.cpu()], dim=1)
        return self.plan.pattern.laid_out(whole, columns, self.plan.pattern.special).to(self.device)

    @torch.inference_mode()
    def __iter__(self) -> Iterator[int]:
        """Writes on; gives the number of columns written so far.

        Raises:
            Cancelled: `should_stop` said so; what is whole stays.
        """
        while not all(map(self.is_done, range(len(self.plan.items)))):
            if self.manner.should_stop():
                raise Cancelled("stopped while codes were being written")
            self._write()
            self.manner.progress(self._written / self.plan.steps)
            yield self._written

    def frames(self, row: int) -> Tensor:
        """The codes of an item so far, its past included: `int64 [K, F]`."""
        end = min(self.plan.starts[row] + self._written, self._ends[row])
        return self.plan.pattern.frames(self._columns[row, :, :end])

    def is_done(self, row: int) -> bool:
        """Whether an item is whole."""
        return self.plan.starts[row] + self._written >= self._ends[row]

    def _write(self) -> None:
        chosen = self.session.next(self._unread(), self._choose)
        for row, start in enumerate(self.plan.starts):
            place = start + self._written
            if place < self._ends[row]:
                known = self._columns[row, :, place]
                self._columns[row, :, place] = torch.where(known < 0, chosen[row], known)
                self._stop(row, place)
        self._written += 1

    def _unread(self) -> Tensor:
        """The columns that the session has not read: all before the first unknown one, then one at a time."""
        if self._written:
            last = [min(start + self._written, self._columns.shape[2]) - 1 for start in self.plan.starts]
            return torch.stack([self._columns[row, :, place] for row, place in enumerate(last)])[:, :, None].clamp(
                min=0
            )
        widest = max(self.plan.starts)
        unread = torch.full((*self._columns.shape[:2], widest), self.plan.pattern.special, device=self.device)
        for row, start in enumerate(self.plan.starts):
            unread[row, :, widest - start :] = self._columns[row, :, :start]
        return unread

    def _choose(self, logits_BNV: Tensor, first: int) -> Tensor:
        frames = [start + self._written - self.plan.pattern.lead for start in self.plan.starts]
        logits_BNV = without(logits_BNV, self.manner.forbidden)
        early = [row for row, item in enumerate(self.plan.items) if frames[row] - item.known < item.least]
        if early and self.manner.stops:
            logits_BNV = logits_BNV.clone()
            logits_BNV[early] = without(logits_BNV[early], self.manner.stops)
        count = logits_BNV.shape[1]
        drawn = numbers([item.seed for item in self.plan.items], frames, first + count, self.device)[:, first:]
        return self.manner.choosing.chosen(logits_BNV.flatten(0, 1), drawn.flatten()).view(-1, count)

    def _stop(self, row: int, place: int) -> None:
        """Ends an item at the frame that says so."""
        if self.manner.stops and bool(torch.isin(self._columns[row, :, place], self._stops).any()):
            self._ends[row] = place
