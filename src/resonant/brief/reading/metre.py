"""Which metre was said in figures."""

import re

from resonant.brief.reading.page import Page
from resonant.units import Metre

_FIGURES = re.compile(
    r"(?<![\w/.#-])(\d{1,3})\s?/\s?(\d{1,3})(?![\w/]|\.\d)(?:[\s-]*(?:time(?:\s+signature)?|metre|meter|takt|feel))?"
)
_NOTE_VALUE = re.compile(r"\s*-?\s*(?:notes?|speed|hats?|triplets?|minutes?|mins?|hours?|of|way|second|inch)\b")


def read_metre(page: Page) -> Metre | None:
    """The metre said in figures; the first where there are several.

    Raises:
        BriefError: figures such as 17/3 that are no metre.
    """
    found = []
    for match in page.find(_FIGURES):
        figures = (int(match[1]), int(match[2]))
        said_as_time = match[0][-1].isalpha()
        is_fraction = figures[0] == 1 and not said_as_time
        if figures == (24, 7) or is_fraction or _NOTE_VALUE.match(page.plain, match.end()):
            continue
        found.append(Metre(*figures))
        page.cross_out(*match.span())
    if len(set(found)) > 1:
        page.remark(f"Several metres were said; {found[0]} was taken.")
    return found[0] if found else None
