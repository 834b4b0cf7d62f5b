"""Random streams: every choice is drawn from a stream named by what it decides, so that one choice never moves another.

The same seed and names give the same stream in every process and on every platform.
"""

import random

MAX_SEED = 2**63 - 1  # fits the signed 64-bit integer of a database


def stream(seed: int, *names: object) -> random.Random:
    """A generator for one decision, e.g. `stream(seed, "drums", "groove", section.material)`."""
    return random.Random("/".join(map(str, (seed, *names))))  # str seeds go through SHA-512 in CPython: stable


def derived(seed: int, *names: object) -> int:
    """A seed 0…2**63−1 for something that takes a seed of its own."""
    return stream(seed, *names).randrange(MAX_SEED)
