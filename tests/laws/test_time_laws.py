"""Laws of time: maps are inverse, swing is undone."""

from hypothesis import given
from hypothesis import strategies as st

from resonant.score.passes.feel import Swing
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap

tempo_maps = st.lists(
    st.tuples(st.integers(1, 50_000), st.floats(20, 400)), max_size=5, unique_by=lambda change: change[0]
).map(lambda changes: TempoMap((TempoChange(0, 97.5), *(TempoChange(tick, bpm) for tick, bpm in sorted(changes)))))

metre_maps = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from([(3, 4), (6, 8), (7, 8), (5, 4), (2, 2)])),
    max_size=4,
    unique_by=lambda change: change[0],
).map(lambda changes: MetreMap((MetreChange(0, Metre()), *(MetreChange(bar, Metre(*m)) for bar, m in sorted(changes)))))


@given(tempo_maps, st.integers(0, 200_000))
def test_seconds_lead_back_to_the_tick(tempo: TempoMap, tick: int) -> None:
    assert tempo.tick_at(tempo.seconds_at(tick)) == tick


@given(tempo_maps, st.integers(0, 100_000), st.integers(1, 1000))
def test_time_never_runs_backwards(tempo: TempoMap, tick: int, later: int) -> None:
    assert tempo.seconds_at(tick + later) > tempo.seconds_at(tick)


@given(metre_maps, st.integers(0, 100))
def test_a_bars_start_lies_in_that_bar(metres: MetreMap, bar: int) -> None:
    start = metres.bar_start(bar)
    assert metres.bar_at(start) == bar
    assert bar == 0 or metres.bar_at(start - 1) == bar - 1


@given(st.floats(0.5, 0.75), st.sampled_from([8, 16]), st.integers(0, 400))
def test_swing_is_undone_on_its_own_grid_to_a_tick(amount: float, unit: int, step: int) -> None:
    swing = Swing.of(amount, unit)
    tick = step * swing.unit_ticks
    assert abs(swing.straight(swing.swung(tick)) - tick) <= 1  # the swung place itself is a whole tick


@given(st.floats(0.5, 0.75), st.sampled_from([8, 16]), st.integers(0, 20_000))
def test_swing_keeps_the_order_of_notes(amount: float, unit: int, tick: int) -> None:
    swing = Swing.of(amount, unit)
    assert swing.swung(tick) <= swing.swung(tick + 3)
    assert abs(swing.swung(tick) - tick) <= swing.unit_ticks // 2 + 1
