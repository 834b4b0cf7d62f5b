"""In which key: as said, as the chords given suggest, or the style's first key that suits the mood."""

from collections import Counter
from collections.abc import Iterable, Mapping

from resonant.brief.model import Origin
from resonant.brief.reading.key import SaidKey
from resonant.brief.vocabulary import vocabulary
from resonant.errors import BriefError
from resonant.styles import Style
from resonant.theory.chord import Chord
from resonant.theory.key import Key

_CLEAR_VALENCE = 0.15


def said_key(said: SaidKey, mode_words: tuple[str, ...]) -> tuple[Key, str | None]:
    """The key that was said, and a remark where another word contradicts it ("major … A minor")."""
    if not said.mode_said and mode_words:
        return Key(said.tonic, mode_words[0]), None
    for mode in mode_words:
        if Key(0, mode).is_minor != said.key.is_minor:
            return said.key, f"{mode!r} and {said.key} do not agree; {said.key} was followed."
    return said.key, None


def assumed_key(style: Style, moods: tuple[str, ...], mode_words: tuple[str, ...]) -> tuple[Key, Origin]:
    """The style's first key of the mode that was said, or that the moods ask for, or simply its first."""
    usual = [Key.parse(text) for text in style.keys]
    if mode_words:
        mode = mode_words[0]
        exact = next((key for key in usual if key.mode == mode), None)
        alike = next((key for key in usual if key.is_minor == Key(0, mode).is_minor), None)
        return exact or (_relative(usual[0], mode) if alike is None else Key(alike.tonic, mode)), "said"
    wants_minor = minor_wanted(moods)
    if wants_minor is None:
        return usual[0], "assumed"
    suited = next((key for key in usual if key.is_minor == wants_minor), None)
    return suited or _relative(usual[0], "minor" if wants_minor else "major"), "assumed"


def minor_wanted(moods: tuple[str, ...]) -> bool | None:
    """Whether moods (as the vocabulary calls them) ask for minor, for major, or for neither."""
    known = [vocabulary().moods[name] for name in moods]
    if not known:
        return None
    valence = sum(mood.valence for mood in known) / len(known)
    asked = next((mood.mode for mood in known if mood.mode), "")
    if abs(valence) >= _CLEAR_VALENCE:
        return valence < 0
    return Key(0, asked).is_minor if asked else None


def key_of_chords(bars: tuple[str, ...]) -> Key | None:
    """The major or minor key that explains given chord symbols best; None for roman numerals, which need a key."""
    symbols = [symbol for bar in bars for symbol in bar.split() if symbol != "%"]
    try:
        parsed = {symbol: Chord.parse(symbol) for symbol in dict.fromkeys(symbols)}
    except BriefError:
        return None
    if not symbols:
        return None
    ends = parsed[symbols[0]], parsed[symbols[-1]]
    counts = Counter(map(parsed.__getitem__, symbols))
    return max(
        (Key(tonic, mode) for mode in ("major", "minor") for tonic in range(12)),
        key=lambda key: _explains(key, counts, ends),
    )


def _explains(key: Key, counts: Mapping[Chord, int], ends: tuple[Chord, Chord]) -> float:
    """How well a key explains chords that sound so many times each, of which `ends` are the first and the last."""
    inside = sum(count * _share_inside(key, chord) for chord, count in counts.items()) / sum(counts.values())
    tonic = (Chord(key.tonic, "m") if key.is_minor else Chord(key.tonic)).pitch_classes[:2]
    home = [0.15 for chord in ends if chord.pitch_classes[:2] == tonic]
    dominant = (key.tonic + 7) % 12
    leads = 0.05 if any(c.root == dominant and not c.is_minor for c in counts) else 0.0
    return inside + sum(home) + leads


def _share_inside(key: Key, chord: Chord) -> float:
    pcs: Iterable[int] = chord.pitch_classes
    scale = {*key.scale, (key.tonic + 11) % 12} if key.is_minor else set(key.scale)
    inside = [pc in scale for pc in pcs]
    return sum(inside) / len(inside)


def _relative(key: Key, mode: str) -> Key:
    """The key of another mode with the same signature."""
    if Key(0, mode).is_minor == key.is_minor:
        return Key(key.tonic, mode)
    shift = -3 if Key(0, mode).is_minor else 3
    return Key((key.tonic + shift) % 12, mode)
