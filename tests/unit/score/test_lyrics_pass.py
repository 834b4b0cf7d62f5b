"""Words onto the melody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.brief.model import SectionBrief
from resonant.score.model import Lyric, Note, Score, Section, Track
from resonant.score.passes.lyrics import lrc, sung
from resonant.score.passes.lyrics_syllables import syllables

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


def song(starts: list[int], bars: int = 4, duration: int = 200) -> Score:
    notes = tuple(Note(start, 72, duration, 80) for start in starts)
    return Score(bars, sections=(Section("verse", 0, bars, 0.5, "A"),), tracks=(Track("m", "melody", "flute", notes),))


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Hello darkness my old friend", ["Hel-", "lo", "dark-", "ness", "my", "old", "friend"]),
        ("time after time", ["time", "af-", "ter", "time"]),
        ("mother's", ["moth-", "er's"]),
        ("a little table", ["a", "lit-", "tle", "ta-", "ble"]),
        ("Wind, über den Wellen!", ["Wind,", "ü-", "ber", "den", "Wel-", "len!"]),
        ("жизнь моя", ["жизнь", "мо-", "я"]),
        ("夜の空", ["夜-", "の-", "空"]),
        ("shh 24 ...", ["shh", "24", "..."]),
        ("   ", []),
    ],
)
def test_words_are_parted_into_syllables(line: str, parts: list[str]) -> None:
    assert syllables(line) == parts


@given(WORDS)
def test_no_letter_is_lost(line: str) -> None:
    if not any("\u3040" <= letter <= "\u9fff" or letter == "-" for letter in line):
        assert "".join(syllables(line)).replace("-", "") == "".join(line.split())


def test_each_syllable_has_a_note_and_spare_notes_prolong_the_last() -> None:
    score = sung(song([0, 480, 960, 1440]), [SectionBrief("verse", lyrics=("hello you",))])
    assert score.lyrics == (Lyric(0, "hel-"), Lyric(480, "lo"), Lyric(960, "you"))


def test_spare_syllables_share_a_note() -> None:
    score = sung(song([0, 960]), [SectionBrief("verse", lyrics=("hello you",))])
    assert [lyric.text for lyric in score.lyrics] in (["hello", "you"], ["hel-", "lo you"])


def test_a_line_begins_behind_a_breath() -> None:
    score = sung(
        song([0, 240, 480, 720, 2400, 2640, 2880]), [SectionBrief("verse", lyrics=("one two three four", "five six"))]
    )
    assert next(lyric.tick for lyric in score.lyrics if lyric.text == "five") == 2400


def test_words_find_their_section_by_name() -> None:
    notes = tuple(Note(bar * 1920, 72, 200, 80) for bar in range(4))
    sections = tuple(Section(name, bar, 1, 0.5, "A") for bar, name in enumerate(("intro", "verse", "chorus", "verse")))
    score = Score(4, sections=sections, tracks=(Track("m", "melody", "flute", notes),))
    form = [
        SectionBrief("verse", lyrics=("one",)),
        SectionBrief("chorus", lyrics=("two",)),
        SectionBrief("verse", lyrics=("ten",)),
    ]
    assert [(lyric.tick // 1920, lyric.text) for lyric in sung(score, form).lyrics] == [
        (1, "one"),
        (2, "two"),
        (3, "ten"),
    ]


def test_lines_are_shown_in_time() -> None:
    form = [SectionBrief("verse", lyrics=("one", "two"))]
    assert lrc(song([0, 3840]), form) == "[ti:]\n[00:00.00]one\n[00:04.00]two\n"


def test_without_a_melody_nothing_is_sung() -> None:
    assert sung(Score(1), [SectionBrief("verse", lyrics=("one",))]).lyrics == ()


@given(st.lists(st.integers(0, 7600), unique=True, max_size=12), st.lists(WORDS, max_size=8))
@settings(deadline=None)
def test_words_of_any_length_fit_any_melody(starts: list[int], lines: list[str]) -> None:
    score = sung(song(sorted(starts)), [SectionBrief("verse", lyrics=tuple(lines))])
    ticks = [lyric.tick for lyric in score.lyrics]
    assert ticks == sorted(set(ticks)) and set(ticks) <= set(starts)
