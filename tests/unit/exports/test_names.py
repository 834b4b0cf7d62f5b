"""File names: laws first."""

from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.exports.names import base_name, file_names, name_part
from resonant.score.model import Score
from resonant.theory.key import Key
from resonant.units import TempoMap

NOT_ON_WINDOWS = set('<>:"/\\|?*') | {chr(code) for code in range(32)}
titles = st.text(st.characters(exclude_categories=()), max_size=400)


@given(titles, st.lists(titles, max_size=6))
def test_every_name_is_legal_everywhere_and_fits(title: str, parts: list[str]) -> None:
    names = file_names(base_name(Score(1), title), [(part, "wav") for part in parts])
    for name in names:
        assert not NOT_ON_WINDOWS & set(name)
        assert len(name.encode()) <= 255
        assert not name.startswith((" ", ".")) and not PureWindowsPath(name).stem.endswith((" ", "."))


@given(st.lists(titles, max_size=8))
def test_no_two_names_are_one_to_a_disk_that_knows_no_capitals(parts: list[str]) -> None:
    names = file_names("A", [(part, "wav") for part in [*parts, *parts]])
    assert len({name.casefold() for name in names}) == 2 * len(parts)


@given(titles)
def test_a_part_of_a_name_is_a_part_of_its_own_name(text: str) -> None:
    assert name_part(name_part(text)) == name_part(text)


def test_a_name_says_title_tempo_and_key() -> None:
    score = Score(8, TempoMap.constant(92.5), key=Key.parse("F# minor"))
    assert file_names(base_name(score, "Warm Gospel"), [("drums", "wav")]) == [
        "Warm Gospel - 92.5bpm - F# minor - drums.wav"
    ]


@pytest.mark.parametrize("title", ["夜に駆ける", "Früh", "Весна", "اغنية", "नमस्ते"])
def test_other_scripts_are_kept(title: str) -> None:
    assert name_part(title) == title


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("AC/DC: live?", "AC-DC- live-"), ("...", ""), (" a\n b ", "a b"), ("con", "con_"), ("COM1", "COM1_"),
        ("\u202egpj", "gpj"), ("é" * 100, "é" * 30), ("x" * 99, "x" * 60),
    ],
)  # fmt: skip
def test_what_a_disk_can_not_hold_is_left_out(text: str, kept: str) -> None:
    assert name_part(text) == kept


def test_a_song_without_title_has_a_name_all_the_same() -> None:
    assert base_name(Score(1), "???\x00").startswith("---") and base_name(Score(1), "").startswith("Untitled - ")
