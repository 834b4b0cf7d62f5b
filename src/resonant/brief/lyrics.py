"""Structured lyrics: sections in brackets, stage directions in round ones (A3)."""

import re
from dataclasses import dataclass, field

from resonant.brief.model import SectionBrief
from resonant.errors import BriefError

SECTIONS = (
    "intro", "verse", "prechorus", "chorus", "bridge", "interlude", "instrumental", "solo", "build", "drop",
    "breakdown", "outro",
)  # fmt: skip
_ALIASES = {
    "hook": "chorus",
    "refrain": "chorus",
    "buildup": "build",
    "break": "breakdown",
    "inst": "instrumental",
    "ending": "outro",
    "postchorus": "chorus",
}
_HEADER = re.compile(r"\s*\[([^\]]*)\]\s*:?\s*(.*)")
_NUMBERED = re.compile(r"([a-z]+)\s*(?:\d+|[ivx]+|[a-d])?")
_DIRECTION = re.compile(r"\(([^()]*)\)")
_EXTRA = re.compile(r"\s*[:,;–-]\s*")


@dataclass
class _Sheet:
    """A section while its lines are read."""

    name: str
    lyrics: list[str] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)


def read_lyrics(text: str) -> tuple[SectionBrief, ...]:
    """The sections of structured lyrics, in order; words before the first header are a verse.

    >>> [s.name for s in read_lyrics("[Verse 1]\\nHello (softly)\\n[Chorus]\\nYou")]
    ['verse', 'chorus']

    Raises:
        BriefError: a header is none we know; the message names its line.
    """
    sheets: list[_Sheet] = []
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.fullmatch(line)
        if header is not None:
            name, direction = _section(header[1], number)
            sheets.append(_Sheet(name, directions=[direction] if direction else []))
            line = header[2]
        if line.strip():
            if not sheets:
                sheets.append(_Sheet("verse"))
            _write(sheets[-1], line)
    return tuple(SectionBrief(sheet.name, None, None, tuple(sheet.lyrics), tuple(sheet.directions)) for sheet in sheets)


def _section(header: str, line: int) -> tuple[str, str]:
    """The section a header names, and what it says besides: "Verse 2: whispered"."""
    title, *rest = _EXTRA.split(header.strip().lower().replace("pre-", "pre").replace("post-", "post"), maxsplit=1)
    plain = re.sub(r"\bpre chorus\b", "prechorus", re.sub(r"\bpost chorus\b", "postchorus", title.strip()))
    match = _NUMBERED.fullmatch(plain)
    name = "" if match is None else _ALIASES.get(match[1], match[1])
    if name not in SECTIONS:
        known = " ".join(f"[{section.capitalize()}]" for section in SECTIONS)
        raise BriefError(f"lyrics, line {line}: section [{header.strip()}] is not known; write one of {known}")
    return name, rest[0].strip() if rest else ""


def _write(sheet: _Sheet, line: str) -> None:
    sheet.directions += [text.strip() for text in _DIRECTION.findall(line) if text.strip()]
    words = " ".join(_DIRECTION.sub(" ", line).split())
    if words:
        sheet.lyrics.append(words)
