"""Which form was said: sections in a row, a form by name, sections to add or leave out."""

import re
from dataclasses import dataclass

from resonant.brief.model import SectionBrief
from resonant.brief.reading.numbers import NUMBER, number
from resonant.brief.reading.page import Page, Phrases, Spot
from resonant.brief.reading.polarity import Polarity
from resonant.brief.vocabulary import vocabulary

_SECTION = "intro|verse|pre-?chorus|chorus|hook|bridge|interlude|solo|build(?:-?up)?|drop|breakdown|outro"
_WITH_BARS = re.compile(
    rf"(?<![\w.])({NUMBER})[\s-]*(?:bars?|measures?)(?:\s+long)?[\s-]+(?:of\s+)?({_SECTION})s?\b|\b({_SECTION})\s*(?:of|:|\(|for)?\s*({NUMBER})\s*-?(?:bars?|measures?)\)?"
)
_LETTERS = re.compile(r"(?<!\w)([A-D]{3,8})(?!\w)|(?<!\w)([A-D](?:[\s-][A-D]){2,7})(?=\s+(?:form|structure|pattern))")
_LETTER_SECTIONS = {"A": "verse", "B": "chorus", "C": "bridge", "D": "interlude"}
_TIMES = re.compile(r"\s*(?:x\s?(\d)|(\d)\s?x|twice|\(x(\d)\))")


@dataclass(frozen=True, slots=True)
class SaidForm:
    """What was said of the form: `sections` in order; `added` and `left_out` where only some were named."""

    sections: tuple[SectionBrief, ...] = ()
    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_letters(page: Page) -> tuple[SectionBrief, ...]:
    """A form in letters: AABA, ABAB, ABC; read before chords, which look alike."""
    for match in page.find(_LETTERS, cased=True):
        letters = re.sub(r"[\s-]", "", match[0])
        is_form = {"A", "B"} <= set(letters) or re.match(
            r"[\s-]*(?:form|structure|pattern)", page.plain[match.end() : match.end() + 32]
        )
        if not is_form or letters == "BAD" or letters in {"CAB", "DAB", "ABC"}:
            continue
        page.cross_out(*match.span())
        bridge_like = letters == "AABA" or letters.startswith("AABA")
        names = {**_LETTER_SECTIONS, "B": "bridge"} if bridge_like else _LETTER_SECTIONS
        return tuple(SectionBrief(names[letter]) for letter in letters)
    return ()


def read_section_lengths(page: Page) -> tuple[SectionBrief, ...]:
    """Sections that were said with their lengths: "8 bar intro, 16 bar verse"; the words for bars are crossed out."""
    found = []
    for match in page.find(_WITH_BARS):
        count, name = (match[1], match[2]) if match[1] else (match[4], match[3])
        found.append(SectionBrief(_section_name(name), round(number(count))))
        page.cross_out(*match.span())
    return tuple(found)


def read_form(page: Page, phrases: Phrases, polarity: Polarity, measured: tuple[SectionBrief, ...]) -> SaidForm:
    """The form said in words; `measured` are sections whose lengths were read already."""
    named = [spot for index, spot in enumerate(phrases.spots) if spot.of("form") and index not in polarity.negated]
    left_out = tuple(
        dict.fromkeys(
            meaning.name
            for index in sorted(polarity.negated)
            if (meaning := phrases.spots[index].of("section")) is not None
        )
    )
    row = _longest_row(page, phrases, polarity)
    if len(measured) >= 2:
        return SaidForm(measured, left_out=left_out)
    if len(row) >= 2:
        return SaidForm(_with_lengths(row, measured), left_out=left_out)
    if named:
        meaning = named[0].of("form")
        assert meaning is not None
        return SaidForm(
            tuple(SectionBrief(name) for name in vocabulary().forms[meaning.name].sections), left_out=left_out
        )
    added = [section.name for section in measured] + _added(page, phrases, polarity)
    return SaidForm((), tuple(dict.fromkeys(added)), left_out)


def _section_name(text: str) -> str:
    text = text.replace("-", "")
    return {"hook": "chorus", "buildup": "build"}.get(text, text)


def _with_lengths(row: list[str], measured: tuple[SectionBrief, ...]) -> tuple[SectionBrief, ...]:
    lengths = {section.name: section.bars for section in measured}
    return tuple(SectionBrief(name, lengths.get(name)) for name in row)


def _longest_row(page: Page, phrases: Phrases, polarity: Polarity) -> list[str]:
    """The longest run of section names with nothing but commas, arrows and "and" between them."""
    best: list[str] = []
    run: list[str] = []
    last: Spot | None = None
    for index, spot in enumerate(phrases.spots):
        meaning = spot.of("section")
        if meaning is None or index in polarity.negated:
            continue
        between = "" if last is None else page.plain[last.end : spot.start]
        if last is None or not re.fullmatch(
            r"(?:[\s,>/|→+&-]|and|then|a|an|the|to|into|x\s?\d|\d\s?x|\(x\d\))*", between
        ):
            run = []
        times = _TIMES.match(page.plain, spot.end)
        count = 1 if times is None else int(next((group for group in times.groups() if group), "2"))
        run += [meaning.name] * min(count, 8)
        if len(run) > len(best):
            best = list(run)
        last = spot
    return best


def _added(page: Page, phrases: Phrases, polarity: Polarity) -> list[str]:
    """Sections asked for one by one: "with a bridge", "add an outro", "a guitar solo"."""
    added = []
    for index, spot in enumerate(phrases.spots):
        meaning = spot.of("section")
        if (
            meaning is None
            or index in polarity.negated
            or meaning.name in {"instrumental", "verse", "chorus", "build"}
            or spot.words in {"break", "opening", "head", "ending"}
        ):
            continue
        if spot.of("only") is not None and not _is_a_solo(phrases, index):
            continue
        added.append(meaning.name)
    return added


def _is_a_solo(phrases: Phrases, index: int) -> bool:
    """Whether "solo" stands behind an instrument ("sax solo") and not before one ("solo sax")."""
    before = phrases.spots[index - 1] if index > 0 else None
    after = phrases.spots[index + 1] if index + 1 < len(phrases.spots) else None
    spot = phrases.spots[index]
    follows_player = (
        before is not None
        and before.clause == spot.clause
        and not spot.gap
        and bool(before.of("group") or before.of("instrument"))
    )
    leads_player = (
        after is not None and after.clause == spot.clause and bool(after.of("group") or after.of("instrument"))
    )
    return follows_player and not leads_player
