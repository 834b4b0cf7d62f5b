"""Are the stems fit to work with: equal in length, summing to the bus, clean?

Aim: whoever opens the stems in a DAW gets the mix back, and none of them is broken.

Conventions: levels in dB re full scale (1.0). The bus is the sum before mastering.

Metrics:
    equal_length: 1 where all stems and the bus have one length, rate and channel count, else 0.
    null_db: level (RMS) of the bus less the sum of the stems, over the level of the bus; -inf is exact, > -90 a fault;
        0 where the lengths differ.
    silent_stems: stems whose peak lies under -70 dB. clipped_samples: samples of the master at or above full scale.
    dc_offset: largest mean of a channel of any stem, linear.

No stems at all: equal_length 1, null_db -inf against a silent bus.
"""

import math
from collections.abc import Mapping

import numpy as np

from resonant.audio import Audio
from resonant.errors import InputError

SILENT_DB = -70.0
FULL_SCALE = 1.0


def evaluate(stems: Mapping[str, Audio], bus: Audio, master: Audio) -> dict[str, float]:
    """All metrics of this module.

    Args:
        stems: audio by track, as it goes into the bus.
        bus: their sum, before mastering.
        master: the finished mix.

    Raises:
        InputError: audio that holds a value that is no number.
    """
    for name, audio in (*stems.items(), ("bus", bus), ("master", master)):
        validate(audio, name)
    equal = len({(audio.samples.shape, audio.sample_rate) for audio in (*stems.values(), bus)}) == 1
    return {
        "equal_length": float(equal),
        "null_db": null_db(stems, bus) if equal else 0.0,
        "silent_stems": float(sum(peak_db(audio) < SILENT_DB for audio in stems.values())),
        "clipped_samples": float(np.count_nonzero(np.abs(master.samples) >= FULL_SCALE)),
        "dc_offset": max((dc_offset(audio) for audio in stems.values()), default=0.0),
    }


def validate(audio: Audio, name: str) -> None:
    """Refuses audio with values that are no numbers.

    Raises:
        InputError: a sample is NaN or infinite.
    """
    if not np.isfinite(audio.samples).all():
        raise InputError(f"{name} holds samples that are no numbers; render it again")


def null_db(stems: Mapping[str, Audio], bus: Audio) -> float:
    """How far the bus and the sum of the stems cancel, in dB under the bus; -inf where they cancel exactly."""
    total = np.zeros(bus.samples.shape)
    for audio in stems.values():
        total += audio.samples
    rest, level = _rms(bus.samples - total), _rms(bus.samples)
    return -math.inf if rest == 0 else 20 * math.log10(rest / level) if level else math.inf


def peak_db(audio: Audio) -> float:
    """Largest sample, in dB re full scale; -inf for silence."""
    peak = float(np.abs(audio.samples).max(initial=0.0))
    return 20 * math.log10(peak) if peak else -math.inf


def dc_offset(audio: Audio) -> float:
    """Largest magnitude of a channel's mean."""
    return float(np.abs(audio.samples.mean(axis=1, dtype=np.float64)).max()) if audio.num_samples else 0.0


def _rms(samples: np.ndarray) -> float:
    return math.sqrt(float(np.mean(np.square(samples, dtype=np.float64)))) if samples.size else 0.0
