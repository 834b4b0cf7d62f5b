"""A song in another style: its tune and form are known again, the rest is the new style's."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.brief.restyled import restyled_brief
from resonant.errors import BriefError
from resonant.evaluate import harmony_fit, playability
from resonant.evaluate.composed import noted
from resonant.evaluate.manner import distance, manner
from resonant.evaluate.melodic_similarity import similarity
from resonant.library.model import Lock, Song
from resonant.produce import Change, Engine, Watch, restyle
from resonant.score.model import Lyric, Track
from resonant.score.region import HARMONY, Region
from resonant.styles import all_styles
from resonant.testing import a_brief

ENGINE = Engine()
STYLES = sorted(all_styles())
BARS = 16


@cache
def a_song(style: str, seed: int = 1, metre: str = "") -> Song:
    return noted(a_brief(style, bars=BARS, seed=seed, metre=metre), ENGINE, Watch())


def told(song: Song, style: str, seed: int = 5, kept: Region | None = None, **asked: object) -> Song:
    brief = restyled_brief(song.brief, style, tempo_held=bool(song.locks), **asked)  # type: ignore[arg-type]
    return restyle(song, brief, ENGINE, change=Change(seed=seed), kept=kept or Region(frozenset()))


def melody(song: Song) -> Track:
    track = song.score.of_role("melody")
    assert track is not None
    return track


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(STYLES), st.sampled_from(STYLES), st.integers(0, 99))
def test_the_tune_is_known_again_and_the_form_is_what_it_was(old: str, new: str, seed: int) -> None:
    song = a_song(old)
    after = told(song, new, seed)
    alike = similarity(melody(song).notes, melody(after).notes)
    assert alike > similarity(melody(a_song(old, 77)).notes, melody(after).notes)
    assert alike > similarity(melody(song).notes, melody(a_song(new, 77)).notes)
    assert after.score.sections == song.score.sections
    assert (after.score.bars, after.score.metre, after.score.key) == (BARS, song.score.metre, song.score.key)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(STYLES), st.sampled_from(STYLES), st.integers(0, 99))
def test_the_band_is_the_new_styles_and_can_play_what_it_plays(old: str, new: str, seed: int) -> None:
    after = told(a_song(old), new, seed).score
    wanted = {(part.role, part.instrument) for part in all_styles()[new].parts if not part.optional}
    assert {(track.role, track.instrument) for track in after.tracks} == wanted
    for track in after.tracks:
        shares = playability.evaluate(after, track)
        assert shares["in_range"] == shares["within_voices"] == 1.0, track.name


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(STYLES), st.sampled_from(STYLES), st.integers(0, 99))
def test_the_tune_fits_its_new_chords_as_it_did_the_old_ones(old: str, new: str, seed: int) -> None:
    song = a_song(old)
    after = told(song, new, seed)
    before = harmony_fit.evaluate(song.score, melody(song))["chord_tone_ratio"]
    # Notes that the style leads in with are passing ones, and a sparse tune has few others: hence a little room.
    assert harmony_fit.evaluate(after.score, melody(after))["chord_tone_ratio"] >= before - 0.08
    covered = [span.start for span in after.score.harmony] + [after.score.end]
    assert covered[0] == 0 and [span.end for span in after.score.harmony] == covered[1:]


@pytest.mark.parametrize(
    ("old", "new"),
    [("pop", "gospel"), ("jazz", "bossa nova"), ("rock", "lo-fi"), ("folk", "techno"), ("blues", "classical")],
)
def test_it_is_played_in_the_manner_of_the_new_style(old: str, new: str) -> None:
    song = told(a_song(old), new).score
    assert distance(manner(song), manner(a_song(new, 77).score)) < distance(manner(song), manner(a_song(old, 77).score))


@pytest.mark.parametrize("style", ["gospel", "jazz", "funk", "reggae"])
def test_where_the_new_instrument_is_a_low_one_the_chords_make_way(style: str) -> None:
    song = a_song("ballad")
    high = tuple(replace(note, pitch=note.pitch % 12 + 72) for note in melody(song).notes)
    after = told(replace(song, score=song.score.with_track(replace(melody(song), notes=high))), style)
    chords = after.score.of_role("chords")
    assert chords is not None
    tune = sorted(note.pitch for note in melody(after).notes)
    assert sum(note.pitch <= tune[len(tune) // 2] for note in chords.notes) >= 0.7 * len(chords.notes)


def test_a_waltz_stays_a_waltz_and_the_remark_says_so() -> None:
    song = a_song("ballad", metre="3/4")
    after = told(song, "house")
    assert after.score.metre == song.score.metre
    assert "house is usually in 4/4; the song's 3/4 is kept" in " ".join(after.brief.remarks)


def test_the_tempo_stays_where_the_style_knows_it_and_goes_to_the_nearest_where_not() -> None:
    brief = a_brief("pop")
    assert restyled_brief(replace(brief, tempo_bpm=100.0), "gospel").tempo_bpm == 100.0
    fast = restyled_brief(replace(brief, tempo_bpm=100.0), "techno")
    assert fast.tempo_bpm == 124.0 and "The tempo goes from 100 to 124 bpm" in fast.remarks[-1]
    assert restyled_brief(brief, "techno", tempo_bpm=90).tempo_bpm == 90.0
    held = restyled_brief(brief, "techno", tempo_bpm=90, tempo_held=True)
    assert held.tempo_bpm == brief.tempo_bpm and "unlock them" in held.remarks[-1]


def test_the_same_seed_tells_it_alike_and_another_otherwise() -> None:
    song = a_song("pop")
    assert told(song, "gospel", 5).score == told(song, "gospel", 5).score != told(song, "gospel", 6).score


def test_locked_cells_stay_note_for_note_and_their_chords_with_them() -> None:
    song = a_song("pop")
    locked = Region.of(["bass"], 4, 8) | Region.of(["drums"], 0, BARS)
    after = told(replace(song, locks=(Lock("the groove", locked),)), "gospel")
    start, end = song.score.metre.bar_start(4), song.score.metre.bar_start(8)
    old, new = song.score.track("bass"), after.score.track("bass")
    assert old is not None and new is not None
    assert old.between(start, end) == new.between(start, end) and old.instrument == new.instrument
    assert after.score.track("drums") == song.score.track("drums")
    assert list(after.score.chords_in(start, end)) == list(song.score.chords_in(start, end))
    assert after.score.tempo == song.score.tempo
    assert after.lineage.region is not None and not after.lineage.region & locked


def test_a_melody_that_is_kept_is_kept_to_the_note() -> None:
    song = a_song("pop")
    after = told(song, "jazz", kept=Region.of(["melody"], 0, BARS))
    assert melody(after) == melody(song)
    assert after.score.harmony != song.score.harmony


def test_a_song_without_a_melody_keeps_its_form() -> None:
    song = a_song("pop")
    mute = replace(song, score=replace(song.score, tracks=tuple(t for t in song.score.tracks if t.role != "melody")))
    after = told(mute, "gospel")
    assert after.score.sections == song.score.sections and melody(after).notes
    assert "no melody to keep" in " ".join(after.brief.remarks)


@pytest.mark.parametrize("first", [True, False], ids=["begins late", "ends early"])
def test_a_song_whose_chords_and_sections_leave_bars_out_is_told_from_end_to_end(first: bool) -> None:
    song = a_song("pop")
    part = slice(1, None) if first else slice(None, -1)
    score = replace(song.score, harmony=song.score.harmony[part], sections=song.score.sections[part])
    after = told(replace(song, score=score), "gospel").score
    covered = [section.start_bar for section in after.sections] + [BARS]
    assert covered[0] == 0 and [section.end_bar for section in after.sections] == covered[1:]
    assert after.harmony[0].start == 0 and after.harmony[-1].end == after.end


def test_where_all_is_locked_the_new_band_plays_along() -> None:
    song = a_song("folk")
    names = [track.name for track in song.score.tracks]
    after = told(replace(song, locks=(Lock("all", Region.of(names, 0, BARS)),)), "gospel")
    assert [after.score.track(name) for name in names] == list(song.score.tracks)
    assert {track.role for track in after.score.tracks} == {track.role for track in song.score.tracks} | {"pad"}
    assert "the new band plays along" in after.brief.remarks[-1]


@pytest.mark.parametrize("bars", [1, 2, 3])
def test_a_song_of_a_few_bars_is_told_too(bars: int) -> None:
    song = noted(a_brief("pop", bars=bars, seed=3), ENGINE, Watch())
    assert told(song, "jazz").score.bars == bars


def test_a_song_without_chords_or_sections_has_them_found() -> None:
    song = a_song("pop")
    after = told(replace(song, score=replace(song.score, harmony=(), sections=())), "gospel").score
    assert after.harmony[-1].end == after.end and after.sections[-1].end_bar == BARS


def test_words_go_with_their_notes() -> None:
    song = a_song("pop")
    words = tuple(Lyric(note.start, f"la{i}") for i, note in enumerate(melody(song).notes[:12]))
    after = told(replace(song, score=replace(song.score, lyrics=words)), "gospel").score
    starts = {note.start for note in after.tracks[-1].notes} | {n.start for t in after.tracks for n in t.notes}
    assert [lyric.text for lyric in after.lyrics] == [word.text for word in words]
    assert {lyric.tick for lyric in after.lyrics} <= starts


def test_the_act_is_written_into_the_lineage() -> None:
    song = a_song("pop")
    lineage = told(song, "gospel").lineage
    assert (lineage.act, lineage.seed) == ("restyle", 5)
    assert lineage.region is not None and {HARMONY, "melody", "drums"} <= set(lineage.region.tracks)


def test_an_unknown_style_is_refused_by_name() -> None:
    with pytest.raises(BriefError, match="xyzzy"):
        restyled_brief(a_brief("pop"), "xyzzy")
