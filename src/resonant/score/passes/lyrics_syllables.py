"""The syllables of words as they are sung.

Hyphenation dictionaries (pyphen's) know where a word may be broken, but not after a single letter ("o-ver") and not
everywhere. So their breaks come first, and a rule by vowel groups of our own parts what they leave: of the consonants
between two vowels the last begins the second syllable. A language without a dictionary has the rule alone. A Han
character or a kana is a syllable by itself.
"""

import re
from functools import cache
from itertools import pairwise

import pyphen

_LATIN, _CYRILLIC = "aeiouyàáâäãåæèéêëìíîïòóôöõøœùúûüýÿ", "аеёиоуыэюяіїє"
_NUCLEUS = re.compile(f"[{_LATIN}]+|[{_CYRILLIC}]", re.IGNORECASE)  # Cyrillic vowels do not join
_TOGETHER = re.compile("([tscpw]h|qu)$", re.IGNORECASE)
_TOGETHER_ROMANCE = re.compile("([tscp]h|qu|gn|[bcdfgptv][lr])$", re.IGNORECASE)
_FINAL_LE = re.compile(f"[^{_LATIN}]les?\\W*$", re.IGNORECASE)
_CHARACTER_SYLLABLES = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_SMALL_KANA = re.compile("[ぁぃぅぇぉゃゅょァィゥェォャュョー]")  # they sound with the one before
_CONSONANT_Y = re.compile(f"y(?=[{_LATIN}])", re.IGNORECASE)
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")

_SILENT = {"en": re.compile("(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e[sd]?$|(?<=[^aeiouylscgzxh])es$|(?<=[^aeiouyltd])ed$")}
"""Endings whose vowel is not sung: "time", "times", "touched"; not "table", "promises", "wanted"."""

_HIATUS = {
    "en": re.compile("(?<=i)(?=[oa]s?$)|(?<=[aeiouy][^aeiouy]e)(?=as?$)"),
    "es": re.compile("(?<=[aeoáéó])(?=[aeoáéóíú])|(?<=[íú])(?=[aeoáéó])"),
    "it": re.compile("(?<=[aeoàèéòó])(?=[aeoàèéòó])"),
}
"""Between which vowels of one group a syllable ends: "ra-di-o", "i-de-a"; "dí-a"; "po-e-ta"."""

_DICTIONARIES = {"en": ("en_US", "en_GB"), "de": ("de_DE",), "es": ("es",), "fr": ("fr",), "it": ("it_IT",)}
"""The dictionaries that were measured on words parted by hand (docs/decisions/0022); the later part what is left."""


def syllables(line: str, language: str = "en") -> list[str]:
    """The syllables of a line; one that does not end its word has a trailing hyphen.

    A hyphen that stands in a word parts it there, so that a writer can decide for himself ("ev-'ry").

    >>> syllables("Hello, table of times")
    ['Hel-', 'lo,', 'ta-', 'ble', 'of', 'times']
    """
    found: list[str] = []
    for word in line.split():
        parts = word_syllables(word, language)
        found += [f"{part}-" for part in parts[:-1]] + parts[-1:]
    return found


def word_syllables(word: str, language: str = "en") -> list[str]:
    """The syllables of one word, without hyphens; its punctuation stays with them."""
    starts = [
        match.start() for match in _CHARACTER_SYLLABLES.finditer(word) if not _SMALL_KANA.match(word, match.start())
    ]
    if starts:
        return _pieces(word, starts[1:])
    parts = [part for part in word.split("-") if part]
    if not all(re.search(r"\w", part) for part in parts):
        return [word]
    return [syllable for part in parts for syllable in _parted(part, language.lower()[:2])]


def _parted(word: str, language: str) -> list[str]:
    """A word without hyphens: by the dictionaries where every piece keeps a vowel that is sung, then by the rule."""
    vowels = [at for span in _nuclei(word, language) for at in range(*span) if not _CONSONANT_Y.match(word, at)]
    cuts: set[int] = set()
    for dictionary in map(_dictionary, _DICTIONARIES.get(language, ())):
        for cut in _breaks(dictionary, word):
            if all(any(start <= at < end for at in vowels) for start, end in _sides(cuts, cut, len(word))):
                cuts.add(cut)
    return [syllable for piece in _pieces(word, sorted(cuts)) for syllable in _by_rule(piece, language)]


def _by_rule(word: str, language: str) -> list[str]:
    nuclei = _nuclei(word, language)
    return _pieces(word, [_cut_between(word, before[1], after[0], language) for before, after in pairwise(nuclei)])


def _nuclei(word: str, language: str) -> list[tuple[int, int]]:
    """From where to where the vowels of each sung syllable stand."""
    bare = _AROUND.sub("", word)
    offset = word.find(bare)
    silent = _SILENT[language].search(bare.lower()) if language in _SILENT else None
    hiatus = _HIATUS.get(language)
    seams = {match.start() + offset for match in hiatus.finditer(bare.lower())} if hiatus else set()
    spans: list[tuple[int, int]] = []
    for match in _NUCLEUS.finditer(word):
        edges = [match.start(), *sorted(seam for seam in seams if match.start() < seam < match.end()), match.end()]
        spans += pairwise(edges)
    if silent is not None and len(spans) > 1 and spans[-1][0] >= silent.start() + offset:
        spans.pop()
    return spans


@cache
def _dictionary(name: str) -> pyphen.Pyphen:
    return pyphen.Pyphen(lang=name)


def _breaks(dictionary: pyphen.Pyphen, word: str) -> list[int]:
    """Where a dictionary breaks a word; it is shown letters only."""
    bare = _AROUND.sub("", word)
    offset = word.find(bare)
    return [int(position) + offset for position in dictionary.positions(bare)]


def _sides(cuts: set[int], cut: int, length: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """The two pieces that a further cut would make."""
    before = max((other for other in cuts if other < cut), default=0)
    after = min((other for other in cuts if other > cut), default=length)
    return (before, cut), (cut, after)


def _cut_between(word: str, end: int, start: int, language: str) -> int:
    """Where the consonants between two vowels part: the last goes with the second, in "table" and "mother" two do."""
    consonants = word[end:start]
    together = _TOGETHER_ROMANCE if language in ("fr", "es", "it", "pt", "ca", "ro") else _TOGETHER
    taken = 2 if together.search(consonants) or _FINAL_LE.match(word, start - 2) else 1
    return start - min(taken, len(consonants))


def _pieces(word: str, cuts: list[int]) -> list[str]:
    return [word[start:end] for start, end in pairwise([0, *cuts, len(word)])]
