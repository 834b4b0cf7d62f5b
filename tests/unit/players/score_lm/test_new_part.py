"""A part that plays nowhere yet: what returns with its section, how dense it is, and that tunes breathe."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from resonant.brief.reader import Call, read_brief
from resonant.evaluate.composed import noted
from resonant.instruments import instrument
from resonant.players.context import Context
from resonant.players.score_lm import recall
from resonant.players.score_lm.cells import SILENT, Tokens, cells, usual_notes
from resonant.players.score_lm.new_part import USUAL_DENSITY, a_section, off_density, returning
from resonant.players.score_lm.player import ScorePlayer
from resonant.players.score_lm.vocabulary import VOCABULARY
from resonant.produce import Engine, Watch
from resonant.score.model import Note, Score, Section, Track
from resonant.styles import all_styles

V = VOCABULARY
FORM = (
    Section("intro", 0, 2, 0.3, "i"),
    Section("verse", 2, 4, 0.5, "A"),
    Section("chorus", 6, 2, 0.9, "B"),
    Section("verse", 8, 5, 0.5, "A", 1),
)


@pytest.fixture(scope="module")
def song() -> Score:
    """Its second verse has a bar more than the first."""
    made = noted(replace(read_brief("pop", Call(bars=13)), seed=2), Engine(), Watch()).score
    return replace(made, sections=FORM)


@pytest.fixture
def tune(song: Score) -> int:
    return next(place for place, track in enumerate(song.tracks) if track.role == "melody")


def without(song: Score, place: int) -> Score:
    return song.with_track(replace(song.tracks[place], notes=(), bends=(), controls=()))


def context(song: Score, place: int, seed: int = 1, first: int = 0) -> Context:
    bars = tuple(range(first, song.bars))
    brief = read_brief("pop", Call(bars=song.bars))
    return Context(brief, all_styles()["pop"], song, song.tracks[place], bars, seed)


def under_the_same_chords(song: Score) -> list[int]:
    """The bars of the second verse that the first one has as well, with its chords."""
    chords = cells(song).chords
    return [bar for bar in range(8, 12) if chords[bar] == chords[bar - 6]]


def test_a_returning_section_returns_with_its_tune(
    weights: Path, song: Score, tune: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights that were never trained say anything: what comes twice is what returned."""
    monkeypatch.setattr(recall, "RETURNING", 1.0)
    blank, same = without(song, tune), under_the_same_chords(song)
    assert len(same) >= 2
    part = ScorePlayer(weights).play(context(blank, tune))
    encoded = cells(blank.with_track(replace(blank.tracks[tune], notes=part.notes)))
    # How long notes last is left out: at the song's end they are cut.
    written = [tuple(word for word in notes[tune] if word not in V.duration) for notes in encoded.notes]
    assert [written[bar] for bar in same] == [written[bar - 6] for bar in same]
    assert len(set(written[:8])) == 8
    monkeypatch.setattr(recall, "RETURNING", 0.0)
    part = ScorePlayer(weights).play(context(blank, tune))
    encoded = cells(blank.with_track(replace(blank.tracks[tune], notes=part.notes)))
    assert all(encoded.notes[bar][tune] != encoded.notes[bar - 6][tune] for bar in same)


def test_what_returns_is_the_last_visit_under_the_same_chords_with_its_rests(song: Score, tune: int) -> None:
    encoded, same = cells(song), under_the_same_chords(song)
    holes = frozenset((bar, tune) for bar in range(8, 13))
    assert returning(song, encoded, holes) == {(bar, tune): encoded.notes[bar - 6][tune] for bar in same}

    first = same[0]
    rests = replace(encoded, notes=_put(encoded.notes, first - 6, tune, SILENT))
    assert returning(song, rests, frozenset({(first, tune)})) == {(first, tune): SILENT}
    turned = replace(encoded, chords=(*encoded.chords[:first], (), *encoded.chords[first + 1 :]))
    assert (first, tune) not in returning(song, turned, holes)

    third = replace(song, sections=(*FORM[:3], replace(FORM[3], bars=2), Section("verse", 10, 3, 0.5, "A", 2)))
    alike = replace(encoded, chords=(encoded.chords[0],) * song.bars)
    last = {10: 8, 11: 9, 12: 4}
    assert returning(third, alike, frozenset((bar, tune) for bar in last)) == {
        (bar, tune): encoded.notes[before][tune] for bar, before in last.items()
    }


