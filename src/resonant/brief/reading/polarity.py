"""What is wanted and what is not: how far a "no" reaches, and what "only" holds together."""

import re
from dataclasses import dataclass

from resonant.brief.reading.page import Page, Phrases, Spot
from resonant.brief.vocabulary import vocabulary

PLAYERS = ("instrument", "group", "manner", "ensemble")
_JOINS = {"and", "or", "nor", "&", "+", "/", "y", "und", "et", "o", "oder", "ni", "ou", "plus", "e"}
_EXCEPT = {"except", "excluding"}
_DETERMINERS = {
    "a", "an", "the", "any", "some", "one", "two", "my", "more", "kind of", "kind", "of", "use", "using", "too",
    "much", "many", "big", "real", "use of", "other", "playing", "that", "los", "las", "la", "el", "una", "un",
    "der", "die", "das", "ein", "eine", "le", "les",
}  # fmt: skip


@dataclass(frozen=True)
class Polarity:
    """Indices of spots: `negated` are not wanted; `only` is the whole band, empty where nothing was said of it."""

    negated: frozenset[int]
    only: frozenset[int]


def read_polarity(page: Page, phrases: Phrases) -> Polarity:
    """Which spots a "no" reaches, and which an "only" names."""
    negated = _negated(page, phrases.spots)
    return Polarity(frozenset(negated), frozenset(_only(page, phrases.spots, negated)))


def _negated(page: Page, spots: tuple[Spot, ...]) -> set[int]:
    negated: set[int] = set()
    for index, spot in enumerate(spots):
        if spot.of("negations") is None:
            continue
        following = index + 1
        if following >= len(spots) or not _reaches(page, spot, spots[following]):
            continue
        if spot.words in _EXCEPT and any(
            other.of("negations") and other.clause == spot.clause for other in spots[:index]
        ):
            continue  # "no drums except finger snaps"
        negated.add(following)
        negated |= _listed_after(page, spots, following, list_word=spot.words in vocabulary().grammar["list_no"])
    return negated


def _reaches(page: Page, no: Spot, spot: Spot) -> bool:
    """Whether nothing but articles stands between "no" and what it negates."""
    if spot.clause != no.clause or len(spot.gap) > 3:
        return False
    return all(word in _DETERMINERS for word in spot.gap)


def _listed_after(page: Page, spots: tuple[Spot, ...], first: int, list_word: bool) -> set[int]:
    """The further things in the list that a "no" begins: "no drums or bass", "without drums, bass and keys"."""
    listed, pending = set[int](), set[int]()
    last = spots[first]
    for index in range(first + 1, len(spots)):
        spot = spots[index]
        link = page.plain[last.end : spot.start]
        joined = _JOINS & set(re.findall(r"[\w&+/]+", link))
        plain_link = not re.search(r"[^\s,&+/\w]", link) and set(re.findall(r"\w+", link)) <= _JOINS | _DETERMINERS
        if not plain_link or not any(spot.of(kind) for kind in (*PLAYERS, "section", "style", "mood")):
            break
        if "," in link and not joined:
            pending.add(index)
        elif joined:
            has_article = re.search(r"\b(?:and|plus)\s+(?:an?|the|some)\b", link) is not None
            ambiguous_comma = "," in link and not list_word and not {"or", "nor"} & joined
            if has_article or ambiguous_comma or (pending and not list_word and not {"or", "nor"} & joined):
                break
            listed |= pending | {index}
            pending = set()
        else:
            break
        last = spot
    return listed


def _only(page: Page, spots: tuple[Spot, ...], negated: set[int]) -> set[int]:
    """The players named by "only", "just", "solo", "nothing else", or as a piece for them alone."""
    only: set[int] = set()
    for index, spot in enumerate(spots):
        if spot.of("only") is not None and index + 1 < len(spots):
            first = _skip_adjectives(spots, index + 1)
            if set(spots[first].gap) <= _DETERMINERS | {"for"}:
                only |= _band_from(page, spots, first, negated)
        if index > 0 and _stands_alone(spots[index - 1], spot):
            only |= _band_until(page, spots, index - 1, negated)
        if spot.of("ensemble") is not None and index not in negated:
            only.add(index)
    return only or _piece_for(page, spots, negated)


def _stands_alone(player: Spot, spot: Spot) -> bool:
    """Whether a spot says of the player before it that nobody else plays: "piano only"."""
    if spot.of("alone") is None or spot.words == "solo" or not _plays(player):
        return False
    return spot.clause == player.clause or spot.words == "nothing else"


def _skip_adjectives(spots: tuple[Spot, ...], index: int) -> int:
    while (
        index < len(spots) - 1
        and not _plays(spots[index])
        and any(spots[index].of(kind) for kind in ("mood", "timbre", "sound", "tempo", "complexity"))
    ):
        index += 1
    return index


def _plays(spot: Spot) -> bool:
    return any(spot.of(kind) for kind in PLAYERS) and not is_a_track_word(spot)


def is_a_track_word(spot: Spot) -> bool:
    """Whether it is "beat", which may mean the drums and mostly means the song."""
    return (
        spot.words in {"beat", "beats", "chord", "chords", "harmony", "melody", "melodies"}
        and spot.of("group") is not None
    )


def _band_from(page: Page, spots: tuple[Spot, ...], first: int, negated: set[int]) -> set[int]:
    """The players from `first` on that are joined by commas and "and"."""
    if first >= len(spots) or not _plays(spots[first]) or first in negated:
        return set()
    band, last = {first}, spots[first]
    for index in range(first + 1, len(spots)):
        spot = spots[index]
        link = set(re.findall(r"[\w&+]+", page.plain[last.end : spot.start]))
        if index in negated or not _plays(spot) or not link <= _JOINS | _DETERMINERS | {"with"}:
            break
        band.add(index)
        last = spot
    return band


def _band_until(page: Page, spots: tuple[Spot, ...], last: int, negated: set[int]) -> set[int]:
    """The players that end at `last` and are joined to it."""
    first = last
    while first > 0 and _plays(spots[first - 1]) and first - 1 not in negated:
        link = set(re.findall(r"[\w&+]+", page.plain[spots[first - 1].end : spots[first].start]))
        if not link <= _JOINS | _DETERMINERS | {"with"}:
            break
        first -= 1
    return _band_from(page, spots, first, negated)


_PIECE = re.compile(
    r"\s+(?:piece|music|sonata|nocturne|etude|prelude|duet|duo|instrumental|solo\s+piece|quartet|trio)\b"
)
_DUET = re.compile(
    r"(?:duet|duo|sonata|piece|nocturne|etude|prelude|trio)\s+(?:of|between)\s+(?:an?\s+|the\s+)?$|\bfor\s+(?:an?\s+|one\s+|two\s+)?$"
)


def _piece_for(page: Page, spots: tuple[Spot, ...], negated: set[int]) -> set[int]:
    """The players of "a piano piece", "a duet for flute and harp"; none where others are named elsewhere."""
    players = {index for index, spot in enumerate(spots) if _plays(spot) and index not in negated}
    for index in players:
        spot = spots[index]
        if _DUET.search(page.plain, max(spot.start - 30, 0), spot.start):
            band = _band_from(page, spots, index, negated)
        elif _PIECE.match(page.plain, spot.end):
            band = _band_until(page, spots, index, negated)
        else:
            continue
        if band == players:
            return band
    return set()
