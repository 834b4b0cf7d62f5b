"""A recording becomes a song: where its bars lie, and that nothing touches its sound."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.unit.brought.band_on_tape import RATE, on_file, tape

from resonant import produce
from resonant.brought.accompany import parts_named, with_players
from resonant.brought.bring import brought
from resonant.brought.keeping import kept
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError, InputError
from resonant.library.model import Song
from resonant.library.revisions import open_song, save_revision
from resonant.mix.scene import kick_times_s
from resonant.sound.recording import stem_of
from resonant.theory.key import Key
from resonant.units import Metre


@pytest.fixture(scope="module")
def engine() -> produce.Engine:
    return produce.Engine()


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight bars at 120, which begin after 0.7 seconds of silence."""
    return on_file(tmp_path_factory.mktemp("tape") / "take.wav", tape(lead_in_s=0.7))


@pytest.fixture(scope="module")
def imported(take: Path, tmp_path_factory: pytest.TempPathFactory, engine: produce.Engine) -> tuple[Song, Path]:
    song, own = brought(take, Wishes(), tmp_path_factory.mktemp("desk"))
    return kept(produce.sounded(song, engine), own, tmp_path_factory.mktemp("songs"))


def test_bars_key_and_chords_are_found(imported: tuple[Song, Path]) -> None:
    score = imported[0].score
    assert (score.tempo.bpm, len(score.tempo.changes)) == (120.0, 1)
    assert (score.metre.metre_at(0), score.key) == (Metre(4, 4), Key(0))
    assert [score.chord_at(score.metre.bar_start(bar) + 960) for bar in range(1, 5)] == [
        span.chord for span in score.harmony[:4]
    ]
    assert [str(span.chord) for span in score.harmony[:4]] == ["C", "Am", "F", "G"]


def test_the_first_downbeat_falls_on_a_bar_line_behind_a_bar_for_what_stands_before_it(
    imported: tuple[Song, Path],
) -> None:
    song, _ = imported
    (recording,) = song.recordings.values()
    assert song.score.tempo.seconds_at(song.score.metre.bar_start(1)) == pytest.approx(
        recording.start_s + 0.7, abs=0.02
    )


def test_the_file_is_kept_byte_for_byte_and_its_stem_is_its_samples(take: Path, imported: tuple[Song, Path]) -> None:
    song, folder = imported
    (name,) = song.recordings
    recording = song.recordings[name]
    assert (folder / recording.file).read_bytes() == take.read_bytes()
    theirs, rate = soundfile.read(take, dtype="float32", always_2d=True)
    stem, stem_rate = soundfile.read(next((folder / "stems").iterdir()), dtype="float32", always_2d=True)
    start = round(recording.start_s * rate)
    assert rate == stem_rate
    assert np.array_equal(stem[start : start + len(theirs)], theirs)
    assert not stem[:start].any() and not stem[start + len(theirs) :].any()


