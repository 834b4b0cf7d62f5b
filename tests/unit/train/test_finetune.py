"""Tuning to a user's songs: held-out bars are foretold better, and the style can be named in a prompt."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from resonant.brief.reader import Call, read_brief
from resonant.cli import resonant
from resonant.errors import InputError
from resonant.evaluate.composed import noted
from resonant.evaluate.pieces import read_pieces
from resonant.instruments import instrument
from resonant.nn.transformer import TransformerConfig
from resonant.players.arranger.player import Arranger
from resonant.players.registry import Registry
from resonant.players.score_lm.cells import cells
from resonant.players.score_lm.player import ScorePlayer
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.produce import Engine, Watch
from resonant.score.midi import write_midi
from resonant.score.model import Note, Score, Track
from resonant.styles import all_styles, load
from resonant.train.corpus import CorpusPiece, packed
from resonant.train.finetune import Finetuned, Tuning, finetune, parted
from resonant.train.loop import train
from resonant.train.prepare import Told
from resonant.train.recipes import tiny
from resonant.train.style_found import measured_style

PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"
QUICK = Tuning(steps=24, batch=2, rate=1e-2, check_every=8, checks=6)


def a_song(seed: int, bars: int = 8) -> Score:
    return noted(replace(read_brief("techno in A minor, 132 bpm", Call(bars=bars)), seed=seed), Engine(), Watch()).score


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("my_midis")
    for seed in range(4):
        write_midi(a_song(seed), folder / f"{seed}.mid")
    (folder / "cut.mid").write_bytes(b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\x50\0")
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has heard a little of other music."""
    pieces = [piece for piece in read_pieces(PIECES) if len(piece.score.tracks) > 1][:4]
    corpus = packed(CorpusPiece(p.id, "lieder", "none", cells(p.score)) for p in pieces)
    model = TransformerConfig(VOCABULARY.size, width=48, layers=2, heads=2, context=1024)
    recipe = replace(tiny(), model=model, steps=12, batch=2, rate=3e-3, check_every=12, save_every=12, checks=2)
    return train(recipe, (corpus, corpus), tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def made(songs: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Finetuned:
    return finetune(songs, "Velvet  Road", weights, tmp_path_factory.mktemp("styles"), QUICK)


def test_held_out_bars_are_foretold_better_than_by_the_base(made: Finetuned) -> None:
    assert made.after < made.before - 0.05
    assert made.songs == 4
    assert len(made.left_out) == 1
    assert "cut.mid is cut off" in made.left_out[0]


def test_the_style_is_read_like_any_other(made: Finetuned) -> None:
    style = load(made.style)
    assert (style.name, style.player, style.metre) == ("velvet road", "score-lm", "4/4")
    assert style.adapter == made.adapter and made.adapter.exists()
    assert style.keys[0] == "A minor"
    assert style.tempo_bpm.low < 132 < style.tempo_bpm.high
    assert {part.role for part in style.parts} >= {"drums", "bass"}
    for part in style.parts:
        assert all(part.role in instrument(name).roles for name in (part.instrument, *part.others))
    assert style.harmony == all_styles()[yaml.safe_load(made.style.read_text())["based_on"]].harmony


def test_a_prompt_that_names_the_style_is_played_by_the_tuned_player(made: Finetuned, weights: Path) -> None:
    folder = made.style.parent
    brief = read_brief("a velvet road, 4 bars, only bass", styles_folder=folder)
    assert brief.style == "velvet road"
    players = Registry((Arranger(), ScorePlayer(weights)))
    composed = noted(brief, Engine(players=players, styles_folder=folder), Watch())
    assert set(composed.lineage.players.values()) == {"score-lm"}
    made.style.with_name("plain.yaml").write_text(
        made.style.read_text().replace("velvet road", "plain road").replace(f"adapter: {made.adapter.name}\n", "")
    )
    all_styles.cache_clear()
    plain = noted(replace(brief, style="plain road"), Engine(players=players, styles_folder=folder), Watch())
    assert [t.notes for t in plain.score.tracks] != [t.notes for t in composed.score.tracks]


def test_the_same_seed_gives_the_same_adapter(songs: Path, weights: Path, tmp_path: Path) -> None:
    quick = replace(QUICK, steps=4, check_every=4)
    twice = [finetune(songs, "velvet engine", weights, tmp_path / run, quick) for run in ("a", "b")]
    assert twice[0].after == twice[1].after
    assert twice[0].style.read_bytes() == twice[1].style.read_bytes()


def test_songs_are_held_out_whole_and_of_few_songs_the_last_bars() -> None:
    def told(bars: int, name: str) -> Told:
        notes = tuple(Note(480 * i, 60, 400, 90) for i in range(4 * bars))
        score = Score(bars, tracks=(Track("melody", "melody", "flute", notes),))
        return Told(name, name, "train", "user", "none", "", score)

    many = [told(8, str(number)) for number in range(20)]
    learn_from, held_out = parted(many)
    assert (len(learn_from), len(held_out)) == (18, 2)
    assert {*learn_from.names} | {*held_out.names} == {f"{n}|user|none" for n in range(20)}
    learn_from, held_out = parted([told(20, "a"), told(10, "b")])
    assert [learn_from.bars(i) for i in range(2)] == [16, 8]
    assert [held_out.bars(i) for i in range(2)] == [4, 2]
    with pytest.raises(InputError, match="have 12 bars in all, and 16 are the fewest"):
        parted([told(12, "short")])


def test_what_is_measured_is_what_is_there() -> None:
    straight = Score(8, tracks=(Track("m", "melody", "flute", tuple(Note(240 * i, 60, 200, 90) for i in range(64))),))
    swung = tuple(Note(480 * i + late, 60, 100, 90) for i in range(32) for late in (0, 320))
    swinging = Score(8, tracks=(Track("m", "melody", "flute", swung),))
    assert "swing" not in measured_style("x", [straight], "pop", "x.safetensors")
    assert measured_style("x", [swinging], "pop", "x.safetensors")["swing"] == {"amount": 0.667, "unit": 8}
    told = measured_style("x", [straight, straight, swinging], "", "x.safetensors")
    assert told["parts"] == [{"role": "melody", "instrument": "flute"}]
    assert told["based_on"] in all_styles()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("jazz", "means a style already"),
        ("sad", "means a mood already"),
        ("夜", "can not be told in a prompt"),
        ("--", "can not be told in a prompt"),
        ("x" * 70, "can not be told in a prompt"),
        ("../evil", "can not be told in a prompt"),
    ],
)
def test_a_name_that_can_not_be_had_is_refused(name: str, why: str, songs: Path, weights: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=why):
        finetune(songs, name, weights, tmp_path, QUICK)


