"""Accompaniment: new tracks beside those that a user brought, written in the region "everything but those"."""

from collections.abc import Sequence
from dataclasses import replace

from resonant.brief.lyrics import read_lyrics, with_bars
from resonant.brief.model import Brief, PartBrief
from resonant.brought.names import free_name
from resonant.errors import BriefError
from resonant.instruments import GUIDE_VOCAL
from resonant.library.model import Song
from resonant.score.model import Score, Track
from resonant.score.region import Region
from resonant.styles import Style

ROLES = ("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter")
"""The parts that can be asked for of any song, in the order in which they are written."""

VOCAL = "vocal"
"""The part that can be asked for of a song with words."""

_USUAL = {
    "drums": "standard_kit", "percussion": "percussion", "bass": "fingered_bass", "chords": "grand_piano",
    "pad": "string_section", "strings": "string_section", "arpeggio": "acoustic_guitar", "melody": "flute",
    "counter": "clarinet", VOCAL: GUIDE_VOCAL.name,
}  # fmt: skip


def with_players(song: Song, parts: Sequence[PartBrief], style: str = "") -> tuple[Song, Region]:
    """The song with an empty track for each part, and the region of those tracks: what is to be written.

    Args:
        song: with the tracks to be accompanied.
        parts: role and instrument of each.
        style: in which they play; "" for the style that stands in the song's brief.
    """
    tracks = seated(song.score, parts)
    if not tracks:
        raise BriefError("nobody was asked to play; give --parts such as drums,bass")
    if any(part.role == VOCAL for part in parts) and not has_words(song):
        raise BriefError("a guide vocal needs words to sing, and the song has none; give them with --lyrics FILE")
    score = replace(song.score, tracks=(*song.score.tracks, *tracks))
    brief = replace(
        song.brief,
        style=style or song.brief.style,
        origin={**song.brief.origin, **({"style": "said"} if style else {})},
        parts=(*song.brief.parts, *parts),
    )
    region = Region.of([track.name for track in tracks], 0, score.bars)
    return replace(song, score=score, brief=brief, stems=None, mix=None), region


def with_words(song: Song, text: str) -> Song:
    """The song with the words of a lyrics sheet, whose sections are the song's own of the same names, in order.

    Raises:
        BriefError: a header that is not understood; the message names its line.
    """
    form = with_bars(read_lyrics(text), song.brief.metre)
    return replace(song, brief=replace(song.brief, form=form))


def has_words(song: Song) -> bool:
    """Whether there is anything to sing: words of its sections, or on its notes."""
    return bool(song.score.lyrics) or any(section.lyrics for section in song.brief.form)


def parts_named(roles: Sequence[str], style: Style, asked: Brief | None = None) -> tuple[PartBrief, ...]:
    """The parts of these roles: on the instruments that words asked for, else the style's, else usual ones.

    Raises:
        BriefError: a role that nobody plays; the message lists those there are.
    """
    known = (*ROLES, VOCAL)
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise BriefError(f"{unknown[0]!r} is no part we know; the parts are {', '.join(known)}")
    wanted = {part.role: part for part in (asked.parts if asked is not None else ())}
    usual: dict[str, PartBrief] = {part.role: PartBrief(part.role, part.instrument) for part in style.parts}
    ordered = sorted(dict.fromkeys(roles), key=known.index)
    return tuple(wanted.get(role) or usual.get(role) or PartBrief(role, _USUAL[role]) for role in ordered)


def seated(score: Score, parts: Sequence[PartBrief]) -> tuple[Track, ...]:
    """An empty track for each part, under a name that no other has: "bass", "bass 2"."""
    taken = {track.name for track in score.tracks}
    tracks = []
    for part in parts:
        name = free_name(part.role, taken)
        taken.add(name)
        tracks.append(Track(name, part.role, part.instrument))
    return tuple(tracks)
