"""import and accompany, from the command to the folder."""

from pathlib import Path

import pytest
from tests.commands import run, told
from tests.unit.brought.band_on_tape import on_file, tape

from resonant.library.revisions import open_song
from resonant.score.midi import write_midi
from resonant.score.model import Lyric, Note, Score, Track


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    notes = tuple(Note(480 * beat, 60 + (0, 4, 7, 4)[beat % 4], 470, 80) for beat in range(8))
    words = tuple(Lyric(480 * beat, "la") for beat in range(8))
    path = tmp_path / "tune.mid"
    write_midi(Score(2, tracks=(Track("tune", "melody", "flute", notes),), lyrics=words), path)
    return path


def test_a_recording_is_imported_locked_and_accompanied(tmp_path: Path) -> None:
    take = on_file(tmp_path / "take.wav", tape(bars=4))
    brought = told("import", take, "--role", "chords", "--style", "pop", "--out", tmp_path / "songs")
    folder = Path(brought["path"])
    assert (brought["tempo_bpm"], brought["metre"], brought["recordings"]) == (120.0, "4/4", ["take"])
    assert brought["chords"][0] == "| C | Am | F | G |" and [track["role"] for track in brought["tracks"]] == ["chords"]
    facts = told("accompany", folder, "--parts", "Drums, bass", "--seed", 1)
    assert [track["name"] for track in facts["tracks"]] == ["take", "drums", "bass"]
    assert all(track["notes"] for track in facts["tracks"][1:]) and facts["style"] == "pop"
    again = told("accompany", folder, "--parts", "pad", "--prompt", "warm strings", "--style", "lo-fi")
    assert again["tracks"][-1]["role"] == "pad" and again["style"] == "lo-fi"
    assert len(facts["stems"]) == 3 and (folder / "recordings" / "take.wav").read_bytes() == take.read_bytes()
    proof = run("locks", folder, "--verify")
    assert proof.exit_code == 0 and "take.wav (take, bars 1-4): proved" in proof.output
    refused = run("regenerate", folder, "--tracks", "take", "--bars", "1-2")
    assert refused.exit_code == 2 and "take.wav" in refused.output


def test_a_midi_file_joins_a_song_and_its_words_are_sung(tmp_path: Path, tune: Path) -> None:
    folder = Path(told("import", tune, "--out", tmp_path / "songs")["path"])
    joined = told("import", tune, "--into", folder)
    assert [track["name"] for track in joined["tracks"]] == ["tune", "tune 2"] and Path(joined["path"]) == folder
    facts = told("accompany", folder, "--parts", "vocal")
    assert facts["tracks"][-1] == {"name": "vocal", "role": "vocal", "instrument": "guide_vocal", "notes": 8}
    assert {lock.name for lock in open_song(folder).song.locks} == {"tune.mid", "tune.mid 2"}


def test_what_can_not_be_is_one_sentence_and_exit_code_2_or_3(tmp_path: Path, tune: Path) -> None:
    def refused(*arguments: object, code: int = 2) -> str:
        result = run(*arguments)
        said = [line for line in result.output.splitlines() if line.startswith("resonant: ")]
        assert result.exit_code == code and said == result.output.splitlines()[-1:], result.output
        return said[0]

    songs = tmp_path / "songs"
    assert "can not be read" in refused("import", tmp_path / "gone.wav", "--out", songs, code=3)
    assert "not an audio file we can read" in refused("import", Path(__file__), "--out", songs)
    assert "style" in refused("import", tune, "--style", "polka", "--out", songs)
    assert "key" in refused("import", tune, "--key", "H#", "--out", songs)
    assert not list(songs.glob("*/song.json")), "nothing is left of what was refused"
    folder = Path(told("import", tune, "--out", songs)["path"])
    assert "kazoo" in refused("accompany", folder, "--parts", "kazoo")
    assert "--parts such as drums,bass" in refused("accompany", folder, "--parts", " , ")
    assert "gone.txt" in refused("accompany", folder, "--parts", "vocal", "--lyrics", tmp_path / "gone.txt")
