"""What real music measures: mean and standard deviation of each metric by role, and what the null models measure.

Aim: one place to say whether a value is that of music. The numbers stand in `reference.yaml`, written by
`benchmarks/measure_reference.py` from POP909 (melody, counter, chords: the set's piano) and the Groove MIDI Dataset
(drums), held-out songs only. Where a value was published for POP909's whole test split, the published one is used.

Conventions: a metric is in band within one standard deviation of the mean. A set of songs is clear of a null model
when, over the metrics that answer for that damage (`TELLS`) and tell the null model from real music by at least one
standard deviation, it lies nearer to real music than to the null model (Euclidean distance in standard deviations). Bar
repeat and self-similarity grow with a piece's length and answer for loops and form only: compare songs of full length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml

from resonant.errors import InputError

# The metrics that answer for each kind of damage.
TELLS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pitches_shuffled": (
            "chord_tone_ratio",
            "strong_beat_chord_tones",
            "pitch_class_entropy_1_bar",
            "in_key_or_chord",
        ),
        "pitches_uniform": ("chord_tone_ratio", "scale_consistency", "pitch_class_entropy_1_bar", "in_key_or_chord"),
        "times_jittered": ("off_grid", "onset_jaccard", "groove_consistency", "kick_on_one"),
        "bars_shuffled": ("chord_tone_ratio", "strong_beat_chord_tones", "onset_jaccard", "ssm_lag_4", "ssm_lag_8"),
        "one_bar_looped": ("bar_repeat", "ssm_lag_1", "ssm_lag_4", "groove_consistency", "onset_jaccard"),
    }
)
_TELLING_SDS = 1.0
_LEAST_SD = 1e-6


@dataclass(frozen=True, slots=True)
class Band:
    """What real music has.

    Args:
        mean, sd: over pieces.
        nulls: mean of the same pieces put through each null model.
    """

    mean: float
    sd: float
    nulls: Mapping[str, float]

    @property
    def low(self) -> float:
        return self.mean - self.sd

    @property
    def high(self) -> float:
        return self.mean + self.sd

    def holds(self, value: float) -> bool:
        """Whether a value lies within one standard deviation of the mean."""
        return self.low <= value <= self.high

    def distance(self, value: float, other: float) -> float:
        """How far two values lie apart, in standard deviations."""
        return abs(value - other) / max(self.sd, _LEAST_SD)


def roles() -> tuple[str, ...]:
    """The roles of which real music is known."""
    return tuple(_table())


def bands(role: str) -> Mapping[str, Band]:
    """Every metric known of a role.

    Raises:
        InputError: nothing is known of the role.
    """
    if role not in _table():
        raise InputError(f"no reference is known for the role {role!r}; there is one for {', '.join(roles())}")
    return _table()[role]


def band(role: str, metric: str) -> Band | None:
    """What real music has in a metric; None where that is not known of this role."""
    return _table().get(role, {}).get(metric)


def nearer_to_music(role: str, values: Mapping[str, float], null_model: str) -> bool:
    """Whether a set of mean values lies nearer to real music than to a null model; True where nothing tells the two
    apart.

    Raises:
        InputError: nothing is known of the role.
    """
    known = bands(role)
    telling = [
        (values[name], known[name])
        for name in TELLS[null_model]
        if name in values
        and name in known
        and known[name].distance(known[name].nulls[null_model], known[name].mean) >= _TELLING_SDS
    ]
    to_music = sum(band.distance(value, band.mean) ** 2 for value, band in telling)
    to_null = sum(band.distance(value, band.nulls[null_model]) ** 2 for value, band in telling)
    return not telling or to_music < to_null


@cache
def _table() -> dict[str, dict[str, Band]]:
    text = resources.files("resonant.evaluate").joinpath("reference.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    return {role: {name: Band(**row) for name, row in rows.items()} for role, rows in data.items()}
