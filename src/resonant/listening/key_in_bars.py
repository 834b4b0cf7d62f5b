"""The key of a sound whose bars are known, major or minor.

What a listener goes by beside the pitch classes and the chords on the whole (`key`): the chords on which bars begin,
and every fourth of them; the first and the last; those that a fifth falls to; and which chord goes to which, for a
relative minor has the chords of its major and walks them in another order. A multinomial logistic model that is the
same for every tonic weighs them; its numbers stand in `key_in_bars.yaml`, fitted by `benchmarks/fit_key.py`.
"""

from functools import cache
from importlib import resources

import numpy as np
import yaml
from numpy.typing import NDArray

from resonant.listening.chords import beat_chords
from resonant.listening.ear import Array
from resonant.listening.estimators import weights
from resonant.listening.hearing import Hearing
from resonant.listening.key import PLAIN_MODES, key_heard, key_scores
from resonant.theory.key import Key

_SILENT = 0.02
_PHRASE_BARS = 4
_FALLING_FIFTH = 5  # semitones up, which is where a fifth down leads


def key_in_bars(hearing: Hearing, downbeats_s: Array) -> Key | None:
    """The key of a sound; None for silence.

    Args:
        hearing: the sound, its beats those of the bars.
        downbeats_s: where its bars begin, rising.
    """
    features = bar_key_features(hearing, downbeats_s)
    if features is None:
        return key_heard(hearing)
    best = int(np.argmax(key_scores(features, _model())))
    return Key(best % 12, PLAIN_MODES[best // 12])


def bar_key_features(hearing: Hearing, downbeats_s: Array) -> Array | None:
    """What each of twelve tonics sees of the sound, `[12, 744]`; None where no bar begins in it."""
    labels = beat_chords(hearing, weights())
    edges = hearing.edges_s[: len(labels)]
    sounding = hearing.by_beat(hearing.chroma.level) > _SILENT
    down = np.unique(np.clip(np.searchsorted(edges, downbeats_s - 0.5 * np.diff(edges).min()), 0, len(labels) - 1))
    down = down[sounding[down]]
    if len(down) == 0:
        return None
    heard = labels[sounding]
    before, after = heard[:-1], heard[1:]
    reached = after[(after % 12 - before % 12) % 12 == _FALLING_FIFTH]
    chords = [
        _share(heard), _share(labels[down]), _share(labels[down[:1]]), _share(heard[-1:]), _share(reached),
        _share(labels[down[::_PHRASE_BARS]]),
    ]  # fmt: skip
    loud = hearing.chroma.level[:, None]
    pitches = [_root_share((part * loud).sum(axis=0)) for part in (hearing.chroma.treble, hearing.chroma.bass)]
    parts = [*pitches, *(mode for share in chords for mode in (share[:12], share[12:]))]
    seen = np.stack([np.concatenate([np.roll(part, -tonic) for part in parts]) for tonic in range(12)])
    return np.concatenate([seen, _moves(heard)], axis=1)


def _moves(heard: NDArray[np.int64]) -> Array:
    """The root of each change's share of all changes, as each of twelve tonics sees it, `[12, 24 from * 24 to]`."""
    changed = heard[np.append(True, heard[1:] != heard[:-1])]
    counts = np.zeros((24, 24))
    np.add.at(counts, (changed[:-1], changed[1:]), 1.0)
    share = _root_share(counts).reshape(2, 12, 2, 12)
    return np.stack([np.roll(share, (-tonic, -tonic), axis=(1, 3)).ravel() for tonic in range(12)])


def _share(labels: NDArray[np.int64]) -> Array:
    """The root of each chord's share of these, `[24]`; zeros where there are none."""
    return _root_share(np.bincount(labels, minlength=24).astype(np.float64))


def _root_share(amounts: Array) -> Array:
    return np.asarray(np.sqrt(amounts / max(float(amounts.sum()), 1e-12)))


@cache
def _model() -> Array:
    """The shipped weights, `[2, 745]`: major and minor, each with a constant at its end."""
    text = resources.files("resonant.listening").joinpath("key_in_bars.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    rows = (np.concatenate([data[mode]["seen"], np.ravel(data[mode]["moves"])]) for mode in PLAIN_MODES)
    return np.stack([np.append(row, data[mode]["constant"]) for row, mode in zip(rows, PLAIN_MODES, strict=True)])
