"""What the environment says, and what is said to libraries through it."""

import os
from pathlib import Path


def weights_cache() -> Path:
    """The folder where `hf download` keeps weights."""
    from resonant.players.performers.weights import hub_cache

    return hub_cache(os.environ, Path.home())


_TURNS_OF_WAITING = "10000"  # some 30 microseconds, as long as products of one word take


def wait_briefly() -> None:
    """Asks the threads that multiply (libgomp's, under torch) to sleep soon when they wait for one another.

    They turn round for milliseconds unless they are told otherwise, and take the core from the one they wait for where
    another program holds the other core: reading a song was seen to take 15 seconds instead of a fiftieth of one.
    Called before torch is loaded; who has set `GOMP_SPINCOUNT` or `OMP_WAIT_POLICY` is obeyed.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _TURNS_OF_WAITING)
