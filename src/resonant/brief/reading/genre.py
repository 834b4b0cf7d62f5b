"""Which style was said: the strongest word for one, the last of a compound, the first of several."""

import re
from dataclasses import dataclass

from resonant.brief.reading.page import Page, Phrases, Spot
from resonant.brief.reading.polarity import Polarity
from resonant.brief.vocabulary import Lexicon, vocabulary

STRONG = 2.0
_DEMOTED = 0.75
_INSIDE = 0.25


@dataclass(frozen=True, slots=True)
class SaidStyle:
    """A style, or None, and the genre words that become tags, strongest first.

    `strength` 2 for the name of a style, 1 for a word that may be one, below 1 for an adjective or a hint.
    """

    name: str | None = None
    words: tuple[str, ...] = ()
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    words: str
    strength: float
    spot: Spot


def read_style(page: Page, phrases: Phrases, polarity: Polarity, lexicon: Lexicon) -> SaidStyle:
    """The style that was said, if any; a style that was refused ("not jazz") is none."""
    found = [
        _Candidate(meaning.name, spot.words, _strength(page, spot, meaning.value), spot)
        for index, spot in enumerate(phrases.spots)
        if index not in polarity.negated and (meaning := spot.of("style")) is not None
    ]
    found += [candidate for spot in phrases.spots for candidate in _inside(spot, lexicon) if spot.of("style") is None]
    if not found:
        return SaidStyle(None)
    best = max(candidate.strength for candidate in found)
    strongest = [candidate for candidate in found if candidate.strength == best]
    chosen = _last_of_compound(page, strongest)
    words = dict.fromkeys(
        [chosen.words, *(c.words for c in sorted(found, key=lambda c: -c.strength) if c.strength > _INSIDE)]
    )
    return SaidStyle(chosen.name, tuple(words), best)


def _strength(page: Page, spot: Spot, value: float) -> float:
    """A style that only flavours another ("gospel-flavoured jazz", "a touch of soul") is half a style."""
    flavours, hints = vocabulary().styles["flavours"], vocabulary().styles["hints"]
    after = re.match(r"[\s-]+([a-z]+)", page.plain[spot.end : spot.end + 24])
    before = page.plain[max(spot.start - 24, 0) : spot.start].rstrip()
    is_flavour = (after is not None and after[1] in flavours) or before.endswith(tuple(hints))
    return min(value, _DEMOTED) if is_flavour else value


def _inside(spot: Spot, lexicon: Lexicon) -> list[_Candidate]:
    """Styles named within an instrument or a mood of several words: "trap drums", "jazz guitar"."""
    words = tuple(spot.words.split())
    if len(words) < 2 or not any(spot.of(kind) for kind in ("instrument", "group", "manner", "role", "scene")):
        return []
    found = []
    for index in range(len(words)):
        hit = lexicon.longest(words, index, len(words))
        for meaning in hit[1] if hit else ():
            if meaning.kind == "style" and meaning.value >= STRONG:
                found.append(
                    _Candidate(meaning.name, " ".join(words[index : index + hit[0]]) if hit else "", _INSIDE, spot)
                )
    return found


def _last_of_compound(page: Page, candidates: list[_Candidate]) -> _Candidate:
    """In "folk rock" the last word names the thing; elsewhere the first one said does."""
    chosen = candidates[0]
    for candidate in candidates[1:]:
        between = page.plain[chosen.spot.end : candidate.spot.start]
        if re.fullmatch(r"[\s-]*", between) is None:
            break
        chosen = candidate
    return chosen
