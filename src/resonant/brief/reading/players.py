"""Which instruments are wanted and unwanted, and how parts shall play."""

import re
from dataclasses import dataclass, replace

from resonant.brief.reading.page import Page, Phrases, Spot
from resonant.brief.reading.polarity import Polarity, is_a_track_word
from resonant.brief.vocabulary import vocabulary
from resonant.brief.vocabulary.words import Ensemble, MannerWord

_PART_WORDS = {
    "melody": "melody", "melodies": "melody", "lead": "melody", "topline": "melody", "chords": "chords",
    "arpeggio": "arpeggio",
    "arpeggios": "arpeggio", "arp": "arpeggio", "counter melody": "counter", "countermelody": "counter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that shall play or not: an instrument, or a group of which the style chooses one.

    Args:
        instrument: a name from `resonant.instruments`, or "".
        group: a name from the vocabulary's groups ("drums", "guitar"), or "".
        manner: how it plays, as "role/manner", or "".
        words: as it was said.
        role: the part it shall play where that was said ("flute melody"), or "".
    """

    instrument: str = ""
    group: str = ""
    manner: str = ""
    words: str = ""
    role: str = ""

    @property
    def name(self) -> str:
        return self.instrument or self.group


@dataclass(frozen=True, slots=True)
class SaidPlayers:
    """What was said of who plays; `only` says that nobody else shall, `ensemble` names a whole band."""

    wanted: tuple[Wish, ...] = ()
    unwanted: tuple[Wish, ...] = ()
    only: bool = False
    ensemble: Ensemble | None = None
    ensemble_name: str = ""
    manners: tuple[MannerWord, ...] = ()


def read_players(page: Page, phrases: Phrases, polarity: Polarity) -> SaidPlayers:
    """Who shall play and who shall not, in the order in which they were said."""
    wanted: list[Wish] = []
    unwanted: list[Wish] = []
    manners: list[MannerWord] = []
    ensemble_name = ""
    for index, spot in enumerate(phrases.spots):
        no = index in polarity.negated
        without, ensemble, wish = spot.of("without"), spot.of("ensemble"), _wish(spot)
        if without is not None:
            unwanted.append(Wish(group=without.name, words=spot.words))
        elif spot.of("instrumental") is not None and not no and not _is_a_section(page, spot):
            unwanted.append(Wish(group="vocals", words=spot.words))
        elif ensemble is not None and not no:
            ensemble_name = ensemble_name or ensemble.name
        elif wish is not None and no:
            unwanted.append(wish)
        elif wanted and _names_part_of(phrases, index):
            wanted[-1] = replace(wanted[-1], role=_PART_WORDS[spot.words])
        elif wish is not None and _is_meant(page, spot, index in polarity.only):
            wanted.append(wish)
            manners += [row for row in vocabulary().manners if f"{row.role}/{row.manner}" == wish.manner][:1]
    only = bool(polarity.only) and not (ensemble_name and not polarity.only)
    ensemble_value = vocabulary().ensembles.get(ensemble_name)
    return SaidPlayers(
        _each_once(wanted), _each_once(unwanted), only, ensemble_value, ensemble_name, tuple(dict.fromkeys(manners))
    )


def _wish(spot: Spot) -> Wish | None:
    manner, group, instrument, gender = spot.of("manner"), spot.of("group"), spot.of("instrument"), spot.of("gender")
    if manner is not None:
        row = next(row for row in vocabulary().manners if f"{row.role}/{row.manner}" == manner.name)
        group_name = row.role if row.role in vocabulary().groups and not row.instrument else ""
        return Wish(row.instrument, group_name, manner.name, spot.words)
    if group is not None:
        return Wish(group=group.name, words=spot.words)
    if instrument is not None and spot.of("style") is None:  # "ambient drone" is a style
        return Wish(instrument=instrument.name, words=spot.words)
    return Wish(group="vocals", words=spot.words) if gender is not None else None


def _is_meant(page: Page, spot: Spot, only: bool) -> bool:
    """Whether a word that may mean the song ("a lofi beat") means a part: after "with", or held by an "only"."""
    if not is_a_track_word(spot) or only:
        return True
    before = page.plain[max(spot.start - 30, 0) : spot.start]
    joins = re.search(r"(?:\bwith|\band|\+|&|,)\s+(?:\w+\s+){0,2}$", before) is not None
    return joins and spot.words in {"beat", "beats", "melody"}


def _names_part_of(phrases: Phrases, index: int) -> bool:
    """Whether a word names the part of the instrument right before it: "flute melody", "sax lead", "piano chords"."""
    spot, before = phrases.spots[index], phrases.spots[index - 1] if index else None
    if before is None or spot.words not in _PART_WORDS or spot.gap or before.clause != spot.clause:
        return False
    return (before.of("group") or before.of("instrument")) is not None and before.words not in _PART_WORDS


def _is_a_section(page: Page, spot: Spot) -> bool:
    return re.match(r"\s+(?:section|break|part|bridge)\b", page.plain[spot.end : spot.end + 32]) is not None


def _each_once(wishes: list[Wish]) -> tuple[Wish, ...]:
    """The wishes without those that say again what another says, or say less: a bare "bass" beside a "walking bass"."""
    kept: dict[tuple[str, str], Wish] = {}
    for wish in wishes:
        kept.setdefault((wish.name, wish.manner), wish)
    with_manner = {wish.name for wish in kept.values() if wish.manner}
    roles = {wish.manner.split("/")[0] for wish in kept.values() if wish.manner}
    return tuple(
        wish for wish in kept.values() if wish.manner or (wish.name not in with_manner and wish.group not in roles)
    )
