"""Structured lyrics: sections in brackets, stage directions in round ones (A3)."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from resonant.brief.model import SectionBrief
from resonant.errors import BriefError
from resonant.units import Metre

SECTIONS = (
    "intro", "verse", "prechorus", "chorus", "bridge", "interlude", "instrumental", "solo", "build", "drop",
    "breakdown", "outro",
)  # fmt: skip
LONGEST_LYRICS = 50_000
"""Characters; a long song has 3,000."""

_ALIASES = {
    "hook": "chorus", "refrain": "chorus", "buildup": "build", "break": "breakdown", "inst": "instrumental",
    "ending": "outro", "coda": "outro", "postchorus": "chorus", "prehook": "prechorus", "pre": "prechorus",
    "rap": "verse", "stanza": "verse", "introduction": "intro", "middle": "bridge", "vamp": "outro",
}  # fmt: skip
_REFRAINS = ("prechorus", "chorus")  # whose words come back where no others stand under their name
_MOST_TIMES = 16
_BARS_A_LINE = 2
_SHORT_BAR_QUARTERS = 3.0  # bars of 3/4 and less hold half a line of words
_LONG_LINE_WORDS = 12

_HEADER = re.compile(r"\s*\[([^\]]*)\]\s*:?\s*(.*)")
_DIRECTION = re.compile(r"\(([^()]*)\)")
_EXTRA = re.compile(r"\s*[:,;–-]\s*")
_TIMES = re.compile(r"\b(?:x\s*(\d{1,2})|(\d{1,2})\s*(?:x|times))\b|\b(twice)\b|×\s*(\d{1,2})", re.IGNORECASE)


@dataclass
class _Sheet:
    """A section while its lines are read, how often it is played, and whether no header names it."""

    name: str
    times: int = 1
    is_stanza: bool = False
    lyrics: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)


def read_lyrics(text: str) -> tuple[SectionBrief, ...]:
    """The sections of structured lyrics, in order.

    Words before the first header are verses, one for each stanza; a stanza that comes back word for word is a chorus.
    "[Chorus x2]" is two choruses, "(x2)" behind a line sings it twice, and a chorus without words of its own has those
    of the chorus before.

    >>> [s.name for s in read_lyrics("[Verse 1]\\nHello (softly)\\n[Chorus x2]\\nYou")]
    ['verse', 'chorus', 'chorus']

    Raises:
        BriefError: a header is none we know (the message names its line), or the text is longer than 50,000 characters.
    """
    if len(text) > LONGEST_LYRICS:
        raise BriefError(f"the lyrics are {len(text)} characters long and must be at most {LONGEST_LYRICS}; cut them")
    return tuple(_with_refrains(_repeated(_sheets(text))))


def with_bars(form: Sequence[SectionBrief], metre: Metre) -> tuple[SectionBrief, ...]:
    """The form with room for its words: two bars a line (four in 3/4, or for a long line), in groups of four bars.

    What has no words, or has its bars already, stays as it is.
    """
    return tuple(
        replace(section, bars=_bars(section.lyrics, metre)) if section.lyrics and section.bars is None else section
        for section in form
    )


def _bars(lines: Sequence[str], metre: Metre) -> int:
    is_short = metre.quarters_per_bar <= _SHORT_BAR_QUARTERS and not metre.is_compound
    a_line = _BARS_A_LINE * (2 if is_short else 1)
    bars = sum(a_line * (1 + len(line.split()) // _LONG_LINE_WORDS) for line in lines)
    return bars + -bars % 4


def _sheets(text: str) -> list[_Sheet]:
    """The sections as they stand on the page."""
    sheets: list[_Sheet] = []
    has_header, between = False, True
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.fullmatch(line)
        if header is not None:
            sheets.append(_section(header[1], number))
            has_header, line = True, header[2]
        if line.strip():
            if between and not has_header:
                sheets.append(_Sheet("verse", is_stanza=True))
            _write(sheets[-1], line)
        between = not line.strip()
    return sheets


def _section(header: str, line: int) -> _Sheet:
    """The section a header names, and what it says besides: "Verse 2: whispered", "Guitar Solo", "Chorus x2"."""
    times = _TIMES.search(header)
    plain = _TIMES.sub(" ", header).strip().lower()
    plain = re.sub(r"\b(pre|post)[- ](?=chorus|hook)", r"\1", plain)
    title, *rest = _EXTRA.split(plain.strip(" ()"), maxsplit=1)
    words = re.findall(r"[^\W\d_]+|\d+", title)
    names = [(_ALIASES.get(word, word), word) for word in words]
    known = [(name, word) for name, word in names if name in SECTIONS]
    if not known:
        listed = " ".join(f"[{section.capitalize()}]" for section in SECTIONS)
        raise BriefError(f"lyrics, line {line}: section [{header.strip()[:60]}] is not known; write one of {listed}")
    name, named = known[-1]
    besides = [word for word in words if word != named and len(word) > 2 and not re.fullmatch("[ivx]+|\\d+", word)]
    directions = [text for text in (" ".join(besides), *(each.strip(" ()") for each in rest)) if text]
    return _Sheet(name, _number(times), directions=directions)


def _number(times: re.Match[str] | None) -> int:
    """How often: 2 for "x2", "2x" and "twice"."""
    if times is None:
        return 1
    said = times[1] or times[2] or times[4]
    return min(max(int(said) if said else 2, 1), _MOST_TIMES)


def _write(sheet: _Sheet, line: str) -> None:
    directions = [text.strip() for text in _DIRECTION.findall(line) if text.strip()]
    repeats = [times for text in directions if (times := _TIMES.fullmatch(text)) is not None]
    sheet.directions += [text for text in directions if _TIMES.fullmatch(text) is None]
    words = " ".join(_DIRECTION.sub(" ", line).split())
    if words:
        sheet.lyrics += [words] * (_number(repeats[0]) if repeats else 1)


def _repeated(sheets: Sequence[_Sheet]) -> list[SectionBrief]:
    """The sections as often as they are played; stanzas that come back are choruses."""
    stanzas = Counter(tuple(sheet.lyrics) for sheet in sheets if sheet.lyrics)
    sections = []
    for sheet in sheets:
        returns = sheet.is_stanza and stanzas[tuple(sheet.lyrics)] > 1
        section = SectionBrief(
            "chorus" if returns else sheet.name, None, None, tuple(sheet.lyrics), tuple(sheet.directions)
        )
        sections += [section] * sheet.times
    return sections


def _with_refrains(sections: Sequence[SectionBrief]) -> list[SectionBrief]:
    """The sections, where a chorus without words has those of the chorus before it."""
    words: dict[str, tuple[str, ...]] = {}
    out = []
    for section in sections:
        if section.name in _REFRAINS and "instrumental" not in section.directions:
            section = replace(section, lyrics=section.lyrics or words.get(section.name, ()))
            words[section.name] = section.lyrics
        out.append(section)
    return out
