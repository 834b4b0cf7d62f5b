"""`resonant extend` from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.helpers import changed

from resonant.cli.commands import resonant
from resonant.library.revisions import open_song
from resonant.library.songs import changed_files, save_song
from resonant.produce import compose
from resonant.testing import a_brief


@pytest.fixture
def song(tmp_path: Path) -> Path:
    brief = a_brief("pop", 4, seed=4)
    return save_song(compose(changed(brief, sound=changed(brief.sound, sample_rate=16_000))), tmp_path)


def test_a_song_goes_on_and_several_takes_are_kept(song: Path) -> None:
    result = CliRunner().invoke(resonant, ["extend", str(song), "--bars", "2", "--takes", "2", "--json"])
    assert result.exit_code == 0, result.output
    takes = json.loads(result.stdout)["takes"]
    assert [take["bars"] for take in takes] == [6, 6]
    assert open_song(song).revision == takes[0]["revision"] != takes[1]["revision"]
    assert not any(take["mixed_as_a_whole"] for take in takes)
    assert changed_files(song) == ()


def test_what_can_not_be_added_is_said_in_a_sentence_and_nothing_changes(song: Path) -> None:
    before = open_song(song).revision
    result = CliRunner().invoke(resonant, ["extend", str(song), "--section", "polka"])
    assert result.exit_code == 2
    assert "'polka' is not known" in result.stderr
    assert open_song(song).revision == before


def test_a_loop_goes_on_and_is_mixed_anew_as_a_whole(tmp_path: Path) -> None:
    brief = changed(a_brief("pop", 4, seed=4), loop=True)
    song = save_song(compose(changed(brief, sound=changed(brief.sound, sample_rate=16_000))), tmp_path)
    result = CliRunner().invoke(resonant, ["extend", str(song), "--bars", "2"])
    assert result.exit_code == 0, result.output
    assert "all of it was mixed anew" in result.stdout
    assert changed_files(song) == ()
