"""`resonant brief`, `styles` and `presets`."""

import json

from click.testing import CliRunner

from resonant.cli import resonant


def test_the_brief_is_told_in_json() -> None:
    result = CliRunner().invoke(
        resonant, ["brief", "warm gospel in C, 120 bpm, walking bass, no drums, 8 bars", "--json"]
    )
    told = json.loads(result.output)
    assert (told["style"], told["tempo_bpm"], told["key"], told["metre"], told["bars"]) == (
        "gospel",
        120,
        "C major",
        "4/4",
        8,
    )
    assert (told["seconds"], told["moods"], told["unwanted"]) == (16, ["warm"], ["drums"])
    assert told["origin"]["key"] == "said" and told["origin"]["metre"] == "assumed" and told["unread"] == []


def test_options_win_over_words() -> None:
    told = json.loads(
        CliRunner().invoke(resonant, ["brief", "pop, 120 bpm", "--tempo", "90", "--key", "Bb minor", "--json"]).output
    )
    assert (told["tempo_bpm"], told["key"]) == (90, "Bb minor") and told["remarks"]


def test_the_brief_is_told_as_a_table_with_its_remarks_and_unread_words() -> None:
    output = CliRunner().invoke(resonant, ["brief", "slow techno 180 bpm [frobnitz]"]).output
    assert "techno" in output and "do not agree" in output and "frobnitz" in output


def test_styles_are_listed_and_shown_by_alias() -> None:
    assert len(CliRunner().invoke(resonant, ["styles"]).output.splitlines()) >= 21
    assert "liquid" in CliRunner().invoke(resonant, ["styles", "show", "dnb"]).output
    assert json.loads(CliRunner().invoke(resonant, ["styles", "--json"]).output)[0]["name"]


def test_presets_are_listed_and_explained() -> None:
    assert "background_bed" in CliRunner().invoke(resonant, ["presets"]).output
    told = json.loads(
        CliRunner()
        .invoke(
            resonant, ["presets", "explain", "--style", "ambient_lofi", "--role", "trailer", "--seed", "7", "--json"]
        )
        .output
    )
    assert told["seed"] == {"value": 7, "origin": "the call"} and told["energy"]["origin"] == "role trailer"
