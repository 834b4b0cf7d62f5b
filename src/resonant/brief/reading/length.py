"""Which length was said in numbers: bars, seconds, minutes, a clock time."""

import re
from dataclasses import dataclass

from resonant.brief.reading.numbers import NUMBER, number
from resonant.brief.reading.page import Page
from resonant.errors import BriefError

MAX_BARS = 2048
MAX_SECONDS = 1800.0
_NUM = rf"(?<![\w.,]){'(' + NUMBER + ')'}"
_SEC = r"(?:s|secs?|seconds?|sekunden?|segundos?|secondes?|secondi)\b"
_MIN = r"(?:m|mins?|minutes?|minuten?|minutos?|minuti|minuto)\b"
_BARS = re.compile(
    rf"{_NUM}(?:\s*(?:-|to)\s*({NUMBER}))?[\s-]*(?:bars?|measures?|takte?n?|takten|compases|compas|mesures?|battut[ae])\b(?:\s+long)?"
)
_TWELVE_BAR_BLUES = re.compile(r"(?<!\w)(?:12|twelve)[\s-]?bar(?=[\s-]+(?:\w+\s+)?blues\b)")
_BARS_AFTER = re.compile(r"(?<!\w)(?:bars|num_bars|measures)\s*[:=]\s*(\d{1,7})\b")
_CLOCK = re.compile(r"(?<![\d:/])(\d{1,3}):([0-5]\d)(?![\d:])(?:\s*(?:min(?:utes?|s)?|m|long)\b)?")
_MIXED = re.compile(
    rf"{_NUM}[\s-]*{_MIN[:-2]}\s*,?\s*(?:and\s+|y\s+|und\s+)?(\d{{1,2}}|{NUMBER})\s*(?:{_SEC}|(?=\W|$))"
)
_AND_A_HALF = re.compile(rf"(?<!\w)(?:an?|one|{NUMBER})\s+(minute|min|second)s?\s+and\s+a\s+half\b")
_NO_LENGTH = r"(?!(?:303|606|707|808|909|19\d\d|20\d\d)s\b)"  # drum machines and decades
_SECONDS = re.compile(rf"{_NO_LENGTH}{_NUM}(?:\s*(?:-|to)\s*({NUMBER}))?[\s-]*{_SEC}(?:\s+long)?")
_MINUTES = re.compile(rf"(?:{_NUM}(?:\s*(?:-|to)\s*({NUMBER}))?[\s-]*|(?<!\w)(an?)\s+){_MIN}(?:\s+long)?")
_HOURS = re.compile(rf"(?:{_NUM}|(?<!\w)(an?))[\s-]*(?:hours?|hrs?|stunden?|horas?|heures?)\b")
_ROUGH = re.compile(r"(?:about|around|roughly|approx\w*|circa|ca\.?|~|etwa|like|some|maybe)\s*(?:a\s+)?$")
_DECADES = {50.0, 60.0, 70.0, 80.0, 90.0}


@dataclass(frozen=True, slots=True)
class SaidLength:
    """What was said of the length: bars, seconds, or both; `rough` where it was said as "about 30 seconds"."""

    bars: int | None = None
    seconds: float | None = None
    rough: bool = False


def read_length(page: Page) -> SaidLength:
    """The length said in numbers.

    Raises:
        BriefError: bars outside 1…2048 or seconds outside 1…1800.
    """
    blues = page.find(_TWELVE_BAR_BLUES)[:1]
    for match in blues:
        page.cross_out(*match.span())
    counted = [_bars(match) for pattern in (_BARS, _BARS_AFTER) for match in page.take(pattern)]
    timed, rough = _all_seconds(page)
    if len(set(counted)) > 1:
        page.remark(f"Several lengths were said; {counted[0]} bars was taken.")
    if len(set(timed)) > 1:
        page.remark(f"Several lengths were said; {timed[0]:g} seconds was taken.")
    seconds = None if not timed else checked_seconds(timed[0])
    bars = checked_bars(counted[0]) if counted else 12 if blues and seconds is None else None
    return SaidLength(bars, seconds, rough)


def checked_bars(bars: int) -> int:
    """The same number of bars, or a BriefError where it is none we can write."""
    if not 1 <= bars <= MAX_BARS:
        raise BriefError(f"bars={bars} must lie in 1…{MAX_BARS}; give a number of bars in that range")
    return bars


def checked_seconds(seconds: float) -> float:
    """The same length, or a BriefError where it is too short or too long."""
    if not 1.0 <= seconds <= MAX_SECONDS:
        raise BriefError(
            f"a length of {seconds:g} seconds must lie in 1…{MAX_SECONDS:g}; "
            "ask for less, and extend the song afterwards"
        )
    return seconds


def _bars(match: re.Match[str]) -> int:
    numbers = [number(text) for text in match.groups() if text]
    return round(sum(numbers) / len(numbers))


def _all_seconds(page: Page) -> tuple[list[float], bool]:
    """All lengths in seconds in the order of their patterns, and whether the first was said roughly."""
    found: list[tuple[int, float, bool]] = []
    for pattern, seconds_of in (
        (_AND_A_HALF, _and_a_half), (_CLOCK, lambda m: int(m[1]) * 60.0 + int(m[2])), (_MIXED, _mixed),
        (_HOURS, lambda m: 3600.0 * _mean(m)), (_MINUTES, lambda m: 60.0 * _mean(m)), (_SECONDS, _mean),
    ):  # fmt: skip
        for match in page.find(pattern):
            if pattern is _SECONDS and _is_decade(page.plain, match):
                continue
            before = page.plain[max(match.start() - 20, 0) : match.start()]
            is_range = pattern in (_MINUTES, _SECONDS) and match[2] is not None
            rough = is_range or _ROUGH.search(before) is not None
            found.append((match.start(), seconds_of(match), rough))
            page.cross_out(*match.span())
    found.sort()
    return [seconds for _, seconds, _ in found], bool(found) and found[0][2]


def _mean(match: re.Match[str]) -> float:
    texts = [text for text in match.groups() if text]
    numbers = [1.0 if text in ("a", "an") else number(text) for text in texts]
    return sum(numbers) / len(numbers)


def _and_a_half(match: re.Match[str]) -> float:
    first = re.match(NUMBER, match[0])
    whole = 1.0 if first is None or match[0].startswith(("a ", "an ")) else number(first[0])
    return (whole + 0.5) * (60.0 if match[1].startswith("min") else 1.0)


def _mixed(match: re.Match[str]) -> float:
    return number(match[1]) * 60.0 + number(match[2])


def _is_decade(plain: str, match: re.Match[str]) -> bool:
    """Whether "80s" means the eighties: joined to its s, after "the" or before a noun, or alone and no usual length."""
    if not re.fullmatch(r"\d\ds", match[0]) or float(match[0][:2]) not in _DECADES:
        return False
    before, after = plain[max(match.start() - 8, 0) : match.start()], plain[match.end() : match.end() + 12]
    if re.search(r"(?:for|length|duration|exactly|about|around|:|=)\s*$", before) or re.match(
        r"\s+(?:long|loop|of|total|length|clip|version)\b", after
    ):
        return False
    if re.search(r"(?:the|late|early|mid|'|-)\s*$", before) or re.match(r"[\s-]+[a-z&]", after):
        return True
    return match[0] != "60s"
