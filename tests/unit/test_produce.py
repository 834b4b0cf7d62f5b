"""The act: what a region lets be written, and by whom."""

from dataclasses import replace

import pytest

from resonant.brief.model import Brief
from resonant.errors import BriefError
from resonant.library.model import Song
from resonant.players.registry import Registry
from resonant.produce import Engine, plan, regenerate
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
    locked = replace(written(brief), locks=Region.of(["bass"], 1, 3))
    with pytest.raises(BriefError, match="bass in bars 2-3: this is locked; unlock it"):
        regenerate(locked, Region.of(["bass", "drums"], 0, 4), METRONOMES)
    assert regenerate(locked, Region.of(["drums"], 0, 4), METRONOMES).score.tracks == locked.score.tracks
