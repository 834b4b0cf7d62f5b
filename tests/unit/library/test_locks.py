"""Locks: sealed by what is in the cells, proved from the files, guarded at every save."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resonant.audio import Audio, on_24_bits
from resonant.audio_files import read_audio, write_audio
from resonant.errors import InputError
from resonant.library import acts
from resonant.library.locks import broken_seals, cells_in_words
from resonant.library.model import Song
from resonant.library.past import past_of
from resonant.library.revisions import OpenSong, open_song, save_revision
from resonant.library.songs import save_song
from resonant.score.model import Bend, ChordSpan, Control, Note, Score
from resonant.score.region import HARMONY, Region
from resonant.theory.chord import Chord

BAR_1 = Region.of(["bass"], 0, 1)


@pytest.fixture
def opened(song: Song, tmp_path: Path) -> OpenSong:
    """The song with sound for both of its bars, saved."""
    assert song.mix is not None
    rng = np.random.default_rng(5)
    length = round((song.score.seconds + 0.1) * 44_100)
    stems = {name: noise(rng, length) for name in song.mix.stems}
    bus = Audio(stems["bass"].samples + stems["melody"].samples, 44_100)
    mix = replace(song.mix, stems=stems, bus=bus, master=bus)
    return open_song(save_song(replace(song, locks=(), mix=mix), tmp_path))


def noise(rng: np.random.Generator, length: int) -> Audio:
    return Audio(on_24_bits(rng.uniform(-0.3, 0.3, (2, length)).astype(np.float32)), 44_100)


def locked(opened: OpenSong, region: Region, name: str = "") -> OpenSong:
    acts.lock(opened, region, name)
    return open_song(opened.folder)


def broken(opened: OpenSong) -> list[str]:
    return [each for lock in opened.song.locks for each in broken_seals(lock, opened.document, opened.published)]


def with_bass(score: Score, *notes: Note) -> Score:
    bass = score.track("bass")
    assert bass is not None
    return score.with_track(replace(bass, notes=notes))


def test_a_lock_is_called_by_its_cells_and_seals_notes_tokens_and_sound(opened: OpenSong) -> None:
    now = locked(opened, Region.of(["bass", "melody", HARMONY], 0, 2))
    (lock,) = now.song.locks
    assert lock.name == "bass, harmony and melody, bars 1-2"
    assert set(lock.seals) == {"bass", "melody", HARMONY}
    assert {len(value or "") for value in vars_of(lock.seals["bass"])} == {64}
    assert (lock.seals[HARMONY].tokens, lock.seals[HARMONY].stem) == (None, None)
    assert broken(now) == []
    assert now.song.lineage.act == "lock"


def vars_of(seal: object) -> list[str | None]:
    return [getattr(seal, name) for name in ("midi", "tokens", "stem")]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda score: with_bass(score, Note(0, 39, 480, 90), Note(480, 45, 240, 70)), ["notes", "tokens"]),
        (lambda score: with_bass(score, Note(0, 38, 480, 91), Note(480, 45, 240, 70)), ["notes"]),
        (lambda score: with_bass(score, Note(0, 38, 480, 90)), ["notes", "tokens"]),
        (lambda score: replace(score, tracks=score.tracks[1:]), ["whole"]),
        (lambda score: with_bass(score, *score.tracks[0].notes, Note(1440, 40, 240, 70)), []),
        (lambda score: replace(score, title="Another", lyrics=(), sections=()), []),
        (lambda score: replace(score, harmony=(ChordSpan(0, 3120, Chord.parse("C")),)), []),
        (lambda score: replace(score, tracks=(score.tracks[0],)), []),
    ],
)
def test_a_seal_breaks_by_what_is_in_its_cells_and_by_nothing_else(
    opened: OpenSong, change: Callable[[Score], Score], names: list[str]
) -> None:
    now = locked(opened, BAR_1)
    song = replace(now.song, score=change(now.song.score))
    found = list(broken_seals(song.locks[0], replace(now.document, song=song), now.published))
    assert [sentence.split()[1] for sentence in found] == names


@pytest.mark.parametrize("event", [Bend(200, 10), Control(300, 1, 5)])
def test_bends_and_controls_are_sealed_too(opened: OpenSong, event: Bend | Control) -> None:
    now = locked(opened, BAR_1)
    bass = now.song.score.tracks[0]
    more = replace(bass, bends=(*bass.bends, event)) if isinstance(event, Bend) else replace(bass, controls=(event,))
    song = replace(now.song, score=now.song.score.with_track(more))
    assert list(broken_seals(song.locks[0], replace(now.document, song=song), now.published)) == ["the notes of bass"]


@pytest.mark.parametrize(("second", "proved"), [(0.1, False), (3.9, True)])
def test_a_stem_is_proved_from_its_file_in_the_locked_bars(opened: OpenSong, second: float, proved: bool) -> None:
    now = locked(opened, BAR_1)
    path = now.folder / "stems" / "bass.wav"
    stem = read_audio(path)
    samples = stem.samples.copy()
    samples[0, round(second * 44_100)] += np.float32(2**-23)  # one step of one sample
    write_audio(path, Audio(samples, 44_100))
    assert broken(now) == ([] if proved else ["the sound of bass"])


def test_no_revision_is_saved_that_changes_a_locked_cell(opened: OpenSong) -> None:
    now = locked(opened, BAR_1, "hook")
    changed = replace(now.song, score=with_bass(now.song.score, Note(0, 39, 480, 90)))
    with pytest.raises(InputError, match=r"would change the notes of bass.*, which the lock 'hook' keeps; nothing was"):
        save_revision(changed, now)
    assert open_song(opened.folder).revision == now.revision
    assert len(past_of(opened.folder)) == 2


def test_no_revision_is_saved_that_loses_a_lock_or_seals_it_anew(opened: OpenSong) -> None:
    now = locked(opened, BAR_1, "hook")
    (lock,) = now.song.locks
    for locks in ((), (replace(lock, region=Region.of(["bass"], 1, 2)),), (replace(lock, seals={}),)):
        with pytest.raises(InputError, match="would lose the lock 'hook'"):
            save_revision(replace(now.song, locks=locks), now)


def test_no_revision_is_saved_that_drops_the_sound_of_a_locked_cell(opened: OpenSong) -> None:
    now = locked(opened, BAR_1)
    free = replace(now.song, score=replace(now.song.score, title="Another"))
    with pytest.raises(InputError, match="would change the sound of bass"):
        save_revision(free, now)


def test_unlocking_some_cells_leaves_the_others_locked_and_proved(opened: OpenSong) -> None:
    now = locked(opened, Region.of(["bass", "melody"], 0, 2))
    acts.unlock(now, Region.of(["bass"], 0, 1))
    after = open_song(opened.folder)
    assert [lock.name for lock in after.song.locks] == ["bass, bar 2; melody, bars 1-2"]
    assert after.song.locked == Region.of(["melody"], 0, 2) | Region.of(["bass"], 1, 2)
    assert broken(after) == []
    acts.unlock(after, Region.of(["bass", "melody", HARMONY], 0, 2))
    assert open_song(opened.folder).song.locks == ()


def test_a_name_given_to_a_lock_stays_with_what_is_left_of_it(opened: OpenSong) -> None:
    now = locked(opened, Region.of(["bass"], 0, 2), "walk")
    acts.unlock(now, BAR_1)
    assert [lock.name for lock in open_song(opened.folder).song.locks] == ["walk"]


def test_a_broken_lock_is_not_sealed_again_by_unlocking_a_part(opened: OpenSong) -> None:
    now = locked(opened, Region.of(["bass"], 0, 2))
    write_audio(now.folder / "stems" / "bass.wav", Audio.silence(2, 200_000, 44_100))
    with pytest.raises(InputError, match="would change the sound of bass"):
        acts.unlock(now, BAR_1)


def test_a_lock_is_taken_away_by_name_and_another_keeps_its_cells(opened: OpenSong) -> None:
    now = locked(locked(opened, BAR_1, "one"), Region.of(["bass"], 0, 2), "two")
    acts.unlock_named(now, "one")
    after = open_song(opened.folder)
    assert after.song.locked == Region.of(["bass"], 0, 2)
    with pytest.raises(InputError, match="the song has no lock 'one'; its locks: 'two'"):
        acts.unlock_named(after, "one")


def test_what_can_not_be_locked_or_unlocked_is_refused(opened: OpenSong) -> None:
    now = locked(opened, BAR_1)
    with pytest.raises(InputError, match="has a lock 'bass, bar 1' already"):
        acts.lock(now, BAR_1)
    with pytest.raises(InputError, match="melody, bar 1: nothing of this is locked"):
        acts.unlock(now, Region.of(["melody"], 0, 1))


@pytest.mark.parametrize(
    ("region", "words"),
    [
        (Region.of(["drums"], 0, 8), "drums, bars 1-8"),
        (Region.of(["drums"], 4, 5), "drums, bar 5"),
        (Region.of(["bass", "drums"], 0, 2) | Region.of(["bass", "drums"], 4, 5), "bass and drums, bars 1-2, 5"),
        (Region.of(["bass"], 0, 2) | Region.of(["drums", "pad"], 0, 1), "bass, bars 1-2; drums and pad, bar 1"),
    ],
)
def test_cells_are_told_as_a_musician_names_them(region: Region, words: str) -> None:
    assert cells_in_words(region) == words
