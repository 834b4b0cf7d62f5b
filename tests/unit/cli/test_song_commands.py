"""compose, render and describe, from the command to the folder; and what goes wrong, in one sentence."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from resonant.audio_files import read_audio
from resonant.cli import resonant
from resonant.score.midi import read_midi, to_midi_bytes, write_midi
from resonant.score.model import Note, Score, Track

SHORT = "slow ballad in F, only piano, 2 bars"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(resonant, [str(argument) for argument in arguments])


def compose(out: Path, *options: object, text: str = SHORT) -> Result:
    return run("compose", text, "--seed", 3, "--quality", "preview", "--out", out, *options)


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def one_sentence(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    lines = [line for line in result.stderr.splitlines() if not line.strip().split(" ")[0].endswith("%")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("resonant: ")
    assert [word for word in words if word not in lines[0]] == []


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song folder, composed once for the tests that only look at it."""
    root = tmp_path_factory.mktemp("songs")
    assert compose(root).exit_code == 0
    return next(root.glob("*/song.json")).parent


def test_one_sentence_makes_a_song_folder(made: Path) -> None:
    found = files(made)
    assert {"mix.wav", "score.png", "song.json", "song.mid"} < set(found)
    assert [name for name in found if name.startswith("stems/")]
    assert read_midi(made / "song.mid").bars == 2


def test_json_is_all_that_stands_on_standard_output(tmp_path: Path) -> None:
    result = compose(tmp_path, "--json")
    (song,) = json.loads(result.stdout)["songs"]
    assert result.stderr == ""
    assert (song["seed"], song["bars"], song["key"]) == (3, 2, "F major")
    assert all(Path(song[what]).is_file() for what in ("mix", "midi", "score"))
    assert song["stems"] and all(Path(stem).is_file() for stem in song["stems"])


def test_the_same_seed_gives_the_same_bytes_in_another_process(made: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "resonant",
        "compose",
        SHORT,
        "--seed",
        "3",
        "--quality",
        "preview",
        "--out",
        str(tmp_path),
    ]
    subprocess.run(command, check=True, capture_output=True)
    again = tmp_path / made.name
    for name in ("song.mid", "mix.wav", "song.json", "score.png"):
        assert (again / name).read_bytes() == (made / name).read_bytes(), name


def test_takes_differ_and_options_win_over_the_text(tmp_path: Path) -> None:
    result = compose(tmp_path, "--takes", 2, "--json", "--tempo", 90, "--key", "D minor", "--bars", 1)
    first, second = json.loads(result.stdout)["songs"]
    assert (first["tempo_bpm"], first["key"], first["bars"]) == (90, "D minor", 1)
    assert Path(first["midi"]).read_bytes() != Path(second["midi"]).read_bytes()


def test_without_a_seed_every_song_is_a_new_one(tmp_path: Path) -> None:
    seeds = {
        json.loads(run("compose", SHORT, "--out", tmp_path, "--json").stdout)["songs"][0]["seed"] for _ in range(2)
    }
    assert len(seeds) == 2


def test_in_a_pipe_each_stage_is_a_line_and_the_last_line_is_the_mix(tmp_path: Path) -> None:
    result = compose(tmp_path)
    stages = [line.split("% ", 1)[1] for line in result.stderr.splitlines()]
    assert stages[-1] == "done" and len(stages) == len(set(stages)) > 3
    assert Path(result.stdout.splitlines()[-1].strip()).name == "mix.wav"


def test_an_audio_file_can_be_named_and_formats_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert compose(Path("take.flac"), "--format", "mp3").exit_code == 0
    assert read_audio(tmp_path / "take.flac").seconds > 1
    assert [path.name for path in tmp_path.glob("songs/*/mix.*")] == ["mix.mp3"]


def test_a_midi_file_is_rendered(tmp_path: Path) -> None:
    write_midi(Score(1, tracks=(Track("flute", "melody", "flute", (Note(0, 72, 1920, 90),)),)), tmp_path / "tune.mid")
    result = run("render", tmp_path / "tune.mid", "--out", tmp_path / "tune.wav", "--json")
    assert json.loads(result.stdout)["mix"] == str(tmp_path / "tune.wav")
    assert read_audio(tmp_path / "tune.wav").seconds > 2


