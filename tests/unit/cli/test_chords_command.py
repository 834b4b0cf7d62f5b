"""`resonant chords` from the command line."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from resonant.brief.reader import read_brief
from resonant.cli.chords import bars_read
from resonant.cli.commands import resonant
from resonant.errors import BriefError
from resonant.theory.chord import Chord
from resonant.theory.key import Key


def chords(*words: str) -> Result:
    return CliRunner().invoke(resonant, ["chords", *words])


def as_json(*words: str) -> Any:
    result = chords(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_next_chords_are_printed_with_probabilities() -> None:
    result = chords("predict", "Dm7 G7", "-n", "3")
    assert result.exit_code == 0, result.output
    head, *rows = result.stdout.splitlines()
    assert head.startswith("after Dm7 G7 in C major (found, ")
    assert [len(row.split()) for row in rows] == [3, 3, 3]
    assert rows[0].split()[1].startswith("I")


def test_json_says_the_same_and_probabilities_sum_to_one() -> None:
    found = as_json("predict", "Dm7 G7", "--key", "C", "-n", "216")
    assert found["key"] == {"name": "C major", "probability": 1.0}
    assert found["chords"] == ["Dm7", "G7"]
    assert sum(each["probability"] for each in found["next"]) == pytest.approx(1.0, abs=1e-3)


def test_numerals_are_read_in_a_key_and_need_one() -> None:
    assert as_json("predict", "ii7 V7/V", "--key", "Bb")["chords"] == ["Cm7", "C7"]
    result = chords("predict", "ii7 V7")
    assert result.exit_code == 2
    assert "give --key" in result.stderr


@pytest.mark.parametrize("text", ["Dm7 H7", "Dm7 | Gfoo", "Dm7 🎵", "C/", "Cfoo7", "%"])
def test_a_chord_that_is_none_gets_a_sentence(text: str) -> None:
    result = chords("predict", text)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["", " | ", " - "])
def test_no_chord_gets_a_sentence(text: str) -> None:
    result = chords("predict", text)
    assert result.exit_code == 2
    assert "no chord is given" in result.stderr


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Dm7 G7", [["Dm7"], ["G7"]]),
        ("Dm7, G7 -> C – F", [["Dm7"], ["G7"], ["C"], ["F"]]),
        ("C - Am", [["C"], ["Am"]]),
        ("C-7 F-", [["Cm7"], ["Fm"]]),
        ("C7(b9, #11) F", [["C7b9#11"], ["F"]]),
        ("| Dm7 G7 | Cmaj7 | % |", [["Dm7", "G7"], ["Cmaj7"], ["Cmaj7"]]),
        ("F♯m7b5/E B♭Δ7", [["Gbm7b5/E"], ["Bbmaj7"]]),
    ],
)
def test_chords_are_read_as_people_write_them(text: str, meant: list[list[str]]) -> None:
    assert [[str(chord) for chord in bar] for bar in bars_read(text, None)] == meant


def test_a_style_is_named_as_people_call_it() -> None:
    found = as_json("predict", "Dm7 G7", "--style", "bebop")
    assert found == as_json("predict", "Dm7 G7", "--style", "jazz") != as_json("predict", "Dm7 G7")
    result = chords("predict", "C", "--style", "polka metal")
    assert result.exit_code == 2
    assert "is not known; there are" in result.stderr


def test_a_progression_goes_on_from_its_start_and_reads_as_a_prompt() -> None:
    result = chords("generate", "--key", "C", "--bars", "8", "--style", "jazz", "--start", "Dm7 G7", "--seed", "4")
    assert result.exit_code == 0, result.output
    head, *rows, line = result.stdout.splitlines()
    assert head == "C major, 8 bars, seed 4"
    assert [row.split()[:3] for row in rows[:2]] == [["1", "Dm7", "ii7"], ["2", "G7", "V7"]]
    assert len(rows) == 8
    bars = [cell.strip() for cell in line.strip("|").split("|")]
    assert read_brief(f"jazz trio in C {line}").progression == tuple(bars)


def test_a_start_says_its_key_where_nobody_does() -> None:
    made = as_json("generate", "--start", "Eb Ab Bb7 Eb", "--bars", "5", "--seed", "1")
    assert made["key"] == "Eb major"
    assert as_json("generate", "--bars", "2", "--seed", "1")["key"] == "C major"


def test_very_many_chords_are_read_soon_and_shown_from_their_end() -> None:
    result = chords("predict", " - ".join(["C", "F", "G7", "C7(b9, #11)"] * 2_000) + " " * 10_000)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("after … C F G7 ")


def test_a_progression_as_json_has_names_and_numerals() -> None:
    made = as_json("generate", "--key", "A minor", "--bars", "4", "--seed", "2")
    assert made["key"] == "A minor"
    assert [len(bar) for bar in made["bars"]] == [len(bar) for bar in made["numerals"]]
    assert made == as_json("generate", "--key", "A minor", "--bars", "4", "--seed", "2")
    assert all(Chord.parse(symbol) for bar in made["bars"] for symbol in bar)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--bars", "0"), "must lie in"),
        (("--bars", "2", "--start", "C F G"), "ask for more bars"),
        (("--key", "Q"), "key 'Q' is not understood"),
        (("--start", "| C D E F |"), "one chord or two"),
    ],
)
def test_what_can_not_be_written_is_said_in_a_sentence(words: tuple[str, ...], sentence: str) -> None:
    result = chords("generate", *words)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_numeral_that_the_key_does_not_have_is_named() -> None:
    with pytest.raises(BriefError, match="Vfoo"):
        bars_read("I Vfoo", Key(0))
