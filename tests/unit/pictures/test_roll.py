"""The piano roll."""

import io

import numpy as np
import pytest
from PIL import Image

from resonant.pictures.canvas import ROLE_COLOURS, role_colour
from resonant.pictures.roll import WIDTH, piano_roll_png
from resonant.score.model import ChordSpan, Note, Score, Section, Track
from resonant.theory.chord import Chord
from resonant.units import Metre, MetreMap


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def song(bars: int, role: str = "melody", pitch: int = 72) -> Score:
    notes = tuple(Note(1920 * bar, pitch, 1920, 127) for bar in range(bars))
    harmony = tuple(ChordSpan(1920 * bar, 1920, Chord.parse("C" if bar % 2 else "G7")) for bar in range(bars))
    instrument = "standard_kit" if role == "drums" else "flute"
    tracks = (Track(role, role, instrument, notes),)
    return Score(bars, harmony=harmony, sections=(Section("verse", 0, bars, 0.5, "A"),), tracks=tracks, title="Song")


def share_of(colour: tuple[int, int, int], picture: np.ndarray) -> float:
    return float(np.mean((picture == np.array(colour)).all(axis=2)))


def test_the_same_score_gives_the_same_picture() -> None:
    assert piano_roll_png(song(4)) == piano_roll_png(song(4))


@pytest.mark.parametrize("role", [role for role in ROLE_COLOURS if role not in ("drums", "percussion")])
def test_notes_are_drawn_in_the_colour_of_their_role(role: str) -> None:
    with_notes, empty = pixels(piano_roll_png(song(4, role))), pixels(piano_roll_png(song(4, "other")))
    assert share_of(role_colour(role), with_notes) > 0.003
    assert share_of(role_colour(role), empty) == 0


def test_a_higher_note_stands_higher() -> None:
    rows = {}
    for pitch in (60, 80):
        score = song(1, pitch=pitch).with_track(Track("bass", "bass", "flute", (Note(0, 40, 1, 1), Note(0, 90, 1, 1))))
        found = (pixels(piano_roll_png(score)) == np.array(role_colour("melody"))).all(axis=2)
        rows[pitch] = np.flatnonzero(found.sum(axis=1) > 200).mean()
    assert rows[80] < rows[60]


def test_drums_stand_in_lanes_and_a_ghost_note_is_smaller() -> None:
    def drawn(velocity: int) -> int:
        score = Score(1, tracks=(Track("drums", "drums", "standard_kit", (Note(480, 38, 120, velocity),)),))
        blank = Score(1, tracks=(Track("drums", "drums", "standard_kit", (Note(9999, 38, 120, velocity),)),))
        return int((pixels(piano_roll_png(score)) != pixels(piano_roll_png(blank))).any(axis=2).sum())

    assert drawn(127) > drawn(20) > 0


def test_a_long_song_is_drawn_in_systems_and_grows_no_further_beyond_four() -> None:
    heights = {bars: pixels(piano_roll_png(song(bars))).shape[0] for bars in (8, 16, 17, 64, 200)}
    assert heights[8] == heights[16] < heights[17] < heights[64] == heights[200]


@pytest.mark.parametrize(
    "score",
    [
        Score(1),
        Score(3, metre=MetreMap.constant(Metre(1, 32))),
        Score(1, title="x" * 4000),
        Score(1, tracks=(Track("t", "melody", "flute", (Note(0, 0, 1, 1), Note(0, 127, 99999, 127))),)),
        song(3000),
    ],
    ids=["empty", "tiny bars", "long title", "extreme notes", "endless"],
)
def test_odd_scores_are_drawn(score: Score) -> None:
    assert pixels(piano_roll_png(score)).shape[1] == WIDTH
