"""What holds for any region of any style: outside it all stays; inside it is new, and as good as first music is."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.errors import BriefError
from resonant.evaluate import harmony_fit
from resonant.evaluate.bars import bars_of, mean
from resonant.evaluate.coherence import bass_with_kick
from resonant.library.model import Lock, Song
from resonant.players.seams import ONE_VOICE, outside
from resonant.produce import Change, Engine, plan, regenerate
from resonant.score.model import Score, Track
from resonant.score.region import HARMONY, Region
from resonant.styles import all_styles
from resonant.testing import a_brief

STYLES = sorted(all_styles())
BARS = 8
ENGINE = Engine()


@cache
def first(style: str) -> Song:
    """A song of that style with all its parts, as notes."""
    brief = a_brief(style, BARS, seed=7, rich=True)
    planned = replace(Song.empty(brief), score=plan(brief, ENGINE.style(style)))
    return regenerate(planned, Region.of(rows(planned), 0, BARS), ENGINE)


def rows(song: Song) -> list[str]:
    return [HARMONY, *(track.name for track in song.score.tracks)]


@st.composite
def acts(draw: st.DrawFn) -> tuple[Song, Region, Change]:
    """Any cells (some rectangles laid over one another) of any style, and how they shall be written."""
    song = first(draw(st.sampled_from(STYLES)))
    region = Region(frozenset())
    for _ in range(draw(st.integers(1, 2))):
        names = draw(st.lists(st.sampled_from(rows(song)), min_size=1, max_size=2, unique=True))
        start = draw(st.integers(0, BARS - 1))
        region |= Region.of(names, start, draw(st.integers(start + 1, BARS)))
    return song, region, Change(seed=draw(st.integers(0, 2**40)), heard_bars=draw(st.sampled_from([None, None, 0, 2])))


@settings(max_examples=200, deadline=None)
@given(acts())
def test_outside_a_region_every_note_bend_and_control_stays_and_inside_it_is_new(
    act: tuple[Song, Region, Change],
) -> None:
    song, region, change = act
    made = regenerate(song, region, ENGINE, change=change)
    old, new = song.score, made.score
    assert replace(new, tracks=(), harmony=(), lyrics=()) == replace(old, tracks=(), harmony=(), lyrics=())
    for before, after in zip(old.tracks, new.tracks, strict=True):
        bars = region.bars_of(before.name)
        kept = outside(before, old, bars)
        assert outside(after, new, bars) == kept
        if kept.notes != before.notes and after == before:
            assert any(remark.startswith(f"{before.name}: ") for remark in made.brief.remarks)
        assert not collisions(kept, after)
    for bar in set(range(BARS)) - set(region.bars_of(HARMONY)):
        assert list(new.chords_in(*new.bar_ticks(bar))) == list(old.chords_in(*new.bar_ticks(bar)))
    for start, end in region.ranges_of(HARMONY):
        span = old.metre.bar_start(start), old.metre.bar_start(end)
        same = list(new.chords_in(*span)) == list(old.chords_in(*span))
        assert not same or any(remark.startswith("harmony: ") for remark in made.brief.remarks)


def collisions(kept: Track, after: Track) -> list[object]:
    """Pairs of a new note and a kept one that sound together on one pitch; in a part of one voice, on any."""
    stays = set(kept.notes)
    return [
        (old, new)
        for new in after.notes
        if new not in stays
        for old in kept.notes
        if old.start < new.end and new.start < old.end and (old.pitch == new.pitch or kept.role in ONE_VOICE)
    ]


@settings(max_examples=25, deadline=None)
@given(acts())
def test_the_same_region_with_the_same_seed_is_the_same_music(act: tuple[Song, Region, Change]) -> None:
    song, region, change = act
    assert (
        regenerate(song, region, ENGINE, change=change).score == regenerate(song, region, ENGINE, change=change).score
    )


@settings(max_examples=200, deadline=None)
@given(acts(), st.data())
def test_every_region_that_touches_a_lock_is_refused_by_its_name(
    act: tuple[Song, Region, Change], data: st.DataObject
) -> None:
    song, region, change = act
    cell = data.draw(st.sampled_from(sorted(region.cells)))
    locked = replace(song, locks=(Lock("as it is", Region(frozenset({cell}))),))
    with pytest.raises(BriefError, match="this is locked by 'as it is'"):
        regenerate(locked, region, ENGINE, change=change)


@cache
def rerolled() -> tuple[tuple[Song, Region, Song], ...]:
    """210 regions, ten of each style: one or two tracks, or harmony with what follows it, in one stretch of bars."""
    found = []
    for style in STYLES:
        song, rng = first(style), Random(style)
        for number in range(10):
            start = rng.randrange(BARS - 1)
            names = (
                rows(song) if number == 9 else rng.sample(rows(song)[1:], min(rng.randint(1, 2), len(rows(song)) - 1))
            )
            region = Region.of(names, start, rng.randint(start + 1, BARS))
            found.append((song, region, regenerate(song, region, ENGINE, change=Change(seed=rng.randrange(2**40)))))
    return tuple(found)


def fit(score: Score, region: Region) -> Mapping[str, float]:
    """How well the pitched notes of a region fit key and chords, mean over its tracks."""
    found = []
    for track in score.tracks:
        notes = tuple(set(track.notes) - set(outside(track, score, region.bars_of(track.name)).notes))
        if notes and track.role not in ("drums", "percussion"):
            found.append(harmony_fit.evaluate(score, replace(track, notes=tuple(sorted(notes)))))
    return {name: mean(each[name] for each in found) for name in (found[0] if found else ())}


def test_new_bars_keep_to_key_and_chords_as_well_as_first_music_does() -> None:
    """Within a hundredth: what the same writers differ by from seed to seed over as many bars."""
    pairs = [(fit(old.score, region), fit(new.score, region)) for old, region, new in rerolled()]
    pairs = [(before, after) for before, after in pairs if before and after]
    assert len(pairs) > 120
    for name in ("in_key_or_chord", "chord_tone_ratio", "strong_beat_chord_tones"):
        before, after = (mean(each[name] for each in side) for side in zip(*pairs, strict=True))
        assert after >= before - 0.01, name


def test_a_bass_written_anew_locks_with_the_kick_as_the_first_one_did() -> None:
    """With the drums locked, mean over the styles; three seeds each."""
    before, after = [], []
    for style in STYLES:
        song = first(style)
        if song.score.of_role("bass") is None or song.score.of_role("drums") is None:
            continue
        locked = replace(song, locks=(Lock("the groove", Region.of(["drums"], 0, BARS)),))
        before.append(kick_and_bass(song.score))
        for seed in range(3):
            region = Region.of(["bass"], 2 * seed, 2 * seed + 4)
            after.append(kick_and_bass(regenerate(locked, region, ENGINE, change=Change(seed=seed)).score))
    assert len(before) >= 15
    assert mean(after) >= mean(before)


def kick_and_bass(score: Score) -> float:
    drums, bass = score.of_role("drums"), score.of_role("bass")
    assert drums is not None and bass is not None
    return bass_with_kick(bars_of(score, drums), bars_of(score, bass))
