"""Structured lyrics."""

import pytest

from resonant.brief.lyrics import read_lyrics, with_bars
from resonant.brief.reader import Call, read_brief
from resonant.errors import BriefError
from resonant.units import Metre


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


def sections(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(section.name, section.lyrics) for section in read_lyrics(text)]


def test_a_section_is_played_as_often_as_its_header_says() -> None:
    assert sections("[Chorus x2]\nla") == [("chorus", ("la",))] * 2
    assert len(read_lyrics("[Chorus x99]\nla")) == 16


def test_a_chorus_without_words_has_those_of_the_one_before() -> None:
    assert sections("[Chorus]\nla\n[Instrumental]\n[Chorus]") == [
        ("chorus", ("la",)), ("instrumental", ()), ("chorus", ("la",))]  # fmt: skip


def test_a_line_is_repeated_where_it_says_so() -> None:
    assert sections("[Verse]\nla la (x2)\noh") == [("verse", ("la la", "la la", "oh"))]


@pytest.mark.parametrize(
    ("header", "name", "direction"),
    [("[Guitar Solo]", "solo", "guitar"), ("[Final Chorus]", "chorus", "final"), ("[Verse 1 - Anna]", "verse", "anna")],
)
def test_what_a_header_says_besides_is_a_direction(header: str, name: str, direction: str) -> None:
    (section,) = read_lyrics(header)
    assert (section.name, section.directions) == (name, (direction,))


def test_stanzas_without_headers_are_verses_and_one_that_returns_is_the_chorus() -> None:
    assert [name for name, _ in sections("a\nb\n\noh\n\nc\nd\n\noh")] == ["verse", "chorus", "verse", "chorus"]


def test_only_directions_are_a_section_without_words() -> None:
    assert sections("[Verse]\n(whispered)") == [("verse", ())]


def test_a_book_is_no_song() -> None:
    with pytest.raises(BriefError, match="50001 characters long"):
        read_lyrics("a" * 50_001)


def test_sections_have_two_bars_a_line() -> None:
    lines = "\n".join(["la la la"] * 6)
    assert [section.bars for section in with_bars(read_lyrics(f"[Intro]\n[Verse]\n{lines}"), Metre())] == [None, 12]
    assert with_bars(read_lyrics(f"[Verse]\n{lines}"), Metre(3, 4))[0].bars == 24


def test_five_hundred_lines_are_cut_to_what_a_song_may_last() -> None:
    brief = read_brief("pop", Call(lyrics="[Verse]\n" + "la la la la\n" * 500))
    assert brief.seconds <= 630 and any("too long" in remark for remark in brief.remarks)
