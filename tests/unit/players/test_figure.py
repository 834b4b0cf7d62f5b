import pytest

from resonant.players.arranger.figure import fitting, strokes
from resonant.styles.comping import ChordsFigure
from resonant.units import Metre

FOUR_FOUR = Metre(4, 4)


def test_sixteen_steps_are_sixteenths_and_dashes_hold() -> None:
    found = strokes("x---x-..x-------", 0, FOUR_FOUR)
    assert [(s.offset, s.ticks) for s in found] == [(0, 480), (480, 240), (960, 960)]


def test_twelve_steps_are_triplets() -> None:
    assert [s.offset for s in strokes("x.xx.xx.xx.x", 0, FOUR_FOUR)][:3] == [0, 320, 480]


def test_bars_of_a_figure_come_round_and_round() -> None:
    figure = "x---------------|........x-------"
    assert strokes(figure, 0, FOUR_FOUR) == strokes(figure, 2, FOUR_FOUR)
    assert strokes(figure, 1, FOUR_FOUR)[0].offset == 960


def test_a_leading_dash_is_tied_to_the_bar_before() -> None:
    first = strokes("--..x-----------", 0, FOUR_FOUR)[0]
    assert (first.tied, first.offset, first.ticks) == (True, 0, 240)


@pytest.mark.parametrize("metre", ["2/4", "3/4", "5/4", "6/8", "7/8", "9/8", "12/8"])
def test_every_metre_gets_strokes_that_stay_inside_its_bar(metre: str) -> None:
    bar = Metre.parse(metre)
    found = strokes("x-x-x-x-x-x-x-x-", 0, bar)
    assert found[0].offset == 0
    assert all(s.offset + s.ticks <= bar.ticks_per_bar for s in found)
    assert max(s.offset + s.ticks for s in found) == bar.ticks_per_bar


def test_a_waltz_takes_the_first_three_beats() -> None:
    assert [s.offset for s in strokes("x---h---t---^---", 0, Metre(3, 4))] == [0, 480, 960]


def test_twelve_eight_turns_halves_of_a_beat_into_a_shuffle() -> None:
    assert [s.offset for s in strokes("x-x-x-x-x-x-x-x-", 0, Metre(12, 8))][:4] == [0, 480, 720, 1200]


def test_a_broken_chord_flows_on_in_six_eight() -> None:
    found = strokes("1-2-3-2-1-3-4-3-", 0, Metre(6, 8))
    assert [(s.offset, s.sign) for s in found] == list(zip(range(0, 1440, 240), "123134", strict=True))


def test_figures_are_chosen_by_energy_and_the_nearest_serves_where_none_fits() -> None:
    calm = ChordsFigure(steps="x---------------", energy=(0.0, 0.3))
    loud = ChordsFigure(steps="xxxxxxxxxxxxxxxx", energy=(0.7, 1.0))
    assert fitting((calm, loud), 0.2) == (calm,)
    assert fitting((calm, loud), 0.6) == (loud,)
