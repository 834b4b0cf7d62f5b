"""Locks over any acts: their cells are proved from the files, and the file of a wholly locked stem never changes."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant import produce
from resonant.errors import BriefError, InputError
from resonant.library import acts
from resonant.library.damage import damage
from resonant.library.locks import broken_seals
from resonant.library.model import Lock, Song
from resonant.library.past import past_of
from resonant.library.revisions import OpenSong, open_song, save_revision
from resonant.library.songs import save_song
from resonant.score.region import HARMONY, Region
from resonant.sound.stem_cache import MemoryStemCache
from resonant.testing import a_brief

BARS = 3
ENGINE = produce.Engine(stem_cache=MemoryStemCache())


@pytest.fixture(scope="module")
def composed() -> Song:
    """Three bars of three tracks, with sound."""
    brief = a_brief("pop", BARS)
    return produce.compose(replace(brief, parts=brief.parts[:3]), ENGINE)


cells = st.frozensets(
    st.tuples(st.sampled_from(["drums", "bass", "chords", HARMONY]), st.integers(0, BARS - 1)), min_size=1, max_size=5
).map(Region)
steps = st.one_of(
    st.tuples(st.just("regenerate"), cells),
    st.tuples(st.just("lock"), cells),
    st.tuples(st.just("unlock"), cells),
    st.tuples(st.just("restore"), st.integers(0, 9)),
)


def done(opened: OpenSong, act: str, what: Region | int, seed: int) -> None:
    """One act; what can not be done is refused, but never for what a regeneration of free cells has written."""
    if act == "regenerate" and isinstance(what, Region):
        free = what - opened.song.locked
        if free:
            song = produce.regenerate(opened.song, free, ENGINE, None, produce.Change(seed=seed))
            save_revision(produce.sounded(song, ENGINE, None, opened.published), opened)
        return
    with suppress(InputError):
        if isinstance(what, Region):
            (acts.lock if act == "lock" else acts.unlock)(opened, what)
        else:
            past = past_of(opened.folder)
            acts.restore(opened, past[what % len(past)].revision)


@settings(max_examples=6, deadline=None)
@given(first=cells, following=st.lists(steps, min_size=2, max_size=4))
def test_whatever_acts_follow_locked_cells_are_proved_from_the_files(
    composed: Song, first: Region, following: list[tuple[str, Region | int]]
) -> None:
    with TemporaryDirectory() as folder:
        path = save_song(composed, Path(folder))
        acts.lock(open_song(path), first | Region.of(["drums"], 0, BARS), "first")
        drums = (path / "stems" / "drums.wav").read_bytes()
        for number, (act, what) in enumerate(following):
            if act == "unlock" and isinstance(what, Region):
                what -= Region.of(["drums"], 0, BARS)
            done(open_song(path), act, what, number)
            now = open_song(path)
            for lock in now.song.locks:
                assert list(broken_seals(lock, now.document, now.published)) == []
            assert (path / "stems" / "drums.wav").read_bytes() == drums
            assert {name for name, _ in now.song.locked.cells} >= {"drums"}
        assert damage(path) == ()


@settings(max_examples=25, deadline=None)
@given(locked=cells, asked=cells)
def test_a_region_that_holds_a_locked_cell_is_refused_before_a_note_is_written(
    composed: Song, locked: Region, asked: Region
) -> None:
    song = replace(composed, locks=(Lock("mine", locked),))
    if asked & locked:
        with pytest.raises(BriefError, match="'mine'"):
            produce.regenerate(song, asked, ENGINE)
    else:
        produce.regenerate(song, asked, ENGINE, None, produce.Change(seed=5))
