"""Revisions: the folder shows one, whole; every other one is kept, whatever interrupts a switch."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from resonant.audio import Audio, on_24_bits
from resonant.audio_files import AudioFormat, read_audio
from resonant.errors import InputError, PlaceError
from resonant.library import desk as desk_room
from resonant.library import history as history_room
from resonant.library import place, revisions, song_files
from resonant.library.catalogue import Catalogue
from resonant.library.damage import damage
from resonant.library.digests import BLOCK_BYTES, digest, memory_of, remembered
from resonant.library.document import SongDocument
from resonant.library.history import History, KeptFiles
from resonant.library.model import Song
from resonant.library.revisions import OpenSong, open_song, save_revision
from resonant.library.songs import changed_files, load_song, save_song
from resonant.score.model import Note

SCHEMA_1 = Path(__file__).parents[2] / "data" / "song_schema_1"


@pytest.fixture
def first(song: Song) -> Song:
    """The song with nothing locked and stems as they are published."""
    assert song.mix is not None
    stems = {name: on_grid(audio) for name, audio in song.mix.stems.items()}
    return replace(song, locks=(), mix=replace(song.mix, stems=stems))


@pytest.fixture
def opened(first: Song, tmp_path: Path) -> OpenSong:
    return open_song(save_song(first, tmp_path))


def on_grid(audio: Audio) -> Audio:
    return Audio(on_24_bits(audio.samples), audio.sample_rate)


def another(opened: OpenSong, first: Song, pitch: int = 79) -> Song:
    """The song with another melody: notes, stem and mix."""
    assert first.mix is not None
    melody = opened.song.score.track("melody")
    assert melody is not None
    seconds = np.arange(8820) / 44_100
    wave = 0.2 * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * seconds)
    stem = on_grid(Audio(np.stack([wave, wave]).astype(np.float32), 44_100))
    mix = replace(
        first.mix,
        stems={**first.mix.stems, "melody": stem},
        master=stem,
        keys={**first.mix.keys, "melody": f"key {pitch}"},
    )
    score = opened.song.score.with_track(replace(melody, notes=(Note(0, pitch, 960, 88),)))
    return replace(opened.song, score=score, mix=mix, lineage=replace(opened.song.lineage, act="regenerate"))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shown(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in everything(folder).items() if not name.startswith(("history", "."))}


def test_the_folder_shows_the_new_revision_and_the_old_one_is_kept(opened: OpenSong, first: Song) -> None:
    before = shown(opened.folder)
    made = save_revision(another(opened, first), opened)
    now = open_song(opened.folder)
    assert now.revision == made.revision != opened.revision
    assert now.song.lineage.parent == opened.revision
    assert now.song.score == another(opened, first).score
    assert changed_files(opened.folder) == () == damage(opened.folder)
    history = History(opened.folder)
    for name, expected in history.document(opened.revision).files.items():
        path = history.path_of(name, expected)
        assert path is not None and path.read_bytes() == before[name]
    assert history.text(opened.revision).encode() == before["song.json"]


def test_a_stem_that_nothing_changed_is_not_even_made_again(
    opened: OpenSong, first: Song, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    encode = song_files.audio_bytes

    def told(audio: Audio, form: AudioFormat, name: str) -> bytes:
        made.append(name)
        return encode(audio, form, name)

    monkeypatch.setattr(song_files, "audio_bytes", told)
    inode = (opened.folder / "stems" / "bass.wav").stat().st_ino
    document = save_revision(another(opened, first), opened)
    assert sorted(made) == ["mix.wav", "stems/melody.wav"]
    assert (opened.folder / "stems" / "bass.wav").stat().st_ino == inode
    assert document.files["stems/bass.wav"] == opened.document.files["stems/bass.wav"]


def test_a_song_that_only_its_lineage_changed_keeps_its_sound(opened: OpenSong) -> None:
    song = replace(opened.song, lineage=replace(opened.song.lineage, act="lock"))
    document = save_revision(song, opened)
    assert (document.files, document.stems, document.meters) == (
        opened.document.files,
        opened.document.stems,
        opened.document.meters,
    )


def test_a_new_score_without_sound_shows_no_old_sound(opened: OpenSong, first: Song) -> None:
    document = save_revision(replace(another(opened, first), mix=None), opened)
    assert [name for name in document.files if name.endswith(".wav")] == []
    assert not (opened.folder / "mix.wav").exists()
    assert damage(opened.folder) == ()


def test_the_same_act_on_the_same_revision_is_the_same_revision(opened: OpenSong, first: Song) -> None:
    one = save_revision(another(opened, first), opened)
    before = shown(opened.folder)
    assert save_revision(another(opened, first), opened).revision == one.revision
    assert shown(opened.folder) == before


def test_formats_stay_those_the_song_has(first: Song, tmp_path: Path) -> None:
    opened = open_song(save_song(first, tmp_path, (AudioFormat.FLAC, AudioFormat.MP3)))
    document = save_revision(another(opened, first), opened)
    assert sorted(name for name in document.files if name.startswith("mix")) == ["mix.flac", "mix.mp3"]
    assert document.stems["bass"].file == "stems/bass.flac"


def test_a_take_is_kept_and_not_shown_and_identical_files_are_stored_once(opened: OpenSong, first: Song) -> None:
    save_revision(another(opened, first, 79), opened)
    before = shown(opened.folder)
    take = save_revision(another(opened, first, 81), opened, current=False)
    assert shown(opened.folder) == before
    history = History(opened.folder)
    assert all(history.path_of(name, expected) for name, expected in take.files.items())
    digests = [digest(path) for path in opened.folder.rglob("*") if path.suffix in (".wav", ".mid", ".png", ".lrc")]
    assert len(digests) == len(set(digests)) + 1  # the melody is the whole mix here: two names in the folder


def test_an_older_revision_still_reads_its_own_stems(opened: OpenSong, first: Song) -> None:
    then = opened.published.stem("melody")
    save_revision(another(opened, first), opened)
    assert np.array_equal(opened.published.stem("melody").samples, then.samples)
    assert not np.array_equal(open_song(opened.folder).published.stem("melody").samples, then.samples)


def test_what_an_act_wrote_need_not_be_hashed_again_unless_somebody_changed_it(opened: OpenSong, first: Song) -> None:
    song = another(opened, first)
    assert song.mix is not None
    long = Audio(np.tile(song.mix.master.samples, (1, 1 + BLOCK_BYTES // song.mix.master.samples.nbytes * 2)), 44_100)
    document = save_revision(replace(song, mix=replace(song.mix, master=long)), opened)
    shown = opened.folder / "mix.wav"
    known = remembered(memory_of(opened.folder, "mix.wav"), shown)
    assert known is not None and known.size > BLOCK_BYTES
    assert known.whole == document.files["mix.wav"] == digest(shown)
    shown.write_bytes(shown.read_bytes()[:-6] + b"mine!!")
    assert remembered(memory_of(opened.folder, "mix.wav"), shown) is None


def test_what_somebody_changed_by_hand_is_kept_when_it_is_replaced(opened: OpenSong, first: Song) -> None:
    (opened.folder / "song.mid").write_bytes(b"my own version")
    (opened.folder / "notes.txt").write_text("mine")
    save_revision(another(opened, first), opened)
    kept = History(opened.folder).files
    assert any(path.read_bytes() == b"my own version" for path in kept.folder.glob("*.mid"))
    assert (opened.folder / "notes.txt").read_text() == "mine"


def test_a_document_that_somebody_wrote_by_hand_is_the_revision_that_the_next_act_begins_with(
    opened: OpenSong, first: Song
) -> None:
    save_revision(another(opened, first), opened)
    path = opened.folder / "song.json"
    path.write_text(path.read_text().replace('"title": "Two Bars, früh"', '"title": "Mine"'))
    by_hand = open_song(opened.folder)
    assert by_hand.song.score.title == "Mine"
    made = save_revision(another(by_hand, first, 83), by_hand, current=False)
    assert open_song(opened.folder).revision == by_hand.revision
    assert made.song.lineage.parent == by_hand.revision


def test_a_damaged_document_is_kept_aside_and_the_current_revision_shown(opened: OpenSong, first: Song) -> None:
    made = save_revision(another(opened, first), opened)
    (opened.folder / "song.json").write_bytes(b"\xff{")
    assert open_song(opened.folder).revision == made.revision
    assert any(path.read_bytes() == b"\xff{" for path in History(opened.folder).files.folder.glob("*.json"))


def test_of_two_acts_on_one_revision_the_later_is_shown_and_both_are_in_the_history(
    opened: OpenSong, first: Song
) -> None:
    also_opened = open_song(opened.folder)
    one = save_revision(another(opened, first, 79), opened)
    other = save_revision(another(also_opened, first, 81), also_opened)
    assert open_song(opened.folder).revision == other.revision
    assert other.song.lineage.parent == opened.revision == one.song.lineage.parent
    assert changed_files(opened.folder) == () == damage(opened.folder)
    assert [act.revision for act in History(opened.folder).acts()] == [
        opened.revision,
        one.revision,
        other.revision,
    ]


def test_a_half_written_line_of_the_log_counts_for_nothing(opened: OpenSong, first: Song) -> None:
    save_revision(another(opened, first, 79), opened)
    with (opened.folder / "history" / "log.jsonl").open("a") as log:
        log.write('{"revision": "12')
    made = save_revision(another(opened, first, 81), opened)
    assert [act.revision for act in History(opened.folder).acts()][-1] == made.revision
    assert len(History(opened.folder).acts()) == 3


def test_two_files_of_the_same_bytes_come_back_both(opened: OpenSong, first: Song) -> None:
    made = save_revision(another(opened, first), opened)
    assert made.files["mix.wav"] == made.files["stems/melody.wav"]
    now = open_song(opened.folder)
    save_revision(another(now, first, 60), now)
    with History(opened.folder).locked():
        revisions.show(opened.folder, made.revision)
    assert changed_files(opened.folder) == ()


def test_a_song_that_may_only_be_read_opens(opened: OpenSong, first: Song, monkeypatch: pytest.MonkeyPatch) -> None:
    save_revision(another(opened, first), opened)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    now = open_song(opened.folder)
    assert now.published.stem("bass").num_samples == 8820
    with pytest.raises(PlaceError, match="read-only"):
        save_revision(another(now, first, 61), now)


def test_the_catalogue_names_the_parent_of_what_is_shown(opened: OpenSong, first: Song) -> None:
    save_revision(another(opened, first), opened)
    with Catalogue(opened.folder.parent) as catalogue:
        (row,) = catalogue.rows()
        assert row.parent == opened.revision
        catalogue.reindex()
        (again,) = catalogue.rows()
    assert replace(again, saved_at=0.0) == replace(row, saved_at=0.0)
    assert again.saved_at == pytest.approx(row.saved_at, abs=1e-3)


def test_a_song_outside_a_library_gets_no_catalogue_beside_it(first: Song, tmp_path: Path) -> None:
    here = save_song(first, tmp_path / "songs")
    there = tmp_path / "elsewhere"
    there.mkdir()
    opened = open_song(here.rename(there / here.name))
    save_revision(another(opened, first), opened)
    assert [path.name for path in there.iterdir()] == [here.name]


STEPS: list[tuple[object, str]] = [
    (desk_room, "write_durably"),
    (revisions, "write_durably"),
    (revisions, "settle_folder"),
    (history_room, "write_durably"),
    (history_room, "settle_folder"),
    (history_room.os, "fsync"),
    (place.os, "fsync"),
    (KeptFiles, "keep"),
    (KeptFiles, "bring"),
    (History, "put"),
    (History, "note"),
    (History, "choose"),
    (Path, "replace"),
    (Path, "mkdir"),
]


@pytest.mark.parametrize("after", range(6))
@pytest.mark.parametrize(("room", "step"), STEPS, ids=lambda value: getattr(value, "__name__", value))
def test_whatever_interrupts_a_switch_the_song_is_the_old_or_the_new_one_whole(
    opened: OpenSong, first: Song, room: ModuleType, step: str, after: int
) -> None:
    """`after` is how many times the step is done before it fails, before or after its work by turns."""
    wanted = another(opened, first)
    real, calls = getattr(room, step), iter(range(1000))

    def failing(*given: object, **named: object) -> object:
        if next(calls) < after // 2:
            return real(*given, **named)
        if after % 2:
            real(*given, **named)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.MonkeyPatch.context() as patch, suppress(PlaceError):
        patch.setattr(room, step, failing)
        save_revision(wanted, opened)
    now = open_song(opened.folder)
    assert now.song.score in (opened.song.score, wanted.score)
    assert changed_files(opened.folder) == () == damage(opened.folder)
    assert not [path for path in opened.folder.iterdir() if path.name.startswith(".unfinished")]
    made = save_revision(wanted, opened)
    assert open_song(opened.folder).revision == made.revision
    assert damage(opened.folder) == ()
    assert History(opened.folder).document(opened.revision).song.score == opened.song.score


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[3]]
from dataclasses import replace
from resonant.library import revisions
from resonant.library.history import KeptFiles
from resonant.library.revisions import open_song, save_revision
from resonant.score.model import Note
real, left = KeptFiles.{step}, int(sys.argv[2])
def dying(*given):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return real(*given)
KeptFiles.{step} = dying
opened = open_song(Path(sys.argv[1]))
melody = opened.song.score.track("melody")
score = opened.song.score.with_track(replace(melody, notes=(Note(0, 79, 960, 88),)))
save_revision(replace(opened.song, score=score), opened)
"""


