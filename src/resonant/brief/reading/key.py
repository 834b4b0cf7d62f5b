"""Which key was said: a tonic, a mode, or both, in the spellings of several languages."""

import re
from dataclasses import dataclass

from resonant.brief.reading.page import CROSSED_OUT, Page
from resonant.brief.vocabulary import Lexicon, words_of
from resonant.errors import BriefError
from resonant.theory.key import MODES, Key

_MODE_NAMES = {
    "maj": "major", "major": "major", "mayor": "major", "majeur": "major", "maggiore": "major", "dur": "major",
    "ionian": "major",
    "min": "minor", "minor": "minor", "menor": "minor", "mineur": "minor", "minore": "minor", "moll": "minor",
    "aeolian": "minor",
    "natural minor": "minor", "mixo": "mixolydian", "phryg": "phrygian", "dor": "dorian", "lyd": "lydian",
    "major pentatonic": "major", "minor pentatonic": "minor", "pentatonic minor": "minor", "blues minor": "minor",
    **{mode: mode for mode in MODES},
}  # fmt: skip
_MODE = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in sorted(_MODE_NAMES, key=len, reverse=True))
_SIGN = r"\s?(?:#|♯|♭|b(?![a-z])|b(?=(?:maj|min|m|dur|moll)\b))|[\s-]?(?:sharp|flat)(?![a-z])"
_NOTE = rf"([a-g])({_SIGN})?"
_FULL = re.compile(rf"(?<![\w#♯♭'&])(?<!half ){_NOTE}[\s-]*({_MODE})\b(?![#'])")
_AFTER_IN = re.compile(
    rf"(?<!\w)(?:in\s+(?:the\s+)?(?:key\s+of\s+)?|key\s*(?:of|is|=|:)?\s*(?:of\s+)?|tonart\s*:?\s*|concert\s+|tonality\s*:?\s*)"
    rf"{_NOTE}(m)?(?![\w#♯♭'&]|-(?!\s)|\s*[./]\d)"
)
_SHORT = re.compile(
    r"(?<![\w#♯♭'&/-])([A-G])(#|♯|b|♭)?(m|min|maj|M)(?![\w#♯♭/+°øΔ-])|(?<![\w#♯♭'&/-])([A-Ga-g])(#|♯|b|♭)(m)?(?![\w#♯♭/'+°øΔ-])"
)
_ALONE = re.compile(rf"(?:^|[,;|{CROSSED_OUT}])\s*([A-G])([\s-](?:[Ff]lat|[Ss]harp))?\s*(?=$|[,;.|{CROSSED_OUT}])")
_MODE_ALONE = re.compile(rf"(?:^|[,;|{CROSSED_OUT}])\s*(major|minor)\s*(?=$|[,;.|{CROSSED_OUT}])")
_TUNING = re.compile(r"(?<!\w)(?:drop|open)\s+[a-g](?:#|b|\s?sharp|\s?flat)?(?:\s+tuning)?(?!\w)")  # of a guitar
_BLUES = re.compile(r"(?<![\w#])([B-G][#b]?|A[#b])(?=\s+[Bb]lues\b)")
_GERMAN = re.compile(r"(?<!\w)(cis|des|dis|es|fis|ges|gis|as|ais|h|b|c|d|e|f|g|a)[\s-]+(dur|moll)\b")
_GERMAN_TONICS = {
    "h": 11,
    "b": 10,
    "cis": 1,
    "des": 1,
    "dis": 3,
    "es": 3,
    "fis": 6,
    "ges": 6,
    "gis": 8,
    "as": 8,
    "ais": 10,
}
_SOLFEGE = re.compile(
    r"(?<!\w)(do|re|mi|fa|sol|la|si)\s*(#|♯|b|♭|diese|bemol|sostenido|diesis|bemolle)?\s+(mayor|menor|majeur|mineur|maggiore|minore)\b"
)
_SOLFEGE_TONICS = {"do": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11}
# What stands after "a minor …" where "a" is an article and no tonic.
_MODE_NOUNS = {
    "key",
    "keys",
    "mode",
    "scale",
    "feel",
    "tonality",
    "mood",
    "sound",
    "vibe",
    "sounding",
    "tone",
    "quality",
    "chord",
    "chords",
    "flavour",
    "flavor",
}


@dataclass(frozen=True, slots=True)
class SaidKey:
    """A key that was said; `mode_said` is false for "in D", which is major unless another word says minor."""

    tonic: int
    mode: str
    mode_said: bool = True

    @property
    def key(self) -> Key:
        return Key(self.tonic, self.mode)


def read_key(page: Page, lexicon: Lexicon) -> SaidKey | None:
    """The key that was said with its tonic; the first where there are several."""
    found: list[tuple[int, SaidKey]] = []
    for match in page.find(_TUNING):
        page.cross_out(*match.span())
    for reader in (_german, _solfege, lambda p: _full(p, lexicon), _after_in, _short, _before_blues, _alone):
        found += reader(page)
    found.sort(key=lambda entry: entry[0])
    sure = [said for place, said in found if place < len(page.text)]
    if len({said.key for said in sure}) > 1:
        page.remark(f"Several keys were said; {found[0][1].key} was taken.")
    return found[0][1] if found else None


def read_modes(page: Page) -> tuple[str, ...]:
    """ "Minor" and "major" that stand alone between commas."""
    modes = []
    for match in page.find(_MODE_ALONE):
        page.cross_out(*match.span(1))
        modes.append(match[1])
    return tuple(modes)


