"""A song that goes on again and again stays itself, and its players hear no more of it than at first."""

from dataclasses import dataclass, field, replace
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers import changed

from resonant.brief.model import Brief, SectionBrief
from resonant.errors import BriefError
from resonant.extension import extend
from resonant.library.model import Song
from resonant.players.arranger.player import Arranger
from resonant.players.context import Context, Part
from resonant.players.registry import Registry
from resonant.produce import Change, Engine, plan, regenerate
from resonant.score.model import Note, Score, Track
from resonant.score.region import HARMONY, Region
from resonant.styles import all_styles
from resonant.testing import a_brief

TIMES = 50


@dataclass
class Listener(Arranger):
    """The arranger, who writes down how much he is given to hear."""

    heard: list[int] = field(default_factory=list)

    def play(self, context: Context) -> Part:
        score = context.score
        self.heard.append(len(score.harmony) + len(score.sections) + sum(len(track.notes) for track in score.tracks))
        return super().play(context)


def written(brief: Brief, engine: Engine) -> Song:
    song = replace(Song.empty(brief), score=plan(brief, engine.style(brief.style)))
    rows = [HARMONY, *(track.name for track in song.score.tracks)]
    return regenerate(song, Region.of(rows, 0, brief.bars), engine)


def notes_in(score: Score, name: str, start: int, end: int) -> tuple[Note, ...]:
    track = score.track(name)
    assert track is not None
    return track.between(score.metre.bar_start(start), score.metre.bar_start(end))


def in_key(score: Score, start: int, end: int) -> float:
    pitches = [
        note.pitch % 12
        for track in score.tracks
        if track.role not in ("drums", "percussion")
        for note in notes_in(score, track.name, start, end)
    ]
    return fmean(pitch in score.key.scale for pitch in pitches)


@pytest.fixture(scope="module")
def fifty_times() -> tuple[Song, Song, list[int]]:
    """A song of eight bars, what it is after fifty extensions, and how much each player heard at each of them."""
    listener = Listener()
    engine = Engine(players=Registry((listener,)))
    first = written(a_brief("pop", 8, seed=3), engine)
    song = first
    listener.heard.clear()
    for _ in range(TIMES):
        song = extend(song, 8, engine)
    return first, song, listener.heard


def test_fifty_extensions_leave_tempo_key_and_every_old_bar_as_they_are(
    fifty_times: tuple[Song, Song, list[int]],
) -> None:
    first, last, _ = fifty_times
    assert last.score.bars == last.brief.bars == 8 * (TIMES + 1)
    assert (last.score.tempo, last.score.key, last.score.metre) == (
        first.score.tempo,
        first.score.key,
        first.score.metre,
    )
    for old, new in zip(first.score.tracks, last.score.tracks, strict=True):
        assert new.notes[: len(old.notes)] == old.notes
        assert new.notes == tuple(sorted(new.notes))
    assert [span.start for span in last.score.harmony[1:]] == [span.end for span in last.score.harmony[:-1]]
    assert [section.start_bar for section in last.score.sections[1:]] == [
        section.end_bar for section in last.score.sections[:-1]
    ]


def test_the_last_sections_lie_as_high_and_are_as_much_in_key_as_the_first_of_their_name(
    fifty_times: tuple[Song, Song, list[int]],
) -> None:
    _, song, _ = fifty_times
    score = song.score
    for name in ("verse", "chorus"):
        visits = [section for section in score.sections if section.name == name]
        first, last = visits[0], visits[-1]
        assert last.energy == first.energy
        spans = (first.start_bar, first.end_bar), (last.start_bar, last.end_bar)
        assert in_key(score, *spans[1]) > in_key(score, *spans[0]) - 0.05
        for track in score.tracks:
            heights = [fmean(note.pitch for note in notes_in(score, track.name, *span)) for span in spans]
            assert abs(heights[0] - heights[1]) < 3.0, (name, track.name, heights)


def test_what_a_player_hears_does_not_grow_with_the_song(fifty_times: tuple[Song, Song, list[int]]) -> None:
    first, _, heard = fifty_times
    tracks = len(first.score.tracks)
    assert len(heard) == TIMES * tracks
    early, late = heard[5 * tracks : 15 * tracks], heard[-10 * tracks :]
    assert max(late) <= 1.2 * max(early)


