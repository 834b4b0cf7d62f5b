"""`resonant evaluate` prints a table, or JSON, of songs that it composes and does not keep."""

import json
from pathlib import Path

from click.testing import CliRunner

from resonant.cli import resonant


def test_notes_alone_are_judged_in_a_table(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("pop in C, 100 bpm\nfunk in E minor\n")
    result = CliRunner().invoke(
        resonant, ["evaluate", str(prompts), "--notes-only", "--bars", "8"], catch_exceptions=False
    )
    assert result.exit_code == 0
    assert "melody" in result.stdout
    assert "melody notes in key or chord" in result.stdout


def test_json_holds_every_song_and_every_line(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("pop in C, 100 bpm\n")
    result = CliRunner().invoke(
        resonant, ["evaluate", str(prompts), "--notes-only", "--bars", "4", "--json"], catch_exceptions=False
    )
    kept = json.loads(result.stdout)
    assert [song["style"] for song in kept["songs"]] == ["pop"]
    assert {"what", "found", "wanted", "holds"} <= set(kept["lines"][0])


def test_contradicting_options_and_missing_files_are_refused(tmp_path: Path) -> None:
    both = CliRunner().invoke(resonant, ["evaluate", "--notes-only", "--audio"])
    missing = CliRunner().invoke(resonant, ["evaluate", str(tmp_path / "none.txt")])
    assert (both.exit_code, missing.exit_code) == (2, 2)
    assert "--notes-only" in both.stderr and "none.txt" in missing.stderr