@pytest.mark.parametrize(("step", "left"), [("keep", 1), ("keep", 4), ("bring", 1)])
def test_a_process_that_is_killed_in_the_middle_leaves_the_old_or_the_new_one_whole(
    opened: OpenSong, step: str, left: int
) -> None:
    before = opened.song.score
    code = KILLED.format(step=step)
    run = subprocess.run([sys.executable, "-c", code, str(opened.folder), str(left), ""], check=False)
    assert run.returncode == -signal.SIGKILL
    now = open_song(opened.folder)
    assert (now.song.score == before) == (step == "keep" and left == 1)
    assert changed_files(opened.folder) == () == damage(opened.folder)
    assert History(opened.folder).locked  # the lock of the dead one is gone: the next act gets it
    save_revision(replace(now.song, lineage=replace(now.song.lineage, seed=99)), now)
    assert open_song(opened.folder).song.lineage.seed == 99


def test_a_song_of_schema_1_opens_and_its_first_act_makes_a_history(tmp_path: Path) -> None:
    folder = copied(SCHEMA_1, tmp_path / "old-song")
    assert load_song(folder).schema == 1
    assert changed_files(folder) == ()
    opened = open_song(folder)
    assert (opened.song.locks, dict(opened.document.stems), opened.song.lineage.act) == ((), {}, "compose")
    save_revision(replace(opened.song, lineage=replace(opened.song.lineage, act="lock")), opened)
    now = open_song(folder)
    assert (now.song.lineage.parent, now.document.schema) == (opened.revision, 2)
    assert changed_files(folder) == () == damage(folder)
    assert History(folder).document(opened.revision).song.score == opened.song.score


def copied(folder: Path, to: Path) -> Path:
    to.mkdir()
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "song.json").unlink(),
        lambda folder: (folder / "song.json").write_text("{"),
    ],
)
def test_a_folder_without_a_whole_song_and_without_a_history_is_refused(
    opened: OpenSong, spoil: Callable[[Path], None]
) -> None:
    spoil(opened.folder)
    with pytest.raises(InputError, match=r"holds no song|is damaged"):
        open_song(opened.folder)


def test_stems_of_the_new_revision_are_on_the_disk_as_they_were_mixed(opened: OpenSong, first: Song) -> None:
    wanted = another(opened, first)
    document: SongDocument = save_revision(wanted, opened)
    assert wanted.mix is not None
    for name, stem in document.stems.items():
        assert np.array_equal(read_audio(opened.folder / stem.file).samples, wanted.mix.stems[name].samples)
