"""`resonant regenerate` from the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from tests.helpers import changed

from resonant.cli.commands import resonant
from resonant.library.history import History
from resonant.library.revisions import open_song, save_revision
from resonant.library.songs import changed_files, save_song
from resonant.produce import Change, Engine, compose, regenerate, sounded
from resonant.score.region import Region
from resonant.testing import a_brief


@pytest.fixture
def song(tmp_path: Path) -> Path:
    brief = a_brief("pop", 4, seed=4)
    return save_song(compose(changed(brief, sound=changed(brief.sound, sample_rate=16_000))), tmp_path)


def run(*words: object) -> Result:
    return CliRunner().invoke(resonant, [str(word) for word in words])


def takes_of(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [take["revision"] for take in json.loads(result.stdout)["takes"]]


def test_four_takes_differ_in_the_region_alone_and_the_first_is_shown(song: Path) -> None:
    assert run("lock", song, "--tracks", "drums").exit_code == 0
    before, drums = open_song(song), (song / "stems" / "drums.wav").read_bytes()
    made = takes_of(run("regenerate", song, "--tracks", "bass", "--bars", "2-3", "--takes", 4, "--json"))
    assert open_song(song).revision == made[0]
    scores = [History(song).document(revision).song.score for revision in made]
    assert len({score.track("bass") for score in scores} - {before.song.score.track("bass")}) == 4
    assert {score.track("chords") for score in scores} == {before.song.score.track("chords")}
    assert (song / "stems" / "drums.wav").read_bytes() == drums
    assert changed_files(song) == ()


def test_the_same_request_on_the_same_revision_gives_the_same_bytes(song: Path) -> None:
    first = open_song(song).revision
    request = ("regenerate", song, "--tracks", "bass,chords", "--bars", "1-2", "--context", 1, "--seed", 7, "--json")
    takes_of(run(*request))
    once = open_song(song).document
    assert run("restore", song, first).exit_code == 0
    takes_of(run(*request))
    assert open_song(song).document.files == once.files


def test_stems_null_against_the_mix_after_rerolls_and_are_what_the_files_hold(song: Path) -> None:
    engine = Engine()
    for seed, track in enumerate(("bass", "drums", "bass")):
        opened = open_song(song)
        take = regenerate(opened.song, Region.of([track], 1, 3), engine, change=Change(seed=seed))
        sounding = sounded(take, engine, None, opened.published)
        save_revision(sounding, opened)
        assert sounding.mix is not None
        stems = open_song(song).published
        held = [stems.stem(name).samples for name in sounding.mix.stems]
        np.testing.assert_array_equal(np.sum(held, axis=0, dtype=np.float64), sounding.mix.bus.samples)


def test_a_region_that_holds_a_locked_cell_is_refused_by_the_name_of_the_lock(song: Path) -> None:
    assert run("lock", song, "--tracks", "bass", "--bars", "2", "--name", "my bass").exit_code == 0
    before = open_song(song).revision
    refused = run("regenerate", song, "--tracks", "bass", "--bars", "1-3")
    assert refused.exit_code == 2
    assert "'my bass'" in refused.stderr
    assert open_song(song).revision == before