@given(
    style=st.sampled_from(sorted(all_styles())),
    seed=st.integers(0, 2**20),
    bars=st.integers(1, 12),
    section=st.sampled_from([None, "verse", "chorus", "bridge", "outro", "hook"]),
)
@settings(max_examples=15, deadline=None)
def test_any_extension_writes_only_behind_the_end(style: str, seed: int, bars: int, section: str | None) -> None:
    engine = Engine()
    song = written(a_brief(style, 4, seed=seed), engine)
    longer = extend(song, bars, engine, section=section)
    assert longer.score.bars == 4 + bars
    assert sum(each.bars for each in longer.score.sections) == 4 + bars
    assert longer.lineage.region == Region.of([HARMONY, *(t.name for t in song.score.tracks)], 4, 4 + bars)
    for old, new in zip(song.score.tracks, longer.score.tracks, strict=True):
        assert new.notes[: len(old.notes)] == old.notes
        assert all(song.score.end <= note.start < note.end <= longer.score.end for note in new.notes[len(old.notes) :])
    assert longer.score.harmony[: len(song.score.harmony)] == song.score.harmony
    assert longer.score.harmony[-1].end == longer.score.end
    assert extend(song, bars, engine, section=section).score == longer.score


def test_a_chorus_comes_back_over_its_own_chords_recognisably_and_not_note_for_note() -> None:
    engine = Engine()
    song = written(a_brief("pop", 24, seed=5), engine)
    longer = extend(song, 8, engine, section="chorus")
    old = next(section for section in song.score.sections if section.name == "chorus")
    new = longer.score.sections[-1]
    assert (new.name, new.material) == ("chorus", old.material)
    visits = [section.visit for section in song.score.sections if section.material == old.material]
    assert new.visit == max(visits) + 1
    score = longer.score
    away = score.metre.bar_start(new.start_bar) - score.metre.bar_start(old.start_bar)
    first = [n.chord for n in score.chords_in(*(score.metre.bar_start(bar) for bar in (old.start_bar, old.end_bar)))]
    again = [n.chord for n in score.chords_in(*(score.metre.bar_start(bar) for bar in (new.start_bar, new.end_bar)))]
    assert again == first
    was = [(note.start // 120, note.pitch) for note in notes_in(score, "melody", old.start_bar, old.end_bar)]
    now = [((note.start - away) // 120, note.pitch) for note in notes_in(score, "melody", new.start_bar, new.end_bar)]
    assert 0.4 < len(set(was) & set(now)) / len(set(was)) < 1.0 or was != now
    assert len({pitch for _, pitch in was} & {pitch for _, pitch in now}) >= 0.6 * len({pitch for _, pitch in was})


def test_words_come_back_with_their_section() -> None:
    words = ("shine on me tonight", "sing it out again")
    form = (SectionBrief("verse", 4, None, ("walking down the road",)), SectionBrief("chorus", 4, None, words))
    engine = Engine()
    song = written(changed(a_brief("pop", 8, seed=2), form=form), engine)
    longer = extend(song, 4, engine, section="chorus")
    assert longer.score.lyrics[: len(song.score.lyrics)] == song.score.lyrics
    new = longer.score.lyrics[len(song.score.lyrics) :]
    assert new and all(lyric.tick >= song.score.end for lyric in new)
    assert longer.brief.form[-1].lyrics == words


def test_a_part_that_the_user_brought_repeats_its_own_bars_of_the_material() -> None:
    engine = Engine()
    song = written(a_brief("pop", 8, seed=2), engine)
    section = song.score.sections[-1]
    mine = Track("my riff", "arpeggio", "piano", (Note(section.start_bar * 1920, 60, 240, 90),))
    song = replace(song, score=song.score.with_track(mine))
    longer = extend(song, section.bars, engine, section=section.name)
    new = notes_in(longer.score, "my riff", 8, longer.score.bars)
    assert new == (Note(8 * 1920, 60, 240, 90),)
    assert "my riff" not in longer.lineage.players


def test_an_outro_ends_at_home_and_the_song_can_go_on_behind_it() -> None:
    engine = Engine()
    song = extend(written(a_brief("pop", 8, seed=2), engine), 4, engine, section="outro")
    assert song.score.harmony[-1].chord.root == song.score.key.tonic
    assert extend(song, 8, engine).score.sections[-1].name in ("verse", "chorus")


@pytest.mark.parametrize(
    ("bars", "section", "words"),
    [
        (0, None, "0 bars can not be added"),
        (10**9, None, "bars can not be added"),
        (8, "polka", "'polka' is not known"),
    ],
)
def test_what_can_not_be_added_is_refused_in_words(bars: int, section: str | None, words: str) -> None:
    engine = Engine()
    song = written(a_brief("pop", 4), engine)
    with pytest.raises(BriefError, match=words):
        extend(song, bars, engine, section=section)


def test_another_seed_gives_other_notes_over_the_same_chords() -> None:
    engine = Engine()
    song = written(a_brief("pop", 8, seed=2), engine)
    name = song.score.sections[0].name
    own = extend(song, 8, engine, section=name)
    other = extend(song, 8, engine, change=Change("extend", seed=99), section=name)
    assert own.score.harmony == other.score.harmony
    assert own.score.tracks != other.score.tracks
    assert own.lineage.seeds == other.lineage.seeds == song.lineage.seeds
