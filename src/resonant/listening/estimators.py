"""The fitted numbers of the key and chord estimators, read from `estimators.yaml` beside this file."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import yaml

from resonant.listening.ear import Array


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of the two models, each row major then minor.

    Args:
        chords: `[2, 25]`: treble chroma from the root, bass chroma from the root, a constant.
        keys: `[2, features + 1]`: as `key.key_features` lays them out, and a constant.
        changes: chance that a chord changes on the harmony's pulse, and beside it, as the likeliest path takes it.
    """

    chords: Array
    keys: Array
    changes: tuple[float, float]


@cache
def weights() -> Weights:
    """The shipped weights."""
    text = resources.files("resonant.listening").joinpath("estimators.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    on, beside = data["changes"]
    return Weights(np.array(data["chords"]), np.array(data["keys"]), (float(on), float(beside)))
