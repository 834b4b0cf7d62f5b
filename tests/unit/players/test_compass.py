"""A line lies where its instrument sounds well, and moves there as one."""

from hypothesis import given
from hypothesis import strategies as st

from resonant.instruments import instrument
from resonant.players.arranger.compass import laid, within_reach
from resonant.score.model import Note

PITCHES = st.lists(st.integers(21, 108), min_size=1, max_size=40)


def a_line(*pitches: int) -> tuple[Note, ...]:
    return tuple(Note(i * 480, pitch, 480, 80) for i, pitch in enumerate(pitches))


def pitches(line: tuple[Note, ...]) -> list[int]:
    return [note.pitch for note in line]


@given(PITCHES, st.sampled_from(("flute", "tenor_sax", "violin", "upright_bass", "trombone", "synth_lead")))
def test_wherever_a_line_lies_its_notes_keep_their_names_places_and_lengths(heard: list[int], name: str) -> None:
    player, line = instrument(name), a_line(*heard)
    moved = laid(line, player)
    assert [(n.start, n.duration, n.pitch % 12) for n in moved] == [(n.start, n.duration, n.pitch % 12) for n in line]
    assert all(player.low <= pitch <= player.high for pitch in pitches(moved))


@given(st.lists(st.integers(60, 96), min_size=1, max_size=40))
def test_a_line_that_the_instrument_reaches_stays(given_pitches: list[int]) -> None:
    assert within_reach(a_line(*given_pitches), instrument("flute")) == a_line(*given_pitches)


def test_a_tune_with_one_note_out_of_reach_goes_down_as_one_and_is_not_bent() -> None:
    hook = a_line(72, 74, 83, 81, 79, 78, 76, 74)
    assert pitches(laid(hook, instrument("alto_sax"))) == [pitch - 12 for pitch in pitches(hook)]


def test_a_stray_low_note_does_not_lift_a_tune_to_where_it_is_shrill() -> None:
    tune = a_line(*(59, *(76, 77, 79, 81) * 25))
    assert pitches(within_reach(tune, instrument("flute"))) == [71, *(76, 77, 79, 81) * 25]


def test_the_left_hand_of_a_piano_goes_to_where_a_bass_sounds() -> None:
    assert pitches(within_reach(a_line(48, 55, 53, 50), instrument("fingered_bass"))) == [36, 43, 41, 38]
    assert pitches(within_reach(a_line(36, 43, 41, 38), instrument("fingered_bass"))) == [36, 43, 41, 38]
