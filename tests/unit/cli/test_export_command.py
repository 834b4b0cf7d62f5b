"""`resonant export`, from the command to the files; and what goes wrong, in one sentence."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resonant.cli import resonant
from resonant.library.model import Song
from resonant.library.songs import save_song
from resonant.score.midi import read_midi
from resonant.score.model import Note, Score, Track
from resonant.testing import a_brief
from resonant.units import TempoMap


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A song that was saved without sound."""
    line = tuple(Note(480 * i, 60 + i, 480, 80) for i in range(4))
    score = Score(1, TempoMap.constant(96), tracks=(Track("melody", "melody", "flute", line),), title="Tune")
    return save_song(Song(a_brief("folk", bars=1), score), tmp_path / "songs")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(resonant, [str(argument) for argument in arguments])


def one_sentence(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("resonant: ")
    assert [word for word in words if word not in line] == []


def test_each_file_is_named_on_a_line(made: Path, tmp_path: Path) -> None:
    result = run("export", made, "--to", "midi", "--to", "musicxml", "--out", tmp_path / "out")
    written = [Path(line) for line in result.stdout.splitlines()]
    assert [path.name for path in written] == ["Tune - 96bpm - C major.mid", "Tune - 96bpm - C major.musicxml"]
    assert read_midi(written[0]).title == "Tune"


def test_json_is_all_that_stands_on_standard_output(made: Path, tmp_path: Path) -> None:
    result = run("export", made / "song.json", "--to", "midi", "--out", tmp_path / "tune.mid", "--json")
    facts = json.loads(result.stdout)
    assert facts == {"song": str(made / "song.json"), "exports": {"midi": [str(tmp_path / "tune.mid")]}}


def test_without_a_place_files_go_into_exports_here(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("export", made, "--to", "musicxml", "--parts", "all").exit_code == 0
    assert [path.name for path in (tmp_path / "exports").iterdir()] == ["Tune - 96bpm - C major - full score.musicxml"]


def test_what_can_not_be_exported_is_said_in_one_sentence(made: Path, tmp_path: Path) -> None:
    one_sentence(run("export", made, "--to", "stems"), 2, "saved without sound", "resonant render")
    one_sentence(run("export", made, "--to", "lrc"), 2, "has no lyrics")
    one_sentence(run("export", made, "--to", "flp"), 2, "'flp'", "choose among stems, midi")
    one_sentence(run("export", tmp_path / "nowhere", "--to", "midi"), 2, "holds no song")
    assert run("export", made).exit_code == 2


def test_a_different_file_is_refused_and_kept(made: Path, tmp_path: Path) -> None:
    mine = tmp_path / "tune.mid"
    mine.write_bytes(b"mine")
    one_sentence(run("export", made, "--to", "midi", "--out", mine), 3, str(mine), "--force")
    assert mine.read_bytes() == b"mine"
    assert run("export", made, "--to", "midi", "--out", mine, "--force").exit_code == 0
    assert read_midi(mine).title == "Tune"


def test_a_place_that_can_not_be_written_is_named(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "mkdir", refuse)
    one_sentence(run("export", made, "--to", "midi", "--out", tmp_path / "locked"), 3, "locked", "may not be written")
