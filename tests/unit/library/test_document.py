"""song.json: readable, lossless, versioned."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from resonant.errors import InputError
from resonant.library.document import SongDocument, from_text, to_text
from resonant.library.model import Song

PLACE = Path("song.json")


def document(song: Song) -> SongDocument:
    return SongDocument(song, "two-bars-12345678", {"song.mid": "abc"}, {"master": {"integrated_lufs": -14.0}})


def test_a_song_comes_back_without_loss(song: Song) -> None:
    again = from_text(to_text(document(song)), PLACE)
    assert (again.song.brief, again.song.score) == (song.brief, song.score)
    assert (again.song.locks, again.song.lineage) == (song.locks, song.lineage)
    assert (again.name, again.files) == ("two-bars-12345678", {"song.mid": "abc"})
    assert to_text(again) == to_text(document(song))


def test_what_a_person_wants_to_know_stands_first_and_in_words(song: Song) -> None:
    data = json.loads(to_text(document(song)))
    assert list(data)[:9] == ["schema", "name", "title", "text", "key", "tempo_bpm", "seconds", "form", "chords"]
    assert data["chords"] == ["| Dm7 | G13/B |"]
    assert data["form"] == ["verse (A), bars 1-1", "chorus (B), bars 2-2"]
    assert data["locks"][0]["region"] == {"bass": [[1, 2]]}


def test_no_line_is_longer_than_a_page_is_wide(song: Song) -> None:
    assert max(map(len, to_text(document(song)).splitlines())) <= 120


def test_a_later_schema_is_refused_and_not_guessed_at(song: Song) -> None:
    text = to_text(document(song)).replace('"schema": 2', '"schema": 3')
    with pytest.raises(InputError, match="is of schema 3 and this version reads schema 2 or older"):
        from_text(text, PLACE)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: "{}",
        lambda text: text.replace('"bars": 2,', '"bars": "two",'),
        lambda text: text.replace('"bpm": 97.3', '"bpm": 9000'),
        lambda text: text.replace('"mode": "dorian"', '"mode": "doric"'),
        lambda text: text.replace("[0, 74, 960, 88]", "[0, 74, 960]"),
        lambda text: text.replace('"seed": 7,', '"sead": 7,', 1),
    ],
)
def test_a_damaged_document_is_refused_in_one_sentence(song: Song, damage: Callable[[str], str]) -> None:
    broken = damage(to_text(document(song)))
    assert broken != to_text(document(song))
    with pytest.raises(InputError, match=r"song\.json is damaged"):
        from_text(broken, PLACE)
