"""The past of a song: listed, compared, checked, and shown again."""

from dataclasses import replace
from pathlib import Path

import pytest

from resonant.errors import InputError
from resonant.library import acts
from resonant.library.damage import damage
from resonant.library.differences import differences, rewritten
from resonant.library.history import History
from resonant.library.model import Song
from resonant.library.past import named_revision, opened_at, past_of, takes_of
from resonant.library.revisions import OpenSong, open_song, save_revision
from resonant.library.songs import changed_files, save_song
from resonant.score.model import ChordSpan, Note, Track
from resonant.score.region import HARMONY, Region
from resonant.theory.chord import Chord
from resonant.units import Metre, MetreMap, TempoMap


@pytest.fixture
def opened(song: Song, tmp_path: Path) -> OpenSong:
    return open_song(save_song(replace(song, locks=()), tmp_path))


def act(opened: OpenSong, pitch: int, *, current: bool = True, prompt: str = "higher") -> OpenSong:
    """Another melody note, and no sound."""
    track = Track("melody", "melody", "flute", (Note(0, pitch, 960, 88),))
    lineage = replace(opened.song.lineage, act="regenerate", prompt=prompt, region=Region.of(["melody"], 0, 1))
    song = replace(opened.song, score=opened.song.score.with_track(track), lineage=replace(lineage, seed=pitch))
    save_revision(song, opened, current=current)
    return open_song(opened.folder)


def test_a_song_that_no_act_has_changed_has_one_revision(opened: OpenSong) -> None:
    (only,) = past_of(opened.folder)
    assert (only.number, only.revision, only.current, only.take) == (1, opened.revision, True, None)
    assert opened_at(opened.folder, only.revision).song.score == opened.song.score


def test_the_past_lists_what_was_done_in_order(opened: OpenSong) -> None:
    act(act(opened, 76), 77, prompt="lower")
    past = past_of(opened.folder)
    assert [(each.number, each.act, each.prompt, each.seed, each.current) for each in past] == [
        (1, "regenerate", "walk", 7, False),
        (2, "regenerate", "higher", 76, False),
        (3, "regenerate", "lower", 77, True),
    ]
    assert past[1].cells == "melody, bar 1"
    assert past[0].time <= past[1].time <= past[2].time


def test_acts_alike_on_one_revision_are_takes_and_one_of_them_is_picked(opened: OpenSong) -> None:
    first = act(opened, 76)
    for pitch in (77, 79):
        act(opened, pitch, current=False)
    takes = takes_of(past_of(opened.folder))
    assert [(each.take, each.seed, each.current) for each in takes] == [(1, 76, True), (2, 77, False), (3, 79, False)]
    acts.pick(first, takes[2].revision)
    now = open_song(opened.folder)
    assert (now.revision, now.song.lineage.seed) == (takes[2].revision, 79)
    assert len(past_of(opened.folder)) == 4
    assert changed_files(opened.folder) == () == damage(opened.folder)
    with pytest.raises(InputError, match="is no take of the last act"):
        acts.pick(now, opened.revision)


def test_a_take_that_is_picked_after_a_lock_was_made_keeps_the_lock(opened: OpenSong) -> None:
    act(opened, 76)
    act(opened, 77, current=False)
    acts.lock(open_song(opened.folder), Region.of(["bass"], 0, 2), "walk")
    take = takes_of(past_of(opened.folder))[1]
    acts.pick(open_song(opened.folder), take.revision)
    now = open_song(opened.folder)
    assert (now.song.lineage.act, now.song.score) == ("pick", opened_at(opened.folder, take.revision).song.score)
    assert [lock.name for lock in now.song.locks] == ["walk"]
    acts.lock(now, Region.of(["melody"], 0, 1), "tune")
    with pytest.raises(InputError, match="pick would change the notes of melody, which the lock 'tune' keeps"):
        acts.pick(open_song(opened.folder), takes_of(past_of(opened.folder))[0].revision)


def test_restoring_brings_files_back_by_moving_and_makes_a_new_revision(opened: OpenSong) -> None:
    mix = (opened.folder / "mix.wav").stat().st_ino
    now = act(opened, 76)
    assert not (opened.folder / "mix.wav").exists()
    document = acts.restore(now, opened.revision)
    assert (document.song.lineage.act, document.song.lineage.parent) == ("restore", now.revision)
    assert document.files == opened.document.files
    assert (opened.folder / "mix.wav").stat().st_ino == mix
    assert open_song(opened.folder).song.score == opened.song.score
    assert damage(opened.folder) == ()


