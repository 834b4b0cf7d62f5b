"""Words onto the melody."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resonant.brief.model import SectionBrief
from resonant.score.model import Lyric, Note, Score, Section, Track
from resonant.score.passes.lyrics import lrc, sung, sung_lines, unsung
from resonant.score.passes.lyrics_melody import singable, vocal_track
from resonant.score.passes.lyrics_syllables import syllables, word_syllables

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
@example([], ["-"])
@example([0, 960], ["- --"])
@settings(deadline=None)
def test_words_of_any_length_fit_any_melody(starts: list[int], lines: list[str]) -> None:
    score = sung(song(sorted(starts)), [SectionBrief("verse", lyrics=tuple(lines))])
    ticks = [lyric.tick for lyric in score.lyrics]
    assert ticks == sorted(set(ticks)) and set(ticks) <= set(starts)


TRUTH = yaml.safe_load((Path(__file__).parents[2] / "data/syllables.yaml").read_text())


@pytest.mark.parametrize(("language", "least"), [("en", 0.9), ("de", 1.0), ("es", 1.0), ("fr", 0.97), ("it", 0.97)])
def test_words_are_parted_as_singers_part_them(language: str, least: float) -> None:
    words = TRUTH[language].split()
    right = [word for word in words if "-".join(word_syllables(word.replace("-", ""), language)) == word]
    assert len(right) >= least * len(words), sorted(set(words) - set(right))


def test_a_hyphen_that_is_written_parts_a_word() -> None:
    assert syllables("fi-re ev-'ry") == ["fi-", "re", "ev-", "'ry"]


def test_a_language_without_dictionary_has_the_rule() -> None:
    assert syllables("kaunis päivä", "fi") == ["kau-", "nis", "päi-", "vä"]


def grid(count: int, step: int = 480, duration: int = 440) -> list[Note]:
    return [Note(number * step, 60 + number % 7, duration, 80) for number in range(count)]


def with_notes(notes: list[Note], bars: int = 4) -> Score:
    track = Track("m", "melody", "flute", tuple(notes))
    return Score(bars, sections=(Section("verse", 0, bars, 0.5, "A"),), tracks=(track,))


LINES = st.lists(
    st.lists(st.sampled_from(["love", "mountain", "over", "the", "remember", "a"]), min_size=1, max_size=9).map(
        " ".join
    ),
    max_size=6,
)
MELODIES = st.lists(
    st.tuples(st.integers(0, 63), st.integers(1, 6), st.integers(55, 79)), unique_by=lambda row: row[0], max_size=40
).map(lambda rows: [Note(start * 120, pitch, length * 120, 80) for start, length, pitch in sorted(rows)])


@given(MELODIES, LINES)
@settings(deadline=None)
def test_every_syllable_is_sung_once_and_in_order_or_its_line_is_named(notes: list[Note], lines: list[str]) -> None:
    form = [SectionBrief("verse", lyrics=tuple(lines))]
    score = sung(singable(with_notes(notes), form), form)
    heard = "".join(lyric.text for lyric in score.lyrics).replace("-", "").replace(" ", "")
    count = len(sung_lines(score, form))
    assert heard == "".join(lines[:count]).replace(" ", "")
    assert bool(unsung(score, form)) == (count < len(lines))
    ticks = [lyric.tick for lyric in score.lyrics]
    assert ticks == sorted(set(ticks)) and set(ticks) <= {note.start for note in score.tracks[0].notes}


@given(MELODIES, LINES, st.sets(st.integers(0, 3)))
@settings(deadline=None)
def test_a_melody_changes_only_in_the_bars_asked_for_and_only_in_rhythm(
    notes: list[Note], lines: list[str], bars: set[int]
) -> None:
    form = [SectionBrief("verse", lyrics=tuple(lines))]
    after = singable(with_notes(notes), form, "en", bars).tracks[0].notes
    kept = [note for note in notes if note.start // 1920 not in bars]
    assert [note for note in after if note in kept] == kept
    assert {note.pitch for note in after} == {note.pitch for note in notes}


@given(MELODIES, LINES)
@settings(deadline=None)
def test_a_melody_that_has_its_words_stays_as_it_is(notes: list[Note], lines: list[str]) -> None:
    form = [SectionBrief("verse", lyrics=tuple(lines))]
    once = singable(with_notes(notes), form)
    if all(len(sheet_line.lyrics) == len(syllables(sheet_line.text)) for sheet_line in sung_lines(once, form)):
        assert singable(once, form) == once


def test_a_long_note_is_repeated_for_a_further_syllable() -> None:
    form = [SectionBrief("verse", lyrics=("hello you",))]
    score = sung(singable(with_notes([Note(0, 60, 900, 80), Note(960, 64, 480, 80)]), form), form)
    assert [(note.start, note.pitch) for note in score.tracks[0].notes] == [(0, 60), (480, 60), (960, 64)]
    assert [lyric.text for lyric in score.lyrics] == ["hel-", "lo", "you"]


def test_there_is_a_breath_before_the_next_line() -> None:
    form = [SectionBrief("verse", lyrics=("one two three four", "five six seven eight"))]
    notes = singable(with_notes(grid(8, duration=480), 2), form).tracks[0].notes
    assert notes[3].end <= notes[4].start - 100


def test_stressed_syllables_stand_on_strong_beats_where_there_is_a_choice() -> None:
    form = [SectionBrief("verse", lyrics=("the river",))]
    score = sung(with_notes([Note(1440, 60, 200, 80), Note(1680, 60, 200, 80), Note(1920, 60, 400, 80),
                             Note(2400, 60, 400, 80)]), form)  # fmt: skip
    assert next(lyric.tick for lyric in score.lyrics if lyric.text.startswith("riv")) == 1920


def test_lines_without_room_are_named() -> None:
    form = [SectionBrief("verse", lyrics=("one", "two", "three"))]
    (remark,) = unsung(with_notes(grid(2)), form)
    assert "1 line of the verse at bar 1 did not fit its melody, from 'three' on" in remark


def test_the_vocal_sings_where_there_are_words_and_in_a_voices_range() -> None:
    notes = [replace(note, pitch=note.pitch + 24) for note in grid(16)]
    sections = (Section("verse", 0, 2, 0.5, "A"), Section("solo", 2, 2, 0.5, "A"))
    score = replace(with_notes(notes), sections=sections)
    form = [SectionBrief("verse", lyrics=("hello my love, remember",)), SectionBrief("solo")]
    vocal = vocal_track(score, form)
    assert vocal.role == "vocal" and vocal.notes and all(48 <= note.pitch <= 79 for note in vocal.notes)
    assert max(note.end for note in vocal.notes) <= 3840
    again = sung(score.with_track(vocal), form)
    assert {lyric.tick for lyric in again.lyrics} <= {note.start for note in vocal.notes}
