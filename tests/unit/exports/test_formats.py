"""Exports on disk: what lies where, whole or not at all, and nothing overwritten unasked."""

import errno
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from tests.helpers import changed

from resonant.audio_files import read_audio
from resonant.cli.export import FORMATS as OFFERED
from resonant.errors import AudioError, InputError, PlaceError, ResonantError
from resonant.exports.formats import FORMATS, export_song
from resonant.exports.source import SongSource, open_song
from resonant.score.midi import read_midi

BASE = "Früh -&- -spät--夜 - 90bpm - D dorian"


def everything(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_the_command_offers_what_there_is() -> None:
    assert tuple(FORMATS) == OFFERED


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_song_gives_the_same_bytes_and_is_exported_twice_without_complaint(
    name: str, song: SongSource, tmp_path: Path
) -> None:
    paths = export_song(song, [name], tmp_path)[name]
    first = everything(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in paths} == set(first)
    export_song(song, [name], tmp_path)
    assert everything(tmp_path) == first


def test_stems_keep_every_byte_under_a_name_that_says_what_they_are(song: SongSource, tmp_path: Path) -> None:
    export_song(song, ["stems"], tmp_path)
    folder = tmp_path / f"{BASE} - stems"
    for part in ("drums", "bass", "melody"):
        assert (folder / f"{BASE} - {part}.wav").read_bytes() == (song.folder / f"stems/{part}.wav").read_bytes()
    assert (folder / f"{BASE} - mix.wav").read_bytes() == (song.folder / "mix.wav").read_bytes()


def test_the_midi_file_is_the_score(song: SongSource, tmp_path: Path) -> None:
    (path,) = export_song(song, ["midi"], tmp_path)["midi"]
    assert path.name == f"{BASE}.mid"
    assert read_midi(path) == song.score


def test_the_lyrics_are_timed(song: SongSource, tmp_path: Path) -> None:
    (path,) = export_song(song, ["lrc"], tmp_path)["lrc"]
    assert path.read_text(encoding="utf-8") == (song.folder / "lyrics.lrc").read_text(encoding="utf-8")


def test_the_zip_holds_everything_and_a_page_that_explains_it(song: SongSource, tmp_path: Path) -> None:
    (path,) = export_song(song, ["zip"], tmp_path)["zip"]
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        names = {name.removeprefix(f"{BASE}/") for name in packed.namelist()}
        readme = packed.read(f"{BASE}/README.txt").decode()
        stem = packed.read(f"{BASE}/stems/{BASE} - bass.wav")
        project = packed.read(f"{BASE}/{BASE}.rpp").decode()
    endings = (".mid", ".musicxml", " - full score.musicxml", ".lrc", ".dawproject", ".rpp")
    stems = {f"stems/{BASE} - {part}.wav" for part in ("drums", "bass", "melody", "mix")}
    assert names == {"README.txt", *(BASE + ending for ending in endings), *stems}
    for said in ("90 bpm", "3/4, 7/8 from bar 2", "D dorian", "verse (A)", "bars   2-2    chorus (B)"):
        assert said in readme
    assert stem == (song.folder / "stems/bass.wav").read_bytes()
    assert f'FILE "stems/{BASE} - bass.wav"' in project


def test_one_format_of_one_file_may_be_called_as_one_likes(song: SongSource, tmp_path: Path) -> None:
    assert export_song(song, ["dawproject"], tmp_path / "mine.dawproject")["dawproject"] == (
        tmp_path / "mine.dawproject",
    )
    assert list(everything(tmp_path)) == ["mine.dawproject"]


def test_lead_sheet_and_full_score_lie_side_by_side(song: SongSource, tmp_path: Path) -> None:
    export_song(song, ["musicxml"], tmp_path)
    export_song(song, ["musicxml"], tmp_path, parts="all")
    assert list(everything(tmp_path)) == [f"{BASE} - full score.musicxml", f"{BASE}.musicxml"]


def test_a_different_file_is_kept_unless_told_otherwise(song: SongSource, tmp_path: Path) -> None:
    mine = tmp_path / f"{BASE}.mid"
    mine.write_text("mine")
    with pytest.raises(PlaceError, match=r"is there already and is different.*--force"):
        export_song(song, ["musicxml", "midi"], tmp_path)
    assert everything(tmp_path) == {mine.name: b"mine"}
    export_song(song, ["midi"], tmp_path, force=True)
    assert read_midi(mine) == song.score


@pytest.mark.parametrize("name", ["stems", "dawproject", "rpp", "zip"])
def test_a_song_without_sound_is_refused_with_the_way_out(name: str, silent_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="saved without sound; render it with `resonant render"):
        export_song(open_song(silent_folder), ["midi", name], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_song_without_sound_still_has_notes(silent_folder: Path, tmp_path: Path) -> None:
    assert len(export_song(open_song(silent_folder), ["midi", "musicxml"], tmp_path)) == 2


def test_a_song_without_words_has_no_lrc(silent_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no lyrics"):
        export_song(open_song(silent_folder), ["lrc"], tmp_path)


def test_an_unknown_format_names_those_there_are(song: SongSource, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'flp' is not known; choose among stems, midi,"):
        export_song(song, ["flp"], tmp_path)


@pytest.mark.parametrize("damage", ["gone", "no sound"])
def test_a_stem_that_is_gone_or_damaged_is_named(damage: str, song_folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(song_folder, copy)
    stem = copy / "stems" / "bass.wav"
    if damage == "gone":
        stem.unlink()
    else:
        stem.write_bytes(b"no sound")
    with pytest.raises(InputError if damage == "gone" else AudioError, match=r"bass\.wav.*restore it from a copy"):
        export_song(open_song(copy), ["stems"], tmp_path / "out")


def test_a_file_where_a_folder_is_needed_is_said(song: SongSource, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(PlaceError, match="a file stands where a folder is needed"):
        export_song(song, ["midi"], tmp_path / "file")


def test_a_full_disk_leaves_nothing_behind(song: SongSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PlaceError, match="the disk is full"):
        export_song(song, ["midi", "stems"], tmp_path)
    assert everything(tmp_path) == {} and list(tmp_path.iterdir()) == []


def test_a_place_that_holds_no_song_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResonantError, match="holds no song"):
        open_song(tmp_path)


def test_a_song_without_title_is_called_as_its_prompt_begins(song: SongSource) -> None:
    inner = song.document.song
    nameless = changed(inner, score=changed(inner.score, title=""), brief=changed(inner.brief, text="slow waltz, in C"))
    assert SongSource(changed(song.document, song=nameless), song.folder).base == "Slow waltz - 90bpm - D dorian"


def test_a_stem_that_was_exported_is_heard_as_it_was(song: SongSource, tmp_path: Path) -> None:
    paths = export_song(song, ["stems"], tmp_path)["stems"]
    assert {read_audio(path).num_samples for path in paths} == {read_audio(song.folder / "mix.wav").num_samples}