def test_restoring_what_would_change_a_locked_cell_is_refused(opened: OpenSong) -> None:
    now = act(opened, 76)
    acts.lock(now, Region.of(["melody"], 0, 1), "tune")
    with pytest.raises(InputError, match="restore would change the notes of melody, which the lock 'tune' keeps"):
        acts.restore(open_song(opened.folder), opened.revision)


def test_what_is_lost_or_shown_already_is_not_restored(opened: OpenSong) -> None:
    now = act(opened, 76)
    with pytest.raises(InputError, match="is the one that is shown"):
        acts.restore(now, now.revision)
    for path in (opened.folder / "history" / "files").glob("*.wav"):
        path.unlink()
    with pytest.raises(InputError, match=r"can not be shown: mix\.wav, stems/bass\.wav, stems/melody\.wav of it"):
        acts.restore(now, opened.revision)


def test_revisions_are_named_by_number_by_the_beginning_of_their_id_or_as_previous(opened: OpenSong) -> None:
    now = act(opened, 76)
    folder = opened.folder
    assert named_revision(folder, "1") == opened.revision == named_revision(folder, "previous")
    assert named_revision(folder, now.revision[:6]) == now.revision == named_revision(folder, "2")
    for name in ("3", "0", now.revision[:3], "xyz", "", "gggggggggggg"):
        with pytest.raises(InputError, match=rf"has no revision '{name}'; .* lists its revisions 1-2"):
            named_revision(folder, name)


def test_nothing_stands_before_the_first_revision(opened: OpenSong) -> None:
    with pytest.raises(InputError, match="has no revision before the current one"):
        named_revision(opened.folder, "previous")


def test_every_file_of_every_revision_is_checked(opened: OpenSong) -> None:
    act(opened, 76)
    history = History(opened.folder)
    assert damage(opened.folder) == ()
    mix = history.files.path(opened.document.files["mix.wav"], "mix.wav")
    mix.write_bytes(mix.read_bytes()[:-1])
    (opened.folder / "song.mid").write_bytes(b"")
    history.files.path(opened.document.files["score.png"], "score.png").unlink()
    assert sorted(damage(opened.folder)) == [
        f"mix.wav of revision {opened.revision} is no longer what it was",
        f"score.png of revision {opened.revision} is missing",
        "song.mid is no longer what it was",
    ]
    (history.revisions / f"{opened.revision}.json").write_text("{")
    assert f"revision {opened.revision} is damaged" in " ".join(damage(opened.folder))
    assert len(past_of(opened.folder)) == 1


def told(before: OpenSong, song: Song) -> list[str]:
    after = replace(before.document, song=song)
    return [f"{each.about}: {each.words}" for each in differences(before.document, after)]


def test_differences_are_told_by_track_and_bar(opened: OpenSong) -> None:
    score = opened.song.score
    bass = score.tracks[0]
    longer = replace(bass, notes=(*bass.notes, Note(1440, 40, 240, 70), Note(1680, 41, 240, 70)))
    harmony = (score.harmony[0], ChordSpan(1440, 1680, Chord.parse("Fmaj7")))
    pad = Track("pad", "pad", "warm_pad", (Note(0, 60, 960, 60),))
    changed = replace(score, harmony=harmony, tracks=(longer, replace(score.tracks[1], instrument="oboe"), pad))
    assert told(opened, replace(opened.song, score=changed)) == [
        "harmony: bar 2 G13/B → Fmaj7",
        "bass: bar 2 rewritten (2 notes instead of 0)",
        "melody: flute → oboe",
        "pad: added (warm pad, 1 note)",
    ]
    assert rewritten(score, changed).cells == {("bass", 1), (HARMONY, 1), ("pad", 0)}


def test_differences_of_the_whole_song_and_of_its_locks_are_told(opened: OpenSong) -> None:
    score = replace(
        opened.song.score,
        bars=3,
        tempo=TempoMap.constant(120.0),
        metre=MetreMap.constant(Metre(3, 4)),
        title="Other",
        lyrics=(),
        sections=(),
    )
    quieter = {**opened.document.meters, "master": {"integrated_lufs": -16.0}}
    after = acts.lock(opened, Region.of(["bass"], 0, 2), "walk")
    after = replace(after, song=replace(after.song, score=score), meters=quieter)
    sentences = [f"{each.about}: {each.words}" for each in differences(opened.document, after)]
    assert sentences == [
        "title: Two Bars, früh → Other",
        "length: 2 bars → 3 bars",
        "tempo: 97.3 bpm → 120 bpm",
        "metre: its changes are others",
        "form: verse 1, chorus 1 → none",
        "lyrics: 2 syllables → 0",
        "loudness: -14.0 → -16.0 LUFS",
        "locks: 'walk' added",
    ]


def test_nothing_is_told_where_nothing_is_different(opened: OpenSong) -> None:
    assert told(opened, opened.song) == []
