"""Lines, bars and filled holes: numbers and notes stand where they should."""

import io

import numpy as np
import pytest
from PIL import Image

from resonant.pictures.canvas import role_colour
from resonant.pictures.charts import Line, Panel, lines_png, panels_png
from resonant.pictures.fills import Fill, fills_png
from resonant.score.model import Note

BLUE = np.array((36, 98, 160))


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_a_falling_line_falls() -> None:
    picture = pixels(lines_png([Line("loss", ((0, 6.0), (50, 4.0), (100, 2.0)))], "run", "step", "nats"))
    rows, columns = np.nonzero((picture[84:604] == BLUE).all(axis=2))
    assert np.corrcoef(rows, columns)[0, 1] > 0.99
    assert columns.min() < 90 and columns.max() > 1720


@pytest.mark.parametrize(
    "points",
    [(), ((1, 2.0),), ((1, 2.0), (2, 2.0)), tuple((i, 0.0) for i in range(500)), ((1, 3.0), (2, float("nan")))],
)
@pytest.mark.parametrize("noisy", [True, False])
def test_any_line_can_be_drawn(points: tuple[tuple[float, float], ...], noisy: bool) -> None:
    line = Line("loss", points, noisy)
    assert lines_png([line], "run", "step", "nats") == lines_png([line], "run", "step", "nats")


def test_bars_are_as_long_as_their_values() -> None:
    rows = (("a", 100.0), ("b", 50.0), ("c", 0.0))
    picture = pixels(panels_png([Panel("notes", rows)], "what", "is there"))
    lengths = (picture == BLUE).all(axis=2).sum(axis=1)
    full, half, none = (int(lengths[84 + 34 + 20 * i + 10]) for i in range(3))
    assert full == pytest.approx(2 * half, abs=3)
    assert none <= 2


def test_what_is_too_much_for_a_panel_is_told() -> None:
    many = Panel("keys", tuple((str(i), float(i)) for i in range(60)))
    few = Panel("keys", many.rows[:30])
    assert pixels(panels_png([many], "", "")).shape[0] == pixels(panels_png([few], "", "")).shape[0] + 20
    assert panels_png([], "nothing", "at all")


def test_true_bars_stand_on_the_left_and_filled_ones_on_the_right() -> None:
    def fill(true: int, filled: int) -> Fill:
        notes = tuple(Note(1920 + 120 * i, 60 + i % 3, 100, 127) for i in range(16))
        return Fill("x", "melody", (0, 1920, 3840), (1920, 3840), (), (), notes[:true], notes[:filled])

    def ink(made: Fill) -> list[int]:
        red = (pixels(fills_png([made], "step 1")) == np.array(role_colour("melody"))).all(axis=2)
        return [int(half.sum()) for half in np.split(red, 2, axis=1)]

    left, right = ink(fill(16, 8))
    assert left == pytest.approx(2 * right, rel=0.1)
    assert ink(fill(0, 4))[0] == 0 == ink(fill(4, 0))[1]


def test_what_lies_outside_the_true_range_is_at_the_edge() -> None:
    wild = Fill("x", "bass", (0, 1920), (0, 1920), (), (), (Note(0, 40, 480, 90),), (Note(0, 127, 1920, 90),))
    assert fills_png([wild], "") == fills_png([wild], "")
    assert wild.pitches[1] < 60
