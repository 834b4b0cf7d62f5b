"""Cells as a musician names them."""

from dataclasses import replace

import pytest

from resonant.brief.model import Brief
from resonant.cli.cells import chosen
from resonant.errors import BriefError
from resonant.library.model import Song
from resonant.score.model import Section, Track
from resonant.theory.key import Key
from resonant.units import Metre


@pytest.fixture
def song() -> Song:
    """Twelve bars: verse, chorus, chorus; two chord parts, and a track with a comma in its name."""
    empty = Song.empty(Brief("", "pop", 120.0, Key(0), Metre(4, 4), 12))
    tracks = (
        Track("drums", "drums", "standard_kit"),
        Track("chords", "chords", "grand_piano"),
        Track("chords 2", "chords", "grand_piano"),
        Track("Oh, Strings", "strings", "string_section"),
    )
    sections = (Section("verse", 0, 4, 0.4, "A"), Section("chorus", 4, 4, 0.8, "B"), Section("chorus", 8, 4, 0.8, "B"))
    return replace(empty, score=replace(empty.score, tracks=tracks, sections=sections))


@pytest.mark.parametrize(
    ("tracks", "rows"),
    [
        ("drums", {"drums"}),
        (" DRUMS ,chords 2", {"drums", "chords 2"}),
        ("chords", {"chords"}),
        ("strings", {"Oh, Strings"}),
        ("oh, strings", {"Oh, Strings"}),
        ("harmony", {"harmony"}),
        ("all", {"drums", "chords", "chords 2", "Oh, Strings"}),
        ("everything", {"drums", "chords", "chords 2", "Oh, Strings", "harmony"}),
    ],
)
def test_tracks_are_named_by_name_or_role(song: Song, tracks: str, rows: set[str]) -> None:
    assert set(chosen(song, tracks).tracks) == rows


@pytest.mark.parametrize(
    ("bars", "numbers"),
    [
        ("5-8", (4, 5, 6, 7)),
        ("12", (11,)),
        ("1 - 2, 4", (0, 1, 3)),
        ("Chorus", (4, 5, 6, 7, 8, 9, 10, 11)),
        ("chorus 2", (8, 9, 10, 11)),
        ("verse,5", (0, 1, 2, 3, 4)),
        ("all", tuple(range(12))),
    ],
)
def test_bars_are_named_as_people_count_or_by_section(song: Song, bars: str, numbers: tuple[int, ...]) -> None:
    assert chosen(song, "drums", bars).bars_of("drums") == numbers


@pytest.mark.parametrize(
    ("tracks", "bars", "message"),
    [
        ("tuba", "1", "the song has no track 'tuba'; it has drums, chords"),
        ("drums", "0", "bars 0 do not lie in this song, which has bars 1-12"),
        ("drums", "13", "do not lie"),
        ("drums", "8-5", "do not lie"),
        ("drums", "bridge", r"'bridge' names no bars: .* \(verse, chorus\)"),
        ("drums", "chorus 3", "names no bars"),
        ("drums", "chorus 0", "names no bars"),
        ("drums", "99999999999999", "names no bars"),
        ("drums", "٣", "names no bars"),
        ("", "1", "no cells are named"),
        ("drums", " , ", "no cells are named"),
    ],
)
def test_what_the_song_does_not_have_is_refused_in_one_sentence(
    song: Song, tracks: str, bars: str, message: str
) -> None:
    with pytest.raises(BriefError, match=message):
        chosen(song, tracks, bars)
