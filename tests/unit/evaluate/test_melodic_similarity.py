"""Whether it is still the same tune: laws of the measure."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant.errors import InputError
from resonant.evaluate.melodic_similarity import evaluate, kept_notes, similarity
from resonant.score.model import Note, Track

STEPS = st.lists(st.tuples(st.integers(55, 84), st.sampled_from((120, 240, 360, 480, 960))), min_size=1, max_size=24)


def tune(steps: list[tuple[int, int]]) -> tuple[Note, ...]:
    """Pitches and times to the next note, as a melody."""
    notes, start = [], 0
    for pitch, ticks in steps:
        notes.append(Note(start, pitch, ticks, 80))
        start += ticks
    return tuple(notes)


ODE = tune([(p, 240) for p in (64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64)] + [(64, 360), (62, 120), (62, 480)])
FANFARE = tune([(60, 720), (60, 240), (67, 480), (76, 960), (72, 240), (67, 240), (60, 240), (72, 960), (55, 480)])


@given(STEPS)
def test_a_tune_is_itself_in_every_key_and_tempo(steps: list[tuple[int, int]]) -> None:
    once = tune(steps)
    moved = tuple(Note(2 * n.start + 960, n.pitch - 7, 2 * n.duration, 60) for n in once)
    assert similarity(once, once) == kept_notes(once, moved) == 1.0 == pytest.approx(similarity(once, moved))


@given(STEPS, STEPS)
def test_likeness_is_mutual_and_lies_between_nothing_and_all(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    one, other = tune(a), tune(b)
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, other) == pytest.approx(similarity(other, one))
    assert 0.0 <= kept_notes(one, other) <= 1.0


@given(STEPS, st.integers(0, 23))
def test_a_note_an_octave_off_hardly_counts(steps: list[tuple[int, int]], at: int) -> None:
    once = tune(steps)
    at %= len(once)
    moved = tuple(replace(n, pitch=n.pitch + 12) if i == at else n for i, n in enumerate(once))
    assert similarity(once, moved) >= 1 - 0.13 / (0.55 * len(once)) * 1.0


def test_an_ornament_leaves_a_tune_what_it_is_and_another_tune_does_not() -> None:
    graced = tuple(sorted((*ODE[:4], Note(ODE[4].start - 60, 66, 60, 70), *ODE[4:])))
    assert similarity(ODE, graced) > 0.85 > 0.7 > similarity(ODE, FANFARE)
    assert kept_notes(ODE, graced) >= 0.9


def test_of_notes_struck_together_the_highest_is_the_melody() -> None:
    with_thirds = tuple(sorted((*ODE, *(replace(n, pitch=n.pitch - 4) for n in ODE))))
    assert similarity(ODE, with_thirds) == 1.0


def test_silence_is_like_silence_only() -> None:
    assert similarity((), ()) == kept_notes((), ()) == 1.0
    assert similarity(ODE, ()) == similarity((), ODE) == kept_notes((), ODE) == 0.0


def test_a_malformed_track_is_refused() -> None:
    good = Track("melody", "melody", "flute", ODE)
    assert evaluate(good, good) == {"similarity": 1.0, "kept_notes": 1.0}
    with pytest.raises(InputError):
        evaluate(good, replace(good, notes=(replace(ODE[0], pitch=200),)))
