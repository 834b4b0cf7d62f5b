"""A sketch becomes parts: its tune note for note, its bass line, its chords, and a band that can play it."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.brief.ensemble import ensemble_brief
from resonant.brought.brief import brief_of
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError
from resonant.evaluate import playability
from resonant.evaluate.pieces import read_pieces
from resonant.library.model import Song
from resonant.players.arranging import read_sketch, upper_line
from resonant.produce import Engine, arrange
from resonant.score.model import Note, Score, Track
from resonant.units import Metre, MetreChange, MetreMap

ENGINE = Engine()
PIECES = [
    piece.score
    for piece in read_pieces(Path("tests/data/pieces.jsonl.gz"))
    if any(track.role not in ("drums", "percussion") for track in piece.score.tracks)
]
ENSEMBLES = ("full band", "string quartet", "piano trio", "big band", "full orchestra", "brass quintet", "rock band")


def arranged(score: Score, ensemble: str = "full band", style: str | None = None) -> Song:
    brief = ensemble_brief(ensemble, brief_of(score, "sketch.mid", Wishes()), style=style)
    return arrange(score, brief, ENGINE, keep_bass=style is None)


def a_sketch(*notes: Note, bars: int = 4, role: str = "chords", metre: MetreMap | None = None) -> Score:
    track = Track("piano", role, "grand_piano", tuple(sorted(notes)))
    return Score(bars, metre=metre or MetreMap(), tracks=(track,))


def piano(bars: int = 8) -> Score:
    """A tune over broken chords, all on one track."""
    tune = [Note(i * 480, 72 + step, 480, 90) for i, step in enumerate((0, 2, 4, 5, 7, 5, 4, 2) * (bars // 2))]
    left = [Note(i * 240, 48 + (0, 7, 4, 7)[i % 4], 240, 60) for i in range(bars * 8)]
    return a_sketch(*tune, *left, bars=bars)


def line(song: Song, role: str = "melody") -> tuple[Note, ...]:
    track = song.score.of_role(role)
    assert track is not None
    return track.notes


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(PIECES), st.sampled_from(ENSEMBLES))
def test_of_a_real_piece_the_tune_is_kept_and_everybody_can_play(score: Score, ensemble: str) -> None:
    song = arranged(score, ensemble)
    tune = read_sketch(score).tune
    assert [(n.start, n.duration, n.pitch % 12) for n in line(song)] == [
        (n.start, n.duration, n.pitch % 12) for n in tune
    ]
    for track in song.score.tracks:
        shares = playability.evaluate(song.score, track)
        assert shares["in_range"] == shares["within_voices"] == 1.0, track.name
    assert [span.chord for span in score.harmony] == [] or song.score.chord_at(score.harmony[0].start) is not None


@pytest.mark.parametrize("score", [s for s in PIECES if len(s.tracks) == 1][:6], ids=lambda s: s.title)
def test_a_lead_sheets_melody_and_chords_are_those_of_the_sheet(score: Score) -> None:
    song = arranged(score, "jazz quartet")
    assert len(line(song)) == len(score.tracks[0].notes)
    assert all(song.score.chord_at(span.start) == span.chord for span in score.harmony)


def test_the_tune_of_a_piano_piece_is_its_upper_line_and_the_bass_its_lowest_notes() -> None:
    sketch = read_sketch(piano())
    assert {note.pitch for note in sketch.tune} == {72, 74, 76, 77, 79}
    assert {note.pitch for note in sketch.bass} <= {48, 52}


def over(left: list[Note]) -> Score:
    """A left hand under a tune that moves with it."""
    return a_sketch(*(Note(note.start, 84, note.duration, 90) for note in left), *left, bars=len(left) // 4)


def test_of_broken_chords_the_bass_takes_the_notes_that_bear_them_and_holds_them() -> None:
    left = [Note(i * 480, 40 + (0, 12, 16, 12)[i % 4], 480, 60) for i in range(16)]
    bass = read_sketch(over(left)).bass
    assert [(n.start, n.pitch, n.duration) for n in bass] == [(bar * 1920, 40, 1920) for bar in range(4)]


def test_a_bass_that_walks_up_an_octave_walks_all_of_it() -> None:
    walk = [Note(i * 480, 36 + step, 480, 60) for i, step in enumerate((0, 4, 7, 9, 10, 12, 9, 7))]
    assert read_sketch(over(walk)).bass == tuple(walk)


def test_the_band_plays_under_the_tune() -> None:
    song = arranged(PIECES[0])
    tune = sorted(note.pitch for note in line(song))
    chords = [note.pitch for note in line(song, "chords")]
    assert sum(pitch <= tune[len(tune) // 4] for pitch in chords) >= 0.8 * len(chords)


def test_accompaniment_under_a_held_note_and_in_its_rests_is_not_the_tune() -> None:
    held = [Note(0, 76, 960, 80), Note(1920, 74, 960, 80), Note(3840, 72, 1920, 80)]
    broken = [Note(i * 240, 48 + (0, 7, 4, 7)[i % 4], 240, 60) for i in range(24)]
    assert [note.pitch for note in upper_line([*held, *broken]) if note.pitch > 60] == [76, 74, 72]


def test_the_bass_line_is_kept_unless_a_style_is_asked_for() -> None:
    bass = tuple(Note(i * 960, 36 + i % 5, 960, 80) for i in range(8))
    score = piano()
    score = replace(score, tracks=(*score.tracks, Track("bass", "bass", "upright_bass", bass)))
    assert [(n.start, n.pitch % 12) for n in line(arranged(score), "bass")] == [(n.start, n.pitch % 12) for n in bass]
    asked = arranged(score, style="funk")
    assert asked.brief.style == "funk" and len(line(asked, "bass")) > len(bass)


def test_a_single_note_is_a_tune() -> None:
    assert [note.pitch for note in line(arranged(a_sketch(Note(0, 60, 480, 80)), "string quartet"))] == [60]


def test_a_sketch_in_several_metres_keeps_them() -> None:
    metre = MetreMap((MetreChange(0, Metre(4, 4)), MetreChange(2, Metre(3, 4)), MetreChange(3, Metre(7, 8))))
    song = arranged(a_sketch(*(Note(i * 480, 60 + i % 8, 480, 80) for i in range(16)), bars=5, metre=metre))
    assert song.score.metre == metre and all(track.notes for track in song.score.tracks if track.role == "drums")


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (Score(4), "holds no note"),
        (Score(4, tracks=(Track("kit", "drums", "standard_kit", (Note(0, 36, 60, 90),)),)), "holds only drums"),
    ],
)
def test_a_sketch_without_a_pitch_is_refused(score: Score, words: str) -> None:
    with pytest.raises(BriefError, match=words):
        read_sketch(score)


def test_a_sketch_of_two_hours_and_an_unknown_ensemble_are_refused() -> None:
    given = brief_of(piano(), "sketch.mid", Wishes())
    with pytest.raises(BriefError, match=r"3600 bars and 120 minutes long.*cut it into parts"):
        ensemble_brief("full band", replace(given, bars=3600))
    with pytest.raises(BriefError, match="'kazoo posse' is not understood"):
        ensemble_brief("kazoo posse", given)


def test_instruments_that_are_named_play_alone_and_a_style_brings_its_band() -> None:
    given = brief_of(piano(), "sketch.mid", Wishes())
    duo = ensemble_brief("flute and nylon guitar", given).parts
    assert {part.instrument for part in duo} == {"flute", "nylon_guitar"}
    assert {"drums", "bass", "chords", "melody"} <= {part.role for part in ensemble_brief("rock band", given).parts}
    assert ensemble_brief("string quartet", given).style == "classical"


def test_a_band_without_a_melody_instrument_gives_the_tune_to_somebody() -> None:
    brief = ensemble_brief("full band", brief_of(piano(), "sketch.mid", Wishes()))
    mute = replace(brief, parts=tuple(part for part in brief.parts if part.role in ("drums", "bass", "chords")))
    assert len(line(arrange(piano(), mute, ENGINE))) == len(read_sketch(piano()).tune)
    with pytest.raises(BriefError, match="nobody in this ensemble can play a melody"):
        arrange(piano(), replace(brief, parts=tuple(p for p in brief.parts if p.role == "drums")), ENGINE)
