"""A guide vocal joins a song: it sings the words that the song has, or is given."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resonant import produce
from resonant.brought.accompany import parts_named, with_players, with_words
from resonant.brought.bring import brought
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError
from resonant.library.model import Song
from resonant.score.midi import write_midi
from resonant.score.model import Lyric, Note, Score, Section, Track
from resonant.score.passes.lyrics_melody import vocal_on_words

TUNE = tuple(Note(480 * beat, 72 + beat % 4, 470, 80) for beat in range(16))
WORDS = tuple(Lyric(480 * beat, word) for beat, word in enumerate(("Walk-", "ing", "home", "a-", "lone")))


@pytest.fixture(scope="module")
def engine() -> produce.Engine:
    return produce.Engine()


def imported(folder: Path, lyrics: tuple[Lyric, ...] = ()) -> Song:
    bass = Track("bass", "bass", "upright_bass", (Note(0, 36, 1900, 80),))
    sections = (Section("verse", 0, 4, 0.5, "A"),)
    score = Score(4, sections=sections, tracks=(Track("tune", "melody", "flute", TUNE), bass), lyrics=lyrics)
    write_midi(score, folder / "tune.mid")
    return brought(folder / "tune.mid", Wishes(), folder)[0]


def sung(song: Song, engine: produce.Engine) -> tuple[Song, Track]:
    seated, region = with_players(song, parts_named(["vocal"], engine.style("pop")))
    written = produce.regenerate(seated, region, engine)
    voice = written.score.of_role("vocal")
    assert voice is not None and voice.instrument == "guide_vocal"
    return written, voice


def test_words_that_a_file_brings_are_sung_at_its_notes(tmp_path: Path, engine: produce.Engine) -> None:
    song = imported(tmp_path, WORDS)
    written, voice = sung(song, engine)
    assert written.score.tracks[:-1] == song.score.tracks and written.score.lyrics == song.score.lyrics
    assert [note.start for note in voice.notes] == [480 * beat for beat in range(7)], (
        "the last syllable is held a while"
    )
    assert [note.pitch for note in voice.notes[:4]] == [60, 61, 62, 63], "an octave lower, where a voice lies"


def test_words_that_are_given_are_sung_in_their_sections(tmp_path: Path, engine: produce.Engine) -> None:
    song = with_words(imported(tmp_path), "[Verse]\nWalking home alone\nNobody to phone\n")
    written, voice = sung(song, engine)
    assert "".join(lyric.text for lyric in written.score.lyrics).replace("-", "").startswith("Walking")
    assert {lyric.tick for lyric in written.score.lyrics} <= {note.start for note in voice.notes}
    assert written.score.track("tune") == song.score.track("tune")


def test_words_without_a_section_or_a_song_without_words_are_told(tmp_path: Path, engine: produce.Engine) -> None:
    song = imported(tmp_path)
    with pytest.raises(BriefError, match="needs words to sing, and the song has none; give them with --lyrics FILE"):
        sung(song, engine)
    with pytest.raises(BriefError, match="needs words to sing"):
        sung(with_words(song, "[Instrumental]"), engine)
    written, voice = sung(with_words(song, "[Bridge]\nOver the water"), engine)
    assert not voice.notes and any("not in the song" in remark for remark in written.brief.remarks)


notes = st.lists(
    st.builds(Note, st.integers(0, 4000), st.integers(0, 127), st.integers(1, 900), st.integers(1, 127)), max_size=30
)


@given(notes, st.sets(st.integers(0, 4000), max_size=10))
def test_any_words_on_any_notes_make_one_voice(some: list[Note], ticks: set[int]) -> None:
    track = Track("lead", "melody", "flute", tuple(sorted(some)))
    starts = {note.start for note in some}
    words = tuple(Lyric(tick, "la") for tick in sorted(ticks | {note.start for note in some[:5]}))
    voice = vocal_on_words(replace(Score(4), tracks=(track,), lyrics=words)).notes
    assert all(one.end <= other.start for one, other in pairwise(voice))
    assert all(50 <= note.pitch <= 76 for note in voice)
    assert {lyric.tick for lyric in words} & starts <= {note.start for note in voice} <= starts
    assert not words or len(voice) <= 3 * len(words)