@pytest.mark.parametrize("ending", ["flac", "ogg", "mp3"])
def test_a_file_of_any_format_is_kept_as_it_is_and_never_encoded_again(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"take.{ending}"
    soundfile.write(path, tape(bars=2).T, RATE)
    song, own = brought(path, Wishes(tempo_bpm=120.0), tmp_path)
    _, folder = kept(song, own, tmp_path / "songs")
    (recording,) = song.recordings.values()
    assert (folder / recording.file).read_bytes() == path.read_bytes() and recording.file == f"recordings/take.{ending}"
    theirs, _ = soundfile.read(path, dtype="float32", always_2d=True)
    stem = stem_of(recording.within(folder), 8 * RATE, RATE)
    start = round(recording.start_s * RATE)
    assert np.array_equal(stem.samples[:, start : start + len(theirs)], theirs.T)


@pytest.mark.parametrize(("drift", "bpm"), [(0.12, 120.0), (-0.1, 96.0), (0.0, 133.3)])
def test_what_is_added_plays_on_the_recordings_beats_however_they_move(
    drift: float, bpm: float, tmp_path: Path, engine: produce.Engine
) -> None:
    path = on_file(tmp_path / "take.wav", tape(bars=16, bpm=bpm, drift=drift, lead_in_s=0.4))
    song, _ = brought(path, Wishes(), tmp_path)
    (recording,) = song.recordings.values()
    seated, region = with_players(song, parts_named(["drums"], engine.style("house")), "house")
    written = produce.regenerate(seated, region, engine).score
    lengths = 60.0 / bpm * (1.0 + drift * np.arange(64) / 64)
    halves = 0.4 + np.concatenate([[0.0], np.cumsum(np.repeat(lengths / 2, 2))])
    kicks = np.array(kick_times_s(written)) - recording.start_s
    kicks = kicks[(kicks > 0.3) & (kicks < halves[-1])]
    off_s = np.abs(np.subtract.outer(kicks, halves)).min(axis=1)
    assert len(kicks) > 50 and np.percentile(off_s, 90) < 0.025


def test_accompaniment_leaves_the_recording_as_it_is_and_is_as_loud_as_it_asks_for(
    imported: tuple[Song, Path], engine: produce.Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "song"
    shutil.copytree(imported[1], folder)
    opened = open_song(folder)
    song, region = with_players(opened.song, parts_named(["drums", "bass"], engine.style("pop")))
    written = produce.sounded(produce.regenerate(song, region, engine), engine, None, opened.published)
    before = next((folder / "stems").iterdir()).read_bytes()
    save_revision(written, opened)
    document = open_song(folder).document
    own = document.stems[next(iter(written.recordings))].file
    assert (folder / own).read_bytes() == before
    assert all(track.notes for track in written.score.tracks if track.name in ("drums", "bass"))
    assert written.mix is not None
    readings = written.mix.meters.stems_lufs
    (recording,) = written.recordings.values()
    drums, theirs = readings["drums"], recording.loudness_lufs
    assert drums is not None and theirs is not None and abs(drums - theirs) < 9.0


def test_a_full_scale_mono_recording_is_neither_turned_down_nor_made_stereo(
    tmp_path: Path, engine: produce.Engine
) -> None:
    loud = tape(bars=4)[:1] * 1.99
    path = on_file(tmp_path / "loud.wav", loud, subtype="PCM_24")
    song, _ = brought(path, Wishes(), tmp_path)
    mixed = produce.sounded(song, engine)
    assert mixed.mix is not None
    (stem,) = mixed.mix.stems.values()
    (recording,) = song.recordings.values()
    theirs, _ = soundfile.read(path, dtype="float32", always_2d=True)
    start = round(recording.start_s * RATE)
    assert stem.channels == 1 and recording.gain_db == 0.0
    assert np.array_equal(stem.samples[0, start : start + len(theirs)], theirs[:, 0])


def test_what_lies_over_full_scale_is_turned_down_just_enough_and_said(tmp_path: Path) -> None:
    path = on_file(tmp_path / "hot.wav", tape(bars=4) * 2.6, subtype="FLOAT")
    song, _ = brought(path, Wishes(), tmp_path)
    (recording,) = song.recordings.values()
    stem = stem_of(recording, round((song.score.seconds + 2.5) * RATE), RATE)
    assert 0.99 < float(np.abs(stem.samples).max()) <= 1.0
    assert any("turned down by 2.2" in remark for remark in song.brief.remarks)


def test_another_rate_is_resampled_and_its_length_kept(tmp_path: Path) -> None:
    path = on_file(tmp_path / "slow.wav", tape(bars=4)[:, ::2], rate=RATE // 2)
    song, _ = brought(path, Wishes(), tmp_path)
    (recording,) = song.recordings.values()
    stem = stem_of(recording, round((song.score.seconds + 2.5) * RATE), RATE)
    assert recording.rate == RATE // 2
    assert float(np.abs(stem.samples).max()) == pytest.approx(0.5, abs=0.1)


def test_a_tempo_that_moves_becomes_a_tempo_a_bar(tmp_path: Path) -> None:
    path = on_file(tmp_path / "moves.wav", tape(bars=16, drift=0.12))
    song, _ = brought(path, Wishes(), tmp_path)
    tempi = [change.bpm for change in song.score.tempo.changes]
    assert len(tempi) > 10
    assert tempi[1] == pytest.approx(119, abs=3) and tempi[-3] == pytest.approx(108, abs=3)


@pytest.mark.parametrize("drift", [0.0, 0.12])
def test_stretching_makes_the_tempo_constant_and_keeps_the_file(tmp_path: Path, drift: float) -> None:
    path = on_file(tmp_path / "take.wav", tape(bars=12, drift=drift))
    desk = tmp_path / "desk"
    desk.mkdir()
    song, own = brought(path, Wishes(stretch_to_bpm=108.0), desk)
    (recording,) = song.recordings.values()
    assert song.score.tempo.bpm == 108.0 and len(song.score.tempo.changes) == 1
    assert recording.stretch == pytest.approx(120 / 108 if drift == 0 else 1.05, abs=0.02)
    _, folder = kept(song, own, tmp_path / "songs")
    assert recording.original is not None
    assert (folder / recording.original).read_bytes() == path.read_bytes()
    again, _ = brought(folder / recording.file, Wishes(), desk)
    assert again.score.tempo.bpm == pytest.approx(108.0, rel=0.003)


def test_stretching_to_more_than_twice_the_speed_is_refused(take: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose between 60 and 240"):
        brought(take, Wishes(stretch_to_bpm=300.0), tmp_path)


def test_a_recording_joins_a_song_of_its_tempo_and_is_refused_by_another(
    take: Path, imported: tuple[Song, Path], tmp_path: Path
) -> None:
    song, _ = imported
    joined, own = brought(take, Wishes(), tmp_path, song)
    assert joined.score.tracks[: len(song.score.tracks)] == song.score.tracks
    assert own.tracks == ("take 2",) and set(joined.recordings) == {"take", "take 2"}
    slower = replace(song, score=replace(song.score, tempo=type(song.score.tempo).constant(100.0)))
    with pytest.raises(BriefError, match=r"heard at 120.0 bpm and the song plays at 100; give --stretch-to 100"):
        brought(take, Wishes(), tmp_path, slower)
    stretched, _ = brought(take, Wishes(stretch_to_bpm=100.0), tmp_path, slower)
    assert len(stretched.recordings) == 2


def test_a_recording_that_was_changed_or_lost_is_named(imported: tuple[Song, Path], tmp_path: Path) -> None:
    (recording,) = imported[0].recordings.values()
    (tmp_path / "recordings").mkdir()
    with pytest.raises(InputError, match="is missing"):
        stem_of(recording.within(tmp_path), RATE, RATE)
    (tmp_path / recording.file).write_bytes(b"another")
    with pytest.raises(InputError, match="no longer the one that was imported"):
        stem_of(recording.within(tmp_path), RATE, RATE)


def test_a_song_with_recordings_is_read_back_as_it_was(imported: tuple[Song, Path]) -> None:
    song, folder = imported
    again = open_song(folder).song
    assert again.recordings == song.recordings and again.locks == song.locks and again.score == song.score
    assert all(again.recordings[name].path(each.file).is_file() for name, each in song.recordings.items())
