"""The lexicon: every phrase that means something, found by its longest match; and the spelling it forgives."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from resonant.brief.vocabulary.words import Vocabulary, vocabulary
from resonant.instruments import instruments
from resonant.styles import all_styles

_WORD = re.compile(r"[^\W_]+(?:['&][^\W_]+)*|&")
_MIN_LETTERS_FOR_TYPOS = 5


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase means: its kind ("style", "mood", "group", …), the name there, and a value where it has one."""

    kind: str
    name: str
    value: float = 0.0


@dataclass(frozen=True)
class Lexicon:
    """Phrases by their first word, longest first, and all words that occur in them."""

    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], tuple[Meaning, ...]]]]
    words: frozenset[str]

    @cached_property
    def spellings(self) -> Mapping[str, tuple[str, ...]]:
        """Words that carry meaning, by each of their spellings with one letter left out; made for the first typo."""
        return _spellings({words: meanings for entries in self.phrases.values() for words, meanings in entries})

    def longest(self, words: Sequence[str], start: int, end: int) -> tuple[int, tuple[Meaning, ...]] | None:
        """How many words from `start` on (before `end`) make the longest known phrase, and what it means."""
        for phrase, meanings in self.phrases.get(words[start], ()):
            if start + len(phrase) <= end and tuple(words[start : start + len(phrase)]) == phrase:
                return len(phrase), meanings
        return None

    def meanings(self, phrase: str) -> tuple[Meaning, ...]:
        """What a whole phrase means; empty where nothing."""
        words = words_of(phrase)
        found = self.longest(words, 0, len(words)) if words else None
        return found[1] if found is not None and found[0] == len(words) else ()

    def corrected(self, word: str) -> str | None:
        """The one known word that differs from `word` by a single slip of the fingers, or None."""
        if word in self.words or not 4 <= len(word) <= 16 or not word.isalpha():
            return None
        near = {known for cut in _cuts(word) for known in self.spellings.get(cut, ()) if _one_slip(word, known)}
        alone = {known for known in near if any(phrase == (known,) for phrase, _ in self.phrases.get(known, ()))}
        best = alone if len(alone) == 1 else near
        return best.pop() if len(best) == 1 else None


