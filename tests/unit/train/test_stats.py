"""What is in a prepared folder: counted from the tokens, equal to what is counted from the scores."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from resonant.cli import resonant
from resonant.errors import InputError
from resonant.evaluate.pieces import read_pieces
from resonant.players.score_lm.cells import cells, on_the_grid
from resonant.players.score_lm.vocabulary import ROLES
from resonant.score.model import Note, Score, Track
from resonant.train.corpus import CorpusPiece, packed, save_corpus
from resonant.train.prepare import Wanted, prepare
from resonant.train.stats import FolderStats, stats_lines, stats_of, stats_png

PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("prepared")
    prepare([PIECES], made, Wanted(val_split=0.3, pseudo=False))
    return made


@pytest.fixture(scope="module")
def stats(folder: Path) -> FolderStats:
    return stats_of(folder)


def test_what_is_counted_in_tokens_is_what_is_counted_in_scores(folder: Path, stats: FolderStats) -> None:
    scores = [on_the_grid(piece.score) for piece in read_pieces(folder / "train.jsonl")]
    assert stats.train.total.pieces == len(scores)
    assert stats.train.total.bars == sum(score.bars for score in scores)
    assert stats.train.total.notes == sum(len(track.notes) for score in scores for track in score.tracks)
    by_role = Counter(t.role if t.role in ROLES else "other" for score in scores for t in score.tracks for _ in t.notes)
    assert {role: amount.notes for role, amount in stats.train.roles.items()} == dict(by_role)
    assert stats.train.keys == dict(Counter(str(score.key) for score in scores).most_common())
    metres = Counter(str(score.metre.metre_at(0)) for score in scores)
    assert stats.train.metres == dict(metres.most_common())


def test_the_parts_sum_to_the_whole(stats: FolderStats) -> None:
    for split in (stats.train, stats.val):
        for amounts in (split.sources, split.styles):
            for what in ("pieces", "bars", "notes", "tokens"):
                assert sum(getattr(each, what) for each in amounts.values()) == getattr(split.total, what)
        assert sum(each.notes for each in split.roles.values()) == split.total.notes
        for counts in (split.keys, split.metres, split.tempi, split.lengths):
            assert sum(counts.values()) == split.total.pieces
        assert 2.0 < split.tokens_per_note < 6.0


def test_the_command_prints_writes_json_and_draws(folder: Path, tmp_path: Path) -> None:
    asked = ["train", "stats", "--data", str(folder)]
    printed = CliRunner().invoke(resonant, asked)
    assert printed.exit_code == 0, printed.output
    assert "a note in cells" in printed.output
    assert (folder / "stats.png").read_bytes().startswith(b"\x89PNG")
    out = tmp_path / "x.png"
    told = json.loads(CliRunner().invoke(resonant, [*asked, "--json", "--out", str(out)]).output)
    assert told["train"]["total"]["pieces"] > 0
    assert out.read_bytes() == (folder / "stats.png").read_bytes()


def test_an_empty_split_has_figures_too(tmp_path: Path) -> None:
    for split in ("train", "val"):
        save_corpus(packed([]), tmp_path / f"{split}.npz")
    (tmp_path / "dataset_info.json").write_text('{"broken": [], "doubles": []}')
    stats = stats_of(tmp_path)
    assert stats.train.total.pieces == 0
    assert list(stats_lines(stats))
    assert stats_png(stats, "nothing")


def test_what_is_no_prepared_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no corpus"):
        stats_of(tmp_path)
    silent = Score(2, tracks=(Track("m", "melody", "flute", (Note(0, 60, 100, 90),)),))
    for split in ("train", "val"):
        save_corpus(packed([CorpusPiece("a", "user", "none", cells(silent))]), tmp_path / f"{split}.npz")
    with pytest.raises(InputError, match=r"dataset_info.json can not be read"):
        stats_of(tmp_path)
