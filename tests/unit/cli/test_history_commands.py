"""lock, unlock, locks, history, diff, restore, takes, pick and check, from the command to the folder."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from resonant.cli import resonant
from resonant.library.revisions import open_song, save_revision
from resonant.score.model import Note
from resonant.score.region import Region


def run(*arguments: object) -> Result:
    return CliRunner().invoke(resonant, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song folder, composed once."""
    root = tmp_path_factory.mktemp("songs")
    result = run(
        "compose", "slow ballad in F, piano and bass, 2 bars", "--seed", 3, "--quality", "preview", "--out", root
    )
    assert result.exit_code == 0, result.output
    return next(root.glob("*/song.json")).parent


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def rewritten(folder: Path, pitch: int, *, current: bool = True) -> str:
    """Another bass in bar 2, without its sound."""
    opened = open_song(folder)
    bass = opened.song.score.of_role("bass")
    assert bass is not None
    start, end = opened.song.score.bar_ticks(1)
    notes = (*bass.between(0, start), Note(start, pitch, end - start, 90))
    lineage = replace(opened.song.lineage, act="regenerate", prompt="walk\x1b on", region=Region.of([bass.name], 1, 2))
    score = opened.song.score.with_track(replace(bass, notes=notes))
    song = replace(opened.song, score=score, lineage=replace(lineage, seed=pitch))
    return save_revision(song, opened, current=current).revision


def test_cells_are_locked_listed_proved_and_freed(folder: Path) -> None:
    assert run("locks", folder).stdout == "nothing is locked\n"
    result = run("lock", folder, "--tracks", "bass", "--bars", "1", "--name", "hook")
    assert result.stdout.startswith("hook (bass, bar 1)\n"), result.output
    assert run("locks", folder, "--verify").stdout == "hook (bass, bar 1): proved\n"
    facts = json.loads(run("locks", folder, "--verify", "--json").stdout)["locks"]
    assert (facts[0]["name"], facts[0]["broken"], len(facts[0]["seals"]["bass"]["midi"])) == ("hook", [], 64)
    assert "locked now: nothing" in run("unlock", folder, "--name", "hook").stdout
    assert run("locks", folder).stdout == "nothing is locked\n"


def test_a_broken_lock_is_told_with_exit_code_1(folder: Path) -> None:
    run("lock", folder, "--tracks", "bass")
    (folder / "stems" / "bass.wav").write_bytes((folder / "mix.wav").read_bytes())
    result = run("locks", folder, "--verify")
    assert (result.exit_code, result.stdout) == (1, "bass, bars 1-2: BROKEN, the sound of bass changed\n")


def test_some_cells_of_a_lock_are_freed(folder: Path) -> None:
    run("lock", folder, "--tracks", "all")
    result = run("unlock", folder, "--bars", "2", "--json")
    assert [name for name in json.loads(result.stdout)["locks"] if name.endswith("bar 1")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("unlock",), "give the --name of a lock, or the --tracks"),
        (("unlock", "--name", "x", "--tracks", "bass"), "give the --name of a lock, or the --tracks"),
        (("unlock", "--name", "x"), "the song has no lock 'x'; its locks: none"),
        (("unlock", "--tracks", "bass"), "nothing of this is locked"),
        (("lock", "--tracks", "tuba"), "the song has no track 'tuba'"),
        (("diff", "nothing"), "has no revision 'nothing'"),
        (("diff",), "has no revision before the current one"),
        (("restore", "1"), "is the one that is shown"),
        (("pick", "1"), "is no take of the last act"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_sentence(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    result = run(arguments[0], folder, *arguments[1:])
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr


@pytest.mark.parametrize("command", ["history", "takes", "check", "locks", "diff"])
def test_a_folder_without_a_song_is_refused(tmp_path: Path, command: str) -> None:
    result = run(command, tmp_path)
    assert result.exit_code == 2
    assert "holds no song" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_history_is_a_table_in_which_the_current_revision_is_marked(folder: Path) -> None:
    revision = rewritten(folder, 40)
    head, first, last = run("history", folder).stdout.splitlines()
    assert head.split() == ["no", "revision", "act", "cells", "prompt", "seed", "when", "(UTC)"]
    assert first.split()[2:4] == ["compose", "everything"]
    assert last.startswith(f"*  2   {revision}  regenerate  bass, bar 2  walk on  40")
    assert "\x1b" not in last
    rows = json.loads(run("history", folder, "--json").stdout)
    assert [row["current"] for row in rows] == [False, True]


def test_differences_are_told_and_drawn(folder: Path, tmp_path: Path) -> None:
    rewritten(folder, 40)
    picture = tmp_path / "diff.png"
    result = run("diff", folder, "--picture", picture)
    words = result.stdout.splitlines()
    assert words[0].startswith("bass: bar 2 rewritten (1 note instead of ")
    assert words[1] == "sound: removed"
    assert words[2].startswith("the same: harmony, ")
    with Image.open(picture) as image:
        assert image.width > 1000
    facts = json.loads(run("diff", folder, "2", "1", "--json").stdout)
    assert facts["differences"][0]["bars"] == [[1, 2]]
    assert run("diff", folder, "2").stdout == "nothing is different\n"


def test_a_revision_is_restored_and_every_file_checked(folder: Path) -> None:
    before = (folder / "mix.wav").read_bytes()
    rewritten(folder, 40)
    assert not (folder / "mix.wav").exists()
    assert "restored" in run("restore", folder, "previous").stdout
    assert (folder / "mix.wav").read_bytes() == before
    assert run("check", folder).stdout == "3 revisions, nothing damaged\n"
    (folder / "score.png").write_bytes(b"")
    result = run("check", folder)
    assert (result.exit_code, result.stdout) == (1, "score.png is no longer what it was\n3 revisions, 1 damaged\n")


def test_a_take_is_picked_by_its_number(folder: Path) -> None:
    assert "no act made several takes" in run("takes", folder).stdout
    opened = open_song(folder)
    rewritten(folder, 40)
    with_two = save_take(folder, opened.revision, 43)
    listed = run("takes", folder).stdout.splitlines()
    assert [("take 1" in listed[1], listed[1][0]), ("take 2" in listed[2], listed[2][0])] == [(True, "*"), (True, " ")]
    assert with_two in run("pick", folder, "2").stdout
    assert open_song(folder).revision == with_two
    assert len(json.loads(run("takes", folder, "--json").stdout)) == 2


def save_take(folder: Path, parent: str, pitch: int) -> str:
    from resonant.library.history import History
    from resonant.library.revisions import OpenSong

    now = open_song(folder)
    bass = now.song.score.of_role("bass")
    assert bass is not None
    notes = (*bass.notes[:-1], replace(bass.notes[-1], pitch=pitch))
    lineage = replace(now.song.lineage, seed=pitch)
    song = replace(now.song, score=now.song.score.with_track(replace(bass, notes=notes)), lineage=lineage)
    return save_revision(song, OpenSong(folder, History(folder).document(parent)), current=False).revision