def test_a_midi_file_rendered_into_a_folder_is_a_song_that_can_be_described(tmp_path: Path) -> None:
    write_midi(Score(1, tracks=(Track("flute", "melody", "flute", (Note(0, 72, 1920, 90),)),)), tmp_path / "tune.mid")
    assert run("render", tmp_path / "tune.mid", "--out", tmp_path / "songs").exit_code == 0
    (folder,) = (tmp_path / "songs").glob("tune-*")
    assert "flute" in run("describe", folder).stdout


def test_a_report_tells_form_chords_ranges_loudness_and_metrics(made: Path) -> None:
    facts = json.loads(run("describe", made, "--json").stdout)
    assert (facts["key"], facts["bars"], facts["changed_files"]) == ("F major", 2, [])
    assert facts["form"][0]["numerals"][0]
    assert facts["loudness"]["true_peak_dbtp"] <= -1
    assert all(track["playable"] for track in facts["tracks"])
    assert set(facts["metrics"]) == {track["name"] for track in facts["tracks"]} | {"together"}
    assert "LUFS" in run("describe", made).stdout


def test_a_report_page_is_one_file_with_pictures(made: Path, tmp_path: Path) -> None:
    assert run("describe", made, "--html", tmp_path / "report.html").exit_code == 0
    page = (tmp_path / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 4
    assert "http" not in page


def test_the_catalogue_is_rebuilt_by_a_command(made: Path) -> None:
    result = run("reindex", "--out", made.parent)
    assert result.stdout.startswith("1 songs in ")


def test_a_midi_file_cut_in_half_is_refused(tmp_path: Path) -> None:
    data = to_midi_bytes(Score(1, tracks=(Track("flute", "melody", "flute", (Note(0, 72, 1920, 90),)),)))
    (tmp_path / "half.mid").write_bytes(data[: len(data) // 2])
    one_sentence(run("render", tmp_path / "half.mid"), 2, "half.mid", "cut off", "export it again")


def test_a_midi_file_without_notes_is_refused(tmp_path: Path) -> None:
    write_midi(Score(1), tmp_path / "empty.mid")
    one_sentence(run("render", tmp_path / "empty.mid"), 2, "holds no note")


def test_a_style_file_with_a_tab_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\n\ttempo_bpm: 3\n")
    result = compose(tmp_path / "songs", "--styles-folder", tmp_path, text="mine, 2 bars")
    one_sentence(result, 2, "mine.yaml, line 2", "spaces, not tabs")


def test_a_sound_bank_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.sf2").write_bytes(b"RIFF but then nothing")
    one_sentence(compose(tmp_path / "songs", "--soundbank", tmp_path / "bank.sf2"), 2, "bank.sf2")


@pytest.mark.parametrize(
    "options", [("--tempo", 900), ("--key", "H blue"), ("--metre", "4"), ("--bars", 0), ("--style", "polka metal jazz")]
)
def test_what_can_not_be_played_is_refused_before_any_work(tmp_path: Path, options: tuple[object, ...]) -> None:
    one_sentence(compose(tmp_path, *options), 2)
    assert files(tmp_path) == []


def test_a_missing_lyrics_file_is_named(tmp_path: Path) -> None:
    one_sentence(compose(tmp_path, "--lyrics", tmp_path / "none.txt"), 2, "none.txt")


@pytest.mark.parametrize("place", ["/proc/songs", "a file/songs"])
def test_a_place_that_can_not_be_written_is_refused_before_any_work(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("")
    one_sentence(compose(tmp_path / place), 3, "can not be written", "choose another place")


def test_a_full_disk_leaves_earlier_songs_untouched(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {
        name: (made.parent / name).read_bytes() for name in files(made.parent) if not name.startswith("catalogue")
    }

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    one_sentence(compose(made.parent, "--bars", 1), 3, "the disk is full")
    after = {name: (made.parent / name).read_bytes() for name in files(made.parent) if not name.startswith("catalogue")}
    assert after == before


def test_something_that_is_no_song_is_refused(tmp_path: Path) -> None:
    one_sentence(run("describe", tmp_path), 2, "holds no song")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_nothing_half_written(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "resonant", "compose", "pop, 64 bars", "--out", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first stage has begun
        time.sleep(0.2)
        process.send_signal(number)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert rest.splitlines()[-1] == "resonant: stopped; nothing half-written is left"
    assert files(tmp_path) == []
