"""A song that is sung: where its melody is written anew, the voice sings the new one, with all its words."""

from dataclasses import replace
from functools import cache

import pytest

from resonant.brief.model import Brief, PartBrief
from resonant.brief.reader import Call, read_brief
from resonant.brief.restyled import restyled_brief
from resonant.evaluate.composed import noted
from resonant.library.model import Lock, Song
from resonant.produce import Change, Engine, Watch, regenerate, restyle, with_followers
from resonant.score.model import Note
from resonant.score.region import Region

ENGINE = Engine()
WORDS = """[Verse]
Every window holds a light
I remember you tonight
All the rivers run to you
Every word I said was true
[Chorus]
Carry me home
Carry me over the water
"""


def a_brief(text: str = "pop ballad") -> Brief:
    return read_brief(text, Call(lyrics=WORDS, seed=4))


@cache
def a_song() -> Song:
    brief = a_brief()
    return noted(replace(brief, parts=(*brief.parts, PartBrief("vocal", "guide_vocal"))), ENGINE, Watch())


def line(song: Song, role: str, bars: range) -> list[Note]:
    track = song.score.of_role(role)
    assert track is not None
    return [note for note in track.notes if song.score.metre.bar_at(note.start) in bars]


def words(song: Song) -> str:
    return "".join(lyric.text for lyric in song.score.lyrics).replace("-", "").replace(" ", "")


@pytest.mark.parametrize("seed", range(4))
def test_the_voice_follows_the_bars_of_its_melody_that_are_written_anew(seed: int) -> None:
    song, bars = a_song(), range(4, 8)
    region = with_followers(song, Region.of(["melody"], 4, 8))
    assert region == Region.of(["melody", "vocal"], 4, 8)
    again = regenerate(song, region, ENGINE, change=Change(seed=100 + seed))
    tune = {(note.start, note.pitch % 12) for note in line(again, "melody", bars)}
    sung = [(note.start, note.pitch % 12) for note in line(again, "vocal", bars)]
    assert sum(note in tune for note in sung) >= 0.6 * len(sung) > 0  # the others repeat a note for a further syllable
    assert line(again, "vocal", bars) != line(song, "vocal", bars)
    assert line(again, "vocal", range(4)) == line(song, "vocal", range(4))
    assert words(again) == words(song)
    starts = {note.start for note in line(again, "vocal", range(song.score.bars))}
    assert {lyric.tick for lyric in again.score.lyrics} <= starts


def test_a_locked_voice_sings_on_what_it_sang() -> None:
    song = replace(a_song(), locks=(Lock("the take", Region.of(["vocal"], 0, 6)),))
    region = with_followers(song, Region.of(["melody"], 4, 8))
    assert region == Region.of(["melody"], 4, 8) | Region.of(["vocal"], 6, 8)
    again = regenerate(song, region, ENGINE, change=Change(seed=99))
    assert line(again, "vocal", range(6)) == line(song, "vocal", range(6))


@pytest.mark.parametrize("style", ["gospel", "bossa nova"])
def test_a_song_in_another_style_is_sung_to_its_tune_as_it_is_told_there(style: str) -> None:
    song = a_song()
    told = restyle(song, restyled_brief(song.brief, style), ENGINE, change=Change(seed=5))
    whole = range(song.score.bars)
    tune = {(note.start, note.pitch % 12) for note in line(told, "melody", whole)}
    sung = [(note.start, note.pitch % 12) for note in line(told, "vocal", whole)]
    assert sum(note in tune for note in sung) >= 0.6 * len(sung) > 0
    assert words(told) == words(song)


def test_without_a_voice_nobody_follows_a_melody() -> None:
    region = Region.of(["melody"], 0, 4)
    assert with_followers(noted(a_brief("pop"), ENGINE, Watch()), region) == region


@pytest.mark.parametrize("text", ["only drums and bass", "techno, just drums", "ambient pads only"])
def test_words_bring_a_tune_into_a_band_that_has_none_and_are_sung_to_it(text: str) -> None:
    brief = a_brief(text)
    assert any(part.role == "melody" for part in brief.parts)
    assert any("The words need a tune" in remark for remark in brief.remarks)
    song = noted(brief, ENGINE, Watch())
    assert words(song) == "".join(line for line in WORDS.splitlines() if not line.startswith("[")).replace(" ", "")
    assert not any("Nobody sings" in remark for remark in song.brief.remarks)


def test_who_wants_no_melody_gets_none_and_is_told_that_nobody_sings() -> None:
    song = noted(a_brief("pop, no melody"), ENGINE, Watch())
    assert song.score.of_role("melody") is None and song.score.lyrics == ()
    assert any("Nobody sings the lyrics" in remark for remark in song.brief.remarks)
