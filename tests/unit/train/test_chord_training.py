"""The chord model's training: annotations read rightly, counts that are chances, the same weights for the same seed."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from hypothesis import strategies as st

from resonant.cli.commands import resonant
from resonant.errors import InputError
from resonant.nn.transformer import TransformerConfig
from resonant.players.chord_lm.network import read_network
from resonant.players.chord_lm.vocabulary import CHORDS, SECTION, SIZE, chord_of, heading, place_word, word_of
from resonant.seeds import stream
from resonant.theory.chord import Chord
from resonant.train.chords import ChordRecipe, drawn_row, plain_row, surprise, timed_row, train_chords
from resonant.train.chords_data import ChordSong, chart_songs, harte_intervals, read_chord_songs, standards
from resonant.train.ngram import NGram

TINY = replace(
    ChordRecipe(),
    model=TransformerConfig(SIZE, width=32, layers=1, heads=2, context=64, dropout=0.1),
    passes=2,
    batch=4,
)
BARS = ["C:maj", "A:min7/5", "F:maj G:7", "C:maj . G:sus4(b7,9) N", "(2/4) F:maj", "*", "F:maj C:1"]
PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"


def charts(path: Path, songs: int = 1) -> Path:
    """A file of annotations: each song of two sections with the same bars."""
    sections = [{"letter": "A", "name": "verse", "start": 0.0, "metre": "4/4", "bars": BARS}] * 2
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number in range(songs):
            row = {"id": f"song/{number}", "tonics": [[0, "C#"], [8, "D"]], "sections": sections}
            file.write(json.dumps(row) + "\n")
    return path


def data_folder(path: Path) -> Path:
    """Eight charts and no lead sheet, for training and for checking."""
    for split in ("train", "valid"):
        for name in ("billboard_chords", "openewld"):
            (path / name).mkdir(exist_ok=True, parents=True)
        charts(path / "billboard_chords" / f"{split}.jsonl.gz", 8)
        with gzip.open(path / "openewld" / f"{split}.jsonl.gz", "wt") as file:
            file.write("")
    return path


def test_annotated_bars_become_changes_with_their_places(tmp_path: Path) -> None:
    (song,) = chart_songs(charts(tmp_path / "songs.jsonl.gz"))
    assert song.tonic == 1
    first = [(str(change.chord), change.slot) for change in song.changes if change.section == 0]
    assert first == [("C", 0), ("Am7", 4), ("F", 8), ("G7", 10), ("C", 12), ("G7sus4", 14), ("F", 16), ("C5", 26)]
    assert [change.slot for change in song.changes if change.section == 1] == [0, 4, 8, 10, 12, 14, 16, 26]


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("C:maj", (0, (0, 4, 7))), ("Bb:sus4(b7,9)/5", (10, (0, 5, 7, 10, 14))), ("F#:1(b3,b7)", (6, (0, 3, 10))),
        ("Cb:hdim7", (11, (0, 3, 6, 10))), ("A:min7(*5)", (9, (0, 3, 10))), ("D:dim7", (2, (0, 3, 6, 9))),
        ("N", None), ("X", None), ("&pause", None), (".", None),
    ],
)  # fmt: skip
def test_harte_s_syntax_is_read(label: str, found: tuple[int, tuple[int, ...]] | None) -> None:
    assert harte_intervals(label) == found


def test_a_chord_type_that_harte_does_not_have_is_named() -> None:
    with pytest.raises(ValueError, match="C:wild"):
        harte_intervals("C:wild")


def test_lead_sheets_become_songs_in_the_key_of_their_signature_or_its_relative() -> None:
    songs = [song for song in standards(PIECES) if len(song.changes) > 3]
    assert songs
    for song in songs:
        last = song.changes[-1].chord
        assert not (last.is_minor and (last.root - song.tonic) % 12 == 9)
        assert all(a.chord != b.chord for a, b in zip(song.changes, song.changes[1:], strict=False))


def test_data_that_are_missing_or_damaged_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="billboard_chords"):
        read_chord_songs(tmp_path, "train")
    (tmp_path / "bad.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(InputError, match=r"bad\.jsonl\.gz"):
        chart_songs(tmp_path / "bad.jsonl.gz")


def song(tmp_path: Path) -> ChordSong:
    return chart_songs(charts(tmp_path / "songs.jsonl.gz"))[0]


def test_a_plain_row_says_the_chords_above_the_tonic(tmp_path: Path) -> None:
    row = plain_row(song(tmp_path), heading())
    assert [str(chord_of(word, 1)) for word in row[3:7]] == ["C", "Am7", "F", "G7"]


def test_a_timed_row_says_where_chords_and_sections_come(tmp_path: Path) -> None:
    made = song(tmp_path)
    row = timed_row(made.changes, made.tonic, heading())[3:]
    assert row[:4] == [place_word(0), word_of(Chord(0), 1), place_word(4), word_of(Chord(9, "m7"), 1)]
    assert row[16] == SECTION
    assert row[17] == place_word(0)


def test_rows_are_drawn_by_the_seed_and_fit_the_model(tmp_path: Path) -> None:
    rows = [drawn_row(song(tmp_path), TINY, stream(1, number)) for number in range(40)]
    assert rows == [drawn_row(song(tmp_path), TINY, stream(1, number)) for number in range(40)]
    assert all(4 < len(row) <= TINY.model.context for row in rows)
    assert {row[2] for row in rows} == {word for la in ("plain", "timed") for word in starts_of(la)}


def starts_of(layout: str) -> set[int]:
    return {heading(layout=layout, start=start)[2] for start in ("song", "anywhere")}


def test_the_same_seed_gives_the_same_weights_and_learning_helps(tmp_path: Path) -> None:
    songs = chart_songs(charts(tmp_path / "songs.jsonl.gz", 8))
    first, again = (train_chords(replace(TINY, passes=6), songs, songs, lambda line: None) for _ in range(2))
    other = train_chords(replace(TINY, seed=2), songs, songs, lambda line: None)
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
    assert any(not torch.equal(tensor, other.state_dict()[name]) for name, tensor in first.state_dict().items())
    assert surprise(first, songs) < surprise(other, songs) < np.log(CHORDS)


def test_one_command_trains_and_what_it_writes_can_be_read(tmp_path: Path) -> None:
    words = ["train", "chords", "--data", str(data_folder(tmp_path)), "--out", str(tmp_path / "model"), "--passes", "1"]
    result = CliRunner().invoke(resonant, words)
    assert result.exit_code == 0, result.output
    assert "8 songs to learn from, 8 held out" in result.stdout
    network = read_network(tmp_path / "model")
    assert network.logits(np.array([[*heading(), 0]])).shape == (1, 4, SIZE)


ROWS = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=12), min_size=1, max_size=8)


def test_a_5_gram_knows_a_turn_that_came_often() -> None:
    counted = NGram([[0, 1, 2, 3] * 8, [4, 2, 5, 2] * 8], 6, 5)
    assert counted.chances([0, 1, 2]).argmax() == 3
    assert counted.chances([5, 2, 4, 2]).argmax() == 5
