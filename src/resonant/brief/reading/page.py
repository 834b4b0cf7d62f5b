"""The page: a text in which what has been understood is crossed out."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from resonant.brief.vocabulary import Lexicon, Meaning
from resonant.brief.vocabulary.lexicon import fold
from resonant.errors import BriefError

MAX_CHARACTERS = 50_000
CROSSED_OUT = "\x01"
_WORD = re.compile(r"[^\W_]+(?:['&][^\W_]+)*|&")
_CLAUSE = re.compile(r"[,.;:!?()\[\]|\n\x01]")
_ESCAPES = re.compile(  # what a terminal is told by: colours, cursor, window title (ECMA-48, 5.4 and 8.3.89)
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
)
_LIGATURES = {"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "…": "..."}


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase on the page: its place in the text, the words as known, what they mean.

    `clause` counts the stretches between commas and the like; `gap` is how many words that mean nothing stand before
    it since the last spot of its clause; `next_to` whether it follows that spot directly.
    """

    start: int
    end: int
    words: str
    meanings: tuple[Meaning, ...]
    clause: int
    gap: tuple[str, ...] = ()

    def of(self, kind: str) -> Meaning | None:
        """What it means as that kind, or None."""
        for meaning in self.meanings:
            if meaning.kind == kind:
                return meaning
        return None


@dataclass(slots=True)
class Page:
    """A text and which of its characters have been understood.

    Args:
        text: without control characters.
        plain: the same in lower case without accents, of equal length.
    """

    text: str
    plain: str
    remarks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Page":
        """A clean page.

        Raises:
            BriefError: the text is longer than 50,000 characters.
        """
        if len(text) > MAX_CHARACTERS:
            raise BriefError(
                f"the text has {len(text):,} characters and must have at most {MAX_CHARACTERS:,}; "
                "say in a few sentences what the music shall be like"
            )
        text = _ESCAPES.sub("\x1b", text)
        kept = "".join(
            _LIGATURES.get(c, c)
            for c in text
            if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Cf", "Co", "Cn")
        )
        page = cls(kept, "".join(map(fold, kept)))
        if any(unicodedata.category(c) == "Cc" and c not in "\n\t\r" for c in text):
            page.remarks.append("Control characters in the text were left out.")
        return page

    def take(self, pattern: re.Pattern[str], cased: bool = False) -> Iterator[re.Match[str]]:
        """Matches among what is not yet understood, each crossed out as it is given; `cased` keeps capitals."""
        for match in pattern.finditer(self.text if cased else self.plain):
            self.cross_out(*match.span())
            yield match

    def find(self, pattern: re.Pattern[str], cased: bool = False) -> list[re.Match[str]]:
        """Matches among what is not yet understood, left as they are."""
        return list(pattern.finditer(self.text if cased else self.plain))

    def cross_out(self, start: int, end: int) -> None:
        """Marks a stretch as understood."""
        mark = CROSSED_OUT * (end - start)
        self.plain = self.plain[:start] + mark + self.plain[end:]
        self.text = self.text[:start] + mark + self.text[end:]

    def remark(self, sentence: str) -> None:
        """Adds a sentence for the user, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)


@dataclass(frozen=True)
class Phrases:
    """What the words of a page mean: spots in order, and the words that mean nothing we know."""

    spots: tuple[Spot, ...]
    unread: tuple[str, ...]
    corrections: Mapping[str, str]

    def of(self, kind: str) -> list[Spot]:
        return [spot for spot in self.spots if spot.of(kind) is not None]


def phrases_on(page: Page, lexicon: Lexicon) -> Phrases:
    """All phrases on a page, longest first match from left to right; a word with one slip is read as the known one."""
    matches = list(_WORD.finditer(page.plain))
    clauses = _clauses(page.plain, matches)
    words = [match[0] for match in matches]
    ends = _clause_ends(clauses)
    spots: list[Spot] = []
    unread: list[str] = []
    corrections: dict[str, str] = {}
    index, gap = 0, []  # type: int, list[str]
    while index < len(words):
        found = lexicon.longest(words, index, ends[index])
        if found is None or _only_filler(found[1]):
            found = _corrected(words, index, ends[index], lexicon, corrections) or found
        if spots and clauses[index] != spots[-1].clause:
            gap = []
        if found is None:
            unread.append(page.text[slice(*matches[index].span())])
            gap.append(words[index])
            index += 1
            continue
        length, meanings = found
        phrase = " ".join(words[index : index + length])
        if _only_filler(meanings):
            gap.append(phrase)
        else:
            spots.append(
                Spot(
                    matches[index].start(),
                    matches[index + length - 1].end(),
                    phrase,
                    meanings,
                    clauses[index],
                    tuple(gap),
                )
            )
            gap = []
        index += length
    return Phrases(tuple(spots), tuple(dict.fromkeys(unread)), corrections)


def _only_filler(meanings: tuple[Meaning, ...]) -> bool:
    return all(meaning.kind == "filler" for meaning in meanings)


def _clauses(plain: str, matches: list[re.Match[str]]) -> list[int]:
    """For each word, how many commas, full stops and crossed-out stretches came before it."""
    counts, clause, place = [], 0, 0
    for match in matches:
        clause += 1 if _CLAUSE.search(plain, place, match.start()) else 0
        counts.append(clause)
        place = match.end()
    return counts


def _clause_ends(clauses: list[int]) -> list[int]:
    """For each word, the index after the last word of its clause."""
    ends = [len(clauses)] * len(clauses)
    for index in range(len(clauses) - 2, -1, -1):
        ends[index] = ends[index + 1] if clauses[index] == clauses[index + 1] else index + 1
    return ends


def _corrected(
    words: list[str], index: int, end: int, lexicon: Lexicon, corrections: dict[str, str]
) -> tuple[int, tuple[Meaning, ...]] | None:
    """What stands here once one slip of the fingers is put right; the words are changed where that helps."""
    typed = words[index]
    meant = lexicon.corrected(typed)
    if meant is None:
        return None
    words[index] = meant
    found = lexicon.longest(words, index, end)
    if found is None or _only_filler(found[1]):
        words[index] = typed
        return None
    corrections[typed] = meant
    return found
