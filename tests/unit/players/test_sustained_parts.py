from itertools import pairwise
from random import Random
from statistics import mean

import pytest
from tests.unit.players.band_context import AXIS, context, form, song

from resonant.players.arranger.arpeggio import ordered, play_arpeggio
from resonant.players.arranger.pad import play_pad
from resonant.players.arranger.strings import play_strings

RISE = form(("intro", 4, 0.1, "I"), ("verse", 8, 0.4, "A"), ("chorus", 8, 0.9, "B"))


def test_a_pad_ties_common_tones_and_changes_with_the_chords() -> None:
    part = play_pad(
        context("pad", "warm_pad", "house", song(("C", "Am", "F", "G"), 8, sections=form(("verse", 8, 0.5, "A"))))
    )
    assert any(note.duration > 1920 for note in part.notes)
    assert len({note.start // 1920 for note in part.notes}) == 8


def test_a_reggae_organ_bubbles_off_the_beat_and_holds_the_last_chord() -> None:
    part = play_pad(context("pad", "hammond_organ", "reggae", song(("G", "C", "D", "C"), 7)))
    goes_on = [note for note in part.notes if note.start < 6 * 1920]
    assert sum(note.duration < 240 for note in goes_on) == len(goes_on) > 6 * 6
    ending = play_pad(context("pad", "hammond_organ", "reggae", song(AXIS, 5)))
    assert max(note.duration for note in ending.notes if note.start >= 4 * 1920 - 60) > 960


def test_a_pad_breathes_at_the_end_of_a_phrase() -> None:
    part = play_pad(context("pad", "warm_pad", "ballad", song(AXIS, 8)))
    assert max(n.end for n in part.notes if n.start < 4 * 1920) < 4 * 1920 - 120


def test_a_pad_swells_within_the_range_of_a_controller() -> None:
    part = play_pad(context("pad", "dark_pad", "cinematic", song(AXIS, 8)))
    values = [c.value for c in part.controls if c.number == 11]
    assert max(values) - min(values) > 20


def test_pads_wait_for_their_energy_but_never_for_ever() -> None:
    waiting = play_pad(context("pad", "warm_pad", "pop", song(AXIS, 20, sections=RISE)))
    assert min(note.start for note in waiting.notes) >= 4 * 1920
    assert play_pad(context("pad", "warm_pad", "pop", song(AXIS, 8, sections=form(("verse", 8, 0.05, "A"))))).notes


def test_strings_sing_in_octaves_when_it_gets_loud() -> None:
    part = play_strings(context("strings", "string_section", "ballad", song(AXIS, 20, sections=RISE)))
    quiet = [n.pitch for n in part.notes if n.start < 12 * 1920]
    loud = [n.pitch for n in part.notes if n.start >= 12 * 1920]
    assert max(loud) > max(quiet)


def test_cinematic_strings_drive_in_short_notes() -> None:
    part = play_strings(
        context("strings", "string_section", "cinematic", song(("Dm", "Bb"), 8, sections=form(("verse", 8, 0.8, "A"))))
    )
    assert sum(note.duration < 240 for note in part.notes) > 8 * 10


def test_tremolo_repeats_every_sixteenth() -> None:
    part = play_strings(context("strings", "string_section", "pop", song(AXIS, 2), manner="tremolo"))
    assert len({round(note.start / 120) for note in part.notes}) == 32


@pytest.mark.parametrize("shape", ["up", "down", "updown", "broken", "thumb", "random"])
def test_every_shape_stays_on_its_ladder_and_moves(shape: str) -> None:
    for rungs in (2, 3, 4, 7):
        order = ordered(shape, rungs, 16, Random(3))
        assert len(order) == 16
        assert set(order) <= set(range(rungs))
        assert all(a != b for a, b in pairwise(order)) or shape in ("thumb", "broken")


def test_an_arpeggio_is_faster_and_higher_when_it_is_loud() -> None:
    part = play_arpeggio(
        context(
            "arpeggio",
            "synth_pluck",
            "pop",
            song(AXIS, 16, sections=form(("verse", 8, 0.4, "A"), ("drop", 8, 0.9, "B"))),
        )
    )
    calm, wild = [n for n in part.notes if n.start < 8 * 1920], [n for n in part.notes if n.start >= 8 * 1920]
    assert len(wild) > 1.4 * len(calm)
    assert mean(n.pitch for n in wild) > mean(n.pitch for n in calm)


def test_an_arpeggio_plays_chord_tones_only() -> None:
    score = song(("C", "Am7", "F", "G7"), 8)
    part = play_arpeggio(context("arpeggio", "harp", "ambient", score))
    assert all(n.pitch % 12 in score.chord_at(n.start + 60).pitch_classes for n in part.notes)  # type: ignore[union-attr]
