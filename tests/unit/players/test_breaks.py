"""Breaks: where the band stops before a chorus, and what goes on."""

import pytest
from tests.helpers import changed
from tests.unit.players.band_context import AXIS, context, form, song

from resonant.players.arranger.breaks import breaks, without_breaks
from resonant.players.arranger.chords import play_chords
from resonant.players.context import Context
from resonant.score.model import Note

BAR = 1920
LIFT = form(("verse", 8, 0.5, "A"), ("chorus", 8, 0.9, "B"))
FALL = form(("verse", 8, 0.9, "A"), ("chorus", 8, 0.5, "B"))


def band(role: str = "chords", instrument: str = "grand_piano", often: float = 1.0, sections: object = LIFT) -> Context:
    listening = context(role, instrument, "pop", song(AXIS, 16, sections=sections))
    style = listening.style.model_copy(update={"form": listening.style.form.model_copy(update={"breaks": often})})
    return changed(listening, style=style)


def test_the_band_stops_for_half_a_bar_before_a_chorus_that_is_louder() -> None:
    assert breaks(band()) == ((8 * BAR - 960, 8 * BAR),)
    assert breaks(band(often=0.0)) == breaks(band(sections=FALL)) == ()


def test_all_players_stop_at_once_whichever_seed_wrote_them() -> None:
    piano, other = band(often=0.5), changed(band("bass", "fingered_bass", often=0.5), seed=99)
    assert breaks(piano) == breaks(other)


def test_chords_are_silent_in_a_break() -> None:
    notes = play_chords(band()).notes
    assert not any(note.start < 8 * BAR - 60 and note.end > 8 * BAR - 960 + 60 for note in notes)
    assert any(note.start >= 8 * BAR for note in notes)


@pytest.mark.parametrize(
    ("start", "ticks", "left"),
    [
        (7 * BAR, 480, (7 * BAR, 480)),
        (7 * BAR, BAR, (7 * BAR, 960)),
        (8 * BAR - 240, 240, None),
        (8 * BAR - 240, 1200, (8 * BAR, 960)),
        (8 * BAR, 480, (8 * BAR, 480)),
    ],
)
def test_a_note_is_cut_dropped_or_comes_in_on_the_one(start: int, ticks: int, left: tuple[int, int] | None) -> None:
    kept = [(note.start, note.duration) for note in without_breaks(band(), [Note(start, 60, ticks, 80)])]
    assert kept == ([] if left is None else [left])
