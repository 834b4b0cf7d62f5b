"""Music to a data set: songs stay whole, doubles and broken files are found, bands are made of piano songs."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from resonant.cli import resonant
from resonant.errors import InputError
from resonant.evaluate.pieces import read_pieces
from resonant.players.score_lm.cells import on_the_grid
from resonant.score.midi import write_midi
from resonant.score.model import Note, Score, Track
from resonant.train.bands import Beat, parted, with_bass_and_beat
from resonant.train.corpus import load_corpus
from resonant.train.prepare import Wanted, content_of, prepare, split_of

PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"


def tune(pitch: int = 60, title: str = "") -> Score:
    notes = tuple(Note(480 * i, pitch + (0, 4, 7, 5)[i % 4], 400, 90) for i in range(32))
    return Score(8, tracks=(Track("melody", "melody", "flute", notes),), title=title)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = [json.loads(line) for line in gzip.decompress(PIECES.read_bytes()).decode().splitlines()][:30]
    for row in rows:
        row["split"] = ""
    music = folder / "in"
    music.mkdir()
    (music / "some.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "no json\n")
    write_midi(tune(60), music / "a.mid")
    write_midi(tune(65), music / "b.mid")  # the same in F
    (music / "cut.mid").write_bytes(b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\x50\0")
    prepare([music], folder / "out", Wanted(val_split=0.3, arranger=2))
    return folder / "out"


def test_what_is_broken_or_there_twice_is_listed_and_left_out(prepared: Path) -> None:
    info = json.loads((prepared / "dataset_info.json").read_text())
    assert len(info["broken"]) == 2
    assert any("line 31" in each["piece"] for each in info["broken"])
    assert any("cut.mid" in each["piece"] and "cut off" in each["why"] for each in info["broken"])
    assert [Path(each["piece"]).name for each in info["doubles"]] == ["b.mid"]


def test_the_lines_and_the_tokens_hold_the_same_pieces(prepared: Path) -> None:
    for split in ("train", "val"):
        pieces = list(read_pieces(prepared / f"{split}.jsonl"))
        corpus = load_corpus(prepared / f"{split}.npz")
        assert [piece.id for piece in pieces] == [name.split("|")[0] for name in corpus.names]
        assert [piece.score.bars for piece in pieces] == [corpus.bars(i) for i in range(len(corpus))]
        assert pieces


def test_a_song_is_never_parted() -> None:
    assert {split_of("song", 0.5) for _ in range(5)} in ({"train"}, {"val"})
    share = sum(split_of(f"song {i}", 0.2) == "val" for i in range(2000)) / 2000
    assert share == pytest.approx(0.2, abs=0.03)


def test_content_is_the_same_in_every_key_and_only_then() -> None:
    assert content_of(tune(60)) == content_of(tune(67))
    other = tune()
    moved = replace(other.tracks[0], notes=(replace(other.tracks[0].notes[0], pitch=61), *other.tracks[0].notes[1:]))
    assert content_of(other) != content_of(other.with_track(moved))


def test_a_piano_song_becomes_a_band() -> None:
    chords = tuple(Note(480 * i, p, 460, 80) for i in range(32) for p in (40, 60, 64, 67))
    song = tune().with_track(Track("chords", "chords", "grand_piano", chords))
    hits = Track("drums", "drums", "standard_kit", tuple(Note(240 * i, 36 if i % 2 else 42, 60, 90) for i in range(16)))
    roll = Track("drums", "drums", "standard_kit", tuple(Note(120 * i, 38, 60, 100) for i in range(16)))
    band = with_bass_and_beat(song, [Beat(hits, 118, 2, False, "rock"), Beat(roll, 119, 1, True, "rock")], 1)
    assert band is not None
    assert [track.role for track in band.tracks] == ["drums", "bass", "chords", "melody"]
    bass, piano, drums = (band.of_role(role) for role in ("bass", "chords", "drums"))
    assert bass is not None and piano is not None and drums is not None
    assert {note.pitch for note in bass.notes} == {40}
    assert {note.pitch for note in piano.notes} == {60, 64, 67}
    assert {band.metre.bar_at(note.start) for note in drums.notes} == set(range(8))
    assert {n.pitch for n in drums.between(*band.bar_ticks(7))} == {38}
    assert on_the_grid(band).tracks[1].notes[0].pitch == 40


def test_the_lowest_voice_is_one_line() -> None:
    piano = Track("p", "chords", "grand_piano", (Note(0, 45, 900, 80), Note(10, 38, 900, 80), Note(480, 43, 400, 80)))
    line, rest = parted(piano)
    assert [(note.pitch, note.end) for note in line] == [(38, 480), (43, 880)]
    assert [note.pitch for note in rest] == [45]


def test_nothing_to_prepare_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no piece was found"):
        prepare([tmp_path], tmp_path / "out", Wanted())
    with pytest.raises(InputError, match="does not exist"):
        prepare([tmp_path / "nowhere"], tmp_path / "out", Wanted())
    with pytest.raises(InputError, match=r"must lie in 0…0\.5"):
        Wanted(val_split=0.9)


def test_the_command_trains_on_what_it_prepared(prepared: Path, tmp_path: Path) -> None:
    asked = ["train", "run", "--data", str(prepared), "--out", str(tmp_path), "--recipe", "tiny", "--steps", "2"]
    done = CliRunner().invoke(resonant, [*asked, "--batch", "2"])
    assert done.exit_code == 0, done.output
    assert "step 2 of 2" in done.output
    assert (tmp_path / "best" / "model.safetensors").is_file()
    refused = CliRunner().invoke(resonant, ["train", "run", "--data", "x", "--out", "y", "--recipe", "huge"])
    assert refused.exit_code == 2
    assert "the recipes are cpu, gpu, tiny" in refused.output
