"""Steps of one shape over a fixed cache write what steps over a growing one write; the capture needs a card."""

import pytest
import torch
from tests.unit.nn.lm.test_heartmula import PROMPT, silent
from tests.unit.nn.test_weights import heartmula, musicgen, sentence
from torch import Tensor

from resonant.nn.lm.captured import Captured, Step
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner
from resonant.nn.lm.guidance import guided
from resonant.nn.lm.heartmula_session import heartmula_run
from resonant.nn.lm.musicgen import Heard
from resonant.nn.lm.musicgen_session import musicgen_run

SHARP = Manner(Choosing(0.0))


class Counted:
    """A capture that captures nothing and counts."""

    def __init__(self) -> None:
        self.captured = self.played = 0
        self.shapes: set[tuple[int, ...]] = set()

    def __call__(self, step: Step, like: Tensor) -> Step:
        self.captured += 1
        step(like)  # a warm-up reads and writes, and must leave no trace

        def play(heard: Tensor) -> Tensor:
            self.played += 1
            self.shapes.add(tuple(heard.shape))
            return step(heard)

        return play


@pytest.mark.parametrize("known", [0, 3])
def test_musicgen_writes_the_same_songs_by_steps_of_one_shape(known: int) -> None:
    model, past = musicgen(), torch.randint(0, 64, (4, known))
    items = [Item(9, seed=1, past=past), Item(6, seed=2)]
    both = Heard(torch.cat([sentence(1).text_BLE, sentence(2).text_BLE]), torch.ones(2, 5).bool())
    counted = Counted()
    plain = musicgen_run(model, items, [both, None], guided(3.0), SHARP)
    played = musicgen_run(model, items, [both, None], guided(3.0), SHARP, counted)
    list(plain), list(played)
    for row in range(2):
        assert torch.equal(played.frames(row), plain.frames(row))
    assert counted.captured == 1 and counted.shapes == {(4, 4, 1)}


def test_heartmula_writes_the_same_song_by_steps_of_one_shape() -> None:
    model, items = heartmula(), [Item(7, seed=1)]
    branches, counted = [[PROMPT], [silent(PROMPT)]], Counted()
    plain = heartmula_run(model, items, branches, guided(1.5), SHARP)
    played = heartmula_run(model, items, branches, guided(1.5), SHARP, counted)
    list(plain), list(played)
    assert torch.equal(played.frames(0), plain.frames(0))
    assert counted.captured == 8  # one of the global model, and one for each further code of a frame
    assert counted.played == 7 * 7 + 6


@pytest.mark.gpu
def test_captured_steps_write_the_same_song_on_a_card() -> None:
    model = musicgen().to("cuda")
    heard = Heard(sentence().text_BLE.cuda(), sentence().mask_BL.cuda())
    runs = [
        musicgen_run(model, [Item(20, seed=1)], [heard, None], guided(3.0), SHARP, capture)
        for capture in (None, Captured)
    ]
    for run in runs:
        list(run)
    assert torch.equal(runs[0].frames(0), runs[1].frames(0))
