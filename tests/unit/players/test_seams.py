"""Where new bars meet bars that stay."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.players.band_context import song

from resonant.players.context import Part
from resonant.players.seams import at_seams, outside
from resonant.score.model import Bend, Control, Note, Track

BAR = 1920
SCORE = song(("C", "G"), bars=4)  # bar 3 of the score (index 2) is C again


def seamed(part: Part, *notes: Note, role: str = "chords", bars: tuple[int, ...] = (1,), **events: object) -> Part:
    track = Track(role, role, "grand_piano", tuple(sorted(notes)))
    return at_seams(part, replace(track, **events), SCORE, bars)  # type: ignore[arg-type]


def test_a_note_that_rings_into_new_bars_keeps_its_pitch_and_new_ones_wait_or_give_way() -> None:
    ringing = Note(BAR - 480, 60, 960, 80)
    new = (Note(BAR, 60, 240, 80), Note(BAR, 64, 240, 80), Note(BAR + 240, 60, 960, 80))
    assert seamed(Part(new), ringing).notes == (Note(BAR, 64, 240, 80), Note(BAR + 480, 60, 720, 80))


def test_in_a_part_of_one_voice_nothing_starts_under_a_ringing_note() -> None:
    ringing = Note(BAR - 480, 48, 500, 80)
    new = (Note(BAR, 43, 460, 80), Note(BAR + 480, 50, 480, 80))
    assert seamed(Part(new), ringing, role="bass").notes == (Note(BAR + 20, 43, 440, 80), new[1])


def test_a_new_note_rings_on_only_into_silence_and_over_chords_that_hold_it() -> None:
    later = Note(2 * BAR + 960, 60, 480, 80)
    long = Part((Note(BAR + 960, 62, 9000, 80), Note(BAR + 960, 67, 9000, 80)))  # D is not in the C that comes, G is
    assert [(note.pitch, note.end) for note in seamed(long, later).notes] == [(62, 2 * BAR), (67, 2 * BAR + 960)]


def test_no_crash_beside_one_that_stays() -> None:
    kept, kick = Note(2 * BAR, 49, 480, 100), Note(BAR, 36, 100, 90)
    part = Part((kick, Note(BAR, 49, 480, 90), Note(2 * BAR - 240, 49, 240, 90)))
    assert seamed(part, kept, role="drums").notes == (kick, Note(BAR, 49, 480, 90))


def test_bends_and_pedal_are_at_rest_when_new_bars_begin_and_as_they_were_when_old_ones_go_on() -> None:
    kept = Note(3 * BAR, 60, 480, 80)
    part = seamed(
        Part((Note(BAR, 62, 480, 80),), bends=(Bend(BAR + 960, 50),)),
        kept,
        bends=(Bend(0, 100), Bend(BAR + 10, -30)),
        controls=(Control(0, 64, 127), Control(0, 7, 90)),
    )
    assert part.bends == (Bend(BAR, 0), Bend(BAR + 960, 50), Bend(2 * BAR - 1, -30))
    assert part.controls == (Control(BAR, 64, 0), Control(2 * BAR - 1, 64, 127))


def test_a_part_of_which_nothing_stays_is_left_as_it_is() -> None:
    part = Part((Note(0, 60, 99999, 80),), bends=(Bend(3, 5),))
    assert seamed(part, Note(5, 60, 60, 60), bars=(0, 1, 2, 3)) == part


EVENTS = st.lists(st.tuples(st.integers(0, 4 * BAR - 1), st.integers(0, 127)), max_size=12)


@given(EVENTS, EVENTS, st.sets(st.integers(0, 3), min_size=1, max_size=3), st.sampled_from([1, 11, 64, 67]))
def test_every_kept_bar_finds_the_controllers_it_had(
    old: list[tuple[int, int]], new: list[tuple[int, int]], bars: set[int], number: int
) -> None:
    before = Track(
        "pad", "pad", "grand_piano", (Note(1, 60, 1, 1),), controls=tuple(sorted(Control(t, number, v) for t, v in old))
    )
    written = tuple(sorted(Control(t, number, v) for t, v in new if t // BAR in bars))
    part = at_seams(Part((), controls=written), before, SCORE, sorted(bars))
    kept = outside(before, SCORE, sorted(bars))
    if kept.notes or kept.controls:
        after = replace(kept, controls=tuple(sorted((*kept.controls, *part.controls))))
        for bar in {0, 1, 2, 3} - bars:
            if bar - 1 in bars:
                assert value(after, bar * BAR, number) == value(before, bar * BAR, number)


def value(track: Track, tick: int, number: int) -> int:
    values = [control.value for control in track.controls if control.tick < tick and control.number == number]
    return values[-1] if values else {11: 127}.get(number, 0)


@pytest.mark.parametrize("within", [0, 1])
def test_only_so_many_bars_around_are_heard(within: int) -> None:
    from resonant.players.writing import heard

    notes = tuple(Note(bar * BAR, 60, 480, 80) for bar in range(4))
    score = SCORE.with_track(Track("pad", "pad", "grand_piano", notes))
    track = heard(score, (2,), within).track("pad")
    assert track is not None
    assert [note.start // BAR for note in track.notes] == [bar for bar in range(4) if abs(bar - 2) <= within]
