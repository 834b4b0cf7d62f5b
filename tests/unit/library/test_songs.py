"""Songs on disk: whole or not at all."""

import errno
import os
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from resonant.audio_files import AudioFormat, read_audio
from resonant.errors import InputError, PlaceError
from resonant.library import desk, song_files, songs
from resonant.library.catalogue import Catalogue
from resonant.library.model import Song
from resonant.library.place import sweep
from resonant.library.songs import changed_files, load_song, save_song, slug
from resonant.score.midi import read_midi


def contents(root: Path) -> dict[str, bytes]:
    """All files under a folder but the catalogue's."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith("catalogue.db")
    }


def test_a_song_folder_holds_what_a_person_looks_for(song: Song, tmp_path: Path) -> None:
    path = save_song(song, tmp_path)
    assert path.name.startswith("two-bars-fruh-")
    named = ["lyrics.lrc", "mix.wav", "score.png", "song.json", "song.mid", "stems/bass.wav", "stems/melody.wav"]
    assert sorted(contents(path)) == named
    assert (path / "lyrics.lrc").read_text() == "[ti:Two Bars, früh]\n[00:00.00]hello\n"
    assert read_midi(path / "song.mid") == song.score
    assert read_audio(path / "mix.wav").num_samples == read_audio(path / "stems/bass.wav").num_samples
    with Image.open(path / "score.png") as picture:
        assert picture.width > 1000


def test_a_saved_song_is_loaded_without_loss(song: Song, tmp_path: Path) -> None:
    loaded = load_song(save_song(song, tmp_path)).song
    assert (loaded.brief, loaded.score, loaded.lineage) == (song.brief, song.score, song.lineage)


def test_the_same_song_saved_twice_is_one_folder(song: Song, tmp_path: Path) -> None:
    assert save_song(song, tmp_path) == save_song(song, tmp_path)


def test_another_song_of_the_same_name_gets_a_number_and_overwrites_nothing(song: Song, tmp_path: Path) -> None:
    first = save_song(song, tmp_path)
    before = contents(first)
    second = save_song(song, tmp_path, (AudioFormat.FLAC,))
    assert second.name == f"{first.name}-2"
    assert contents(first) == before


def test_every_format_asked_for_is_written(song: Song, tmp_path: Path) -> None:
    path = save_song(song, tmp_path, tuple(AudioFormat))
    assert sorted(file.name for file in path.glob("mix.*")) == ["mix.flac", "mix.mp3", "mix.ogg", "mix.wav"]


def test_a_file_that_was_changed_or_lost_is_named(song: Song, tmp_path: Path) -> None:
    path = save_song(song, tmp_path)
    assert changed_files(path) == ()
    (path / "song.mid").write_bytes(b"")
    (path / "stems" / "bass.wav").unlink()
    assert changed_files(path) == ("song.mid", "stems/bass.wav")


def test_stems_whose_names_look_alike_do_not_overwrite_each_other(song: Song, tmp_path: Path) -> None:
    assert song.stems is not None
    stems = dict.fromkeys(("a/b", "a b", "A-B", ".."), song.stems.tracks["bass"])
    assert sorted(song_files.stem_paths(stems).values()) == ["stems/a_b", "stems/a_b_2", "stems/a_b_3", "stems/stem"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Warm Gospel in C!", "warm-gospel-in-c"),
        ("../../etc/passwd", "etc-passwd"),
        ("Тёмная ночь 🌙", "тёмная-ночь"),
        ("🌙 / ..", ""),
        ("", ""),
        ("a" * 90, "a" * 40),
        ("one two three four five six seven eight nine ten", "one-two-three-four-five-six-seven-eight"),
    ],
)
def test_a_slug_is_a_safe_file_name(text: str, name: str) -> None:
    assert slug(text) == name


def test_a_song_whose_words_make_no_name_is_called_by_its_style(song: Song, tmp_path: Path) -> None:
    nameless = replace(song, score=replace(song.score, title=""), brief=replace(song.brief, text="🌙"))
    assert save_song(nameless, tmp_path).name.startswith("jazz-")


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
@pytest.mark.parametrize(
    ("place", "moment"),
    [
        (songs, "write_durably"),
        (songs, "settle_folder"),
        (desk, "write_durably"),
        (song_files, "audio_bytes"),
        (song_files, "piano_roll_png"),
    ],
)
def test_whatever_interrupts_saving_leaves_nothing_half_written(
    song: Song,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: BaseException,
    place: ModuleType,
    moment: str,
) -> None:
    save_song(song, tmp_path)
    before = contents(tmp_path)

    def interrupt(*_: object) -> None:
        raise interruption

    monkeypatch.setattr(place, moment, interrupt)
    with pytest.raises((KeyboardInterrupt, PlaceError)) as error:
        save_song(song, tmp_path, (AudioFormat.FLAC,))
    if error.type is PlaceError:
        assert "the disk is full" in str(error.value)
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("place", ["a file", "a file/songs", "/proc/songs"])
def test_a_place_where_no_folder_can_be_is_refused(song: Song, tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(PlaceError, match="can not be written: "):
        save_song(song, tmp_path / place)


def test_a_folder_without_a_song_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no song: there is no song\.json"):
        load_song(tmp_path)


def test_the_catalogue_has_a_row_for_each_song(song: Song, tmp_path: Path) -> None:
    path = save_song(song, tmp_path)
    with Catalogue(tmp_path) as catalogue:
        (row,) = catalogue.rows()
    assert (row.name, row.style, row.key, row.metre, row.tracks) == (
        path.name,
        "jazz",
        "D dorian",
        "3/4",
        "bass, melody",
    )
    assert row.loudness_lufs == -14.0


def test_the_catalogue_is_rebuilt_from_the_folders(song: Song, tmp_path: Path) -> None:
    path = save_song(song, tmp_path)
    with Catalogue(tmp_path) as catalogue:
        before = catalogue.rows()
    for file in tmp_path.glob("catalogue.db*"):
        file.unlink()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "song.json").write_text("{")
    with Catalogue(tmp_path) as catalogue:
        count, complaints = catalogue.reindex()
        assert (count, catalogue.rows()) == (1, before)
    assert path.is_dir()
    assert len(complaints) == 1 and "broken" in complaints[0]


def test_a_song_that_can_not_be_read_is_named_and_the_others_are_indexed(song: Song, tmp_path: Path) -> None:
    save_song(song, tmp_path)
    (tmp_path / "no-file" / "song.json").mkdir(parents=True)
    (tmp_path / "no-text").mkdir()
    (tmp_path / "no-text" / "song.json").write_bytes(b"\xff\xfe\x00")
    with Catalogue(tmp_path) as catalogue:
        count, complaints = catalogue.reindex()
    assert count == 1
    assert ["no-file" in complaints[0], "it is no text; restore it" in complaints[1]] == [True, True]


def test_a_catalogue_that_is_no_database_is_named_and_the_song_is_safe(song: Song, tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_text("this is no database, it is a shopping list " * 40)
    with pytest.raises(PlaceError, match="the songs are safe in their folders"):
        save_song(song, tmp_path)
    assert len(list(tmp_path.glob("*/song.json"))) == 1


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path: Path) -> None:
    for name in (".unfinished-old", ".unfinished-new", "a-song"):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / ".unfinished-old", (0, 0))
    os.utime(tmp_path / "a-song", (0, 0))
    assert sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".unfinished-new", "a-song"]
