"""A run that is killed with -9, at any moment, goes on as if it had not been: real processes, real signals."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from resonant.evaluate.pieces import read_pieces
from resonant.nn.transformer import TransformerConfig
from resonant.players.score_lm.cells import cells
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.train.corpus import CorpusPiece, packed, save_corpus
from resonant.train.recipes import tiny
from resonant.train.run_folder import read_log

PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"
STEPS, KILLS = 9, (1, 4, 7)
RECIPE = replace(
    tiny(), model=TransformerConfig(VOCABULARY.size, width=32, layers=1, heads=2, context=384, dropout=0.1),
    steps=STEPS, batch=2, warm_up=2, check_every=4, save_every=2, checks=2, half=False,
)  # fmt: skip
# One process that has everything imported forks each run: starting Python anew for each would take a minute.
SCRIPT = """
import os, signal, sys, time
from pathlib import Path
import PIL.Image, PIL.ImageDraw, PIL.ImageFont, safetensors.torch
import torch
import torch._dynamo  # the first optimiser of a process imports it
torch.set_num_threads(1)
from resonant.nn.transformer import TransformerConfig
from resonant.train.corpus import load_corpus
from resonant.train.crew import Crew
from resonant.train.loop import train
from resonant.train.recipes import Recipe

folder = Path(sys.argv[1])
corpus = load_corpus(folder / "c.npz")
recipe = {recipe!r}

def begun(run, workers=0):
    child = os.fork()
    if child == 0:
        try:
            train(recipe, (corpus, corpus), folder / run, Crew(workers=workers))
            os._exit(0)
        finally:
            os._exit(1)
    return child

def killed_at(step, child, log):
    while not log.exists() or len(log.read_bytes().splitlines()) < step:
        assert os.waitpid(child, os.WNOHANG) == (0, 0), "it ended before it could be killed"
        time.sleep(0.0005)
    time.sleep(0.004 * (step % 4))  # somewhere in the step, the look or the saving that follows
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL

for step in {kills!r}:
    killed_at(step, begun("killed"), folder / "killed" / "log.jsonl")
for run, workers in (("killed", 0), ("whole", 0), ("again", 2)):
    assert os.waitpid(begun(run, workers), 0)[1] == 0
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    pieces = [piece for piece in read_pieces(PIECES) if len(piece.score.tracks) > 1][:3]
    save_corpus(packed(CorpusPiece(p.id, "lieder", "none", cells(p.score)) for p in pieces), folder / "c.npz")
    script = SCRIPT.format(recipe=RECIPE, kills=KILLS)
    subprocess.run([sys.executable, "-c", script, folder], check=True, timeout=120)
    return folder


def _curve(run: Path) -> list[tuple[float, float | None, float | None]]:
    return [(row["step"], row.get("loss"), row.get("check")) for row in read_log(run)]


def _everything(run: Path) -> dict[str, object]:
    """All files but the log, which tells seconds; of weights the tensors, for their header has no order."""
    files = [path for path in run.rglob("*") if path.is_file() and path.name != "log.jsonl"]
    return {str(path.relative_to(run)): _tensors(path) or path.read_bytes() for path in files}


def _tensors(path: Path) -> dict[str, bytes]:
    if path.suffix != ".safetensors":
        return {}
    return {name: tensor.tobytes() for name, tensor in load_file(path).items()}


def test_a_run_killed_three_times_has_the_curve_of_one_that_was_not(runs: Path) -> None:
    assert _curve(runs / "killed") == _curve(runs / "whole")
    assert len(_curve(runs / "whole")) == STEPS + 3


def test_its_weights_its_optimiser_and_its_pictures_are_the_same_to_the_last_byte(runs: Path) -> None:
    killed, whole = _everything(runs / "killed"), _everything(runs / "whole")
    assert {"last/optimiser.safetensors", "best/model.safetensors", "curve.png", "samples/step-8.png"} <= set(whole)
    assert killed == whole


def test_the_same_seed_gives_the_same_weights_also_where_workers_draw_the_examples(runs: Path) -> None:
    assert _everything(runs / "again") == _everything(runs / "whole")
    assert _curve(runs / "again") == _curve(runs / "whole")
