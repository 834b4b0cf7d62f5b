"""Is the key heard that was written?

Aim: from the sound alone, name a major or minor key, and compare it with the truth.

Conventions: keys are the 24 major and minor ones; a modal key counts as the one of its third (D dorian as D minor).

The key heard is that of `resonant.listening.key`.

Metrics:
    key_exact: 1 where the key heard is the key written.
    key_weighted: the MIREX score: 1 exact, 0.5 a fifth above (same mode), 0.3 the relative key, 0.2 the parallel one,
        else 0 (music-ir.org, *Audio Key Detection*; `mir_eval.key.weighted_score`).

Silence has no key: 0 for both.
"""

from resonant.errors import InputError
from resonant.listening.hearing import Hearing
from resonant.listening.key import PLAIN_MODES, key_heard
from resonant.theory.key import Key


def evaluate(hearing: Hearing, key: Key) -> dict[str, float]:
    """All metrics of this module."""
    found = key_heard(hearing)
    if found is None:
        return {"key_exact": 0.0, "key_weighted": 0.0}
    weighted = mirex_score(found, plain(key))
    return {"key_exact": float(weighted == 1.0), "key_weighted": weighted}


def plain(key: Key) -> Key:
    """Major or minor on the same tonic, by the key's third."""
    return Key(key.tonic, "minor" if key.is_minor else "major")


def mirex_score(found: Key, true: Key) -> float:
    """The MIREX score of one key against another.

    Raises:
        InputError: a key that is neither major nor minor; ask `plain` first.
    """
    if {found.mode, true.mode} - set(PLAIN_MODES):
        raise InputError(f"keys {found} and {true} can not be scored: only major and minor keys can")
    if found == true:
        return 1.0
    if found.mode == true.mode:
        return 0.5 if (found.tonic - true.tonic) % 12 == 7 else 0.0
    if found.relative_major == true.relative_major:
        return 0.3
    return 0.2 if found.tonic == true.tonic else 0.0
