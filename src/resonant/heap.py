"""Memory in programs that make songs: what is freed is kept for the next array, and cycles are looked for seldom.

A song of three minutes passes through some hundred arrays of 60 MB. glibc maps each anew and gives it back, and the
kernel then clears every page again: on two cores that took a third of the time of a mix (`benchmarks/bench_song.py`
prints both). Called once by programs that make songs; a library that is imported leaves its host's memory alone.

The notes of a long song are a hundred thousand small objects without a cycle among them. At Python's own thresholds
they were all looked through several times in every act, which took a tenth of the time (`benchmarks/bench_extend.py`).
"""

import ctypes
import gc

# glibc's <malloc.h>: sizes from which memory is mapped on its own, and beyond which the heap's top is given back.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
# How many heaps the threads share. Those of threads give their memory back whatever the settings above say.
_M_ARENA_MAX = -8
_NEVER = 2**31 - 1

_CYCLES_AFTER = (100_000, 50, 100)  # new objects; looks at the young; looks at the middle-aged


def keep_freed_memory() -> bool:
    """Looks for cycles seldom, and asks the C library to keep what is freed; False where it has no such setting."""
    gc.set_threshold(*_CYCLES_AFTER)
    setting = getattr(ctypes.CDLL(None), "mallopt", None)
    if setting is None:
        return False
    wanted = {_M_MMAP_THRESHOLD: _NEVER, _M_TRIM_THRESHOLD: _NEVER, _M_ARENA_MAX: 1}
    done = {name for name, value in wanted.items() if setting(name, value)}
    return done == wanted.keys()
