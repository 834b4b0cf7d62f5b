"""Real excerpts that the tests of evaluate share."""

from pathlib import Path

import pytest

from resonant.evaluate.pieces import Piece, read_pieces

PIECES = Path(__file__).parents[2] / "data" / "pieces.jsonl.gz"


@pytest.fixture(scope="session")
def pieces() -> tuple[Piece, ...]:
    return tuple(read_pieces(PIECES))


@pytest.fixture(scope="session")
def songs(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.id.startswith("pop909"))


@pytest.fixture(scope="session")
def beats(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.id.startswith("groove"))
