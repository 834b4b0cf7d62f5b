"""Real excerpts that the tests of evaluate share."""

from dataclasses import replace
from pathlib import Path

import pytest

from resonant.evaluate.pieces import Piece, read_pieces
from resonant.score.model import Note, Score, Track

PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"


@pytest.fixture(scope="session")
def pieces() -> tuple[Piece, ...]:
    return tuple(read_pieces(PIECES))


@pytest.fixture(scope="session")
def songs(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Lead sheets: the melody as it stands, and a piano that strikes the chords written over it."""
    sheets = (piece for piece in pieces if piece.id.startswith("openewld"))
    return tuple(replace(sheet, score=sheet.score.with_track(comping(sheet.score))) for sheet in sheets)


@pytest.fixture(scope="session")
def lieder(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Songs with piano, voice and both hands in one track, as the collection's values were published."""
    return tuple(in_one_track(piece, "melody", "piano_rh", "piano_lh") for piece in pieces if piece.id[:6] == "lieder")


@pytest.fixture(scope="session")
def pianos(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The piano of the same songs, both hands in one track; nobody wrote chord symbols over it."""
    return tuple(in_one_track(piece, "piano_rh", "piano_lh") for piece in pieces if piece.id[:6] == "lieder")


@pytest.fixture(scope="session")
def beats(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.id.startswith("groove"))


def comping(score: Score) -> Track:
    """The tones of each chord around middle C, struck as it enters and on every half note while it lasts."""
    notes = {
        Note(start, 55 + (pc - 55) % 12, min(960, span.end - start), 75)
        for span in score.harmony
        for start in range(span.start, span.end, 960)
        for pc in span.chord.pitch_classes
    }
    return Track("chords", "chords", "grand_piano", tuple(sorted(notes)))


def in_one_track(piece: Piece, *roles: str) -> Piece:
    notes = sorted(note for track in piece.score.tracks if track.role in roles for note in track.notes)
    return replace(piece, score=replace(piece.score, tracks=(Track("chords", "chords", "grand_piano", tuple(notes)),)))
