"""The words of the chord model: chords as steps above the tonic, places in the phrase, and what is known of the song.

A row is a heading and then chords; each chord differs from the one before. A plain row has chords alone; a timed row
has, before each chord, the place where it comes, and `SECTION` where a section begins:

    heading: source, mode, layout        plain: I IV V7 …        timed: 0 I 16 IV 24 V7 SECTION 0 …

A chord is its root and one of `FAMILIES`: slash basses, and colours beyond the family, are not told apart.
"""

from collections.abc import Collection

from resonant.theory.chord import Chord

FAMILIES = (
    "", "m", "7", "m7", "maj7", "6", "m6", "9", "m9", "maj9", "add9", "5", "sus4", "7sus4",
    "dim", "dim7", "m7b5", "aug",
)  # fmt: skip
TRIADS = (
    "major", "minor", "major", "minor", "major", "major", "minor", "major", "minor", "major", "major", "power", "sus",
    "sus", "dim", "dim", "dim", "aug",
)  # fmt: skip
COLOURED = tuple(name not in ("", "m", "5", "sus4", "dim", "aug") for name in FAMILIES)
COLOURED_SHARE = 0.33  # of the training songs' chords; `benchmarks/measure_chord_lm.py` prints it
CHORDS = 12 * len(FAMILIES)
SLOTS_PER_BAR, PHRASE_BARS = 4, 8
PLACES = SLOTS_PER_BAR * PHRASE_BARS
SECTION = CHORDS + PLACES
SOURCES, MODE_WORDS, LAYOUTS = ("any", "charts", "standards"), ("any", "major", "minor"), ("plain", "timed")
STARTS = ("song", "anywhere")
_FIRST_SOURCE = SECTION + 1
_FIRST_MODE = _FIRST_SOURCE + len(SOURCES)
_FIRST_LAYOUT = _FIRST_MODE + len(MODE_WORDS)
SIZE = _FIRST_LAYOUT + len(LAYOUTS) * len(STARTS)


def heading(source: str = "any", mode: str = "any", layout: str = "plain", start: str = "anywhere") -> tuple[int, ...]:
    """The words that a row begins with.

    Args:
        source: of `SOURCES`: whose harmony it is.
        mode: of `MODE_WORDS`.
        layout: of `LAYOUTS`.
        start: of `STARTS`: whether the row begins where a song does.
    """
    return (
        _FIRST_SOURCE + SOURCES.index(source),
        _FIRST_MODE + MODE_WORDS.index(mode),
        _FIRST_LAYOUT + LAYOUTS.index(layout) * len(STARTS) + STARTS.index(start),
    )


def word_of(chord: Chord, tonic: int) -> int:
    """The word 0…215 of a chord in a key on this tonic (a pitch class)."""
    return (chord.root - tonic) % 12 * len(FAMILIES) + FAMILIES.index(family(chord.intervals))


def chord_of(word: int, tonic: int) -> Chord:
    """The chord that a word 0…215 means in a key on this tonic."""
    step, kind = divmod(word, len(FAMILIES))
    return Chord((step + tonic) % 12, FAMILIES[kind])


def place_word(slot: int) -> int:
    """The word of a place: quarters of a bar since the section began, counted anew every eight bars."""
    return CHORDS + slot % PLACES


def family(intervals: Collection[int]) -> str:
    """Of `FAMILIES`, the one that chords of these semitones above the root belong to."""
    has = {step % 12 for step in intervals}
    if 4 not in has and 3 not in has:
        return _without_third(has)
    minor, seventh = 4 not in has, 10 in has
    if minor and 6 in has and 7 not in has:
        return "dim7" if 9 in has and not seventh else "m7b5" if seventh else "dim"
    if seventh and 5 in has and not minor:
        return "7sus4"  # an eleventh chord, whose third is left out when it is played
    if seventh:
        ninth = 2 in has
        return ("m9" if ninth else "m7") if minor else "9" if ninth else "7"
    if 11 in has and not minor:
        return "maj9" if 2 in has else "maj7"
    if 9 in has:
        return "m6" if minor else "6"
    if not minor and 8 in has and 7 not in has:
        return "aug"
    return "m" if minor else "add9" if 2 in has else ""


def _without_third(has: set[int]) -> str:
    if 5 in has:
        return "7sus4" if 10 in has else "sus4"
    return "7" if 10 in has else "maj7" if 11 in has else "add9" if 2 in has else "5"
