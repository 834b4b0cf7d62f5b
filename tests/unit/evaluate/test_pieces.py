"""Real pieces become scores; what is not a piece is refused by name."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from resonant.errors import InputError
from resonant.evaluate.pieces import Piece, harte_chord, read_pieces
from resonant.theory.chord import Chord
from resonant.units import TICKS_PER_QUARTER

ROW = {
    "id": "made/one", "ppq": 24, "bpm": 90.0, "meter": [[0, 4, 4]], "key": [[0, 9, "minor"]], "bars": 2, "meta": {},
    "tracks": [{"role": "piano", "name": "P", "program": 0, "drum": False, "notes": [[24, 12, 69, 90]]}],
    "chords": [[0, 96, "A:min7", 0], [96, 96, "X", 0]], "sections": [[0, 96, "i"], [96, 96, "A"]],
}  # fmt: skip


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "pieces.jsonl"
    path.write_text(text)
    return path


def test_ticks_are_scaled_and_roles_are_ours(tmp_path: Path) -> None:
    (piece,) = read_pieces(written(tmp_path, json.dumps(ROW)))
    (track,) = piece.score.tracks
    assert (track.role, track.notes[0].start, track.notes[0].duration) == (
        "chords",
        TICKS_PER_QUARTER,
        TICKS_PER_QUARTER // 2,
    )
    assert str(piece.score.key) == "A minor"
    assert [span.chord for span in piece.score.harmony] == [Chord(9, "m7", 0)]
    assert [(s.name, s.start_bar, s.bars) for s in piece.score.sections] == [("intro", 0, 1), ("verse", 1, 1)]


def test_music_in_no_key_is_a_piece_too(tmp_path: Path) -> None:
    (piece,) = read_pieces(written(tmp_path, json.dumps({**ROW, "key": [[0, 0, "none"], [96, 7, "major"]]})))
    assert [str(key) for _, key in piece.keys] == ["G major"]


def test_a_pick_up_is_filled_up_to_a_whole_bar(tmp_path: Path) -> None:
    (piece,) = read_pieces(written(tmp_path, json.dumps({**ROW, "barlines": [0, 24, 120]})))
    assert piece.score.tracks[0].notes[0].start == 4 * TICKS_PER_QUARTER


@pytest.mark.parametrize(
    ("label", "symbol"),
    [("Bb:maj7(no5)", "Bbmaj7no5"), ("F#:hdim7", "F#m7b5"), ("C:minmaj7", "Cmmaj7"), ("D:maj(9)", "Dadd9")],
)
def test_qualities_of_the_collections_are_read(label: str, symbol: str) -> None:
    assert harte_chord(label) == Chord.parse(symbol)


def test_all_committed_excerpts_are_read(pieces: tuple[Piece, ...]) -> None:
    found = Counter(piece.id.split("/")[0] for piece in pieces)
    assert found == {"groove": 12, "openewld": 12, "lieder": 16}
    assert all(track.notes for piece in pieces for track in piece.score.tracks)


def test_a_lead_sheet_keeps_its_tune_its_key_and_its_chords(pieces: tuple[Piece, ...]) -> None:
    (waltz,) = (piece.score for piece in pieces if piece.id.endswith("Let_Me_Call_You_Sweetheart"))
    assert (str(waltz.metre.changes[0].metre), str(waltz.key), waltz.bars) == ("3/4", "C major", 32)
    assert [track.role for track in waltz.tracks] == ["melody"]
    assert all(span.start < waltz.end for span in waltz.harmony)
    covered = sum(span.duration for span in waltz.harmony)
    assert covered == pytest.approx(waltz.end, rel=0.05)


def test_a_lied_keeps_its_voice_and_both_hands(pieces: tuple[Piece, ...]) -> None:
    lieder = [piece.score for piece in pieces if piece.id.startswith("lieder")]
    assert {tuple(track.role for track in lied.tracks) for lied in lieder} == {("melody", "piano_rh", "piano_lh")}
    assert all(str(lied.metre.changes[0].metre) in ("2/4", "3/4", "4/4", "3/8", "6/8") for lied in lieder)


@pytest.mark.parametrize("text", ["not json", "{}", "[1]", json.dumps({**ROW, "chords": [[0, 96, "H:maj", 0]]})])
def test_a_line_that_is_no_piece_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="line 1"):
        list(read_pieces(written(tmp_path, text)))


def test_a_missing_or_cut_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing"):
        list(read_pieces(tmp_path / "nothing.jsonl"))
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(ROW).encode())[:40])
    with pytest.raises(InputError, match="cut"):
        list(read_pieces(cut))
