"""Hand percussion over the groove."""

import statistics
from collections import Counter

import pytest
from drum_context import a_context

from resonant.players.arranger.drum_keys import FEET, KEYS
from resonant.players.arranger.percussion import play_percussion
from resonant.styles import all_styles

KIT = {KEYS[name] for name in (*FEET, "snare", "hat", "open_hat", "ride", "crash")}


@pytest.mark.parametrize("style", sorted(all_styles()))
def test_every_style_has_percussion_of_its_own_that_leaves_the_kit_alone(style: str) -> None:
    notes = play_percussion(a_context(style, role="percussion")).notes
    assert len(notes) > 52
    assert not KIT & {note.pitch for note in notes}


def test_percussion_stays_out_of_the_way_of_the_drums() -> None:
    notes = play_percussion(a_context("pop", role="percussion")).notes
    assert statistics.mean(note.velocity for note in notes) < 75


def test_a_thin_intro_has_the_shaker_only() -> None:
    context = a_context("funk", role="percussion", seed=2)
    intro = {note.pitch for note in play_percussion(context).notes if note.start < context.bar_start(4)}
    verse = {n.pitch for n in play_percussion(context).notes if context.bar_start(4) <= n.start < context.bar_start(12)}
    assert len(intro) <= len(verse)


def test_percussion_of_a_chorus_comes_back() -> None:
    context = a_context("house", role="percussion")
    notes = play_percussion(context).notes

    def played(first: int, last: int) -> Counter[int]:
        return Counter(n.pitch for n in notes if context.bar_start(first) <= n.start < context.bar_start(last))

    assert set(played(12, 20)) == set(played(28, 36))
