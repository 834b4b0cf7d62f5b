"""Who is loaded: performers stay while they are asked for, within a budget of memory, and go when nobody asks."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resonant.players.performers.roster import Published
from resonant.players.performers.weights import Weights

if TYPE_CHECKING:
    from resonant.nn.performing.performing import Performer
    from resonant.nn.weights import Kind

IDLE_S = 600.0


_Key = tuple[str, Weights, "Kind | None"]


@dataclass
class _Kept:
    performer: "Performer"
    asked_at: float


@dataclass
class Keeper:
    """Loaded performers.

    Args:
        most_bytes: what they may take together; None for what the machine has, with one of them at a time.
        idle_s: how long one that nobody asks for stays.
        clock: seconds that only rise.
    """

    most_bytes: int | None = None
    idle_s: float = IDLE_S
    clock: Callable[[], float] = time.monotonic
    _kept: dict[_Key, _Kept] = field(init=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def performer(self, published: Published, weights: Weights, kind: "Kind | None" = None) -> "Performer":
        """The performer with these weights, loaded now or before; who was asked longest ago makes room.

        Args:
            published: of the roster.
            weights: of `weights_of`.
            kind: as in `Published.load`.

        Raises:
            InputError: the weights are damaged, of another model, or too large.
        """
        key = (published.name, weights, kind)
        with self._lock:
            self._let_go_of_idle()
            if key not in self._kept:
                self._make_room(published.bytes_in(weights, kind))
                self._kept[key] = _Kept(published.load(weights, self.most_bytes, kind), 0.0)
            self._kept[key].asked_at = self.clock()
            return self._kept[key].performer

    def let_go(self) -> int:
        """Lets go of those that nobody asked for of late; gives how many stay."""
        with self._lock:
            self._let_go_of_idle()
            return len(self._kept)

    def _let_go_of_idle(self) -> None:
        now = self.clock()
        self._forget([key for key, kept in self._kept.items() if now - kept.asked_at > self.idle_s])

    def _make_room(self, needed: int) -> None:
        by_age = sorted(self._kept, key=lambda key: self._kept[key].asked_at)
        while by_age and not self._fits(needed):
            self._forget([by_age.pop(0)])

    def _fits(self, needed: int) -> bool:
        taken = sum(kept.performer.bytes for kept in self._kept.values())
        return self.most_bytes is not None and taken + needed <= self.most_bytes

    def _forget(self, keys: list[_Key]) -> None:
        if not keys:
            return
        from resonant.nn.performing.memory import give_back

        for key in keys:
            del self._kept[key]
        give_back()
