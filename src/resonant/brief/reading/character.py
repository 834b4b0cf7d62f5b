"""What it shall be like: moods, scenes, timbre, energy, complexity, sound; and what is a tag besides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from resonant.brief.model import Tag
from resonant.brief.reading.page import Page, Phrases, Spot
from resonant.brief.reading.polarity import Polarity
from resonant.brief.vocabulary import Lexicon, vocabulary
from resonant.errors import BriefError
from resonant.seeds import MAX_SEED

SOUND_FIELDS = ("lofi", "reverb", "dynamics", "loudness_lufs")
_TOPIC = re.compile(r"(?<!\w)(?:about|titled|inspired by|evoking|depicting)\s+((?!\d)[^,.;:!?\n\x01]{3,80})")
_SEED = re.compile(r"(?<!\w)seed\s*(?:[:=#]|is|of|number)?\s*(\d{1,30})(?!\w)")
_TITLE = re.compile(r"(?:called|titled|named|title\s*[:=]?)\s*[\"“”'«]([^\"“”'»\n\x01]{1,80})[\"“”'»]")
_LUFS = re.compile(r"(-\s?\d{1,2}(?:\.\d+)?)\s*(?:lufs|lkfs|db\s*lufs)\b")
_LANGUAGE = re.compile(r"(?:\b(?:in|sung in|singing in|rap in)\s+$)")


@dataclass(frozen=True)
class SaidCharacter:
    """What was said of the character.

    Args:
        moods: mood words as said, in order; `mood_names` the same as the vocabulary calls them.
        tags: by category, without those for genre and instruments.
        energy, complexity, loop: where they were said outright.
        sound: fields of `Sound` by name.
    """

    moods: tuple[str, ...] = ()
    mood_names: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    energy: float | None = None
    complexity: int | None = None
    loop: bool | None = None
    sound: Mapping[str, float] = field(default_factory=dict)
    tempo_words: tuple[str, ...] = ()
    length_words: tuple[str, ...] = ()
    metre_words: tuple[str, ...] = ()
    mode_words: tuple[str, ...] = ()
    role: str = ""
    language: str = ""


def read_seed(page: Page) -> int | None:
    """The seed that was said.

    Raises:
        BriefError: it does not fit 63 bits.
    """
    seeds = [int(match[1]) for match in page.take(_SEED)]
    return checked_seed(seeds[0]) if seeds else None


def checked_seed(seed: int) -> int:
    """The same seed, or a BriefError where a database could not hold it."""
    if not 0 <= seed <= MAX_SEED:
        raise BriefError(f"seed {seed} must lie in 0…{MAX_SEED}; take a smaller one, or none")
    return seed


def read_title(page: Page) -> str:
    """The title that was said in quotes after "called", or ""."""
    for match in page.find(_TITLE, cased=True):
        page.cross_out(*match.span())
        return match[1].strip()
    return ""


def read_loudness(page: Page) -> float | None:
    """Integrated loudness that was said in LUFS.

    Raises:
        BriefError: it lies outside −40…−5.
    """
    values = [float(match[1].replace(" ", "")) for match in page.take(_LUFS)]
    if values and not -40.0 <= values[0] <= -5.0:
        raise BriefError(f"loudness {values[0]:g} LUFS must lie in -40…-5; -14 suits streaming, -23 broadcast")
    return values[0] if values else None


def read_topic(page: Page) -> str:
    """What a song is about, in its own words; they stay on the page, since moods may be among them."""
    match = _TOPIC.search(page.plain)
    return "" if match is None else " ".join(page.text[slice(*match.span(1))].split()[:8])


def read_character(page: Page, phrases: Phrases, polarity: Polarity, topic: str, lexicon: Lexicon) -> SaidCharacter:
    """Everything else that the phrases say."""
    wanted = [
        inner
        for index, spot in enumerate(phrases.spots)
        if index not in polarity.negated
        for inner in (spot, *_moods_inside(spot, lexicon))
    ]
    moods = [(spot.words, meaning.name) for spot in wanted if (meaning := spot.of("mood")) is not None]
    return SaidCharacter(
        moods=tuple(dict.fromkeys(words for words, _ in moods)),
        mood_names=tuple(dict.fromkeys(name for _, name in moods)),
        scenes=_names(wanted, "scene"),
        tags=_tags(wanted, topic),
        energy=_value(wanted, "energy"),
        complexity=None if (value := _value(wanted, "complexity")) is None else round(value),
        loop=True if _value(wanted, "loop") is not None else None,
        sound={name: value for name in SOUND_FIELDS if (value := _value(wanted, name)) is not None},
        tempo_words=_names(wanted, "tempo"),
        length_words=_names(wanted, "length"),
        metre_words=_names(wanted, "metre"),
        mode_words=_names(wanted, "mode"),
        role=next(iter(_names(wanted, "role")), ""),
        language=_language(page, wanted),
    )


def _moods_inside(spot: Spot, lexicon: Lexicon) -> list[Spot]:
    """The moods in the name of a style or a purpose of several words: "dark ambient", "epic trailer"."""
    words = spot.words.split()
    if len(words) < 2 or spot.of("mood") or not (spot.of("style") or spot.of("role") or spot.of("group")):
        return []
    found = [(word, lexicon.meanings(word)) for word in words]
    return [
        replace(spot, words=word, meanings=moods)
        for word, all_ in found
        if (moods := tuple(m for m in all_ if m.kind == "mood"))
    ]


def _names(spots: list[Spot], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(meaning.name for spot in spots if (meaning := spot.of(kind)) is not None))


def _value(spots: list[Spot], kind: str) -> float | None:
    return next((meaning.value for spot in spots if (meaning := spot.of(kind)) is not None), None)


def _tags(spots: list[Spot], topic: str) -> tuple[Tag, ...]:
    moods = vocabulary().moods
    tags = [
        Tag("timbre" if moods[meaning.name].category == "timbre" else "mood", meaning.name)
        for spot in spots
        if (meaning := spot.of("mood")) is not None
    ]
    for kind in ("timbre", "gender", "scene", "topic"):
        tags += [Tag(kind, name) for name in _names(spots, kind)]
    if topic:
        tags.append(Tag("topic", topic))
    return tuple(dict.fromkeys(tags))


def _language(page: Page, spots: list[Spot]) -> str:
    """A language that is to be sung in; "spanish guitar" is none."""
    for spot in spots:
        meaning = spot.of("language")
        if meaning is not None:
            before, after = page.plain[max(spot.start - 14, 0) : spot.start], page.plain[spot.end : spot.end + 12]
            if _LANGUAGE.search(before) or re.match(r"\s+(?:lyrics|vocals?|sing|rap|words)", after):
                return meaning.name
    return ""
