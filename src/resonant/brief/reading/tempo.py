"""Which tempo was said in numbers."""

import re
from dataclasses import dataclass

from resonant.brief.reading.numbers import NUMBER, number
from resonant.brief.reading.page import Page
from resonant.errors import BriefError
from resonant.units import TEMPO_RANGE_BPM

_UNIT = (
    r"(?:b\.?\s?p\.?\s?m\b\.?s?|bpms?\b|beats?\s*(?:per|a|/|pro)\s*min(?:ute)?\b"
    r"|schlage\s+pro\s+minute|pulsaciones|battiti)"
)
_LEAD = r"(?:(?:at|@|around|about|roughly|approximately|circa|ca|of)\s*\.?\s*)?"
_WITH_UNIT = re.compile(
    rf"(?<![\w.])(?:-\s?)?{_LEAD}({NUMBER})(?:\s*(?:-|to|or|–)\s*({NUMBER}))?[\s-]*(?:ish)?\s*{_UNIT}(?:\s+tempo)?"
)
_AFTER_WORD = re.compile(
    rf"(?<!\w)(?:bpms?|tempo|q|♩|speed)\s*(?:[:=]|of|is|at|around|about)?\s*(?:of|at|around|about)?\s*({NUMBER})(?![\d/:]|\s*(?:bars?|sec|min|s\b|%))"
)
_AT = re.compile(
    r"(?<!\w)(?:at|@|around|about)\s*(\d{2,3}(?:\.\d+)?)(?:\s*ish)?(?![\d:/.%]|\s*-?\s*(?:s\b|sec|min|bars?|hz|khz|lufs|db|%|measures|am\b|pm\b|years|people|o'clock))"
)
_BARE = re.compile(r"(?<![\w.#/'-])(?!(?:303|606|707|808|909)\b)(\d{2,3})(?:\s*ish)?(?![\w./:%'-])")
_PLAUSIBLE_BARE_BPM = (55.0, 210.0)


@dataclass(frozen=True, slots=True)
class SaidTempo:
    """Quarter notes a minute, and how the text put it."""

    bpm: float
    words: str


def read_tempo(page: Page) -> SaidTempo | None:
    """The tempo said in numbers; the first where there are several.

    Raises:
        BriefError: it lies outside 20…400.
    """
    found = [_tempo(match) for pattern in (_WITH_UNIT, _AFTER_WORD, _AT) for match in page.take(pattern)]
    if not found:
        return None
    if len({tempo.bpm for tempo in found}) > 1:
        page.remark(f"Several tempos were said; {found[0].bpm:g} bpm was taken.")
    return checked_tempo(found[0])


def read_bare_tempo(page: Page) -> SaidTempo | None:
    """A number that stands alone, taken as the tempo where there is just one and it could be one."""
    low, high = _PLAUSIBLE_BARE_BPM
    matches = page.find(_BARE)
    if len(matches) != 1 or not low <= float(matches[0][1]) <= high:
        return None
    page.cross_out(*matches[0].span())
    page.remark(f"The number {matches[0][1]} was read as the tempo in bpm.")
    return SaidTempo(float(matches[0][1]), matches[0][1])


def checked_tempo(tempo: SaidTempo) -> SaidTempo:
    """The same tempo, or a BriefError where nobody could play it."""
    low, high = TEMPO_RANGE_BPM
    if not low <= tempo.bpm <= high:
        raise BriefError(f"tempo {tempo.bpm:g} bpm must lie in {low:g}…{high:g}; say a tempo in that range, or none")
    return tempo


def _tempo(match: re.Match[str]) -> SaidTempo:
    numbers = [number(text) for text in match.groups() if text]
    return SaidTempo(sum(numbers) / len(numbers), match[0])
