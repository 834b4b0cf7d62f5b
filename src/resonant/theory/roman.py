"""Roman numerals: chords as functions of a key, both ways.

Plain numerals are the key's own degrees, so that "i VI III VII" in A minor reads as people mean it; only a
lower-case vii is always the leading-tone chord. Flats count from the major scale on the same tonic ("bVII" is a whole
step below the tonic in major and in minor), sharps from the key's own degree, as songwriters and jazz musicians do.
Case says the third: "ii7" is minor, "II7" is major. "V7/vi" is the dominant of the sixth degree.
"""

import re
from functools import cache

from resonant.errors import BriefError
from resonant.theory.chord import Chord
from resonant.theory.key import MODES, Key

_DEGREES = {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5, "VII": 6}
_NUMERAL = re.compile(r"([b#♭♯]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(m?6/9|[^/]*)(?:/(.+))?")


def chord(numeral: str, key: Key) -> Chord:
    """The chord a numeral means in a key: "ii7" in C major is Dm7, "V7/ii" is A7, "I/3" is C/E.

    After the slash, a numeral makes a secondary chord, and an arabic 3, 5 or 7 puts that chord tone in the bass.

    Raises:
        BriefError: the numeral is not understood.
    """
    match = _NUMERAL.fullmatch(numeral.strip())
    if match is None:
        raise BriefError(f"numeral {numeral!r} is not understood; write I, ii7, bVII, V7/vi or I/3")
    sign, degree_name, suffix, target = match.groups()
    if target and not target.isdigit():
        of = chord(target, key)
        return chord(f"{sign}{degree_name}{suffix}", Key(of.root, "major"))
    root = (key.tonic + _degree_step(sign, degree_name, key)) % 12
    found = Chord.parse(Chord(root).symbol() + _quality(degree_name, suffix))
    return _inverted(found, target) if target else found


def numeral(found: Chord, key: Key) -> str:
    """The numeral of a chord in a key: Dm7 in C is "ii7", C/E is "I/3", Bb in C is "bVII"."""
    step = (found.root - key.tonic) % 12
    minor = 3 in found.intervals
    name = next(sign + degree for sign, degree in _spellings(minor) if _degree_step(sign, degree, key) % 12 == step)
    quality = found.quality
    if minor and quality.startswith("m") and not quality.startswith("maj"):
        quality = quality[1:]
    return name + quality + _figure(found)


@cache
def _spellings(minor: bool) -> tuple[tuple[str, str], ...]:
    """Sign and degree in the order in which musicians prefer them."""
    plain = [("", degree) for degree in _DEGREES]
    signed = [("b", "II"), ("b", "III"), ("#", "IV"), ("b", "VI"), ("b", "VII")]
    rare = [(sign, degree) for sign in "#b" for degree in _DEGREES]
    return tuple((sign, degree.lower() if minor else degree) for sign, degree in plain + signed + rare)


def _degree_step(sign: str, name: str, key: Key) -> int:
    """Semitones above the tonic. Plain: the mode's own degree, but a lower-case vii is always the leading tone.
    Sharps raise the mode's degree; flats lower the major scale's (or the mode's where that is higher)."""
    degree = _DEGREES[name.upper()]
    own, major = MODES[key.mode][degree], MODES["major"][degree]
    if sign in ("#", "♯"):
        return own + 1
    if sign in ("b", "♭"):
        return max(own, major) - 1
    return major if name == "vii" else own


def _quality(name: str, suffix: str) -> str:
    minor = name.islower()
    if suffix.startswith(("o", "°", "dim", "ø", "h")):
        return suffix
    if minor and suffix.startswith("maj"):
        return f"m{suffix}"
    return f"m{suffix}" if minor and not suffix.startswith(("m7b5", "m7", "sus")) else suffix


def _inverted(found: Chord, figure: str) -> Chord:
    tones = {"3": found.third, "5": found.fifth, "7": found.seventh}
    bass = tones.get(figure)
    if bass is None:
        raise BriefError(f"{found} has no {figure} to put in the bass; write /3, /5 or /7")
    return Chord(found.root, found.quality, bass)


def _figure(found: Chord) -> str:
    if found.bass is None:
        return ""
    for figure, tone in (("3", found.third), ("5", found.fifth), ("7", found.seventh)):
        if tone == found.bass:
            return f"/{figure}"
    return f"/{(found.bass - found.root) % 12}st"