Found = list[tuple[int, SaidKey]]


def _german(page: Page) -> Found:
    return [(match.start(), SaidKey(_german_tonic(match[1]), _MODE_NAMES[match[2]])) for match in page.take(_GERMAN)]


def _german_tonic(name: str) -> int:
    """German B is our Bb, and H our B."""
    return _GERMAN_TONICS[name] if name in _GERMAN_TONICS else _pitch(name, "")


def _solfege(page: Page) -> Found:
    signs = {"#": 1, "♯": 1, "diese": 1, "sostenido": 1, "diesis": 1, "b": -1, "♭": -1, "bemol": -1, "bemolle": -1}
    return [
        (match.start(), SaidKey((_SOLFEGE_TONICS[match[1]] + signs.get(match[2] or "", 0)) % 12, _MODE_NAMES[match[3]]))
        for match in page.take(_SOLFEGE)
    ]


def _full(page: Page, lexicon: Lexicon) -> Found:
    found = []
    for match in page.find(_FULL):
        if match[1] == "a" and not match[2] and _is_article(page, match, lexicon):
            continue
        mode = _MODE_NAMES[" ".join(re.split(r"[\s-]+", match[3]))]
        # "a minor blues in G minor": what may be an article counts last.
        place = match.start() + (len(page.text) if _may_be_article(page, match) else 0)
        found.append((place, SaidKey(_pitch(match[1], match[2] or ""), mode)))
        page.cross_out(*match.span())
    return found


def _may_be_article(page: Page, match: re.Match[str]) -> bool:
    """Whether a small "a" stands where an article could: not after "in", "key" or a comma."""
    before = page.plain[max(match.start() - 24, 0) : match.start()]
    return page.text[match.start()] == "a" and not match[2] and not re.search(r"(?:\bin|key(?:\s+of)?:?|,)\s*$", before)


def _is_article(page: Page, match: re.Match[str], lexicon: Lexicon) -> bool:
    """Whether the "a" of "a minor …" is an article: before a word like "key", or before a noun that is not music."""
    if page.text[match.start()] == "A" and re.search(
        r"\w[\s,]*$", page.text[max(match.start() - 24, 0) : match.start()]
    ):
        return False
    following = re.match(r"\s+([^\W\d_][\w'&-]*)", page.plain[match.end() : match.end() + 32])
    if following is None:
        return False
    word = words_of(following[1])[:1]
    if not word or word[0] in _MODE_NOUNS:
        return True
    if re.search(r"(?:\bin|key(?:\s+of)?:?|,)\s*$", page.plain[max(match.start() - 24, 0) : match.start()]):
        return False
    return word[0] not in lexicon.phrases and lexicon.corrected(word[0]) is None


def _after_in(page: Page) -> Found:
    found = []
    for match in page.find(_AFTER_IN):
        article = match[1] == "a" and not match[2] and not match[3] and page.text[match.start(1)] == "a"
        if article and not re.match(
            rf"\s*(?:$|[,;.!?\n{CROSSED_OUT}]|\d|at\b|with\b)", page.plain[match.end() : match.end() + 32]
        ):
            continue
        found.append(
            (
                match.start(),
                SaidKey(_pitch(match[1], match[2] or ""), "minor" if match[3] else "major", match[3] is not None),
            )
        )
        page.cross_out(*match.span())
    return found


def _short(page: Page) -> Found:
    """Am, F#m, Bbm, Ebmaj; and Bb or F# alone."""
    found = []
    for match in page.find(_SHORT, cased=True):
        letter, sign, mode = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
        lower_flat = letter.islower() and sign == "b" and not mode  # "ab", "eb" alone may be anything
        is_verb = match[0] == "Am" and re.match(r"\s+I\b", page.text[match.end() : match.end() + 32]) is not None
        if not lower_flat and not is_verb:
            found.append(
                (
                    match.start(),
                    SaidKey(_pitch(letter, sign or ""), "minor" if mode in ("m", "min") else "major", mode is not None),
                )
            )
            page.cross_out(*match.span())
    return found


def _before_blues(page: Page) -> Found:
    return [
        (match.start(), SaidKey(_pitch(match[1][0], match[1][1:]), "major", False))
        for match in page.take(_BLUES, cased=True)
    ]


def _alone(page: Page) -> Found:
    """A capital that is a clause of its own: "jazz, C, 140"."""
    if not re.search(r"[a-z]", page.text) and CROSSED_OUT not in page.text:
        return []
    matches = page.find(_ALONE, cased=True)[:1]
    for match in matches:
        page.cross_out(match.start(1), match.end(2) if match[2] else match.end(1))
    return [(match.start(1), SaidKey(_pitch(match[1], match[2] or ""), "major", False)) for match in matches]


def _pitch(letter: str, sign: str) -> int:
    steps = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
    sign = sign.strip(" -").lower()
    return (
        steps[letter.lower()] + (1 if sign in ("#", "♯", "sharp") else -1 if sign in ("b", "♭", "flat") else 0)
    ) % 12


def checked_key(text: str) -> Key:
    """The key written in a call.

    Raises:
        BriefError: it is none.
    """
    try:
        return Key.parse(text)
    except ValueError as error:
        raise BriefError(f"key {text!r} is not understood; write something like C, Bb minor or D dorian") from error