def test_what_has_not_been_played_does_not_return(song: Score, tune: int) -> None:
    encoded = cells(without(song, tune))
    assert returning(song, encoded, frozenset({(bar, tune) for bar in range(song.bars)})) == {}
    bare = replace(song, sections=())
    assert returning(bare, cells(bare), frozenset({(9, tune)})) == {}


def test_a_part_is_written_a_section_at_a_time(song: Score) -> None:
    assert a_section(song, tuple(range(3, 13))) == (3, 4, 5)
    assert a_section(song, (7, 9)) == (7,)
    assert a_section(replace(song, sections=()), (7, 9)) == (7, 9)


def test_density_is_measured_where_the_part_plays(song: Score) -> None:
    usual = round(usual_notes(USUAL_DENSITY["melody"]))
    track = Track("tune", "melody", song.tracks[0].instrument)

    def played(bars: Sequence[int], notes: int) -> Track:
        starts = [song.metre.bar_start(bar) + 120 * number for bar in bars for number in range(notes)]
        return replace(track, notes=tuple(Note(start, 100, 60, 80) for start in starts))

    assert off_density(song, played((0, 1), usual)) < 0.15
    assert off_density(song, played((0, 9), usual)) == off_density(song, played((0, 1), usual))
    assert off_density(song, played((0,), 2 * usual)) > 0.4
    assert off_density(song, track) > 1.5
    assert math.isfinite(off_density(song, replace(track, role="lead")))


def test_of_a_new_tunes_candidates_the_judge_hears_the_bars_alone_and_density_counts(
    weights: Path, song: Score, tune: int
) -> None:
    blank, heard = without(song, tune), list[tuple[Note, ...]]()

    def nothing(score: Score, track: Track, bars: Sequence[int]) -> float:
        assert {score.metre.bar_at(note.start) for note in track.notes} <= set(bars)
        heard.append(track.notes)
        return 0.0

    part = ScorePlayer(weights, candidates=3, words_a_bar=10_000, judge=nothing).play(context(blank, tune, first=9))
    assert len(set(heard)) == 3
    track = replace(blank.tracks[tune], notes=())
    off = [off_density(blank, replace(track, notes=notes)) for notes in heard]
    # What rings into a next note is let go of.
    struck = [(note.start, note.pitch) for note in heard[off.index(min(off))]]
    assert [(note.start, note.pitch) for note in part.notes] == struck


def test_the_rhythm_of_a_new_tune_is_not_cut_to_what_is_likely(weights: Path, song: Score, tune: int) -> None:
    """Nothing but the likeliest is drawn: two tunes differ in when their notes begin and how long they last."""
    careful = ScorePlayer(weights, temperature=0.0, theory=0.0, recall=0.0)
    blank = without(song, tune)
    one, other = (careful.play(context(blank, tune, seed, first=9)).notes for seed in (1, 2))
    assert [note.start for note in one] != [note.start for note in other]
    chords = next(place for place, track in enumerate(song.tracks) if track.role == "chords")
    blank = without(song, chords)
    one, other = (careful.play(context(blank, chords, seed, first=9)).notes for seed in (1, 2))
    assert one == other


def test_a_flute_plays_one_note_at_a_time(weights: Path, song: Score, tune: int) -> None:
    blank = without(song, tune)
    for name, at_most in (("flute", 1), ("violin", 2)):
        assert instrument(name).max_voices == at_most
        flute = blank.with_track(replace(blank.tracks[tune], instrument=name))
        notes = ScorePlayer(weights).play(context(flute, tune)).notes
        sounding = [sum(other.start <= note.start < other.end for other in notes) for note in notes]
        assert max(sounding) == at_most


def _put(notes: tuple[tuple[Tokens, ...], ...], bar: int, place: int, cell: Tokens) -> tuple[tuple[Tokens, ...], ...]:
    row = tuple(cell if at == place else each for at, each in enumerate(notes[bar]))
    return (*notes[:bar], row, *notes[bar + 1 :])
