"""What comes next: the chances of each chord after some chords, in a key that is said or found."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from resonant.errors import BriefError
from resonant.players.chord_lm.network import Network
from resonant.players.chord_lm.vocabulary import (
    CHORDS,
    COLOURED,
    COLOURED_SHARE,
    FAMILIES,
    TRIADS,
    chord_of,
    heading,
    word_of,
)
from resonant.theory.chord import Chord
from resonant.theory.key import Key

if TYPE_CHECKING:
    from resonant.styles.model import Style

Chances = NDArray[np.float64]
KEYS = tuple(Key(tonic, mode) for mode in ("major", "minor") for tonic in range(12))
_KEY_TOLD_BY = 16  # chords; more are read in the likely keys alone, which is quicker by their number
_LIKELY = 1e-3
_HEADING = len(heading())
_ALIKE = np.array([[float(one == other) for one in TRIADS] for other in TRIADS])
_STANDARDS = ("jazz", "bossa nova")  # what plays standards; every other style of ours is nearer to the charts


@dataclass(frozen=True, slots=True)
class Taste:
    """Whose harmony is wanted.

    Args:
        source: of `vocabulary.SOURCES`.
        colour: 0…1, the share of chords with more than a triad's notes; None as the songs have it.
    """

    source: str = "any"
    colour: float | None = None

    def coloured(self, chances: Chances) -> Chances:
        """The chances `[…, 216]` as though so many chords were coloured.

        Each root keeps the chance of its major, minor, suspended and diminished chords: colour moves chances among
        chords of one function, from C to Cmaj7, and makes no ii7 out of a I.
        """
        if self.colour is None:
            return chances
        share = min(max(self.colour, 0.02), 0.98)
        odds = share / (1 - share) * (1 - COLOURED_SHARE) / COLOURED_SHARE
        shape = (*chances.shape[:-1], 12, len(FAMILIES))
        before = chances.reshape(shape)
        after = before * np.where(COLOURED, odds, 1.0)
        kept = (before @ _ALIKE) / np.maximum(after @ _ALIKE, 1e-300)
        return np.asarray((after * kept).reshape(chances.shape))


@dataclass(frozen=True, eq=False)
class Forecast:
    """What comes next.

    Args:
        key: the key that was said, or else the likeliest.
        key_chance: how likely that key is, given the chords; 1 where it was said.
        chances: of each chord word in C, `float64 [216]`; they sum to 1, and the last chord itself has none.
    """

    key: Key
    key_chance: float
    chances: Chances

    def likeliest(self, count: int) -> tuple[tuple[Chord, float], ...]:
        """The so many likeliest chords with their chances, falling."""
        order = np.argsort(-self.chances, kind="stable")[:count]
        return tuple((chord_of(int(word), 0), float(self.chances[word])) for word in order)


def taste_of(style: "Style") -> Taste:
    """The taste of a style: the songs that are nearest to it, and its colour."""
    return Taste("standards" if style.name in _STANDARDS else "charts", style.harmony.color)


def forecast(network: Network, before: Sequence[Chord], key: Key | None = None, taste: Taste | None = None) -> Forecast:
    """The next chord after these, which may come from anywhere in a song.

    Without a key, each major and minor one is weighed by how likely the chords are in it, so that the forecast is the
    mean over the keys that it may be.

    Raises:
        BriefError: no chord is given.
    """
    if not before:
        raise BriefError('no chord is given to go on from; write some, such as "Dm7 G7"')
    taste = taste or Taste()
    keys = _likely_keys(network, before[-_KEY_TOLD_BY:], taste) if key is None else (key,)
    weights, chances = foretold(network, before[-(network.context - _HEADING) :], keys, taste)
    best = int(weights[-1].argmax())
    return Forecast(keys[best], float(weights[-1, best]), chances[-1])


def _likely_keys(network: Network, chords: Sequence[Chord], taste: Taste) -> tuple[Key, ...]:
    """Those of all keys that these chords may be in."""
    weights = foretold(network, chords, KEYS, taste)[0][-1]
    return tuple(key for key, weight in zip(KEYS, weights, strict=True) if weight > _LIKELY)


def foretold(
    network: Network, chords: Sequence[Chord], keys: Sequence[Key], taste: Taste, start: str = "anywhere"
) -> tuple[Chances, Chances]:
    """For each position, before the first chord to behind the last: how likely each key is, and each chord in C.

    Returns:
        `float64 [T + 1, keys]` and `float64 [T + 1, 216]`, for the T chords that differ from the one before.
    """
    changes = np.array([word for word, _ in groupby(word_of(chord, 0) for chord in chords)], dtype=np.int64)
    words = np.array([(changes - key.tonic * len(FAMILIES)) % CHORDS for key in keys])
    heads = np.array([heading(taste.source, "minor" if key.is_minor else "major", "plain", start) for key in keys])
    logits = network.logits(np.concatenate([heads, words], axis=1))
    chances = taste.coloured(chances_of(logits[:, _HEADING - 1 :, :CHORDS], words))
    log_likely = np.zeros(chances.shape[:2])
    rows, at = np.ogrid[: len(keys), : len(changes)]
    log_likely[:, 1:] = np.cumsum(np.log(np.maximum(chances[rows, at, words], 1e-12)), axis=1)
    weights = np.exp(log_likely - log_likely.max(axis=0))
    weights /= weights.sum(axis=0)
    mixed = np.zeros(chances.shape[1:])
    for key, weight, chance in zip(keys, weights, chances, strict=True):
        mixed += weight[:, None] * np.roll(chance, key.tonic * len(FAMILIES), axis=1)
    return weights.T, mixed


def chances_of(logits: NDArray[np.float32], words: NDArray[np.int64]) -> Chances:
    """Chances of the chords from logits `[K, T + 1, 216]`, where the one before, of `words` `[K, T]`, does not come."""
    told = logits.astype(np.float64)
    rows, at = np.ogrid[: words.shape[0], : words.shape[1]]
    told[rows, at + 1, words] = -np.inf
    told = np.exp(told - told.max(axis=-1, keepdims=True))
    return np.asarray(told / told.sum(axis=-1, keepdims=True))
