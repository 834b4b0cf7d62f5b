"""Steps of one shape, captured on a graphics card: hundreds of small kernels at the price of one launch.

A captured step reads and writes the same memory each time, so its cache is attended to whole, and where it stands is a
number on the card. Not yet tried on a card: the fixed cache is proved on a processor, the capture is not.

Shapes: R rows, G heads, T positions of this call (here 1), S positions in the cache, W width of a head.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from resonant.nn.lm.cache import Cache

Step = Callable[[Tensor], Tensor]
"""From a tensor of one shape to a tensor, both on one device."""

Capture = Callable[[Step, Tensor], Step]
"""A step, and something that it may read, to a step that does the same; `Captured` on a graphics card."""

_WARM = 3  # steps before a capture: libraries choose their kernels and memory in the first


@dataclass
class FixedCache(Cache):
    """A cache that takes one position at a time at the place that `place` (`int64 [1]`) says, whatever is in it."""

    place: Tensor = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.place = torch.full((1,), self.length, device=self.starts.device)

    @classmethod
    def of(cls, cache: Cache) -> "FixedCache":
        """The same keys and values, to go on from."""
        return cls(cache.keys, cache.values, cache.starts, cache.length)

    def stand(self, length: int) -> None:
        """Goes to where so many positions are filled; nothing is copied to the card and nothing waited for."""
        self.length = length
        self.place.fill_(length)

    def positions(self, length: int) -> Tensor:
        """As `Cache.positions`, of one."""
        return self.place[None] - self.starts[:, None]

    def mask(self, length: int) -> Tensor:
        """As `Cache.mask`, over the whole cache: `bool [R, 1, 1, S]`."""
        slots_S = torch.arange(self.keys.shape[3], device=self.place.device)
        return ((slots_S <= self.place) & (slots_S >= self.starts[:, None]))[:, None, None]

    def extended(self, layer: int, key_RGTW: Tensor, value_RGTW: Tensor) -> tuple[Tensor, Tensor]:
        """As `Cache.extended`, but the whole cache, `[R, G, S, W]`."""
        self.keys[layer].index_copy_(2, self.place, key_RGTW)
        self.values[layer].index_copy_(2, self.place, value_RGTW)
        return self.keys[layer], self.values[layer]


class Played:
    """A model's further steps, one position at a time, captured.

    Args:
        capture: how.
        cache: what the model has read; these steps go on in its memory.
        step: of a position and a cache.
        like: a position.
    """

    def __init__(self, capture: Capture, cache: Cache, step: Callable[[Tensor, Cache], Tensor], like: Tensor) -> None:
        self._read, self._cache = cache.length, FixedCache.of(cache)
        self._step = capture(lambda heard: step(heard, self._cache), like)

    def __call__(self, heard: Tensor) -> Tensor:
        self._cache.stand(self._read)
        self._read += 1
        return self._step(heard)


class Captured:
    """A step that is captured once and played from then on; what it gives is overwritten by the next.

    Args:
        step: does all it does on the card, with the same memory each time.
        like: something that it may read.
    """

    def __init__(self, step: Step, like: Tensor) -> None:
        self._heard = like.clone()
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_WARM):
                step(self._heard)
        torch.cuda.current_stream().wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._told = step(self._heard)

    def __call__(self, heard: Tensor) -> Tensor:
        self._heard.copy_(heard)
        self._graph.replay()
        return self._told
