"""Structured lyrics."""

import pytest

from resonant.brief.lyrics import read_lyrics
from resonant.errors import BriefError


@pytest.mark.parametrize(
    ("header", "name"),
    [("[Verse 2]", "verse"), ("[PRE-CHORUS]", "prechorus"), ("[pre chorus]", "prechorus"), ("[Chorus x]", "chorus"),
    ("[Hook]", "chorus"), ("[Bridge: whispered]", "bridge"), ("[Instrumental]", "instrumental")],
)  # fmt: skip
def test_headers_are_known_in_all_their_spellings(header: str, name: str) -> None:
    assert [section.name for section in read_lyrics(f"{header}\nla")] == [name]


def test_stage_directions_are_taken_out_of_the_lines() -> None:
    (section,) = read_lyrics("[Verse]\n(whispered) I know (pause) you\n(strings enter)")
    assert section.lyrics == ("I know you",)
    assert section.directions == ("whispered", "pause", "strings enter")


def test_words_before_the_first_header_are_a_verse() -> None:
    assert [section.name for section in read_lyrics("Hello\n\n[Chorus]\nWorld")] == ["verse", "chorus"]


def test_no_lyrics_are_no_sections() -> None:
    assert read_lyrics("") == () and read_lyrics("\n \n") == ()


def test_an_unknown_header_is_named_with_its_line() -> None:
    with pytest.raises(BriefError, match=r"line 3: section \[Guitar thing\]"):
        read_lyrics("[Verse]\nla\n[Guitar thing]\n")
