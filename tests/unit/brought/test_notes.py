"""MIDI files become songs that any player can play with."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from resonant import produce
from resonant.brought.accompany import ROLES, parts_named, with_players
from resonant.brought.bring import brought
from resonant.brought.notes import song_of_score
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError, MidiError
from resonant.evaluate.pieces import Piece, read_pieces
from resonant.score.midi import to_midi_bytes, write_midi
from resonant.score.midi_reader import read_score
from resonant.score.model import ChordSpan, Note, Score, Section, Track
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap

PIECES = tuple(read_pieces(Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"))


@pytest.fixture(scope="module")
def engine() -> produce.Engine:
    return produce.Engine()


def is_covered(score: Score) -> bool:
    spans, sections = score.harmony, score.sections
    return (
        spans[0].start == 0
        and spans[-1].end == score.end
        and all(one.end == other.start for one, other in pairwise(spans))
        and sections[0].start_bar == 0
        and sections[-1].end_bar == score.bars
        and all(one.end_bar == other.start_bar for one, other in pairwise(sections))
    )


@pytest.mark.parametrize("number", range(0, len(PIECES), 3))
def test_a_real_piece_is_imported_and_accompanied_and_stays_as_it_is(number: int, engine: produce.Engine) -> None:
    piece: Piece = PIECES[number]
    data = to_midi_bytes(replace(piece.score, harmony=(), sections=()))
    song = song_of_score(read_score(data, piece.id), piece.id, Wishes())
    assert is_covered(song.score)
    role = ROLES[number % len(ROLES)]
    seated, region = with_players(song, parts_named([role], engine.style(song.brief.style)))
    written = produce.regenerate(seated, region, engine)
    assert written.score.tracks[: len(song.score.tracks)] == song.score.tracks
    assert written.score.tracks[-1].role == role


def test_every_part_finds_its_way_through_changing_metres_tempi_and_gaps(engine: produce.Engine) -> None:
    metre = MetreMap((MetreChange(0, Metre(7, 8)), MetreChange(2, Metre(3, 4)), MetreChange(5, Metre(4, 4))))
    tempo = TempoMap((TempoChange(0, 90.0), TempoChange(1000, 150.0), TempoChange(5000, 61.7)))
    notes = tuple(Note(3360 + 480 * step, 60 + step % 12, 400, 80) for step in range(8))
    score = Score(
        9, tempo, metre, Key(2, "dorian"), (ChordSpan(4000, 300, Chord(7, "7")),),
        (Section("verse", 3, 2, 0.5, "A"),), (Track("bass", "melody", "flute", notes),),
    )  # fmt: skip
    song = song_of_score(score, "odd.mid", Wishes())
    assert is_covered(song.score) and song.score.tracks[0].name == "bass (own)"
    seated, region = with_players(song, parts_named(ROLES, engine.style("jazz")), "jazz")
    written = produce.regenerate(seated, region, engine)
    assert {track.role for track in written.score.tracks if track.notes} >= {"drums", "bass", "chords"}


def test_wishes_outweigh_the_file(tmp_path: Path) -> None:
    write_midi(Score(4, tracks=(Track("x", "chords", "grand_piano", (Note(0, 60, 480, 80),)),)), tmp_path / "a.mid")
    wishes = Wishes("Mine", "bass", "funk", Key.parse("F# minor"), Metre(3, 4), 97.0)
    song, own = brought(tmp_path / "a.mid", wishes, tmp_path)
    score = song.score
    assert (score.title, score.tracks[0].role, song.brief.style) == ("Mine", "bass", "funk")
    assert (str(score.key), str(score.metre.metre_at(0)), score.tempo.bpm) == ("F# minor", "3/4", 97.0)
    assert score.bars == 6 and own.bars_of("x") == tuple(range(6))


def test_notes_join_a_song_whatever_their_tempo_and_bring_the_bars_that_are_missing(tmp_path: Path) -> None:
    def file_of(name: str, bars: int, bpm: float, metre: Metre) -> Path:
        notes = tuple(Note(480 * beat, 60 + beat % 5, 400, 80) for beat in range(4 * bars))
        tracks = (Track("tune", "melody", "flute", notes),)
        score = Score(bars, TempoMap.constant(bpm), MetreMap.constant(metre), tracks=tracks)
        write_midi(score, tmp_path / name)
        return tmp_path / name

    song, _ = brought(file_of("one.mid", 4, 120, Metre()), Wishes(), tmp_path)
    joined, own = brought(file_of("two.mid", 6, 90, Metre()), Wishes(), tmp_path, song)
    assert [track.name for track in joined.score.tracks] == ["tune", "tune 2"]
    assert joined.score.bars == 6 and joined.score.tempo.bpm == 120 and is_covered(joined.score)
    assert own.tracks == ("tune 2",) and joined.score.tracks[0] == song.score.tracks[0]
    with pytest.raises(BriefError, match="is in 3/4 and the song in 4/4"):
        brought(file_of("three.mid", 6, 90, Metre(3, 4)), Wishes(), tmp_path, song)


def test_what_can_not_be_meant_is_refused(tmp_path: Path, engine: produce.Engine) -> None:
    two = tuple(Track(name, "melody", "flute", (Note(0, 60, 480, 80),)) for name in ("a", "b"))
    write_midi(Score(1, tracks=two), tmp_path / "two.mid")
    with pytest.raises(BriefError, match="what one track plays, and the file has 2"):
        brought(tmp_path / "two.mid", Wishes(role="bass"), tmp_path)
    with pytest.raises(BriefError, match="notes, which need no stretching"):
        brought(tmp_path / "two.mid", Wishes(stretch_to_bpm=100.0), tmp_path)
    with pytest.raises(BriefError, match="'kazoo' is no part we know; the parts are drums"):
        parts_named(["kazoo"], engine.style("pop"))
    write_midi(Score(1), tmp_path / "none.mid")
    with pytest.raises(MidiError, match="holds no note"):
        brought(tmp_path / "none.mid", Wishes(), tmp_path)
