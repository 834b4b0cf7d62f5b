"""The cells that a musician names: "bass, drums" in bars "5-8, 12" or in the "chorus 2"."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from resonant.errors import BriefError

if TYPE_CHECKING:
    from resonant.library.model import Song
    from resonant.score.model import Score
    from resonant.score.region import Region

ALL, EVERYTHING = "all", "everything"
_BARS = re.compile(r"([0-9]{1,7})(?:\s*([-–])\s*([0-9]{1,7})?)?")
_VISIT = re.compile(r"(.+?)\s+([0-9]{1,3})")


def chosen(song: "Song", tracks: str, bars: str = ALL) -> "Region":
    """The cells of these tracks in these bars.

    Args:
        song: the song they are named in.
        tracks: with commas between them, names of tracks, or roles, which mean every track of that role; "harmony" for
            the chords themselves; "all" for every track, "everything" for every track and the harmony.
        bars: with commas between them, ranges as people count ("5-8", both included; "5-" to the end), single bars
            ("12"), or sections ("chorus" for each chorus, "chorus 2" for the second); "all" for the whole song.

    Raises:
        BriefError: a track, bar or section that the song does not have; the message lists those it has.
    """
    from resonant.score.region import Region

    rows = dict.fromkeys(row for name in _listed(tracks, _row_names(song.score)) for row in _rows(song.score, name))
    numbers = {bar for text in _listed(bars, ()) for bar in _bars(song.score, text)}
    if not rows or not numbers:
        raise BriefError('no cells are named; give tracks such as "bass,drums" and bars such as "5-8"')
    return Region(frozenset((row, bar) for row in rows for bar in numbers))


def _listed(text: str, known: Iterable[str]) -> list[str]:
    """What is named; a name that holds a comma itself is one."""
    whole = " ".join(text.split())
    if whole.lower() in (name.lower() for name in known):
        return [whole]
    return [" ".join(part.split()) for part in whole.split(",") if part.strip()]


def _row_names(score: "Score") -> tuple[str, ...]:
    return tuple(track.name for track in score.tracks)


def _rows(score: "Score", name: str) -> tuple[str, ...]:
    from resonant.score.region import HARMONY

    wanted, names = name.lower(), _row_names(score)
    if wanted in (ALL, EVERYTHING):
        return names if wanted == ALL else (HARMONY, *names)
    found = tuple(each for each in names if each.lower() == wanted)
    found = found or ((HARMONY,) if wanted == HARMONY else ())
    found = found or tuple(track.name for track in score.tracks if track.role == wanted)
    if not found:
        raise BriefError(f"the song has no track {name!r}; it has {', '.join((*names, HARMONY))}")
    return found


def _bars(score: "Score", text: str) -> range | tuple[int, ...]:
    if text.lower() == ALL:
        return range(score.bars)
    match = _BARS.fullmatch(text)
    if match is None:
        return _bars_of_section(score, text)
    first = int(match[1])
    last = int(match[3]) if match[3] else score.bars if match[2] else first
    if not 1 <= first <= last <= score.bars:
        raise BriefError(f"bars {text} do not lie in this song, which has bars 1-{score.bars}")
    return range(first - 1, last)


def _bars_of_section(score: "Score", text: str) -> tuple[int, ...]:
    wanted, visit = text.lower(), None
    sections = [each for each in score.sections if each.name.lower() == wanted]
    match = _VISIT.fullmatch(wanted)
    if not sections and match is not None:
        sections, visit = [each for each in score.sections if each.name.lower() == match[1]], int(match[2])
    if visit is not None:
        sections = sections[visit - 1 : visit] if visit else []
    if not sections:
        names = ", ".join(dict.fromkeys(section.name for section in score.sections)) or "none"
        raise BriefError(
            f'{text!r} names no bars: give bars such as "5-8" of 1-{score.bars}, or a section of this song ({names})'
        )
    return tuple(bar for section in sections for bar in range(section.start_bar, section.end_bar))
