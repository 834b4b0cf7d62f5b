"""REMI tokens of a score."""

from pathlib import Path

import pytest

from resonant.errors import InputError, MidiError
from resonant.score import tokens
from resonant.score.midi import to_midi_bytes, write_midi
from resonant.score.model import Note, Score, Track
from resonant.units import Metre, MetreMap, TempoMap

TUNE = Score(
    2,
    TempoMap.constant(97),
    MetreMap.constant(Metre(3, 4)),
    tracks=(
        Track("bass", "bass", "upright_bass", tuple(Note(480 * n, 36 + n, 480, 79) for n in range(6))),
        Track("drums", "drums", "standard_kit", tuple(Note(240 * n, 42, 120, 63) for n in range(12))),
        Track("melody", "melody", "flute", (Note(0, 72, 240, 95), Note(320, 74, 160, 95), Note(1440, 76, 1440, 95))),
    ),
)


def test_notes_on_the_grid_of_tokens_come_back_as_they_were() -> None:
    again = tokens.from_tokens(tokens.to_tokens(TUNE))
    assert {track.instrument: track.notes for track in again.tracks} == {t.instrument: t.notes for t in TUNE.tracks}
    assert (again.tempo.bpm, again.metre, again.bars) == (97, TUNE.metre, 2)


def test_tokens_of_tokens_are_the_same() -> None:
    ids = tokens.to_tokens(TUNE)
    assert tokens.to_tokens(tokens.from_tokens(ids)) == ids
    assert all(isinstance(token, int) for token in ids)


def test_an_empty_score_has_tokens_without_notes() -> None:
    assert tokens.from_tokens(tokens.to_tokens(Score(1))).tracks == ()


def test_an_id_outside_the_vocabulary_is_refused_by_its_number() -> None:
    with pytest.raises(InputError, match="token 999999 lies outside"):
        tokens.from_tokens([1, 999_999])


def test_a_missing_extra_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(InputError, match=r'pip install "resonant\[tokens\]"'):
        tokens._tokens_extra("a_library_that_is_not_there")


def test_the_tokens_of_a_file_are_those_of_its_score(tmp_path: Path) -> None:
    write_midi(TUNE, tmp_path / "tune.mid")
    assert tokens.tokens_of_file(tmp_path / "tune.mid") == tokens.to_tokens(TUNE)


def test_a_file_that_is_cut_or_missing_has_no_tokens(tmp_path: Path) -> None:
    (tmp_path / "half.mid").write_bytes(to_midi_bytes(TUNE)[:60])
    (tmp_path / "text.mid").write_text("no music at all")
    for name in ("half.mid", "text.mid", "none.mid"):
        with pytest.raises(MidiError, match=name):
            tokens.tokens_of_file(tmp_path / name)
