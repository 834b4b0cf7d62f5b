"""Tones that were made before, behind their filter too: a part written anew strikes most of the keys that it struck."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]

_MARGIN = 4096  # how far from the end of what it was given a resampler still feels that end, and more


@dataclass(frozen=True, eq=False, slots=True)
class _Kept:
    """A tone as far as it is right; `is_whole` where it ends there."""

    sound: Mono
    is_whole: bool


class KeptTones:
    """Tones in memory, each as long as it was ever wanted; those unused for longest are dropped over `max_bytes`.

    A tone is the same to the last bit whether it was kept or is made: each is made longer than it is wanted, and what
    the end of its source has changed is never given away.

    Args:
        max_bytes: what they may take.
        margin: how many samples before the end of what is made need not be right.
    """

    def __init__(self, max_bytes: int = 96 * 2**20, margin: int = _MARGIN) -> None:
        self._max_bytes, self._num_bytes, self._margin = max_bytes, 0, margin
        self._tones: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def tone(self, name: Hashable, num_samples: int, make: Callable[[int], Mono]) -> Mono:
        """The first `num_samples` of a tone, fewer where it ends before; not to be written into.

        Args:
            name: what decides its sound.
            make: gives so many of its first samples, all where it has fewer; those within the margin need not be right
                if it goes on behind them.
        """
        with self._lock:
            kept = self._tones.get(name)
            if kept is not None:
                self._tones.move_to_end(name)
        if kept is None or not (kept.is_whole or len(kept.sound) >= num_samples):
            made = make(num_samples + self._margin)
            is_whole = len(made) < num_samples + self._margin
            kept = _Kept(made if is_whole else made[:num_samples], is_whole)
            self._keep(name, kept)
        return kept.sound[:num_samples]

    def _keep(self, name: Hashable, tone: "_Kept") -> None:
        tone.sound.flags.writeable = False
        with self._lock:
            before = self._tones.pop(name, None)
            self._tones[name] = tone
            self._num_bytes += tone.sound.nbytes - (0 if before is None else before.sound.nbytes)
            while self._num_bytes > self._max_bytes:
                self._num_bytes -= self._tones.popitem(last=False)[1].sound.nbytes

    @property
    def num_bytes(self) -> int:
        """How much the tones take."""
        return self._num_bytes