def test_what_is_not_right_is_told_in_one_sentence(songs: Path, weights: Path, made: Finetuned, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"no song was found in .*empty; give a folder of MIDI files"):
        finetune(empty, "mine", weights, tmp_path, QUICK)
    (empty / "cut.mid").write_bytes(b"MThd")
    with pytest.raises(InputError, match=r"no song was found in .*cut\.mid"):
        finetune(empty, "mine", weights, tmp_path, QUICK)
    with pytest.raises(InputError, match="does not exist"):
        finetune(tmp_path / "nowhere", "mine", weights, tmp_path, QUICK)
    with pytest.raises(InputError, match=r"config.json can not be read"):
        finetune(songs, "mine", empty, tmp_path, QUICK)
    with pytest.raises(InputError, match="there is a style 'velvet road' already"):
        finetune(songs, "velvet road", weights, made.style.parent, QUICK)
    with pytest.raises(InputError, match="'polka' is not one of our styles"):
        finetune(songs, "mine", weights, tmp_path, QUICK, based_on="polka")
    with pytest.raises(InputError, match="minutes=0 must lie above 0"):
        Tuning(minutes=0)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_what_does_not_help_is_not_kept(songs: Path, weights: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 steps did not help"):
        finetune(songs, "mine", weights, tmp_path, replace(QUICK, steps=2, check_every=1, rate=0.0))
    assert not list(tmp_path.iterdir())


def test_the_command_says_what_it_made_and_every_command_knows_it(
    songs: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    asked = ["train", "finetune", "--data", str(songs), "--name", "blue engine", "--weights", str(weights)]
    done = CliRunner().invoke(resonant, [*asked, "--steps", "6"])
    assert done.exit_code == 0, done.output
    assert 'resonant compose "blue engine, 16 bars"' in done.output
    assert (tmp_path / ".local" / "share" / "resonant" / "styles" / "blue_engine.yaml").exists()
    told = CliRunner().invoke(resonant, ["brief", "blue engine", "--json"])
    assert '"style": "blue engine"' in told.output
    again = CliRunner().invoke(resonant, asked)
    assert again.exit_code == 2
    assert "already" in again.output
