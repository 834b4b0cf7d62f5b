"""What the environment says."""

import os
from pathlib import Path


def weights_cache() -> Path:
    """The folder where `hf download` keeps weights."""
    from resonant.players.performers.weights import hub_cache

    return hub_cache(os.environ, Path.home())
