"""Loops over samples, compiled in processes that keep running.

Array algebra passes over a sound ten times where a loop passes over it once, and between two passes it asks for the
interpreter, for which threads wait in turn. A compiled loop does neither. But to load numba and what it compiled takes
half a second, and the first time after an installation some ten: one song alone does not earn that back. So each
loop has a twin in array algebra that gives the same samples to the last bit, and the twin is what runs until a process
asks for `compile_loops`. Lam, Pitrou & Seibert 2015, "Numba: a LLVM-based Python JIT compiler"; figures in
docs/decisions/0042.

What a body may do is what keeps the two the same: sums in one order, no `fastmath`, float32 times float32.
"""

from collections.abc import Callable
from functools import cached_property
from importlib.util import find_spec
from typing import Any, ClassVar, Generic, ParamSpec

Given = ParamSpec("Given")

SAMPLES = "Array(float32, 1, 'C', True)"
"""The type, in a signature, of samples one behind the other that are read only; those that are written are
`float32[::1]`."""


class Loop(Generic[Given]):
    """Writes into arrays that it is given: by its compiled body, or by its twin where loops are not compiled.

    Args:
        body: what numba compiles, in plain loops.
        twin: the same in array algebra.
        signature: the types that both are given, as numba writes them.
    """

    all: ClassVar[dict[str, "Loop[Any]"]] = {}
    are_compiled: ClassVar[bool] = False

    def __init__(self, body: Callable[Given, None], twin: Callable[Given, None], signature: str) -> None:
        self.body, self.twin, self._signature = body, twin, signature
        self._runs = twin
        Loop.all[f"{body.__module__}.{body.__qualname__}"] = self
        if Loop.are_compiled:
            self.compile()

    def __call__(self, *args: Given.args, **named: Given.kwargs) -> None:
        self._runs(*args, **named)

    @cached_property
    def compiled(self) -> Callable[Given, None]:
        """The body, compiled, or loaded where it was compiled before."""
        from numba import njit

        made: Callable[Given, None] = njit(self._signature, cache=True, nogil=True, error_model="numpy")(self.body)
        return made

    def compile(self) -> None:
        """From now on the compiled body runs."""
        self._runs = self.compiled


def loop(signature: str, twin: Callable[Given, None]) -> Callable[[Callable[Given, None]], Loop[Given]]:
    """Decorates the body of a loop: see `Loop`."""
    return lambda body: Loop(body, twin, signature)


def compile_loops() -> bool:
    """Compiles all loops, for a process that makes many songs or does many acts; False where numba is not installed."""
    if find_spec("numba") is None:
        return False
    Loop.are_compiled = True
    for each in Loop.all.values():
        each.compile()
    return True
