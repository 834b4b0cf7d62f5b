"""restyle and arrange, from the command to the folder."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resonant.cli import resonant
from resonant.library.songs import load_song
from resonant.score.midi import write_midi
from resonant.score.model import Note, Score, Track


def run(*arguments: object) -> Result:
    return CliRunner().invoke(resonant, [str(argument) for argument in arguments])


@pytest.fixture
def song(tmp_path: Path) -> Path:
    made = run(
        "compose", "pop in C, 2 bars, only piano and flute", "--seed", 3, "--quality", "preview", "--out", tmp_path
    )
    assert made.exit_code == 0, made.output
    return next(tmp_path.glob("*/song.json")).parent


@pytest.fixture
def sketch(tmp_path: Path) -> Path:
    tune = tuple(Note(i * 480, 72 + (0, 2, 4, 5)[i % 4], 480, 90) for i in range(8))
    path = tmp_path / "sketch.mid"
    write_midi(Score(2, tracks=(Track("lead", "melody", "grand_piano", tune),)), path)
    return path


def test_a_song_is_told_in_another_style_and_every_take_is_kept(song: Path) -> None:
    before = load_song(song)
    result = run(
        "restyle", song, "--style", "gospel", "--prompt", "only organ and bass", "--takes", 2, "--seed", 1, "--json"
    )
    assert result.exit_code == 0, result.output
    takes = json.loads(result.stdout)["takes"]
    assert [take["style"] for take in takes] == ["gospel", "gospel"]
    shown = load_song(song)
    assert shown.revision == takes[0]["revision"] != takes[1]["revision"]
    assert shown.song.lineage.parent == before.revision
    assert (shown.song.lineage.act, shown.song.lineage.prompt) == ("restyle", "only organ and bass")


def test_a_locked_track_sounds_as_it_did(song: Path) -> None:
    assert run("lock", song, "--tracks", "melody").exit_code == 0
    told = run("restyle", song, "--style", "techno", "--seed", 1, "--prompt", "only synth bass")
    assert told.exit_code == 0, told.output
    assert "The tempo stays" in told.stdout
    assert run("locks", song, "--verify").exit_code == 0


def test_what_is_not_known_is_one_sentence(song: Path, sketch: Path) -> None:
    for arguments, word in (
        (("restyle", song, "--style", "xyzzy"), "style 'xyzzy' is not known"),
        (("restyle", song, "--style", "jazz", "--keep", "tuba"), "no track 'tuba'"),
        (("restyle", song.parent / "nothing", "--style", "jazz"), "no song"),
        (("arrange", sketch, "--ensemble", "kazoo posse"), "'kazoo posse' is not understood"),
        (("arrange", sketch.with_name("nothing.mid")), "there is no file"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2 and word in result.stderr, result.output


def test_a_sketch_becomes_a_song_of_its_own(sketch: Path, tmp_path: Path) -> None:
    out = tmp_path / "songs"
    result = run("arrange", sketch, "--ensemble", "string trio", "--seed", 4, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    assert {track["instrument"] for track in facts["tracks"]} == {"violin", "viola", "cello"}
    tune = load_song(Path(facts["path"])).song.score.of_role("melody")
    assert tune is not None and [note.pitch % 12 for note in tune.notes] == [0, 2, 4, 5] * 2
