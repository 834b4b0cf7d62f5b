"""A line is the highest note of each moment, and knows how long it has stayed where it is."""

from collections.abc import Sequence
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from resonant.players.score_lm.cells import cell
from resonant.players.score_lm.line import Line
from resonant.players.score_lm.vocabulary import GRID
from resonant.score.model import Note

MOMENTS = st.lists(st.sets(st.integers(60, 63), min_size=1, max_size=3), min_size=1, max_size=12)


def words(moments: Sequence[set[int]]) -> tuple[int, ...]:
    notes = [Note(3 * GRID * at, pitch, GRID, 80) for at, pitches in enumerate(moments) for pitch in sorted(pitches)]
    return cell(notes, (0, 48 * GRID), drums=False)


@given(MOMENTS, MOMENTS)
def test_the_last_pitch_and_how_often_it_was_struck_are_those_of_the_highest_notes(
    before: list[set[int]], after: list[set[int]]
) -> None:
    line = Line()
    line.hear(words(before))
    for word in words(after):  # heard word by word, and over the bar line
        line.hear((word,))
    stays = [(pitch, len(list(times))) for pitch, times in groupby(max(moment) for moment in (*before, *after))]
    assert (line.pitch, line.times) == stays[-1]


def test_before_the_first_note_there_is_no_pitch() -> None:
    line = Line()
    line.hear(words([]))
    assert (line.pitch, line.times) == (-1, 0)