@cache
def lexicon(styles_folder: Path | None = None) -> Lexicon:
    """The lexicon of our vocabulary, our instruments and all styles, the user's own among them."""
    entries: dict[tuple[str, ...], list[Meaning]] = {}
    for phrase, meaning in _all_phrases(vocabulary(), styles_folder):
        for words in _spellings_of(phrase, meaning.kind):
            meanings = entries.setdefault(words, [])
            if meaning not in meanings and not _is_overruled(meaning, meanings):
                meanings.append(meaning)
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[Meaning, ...]]]] = {}
    for words, meanings in sorted(entries.items(), key=lambda entry: -len(entry[0])):
        by_first.setdefault(words[0], []).append((words, tuple(meanings)))
    return Lexicon(by_first, frozenset(word for words in entries for word in words))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a phrase as they are compared: lower case, without accents, hyphens as spaces.

    >>> words_of("Lo-Fi Café r&b")
    ('lo', 'fi', 'cafe', 'r&b')
    """
    return tuple(_WORD.findall(text.lower() if text.isascii() else "".join(map(fold, text))))


@cache
def fold(character: str) -> str:
    """One character in lower case without its accent; always one character, so that places in a text stay."""
    plain = unicodedata.normalize("NFKD", character).lower()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = {"‘": "'", "’": "'", "ʼ": "'", "´": "'", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-"}.get(
        character, plain
    )
    return plain if len(plain) == 1 else (character if len(character.lower()) != 1 else character.lower())


def _spellings_of(phrase: str, kind: str) -> list[tuple[str, ...]]:
    """A phrase as its words, and closed up ("boombap", "drum&bass") where it names a style or an instrument."""
    words = words_of(phrase)
    closed = "".join(words)
    is_name = (
        kind in ("style", "instrument", "group", "manner")
        and len(words) in (2, 3)
        and len(closed) >= _MIN_LETTERS_FOR_TYPOS
    )
    return [words, (closed,)] if is_name else [words] if words else []


def _is_overruled(meaning: Meaning, others: Iterable[Meaning]) -> bool:
    """Manners say more than groups, and groups more than single instruments."""
    rank = {"manner": 3, "group": 2, "without": 2, "instrument": 1}
    return any(rank.get(other.kind, 0) > rank.get(meaning.kind, 4) for other in others)


def _all_phrases(words: Vocabulary, styles_folder: Path | None) -> Iterator[tuple[str, Meaning]]:
    yield from _style_phrases(words, styles_folder)
    for row in words.manners:
        for phrase in row.words:
            yield phrase, Meaning("manner", f"{row.role}/{row.manner}")
    yield from _instrument_phrases(words)
    for kind, table in (
        ("mood", words.moods),
        ("scene", words.scenes),
        ("tempo", words.tempos),
        ("length", words.lengths),
    ):
        for name, entry in table.items():
            for phrase in (name, *entry.words):
                yield phrase, Meaning(kind, name)
    for kind, named in (("ensemble", words.ensembles), ("form", words.forms)):
        for name, row_ in named.items():
            for phrase in (name, *row_.words):
                yield phrase, Meaning(kind, name)
    yield from _plain_phrases(words)


def _plain_phrases(words: Vocabulary) -> Iterator[tuple[str, Meaning]]:
    tables = (
        ("timbre", words.timbres), ("section", words.sections), ("metre", words.metres), ("mode", words.modes),
        ("role", words.roles), ("gender", words.tags["gender"]), ("topic", words.tags["topic"]),
        ("language", words.tags["languages"]),
    )  # fmt: skip
    for kind, table in tables:
        for name, phrases in table.items():
            own = [] if kind in ("mode", "metre", "language") else [name.replace("_", " ")]
            for phrase in (*own, *phrases):
                yield phrase, Meaning(kind, name)
    for name, rows in words.sounds.items():
        for row in rows:
            for phrase in row["words"]:
                yield phrase, Meaning(name, name, float(row["value"]))
    for kind in ("negations", "only", "alone", "instrumental", "filler"):
        for phrase in words.grammar[kind]:
            yield phrase, Meaning(kind, phrase)


def _style_phrases(words: Vocabulary, styles_folder: Path | None) -> Iterator[tuple[str, Meaning]]:
    weak = {words_of(phrase) for phrase in words.styles["weak"]}
    for style in all_styles(styles_folder).values():
        for phrase in (style.name, *style.aliases, *words.styles["more"].get(style.name, ())):
            is_weak = (words_of(phrase) in weak and phrase != style.name) or (phrase == style.name == "ballad")
            yield phrase, Meaning("style", style.name, 1.0 if is_weak else 2.0)
    for phrase, name in words.styles["adjectives"].items():
        yield phrase, Meaning("style", name, 0.5)


def _instrument_phrases(words: Vocabulary) -> Iterator[tuple[str, Meaning]]:
    for name, group in words.groups.items():
        for phrase in (name, *group.words):
            yield phrase, Meaning("group", name)
            for suffix in ("less", " less", " free"):
                yield phrase + suffix, Meaning("without", name)
    for name, instrument in instruments().items():
        for phrase in map(str, (instrument.label, *instrument.words)):  # YAML reads 909 as a number
            yield phrase, Meaning("instrument", name)
            if not phrase.endswith("s"):
                yield phrase + "s", Meaning("instrument", name)


def _spellings(entries: Mapping[tuple[str, ...], Sequence[Meaning]]) -> dict[str, tuple[str, ...]]:
    """Words that carry meaning, by each of their spellings with one letter left out."""
    quiet_kinds = {"filler", "negations", "only", "alone", "role", "language", "topic"}
    quiet = {words for words, meanings in entries.items() if all(meaning.kind in quiet_kinds for meaning in meanings)}
    table: dict[str, set[str]] = {}
    for word in {word for words in entries if words not in quiet for word in words}:
        if len(word) >= _MIN_LETTERS_FOR_TYPOS - 1 and word.isalpha() and (word,) not in quiet:
            for cut in _cuts(word):
                table.setdefault(cut, set()).add(word)
    return {cut: tuple(sorted(words)) for cut, words in table.items()}


def _cuts(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _one_slip(word: str, known: str) -> bool:
    """Whether a letter is missing or added, or two neighbours are swapped; or, in longer words, one is wrong."""
    if word[0] != known[0]:
        return False
    if abs(len(word) - len(known)) == 1:
        short, long = sorted((word, known), key=len)
        return len(long) >= _MIN_LETTERS_FOR_TYPOS and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    if len(word) != len(known):
        return False
    wrong = [i for i, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1:
        return word[wrong[0]] == known[wrong[1]] and word[wrong[1]] == known[wrong[0]]
    return len(wrong) == 1 and len(word) > _MIN_LETTERS_FOR_TYPOS
