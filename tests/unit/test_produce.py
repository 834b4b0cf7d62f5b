"""The act: what a region lets be written, and by whom."""

from dataclasses import replace

import numpy as np
import pytest

from resonant.brief.model import Brief
from resonant.errors import BriefError
from resonant.library.model import Lock, Song
from resonant.players.registry import Registry
from resonant.produce import Change, Engine, compose, plan, regenerate, sounded
from resonant.score.region import HARMONY, Region
from resonant.testing import MetronomePlayer, a_brief

METRONOMES = Engine(players=Registry((MetronomePlayer("arranger"),)))


@pytest.fixture
def brief() -> Brief:
    gospel = a_brief("gospel", bars=4)
    return replace(gospel, parts=tuple(part for part in gospel.parts if part.role in ("bass", "drums")))


def written(brief: Brief) -> Song:
    planned = replace(Song.empty(brief), score=plan(brief, METRONOMES.style(brief.style)))
    return regenerate(planned, Region.of([HARMONY, "drums", "bass"], 0, brief.bars), METRONOMES)


def test_another_player_plays_when_the_engine_is_given_one(brief: Brief) -> None:
    bass = written(brief).score.of_role("bass")
    assert bass is not None
    assert [note.start for note in bass.notes] == [beat * 480 for beat in range(4 * brief.bars)]


def test_only_the_bars_of_the_region_are_written(brief: Brief) -> None:
    song = written(brief)
    silent = tuple(replace(track, notes=()) for track in song.score.tracks)
    blank = replace(song, score=replace(song.score, tracks=silent))
    score = regenerate(blank, Region.of(["bass"], 1, 3), METRONOMES).score
    bass, drums = score.of_role("bass"), score.of_role("drums")
    assert bass is not None and drums is not None
    assert ({score.metre.bar_at(note.start) for note in bass.notes}, drums.notes) == ({1, 2}, ())
    assert score.harmony == song.score.harmony


def test_a_region_that_holds_a_locked_cell_is_refused_by_name(brief: Brief) -> None:
    locked = replace(written(brief), locks=(Lock("the groove", Region.of(["bass"], 1, 3)),))
    with pytest.raises(BriefError, match="bass in bars 2-3: this is locked by 'the groove'; unlock it"):
        regenerate(locked, Region.of(["bass", "drums"], 0, 4), METRONOMES)
    assert regenerate(locked, Region.of(["drums"], 0, 4), METRONOMES).score.tracks == locked.score.tracks


def test_a_re_roll_takes_from_the_revision_before_all_that_did_not_change() -> None:
    engine = Engine()
    song = compose(replace(a_brief("pop", bars=4), seed=3), engine)
    assert song.mix is not None
    again = sounded(
        regenerate(song, Region.of(["bass"], 0, 4), engine, change=Change(seed=99)), engine, published=song.mix
    )
    assert again.mix is not None and again.stems is not None
    assert list(again.stems.tracks) == ["bass"]
    changed = {name for name, key in again.mix.keys.items() if song.mix.keys[name] != key}
    assert changed == {"bass"}
    from_nothing = sounded(replace(again, stems=None, mix=None), engine).mix
    assert from_nothing is not None
    np.testing.assert_array_equal(from_nothing.master.samples, again.mix.master.samples)


def test_locked_bars_of_a_stem_stay_to_the_last_bit() -> None:
    engine = Engine()
    song = compose(replace(a_brief("pop", bars=4), seed=3), engine)
    assert song.mix is not None
    song = replace(song, locks=(Lock("opening", Region.of(["bass"], 0, 2)),))
    again = sounded(
        regenerate(song, Region.of(["bass"], 2, 4), engine, change=Change(seed=99)), engine, published=song.mix
    )
    assert again.mix is not None
    border = round(song.score.tempo.seconds_at(song.score.metre.bar_start(2)) * 44_100)
    before, after = song.mix.stems["bass"].samples, again.mix.stems["bass"].samples
    np.testing.assert_array_equal(after[:, :border], before[:, :border])
    assert not np.array_equal(after[:, border:], before[:, border:])
