"""A performance on its way: codes are written, and heard as soon as they are settled."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from resonant.audio import Audio
from resonant.errors import InputError
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner, Run
from resonant.nn.lm.guidance import Guidance, guided
from resonant.nn.performing.ask import Ask, Performance, Stretch, Usual
from resonant.nn.weights import Kind

_SHARE_OF_CODES = 0.9
_STRETCH_S = 0.5


class Sounding(Protocol):
    """Codes of one take to sound, as they come."""

    def push(self, codes_KF: Tensor) -> Iterator[Tensor]:
        """Further frames; gives the sound `[C, T]` that they settle."""
        ...

    def finish(self) -> Iterator[Tensor]:
        """The rest of the sound."""
        ...


class Performer(Protocol):
    """A published model with its codec, ready to perform.

    Args:
        name: "musicgen" or "heartmula".
        rate: of its sound, in Hz.
        hop: samples of a frame of codes.
        channels: of its sound.
        codebooks: codes of a frame.
        bytes: what its weights take in memory.
        kind: in which numbers its language model's weights are kept.
    """

    name: str
    rate: int
    hop: int
    channels: int
    codebooks: int
    bytes: int
    kind: Kind

    def run(self, ask: Ask, manner: Manner) -> Run:
        """The run that writes the codes of all takes; of `manner` only who watches is heeded.

        Raises:
            InputError: it can not do what is asked.
        """
        ...

    def sounding(self, seed: int, should_stop: Callable[[], bool]) -> Sounding:
        """Makes the sound of one take."""
        ...


@dataclass
class Performing:
    """An ask that is being carried out. Iterating gives stretches of sound; `performances` is what came of it.

    Args:
        performer: who plays.
        ask: what.
        should_stop: asked before each column of codes.
        progress: told 0…1 of the whole.
    """

    performer: Performer
    ask: Ask
    should_stop: Callable[[], bool] = lambda: False
    progress: Callable[[float], None] = lambda share: None
    _sounds: list[list[Tensor]] = field(init=False, default_factory=list)
    _run: Run | None = field(init=False, default=None)

    def __iter__(self) -> Iterator[Stretch]:
        """Stretches of all takes, as they are settled.

        Raises:
            InputError: the performer can not do what is asked, or its weights give no numbers.
            Cancelled: `should_stop` said so.
        """
        performer, ask = self.performer, self.ask
        self._run = run = performer.run(ask, Manner(should_stop=self.should_stop, progress=self._of_codes))
        soundings = [performer.sounding(seed, self.should_stop) for seed in ask.seeds]
        self._sounds, heard = [[] for _ in soundings], [0] * len(soundings)
        every = max(round(_STRETCH_S * performer.rate / performer.hop), 1)
        for written in run:
            if written % every == 0:
                for take, sounding in enumerate(soundings):
                    codes_KF = run.frames(take)
                    yield from self._settled(take, sounding.push(codes_KF[:, heard[take] :]))
                    heard[take] = codes_KF.shape[1]
        for take, sounding in enumerate(soundings):
            yield from self._settled(take, sounding.push(run.frames(take)[:, heard[take] :]))
            yield from self._settled(take, sounding.finish())
            self.progress(_SHARE_OF_CODES + (1.0 - _SHARE_OF_CODES) * (take + 1) / len(soundings))

    @property
    def performances(self) -> tuple[Performance, ...]:
        """The takes; whole once the iteration is."""
        assert self._run is not None, "nothing was performed yet"
        return tuple(
            Performance(
                seed,
                self._run.frames(take).cpu().numpy(),
                Audio(np.concatenate([s.numpy() for s in self._sounds[take]], axis=1), self.performer.rate),
            )
            for take, seed in enumerate(self.ask.seeds)
        )

    def _of_codes(self, share: float) -> None:
        self.progress(_SHARE_OF_CODES * share)

    def _settled(self, take: int, sounds: Iterator[Tensor]) -> Iterator[Stretch]:
        for sound in sounds:
            sound_CT = sound.float().cpu()
            if not bool(torch.isfinite(sound_CT).all()):
                raise InputError(f"the weights of {self.performer.name} made sound that is no number; fetch them again")
            self._sounds[take].append(sound_CT)
            if sound_CT.shape[1]:
                yield Stretch(take, sound_CT.numpy())


def performed(
    performer: Performer,
    ask: Ask,
    should_stop: Callable[[], bool] = lambda: False,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Performance, ...]:
    """The takes that were asked for, each whole.

    Raises:
        InputError, Cancelled: as `Performing`.
    """
    performing = Performing(performer, ask, should_stop, progress)
    for _ in performing:
        pass
    return performing.performances


def items_of(performer: Performer, ask: Ask, least_s: float = 0.0) -> list[Item]:
    """The takes as items of a run.

    Raises:
        InputError: the past is not of the performer's codec.
    """
    past = None
    if ask.past is not None:
        if ask.past.ndim != 2 or ask.past.shape[0] != performer.codebooks or (ask.past < 0).any():
            raise InputError(
                f"the codes to go on from are {list(ask.past.shape)}; {performer.name} writes "
                f"[{performer.codebooks}, frames] of codes from 0 on"
            )
        past = torch.from_numpy(np.ascontiguousarray(ask.past, dtype=np.int64))
    frames = frames_in(performer, ask.seconds)
    least = min(frames_in(performer, least_s), frames)
    return [Item(frames, seed, past, least) for seed in ask.seeds]


def choosing_of(ask: Ask, usual: Usual) -> Choosing:
    """How the codes of an ask are chosen."""
    filled = ask.filled(usual)
    assert filled.temperature is not None and filled.top_k is not None and filled.top_p is not None
    return Choosing(filled.temperature, filled.top_k, filled.top_p)


def guidance_of(ask: Ask, usual: Usual) -> Guidance:
    """How far an ask leads away from what is said without words."""
    return guided(usual.guidance if ask.guidance is None else ask.guidance)


def frames_in(performer: Performer, seconds: float) -> int:
    """How many frames so many seconds take, the last one begun."""
    return math.ceil(round(seconds * performer.rate / performer.hop, 6))
