"""Punching in: a stretch of a song is written anew, in several takes, and the best is the one that leads on best.

A model that only looks back can not aim at what follows. So several takes are written from what stands before, and
the one is taken after which the model finds what really follows likeliest. Of codes it changes those of the gap alone.

Shapes: K codebooks, F frames of the song, T takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from resonant.errors import Cancelled, InputError
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner
from resonant.nn.lm.writer import Writer
from resonant.seeds import derived

CAREFUL = Choosing(temperature=0.2, top_k=30)
"""A repair is to be inconspicuous, not surprising."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The frames [first, last) that are written anew."""

    first: int
    last: int

    @property
    def frames(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Hearing:
    """How much is heard around a gap.

    Args:
        before: frames before it that a take goes on from, at most.
        behind: frames behind it that judge a take, at most.
        takes: how many are written; each has a seed of its own, whatever their number.
        seed: 0 ... 2**63 - 1.
    """

    before: int
    behind: int
    takes: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        if self.before < 0 or self.behind < 0 or self.takes < 1:
            raise InputError(f"takes={self.takes} must be 1 or more, and what is heard around a gap 0 frames or more")


@dataclass(frozen=True, eq=False)
class Take:
    """A song with its gap written.

    Args:
        number: from 0 on, in the order in which they were written.
        codes_KF: of the whole song, on the CPU.
        score: mean log-probability of a code of what follows the gap, in nats; None where nothing follows.
    """

    number: int
    codes_KF: Tensor
    score: float | None


def takes(
    writer: Writer, codes_KF: Tensor, gap: Gap, hearing: Hearing, manner: Manner | None = None
) -> tuple[Take, ...]:
    """The takes, the best first; where nothing follows the gap none is better, and they stand as they were written.

    A gap at the very start is written as a beginning is, from the prompt alone; one at the very end is an extension.

    Args:
        writer: the model under the song's prompt.
        codes_KF: of the whole song, `int64`; what the gap holds is not looked at.
        gap: within the song, of a frame or more.
        hearing: context, number and seed.
        manner: how codes are chosen; carefully where nothing is said.

    Raises:
        InputError: the gap does not lie in the song.
        Cancelled: `manner.should_stop` said so.
    """
    if not 0 <= gap.first < gap.last <= codes_KF.shape[1]:
        raise InputError(f"the gap {gap.first}...{gap.last} must hold a frame and lie within 0...{codes_KF.shape[1]}")
    manner = manner or Manner(CAREFUL)
    codes_KF = codes_KF.cpu()
    before = codes_KF[:, max(gap.first - hearing.before, 0) : gap.first]
    behind = codes_KF[:, gap.last : gap.last + hearing.behind]
    written = _written(writer, before, behind, _items(gap, hearing, before, behind), manner)
    scores = _scores(writer, before, written, behind, manner)
    made = [Take(number, _spliced(codes_KF, gap, codes), scores[number]) for number, codes in enumerate(written)]
    return tuple(sorted(made, key=lambda take: 0.0 if take.score is None else -take.score))


def _items(gap: Gap, hearing: Hearing, before: Tensor, behind: Tensor) -> list[Item]:
    seeds = [derived(hearing.seed, "take", number) for number in range(hearing.takes)]
    return [Item(gap.frames, seed, before, gap.frames, behind) for seed in seeds]


def _written(writer: Writer, before: Tensor, behind: Tensor, items: Sequence[Item], manner: Manner) -> list[Tensor]:
    """What each take has in the gap."""
    run = writer.run(items, manner)
    for _ in run:
        pass
    return [run.frames(row)[:, before.shape[1] :].cpu() for row in range(len(items))]


def _scores(
    writer: Writer, before: Tensor, written: Sequence[Tensor], behind: Tensor, manner: Manner
) -> list[float] | list[None]:
    if not behind.shape[1]:
        return [None] * len(written)
    if manner.should_stop():
        raise Cancelled("stopped before the takes were compared")
    whole_TKF = torch.stack([torch.cat([before, codes, behind], dim=1) for codes in written])
    scores: list[float] = writer.foretold(whole_TKF, whole_TKF.shape[2] - behind.shape[1]).tolist()
    return scores


def _spliced(codes_KF: Tensor, gap: Gap, written_KF: Tensor) -> Tensor:
    return torch.cat([codes_KF[:, : gap.first], written_KF, codes_KF[:, gap.last :]], dim=1)
