"""Saved songs to export: two bars with one of everything, and the same without sound."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resonant.audio import Audio, on_24_bits
from resonant.brief.model import Brief, SectionBrief
from resonant.exports.source import SongSource, open_song
from resonant.library.model import Lineage, Song
from resonant.library.songs import save_song
from resonant.mix.loudness import Loudness
from resonant.mix.model import Meters, Mix
from resonant.score.model import Bend, ChordSpan, Lyric, Note, Score, Section, Track
from resonant.sound.model import Stems
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap


def tone(hz: float, seconds: float) -> Audio:
    times = np.arange(int(seconds * 8_000)) / 8_000
    wave = (0.3 * np.sin(2 * np.pi * hz * times)).astype(np.float32)
    return Audio(on_24_bits(np.stack([wave, wave])), 8_000)


def a_song() -> Song:
    """A bar of 3/4 and one of 7/8, the tempo changing within the first; drums, bass and a melody with words."""
    score = Score(
        2,
        TempoMap((TempoChange(0, 90.0), TempoChange(960, 100.5))),
        MetreMap((MetreChange(0, Metre(3, 4)), MetreChange(1, Metre(7, 8)))),
        Key.parse("D dorian"),
        (ChordSpan(0, 1440, Chord.parse("Dm7")), ChordSpan(1440, 1680, Chord.parse("G7"))),
        (Section("verse", 0, 1, 0.4, "A"), Section("chorus", 1, 1, 0.8, "B")),
        (
            Track("drums", "drums", "standard_kit", (Note(0, 36, 90, 100), Note(480, 38, 90, 80))),
            Track("bass", "bass", "upright_bass", (Note(0, 38, 480, 90), Note(1440, 43, 240, 70)), (Bend(100, -37),)),
            Track("melody", "melody", "flute", (Note(0, 74, 960, 88), Note(1440, 71, 480, 64))),
        ),
        (Lyric(0, "hel-"), Lyric(1440, "lo")),
        'Früh <&> "spät"/夜',
    )
    form = (SectionBrief("verse", lyrics=("hello",)),)
    brief = Brief("two bars", "jazz", 90.0, score.key, Metre(3, 4), 2, title=score.title, form=form)
    seconds = score.seconds + 0.5
    stems = {name: tone(hz, seconds) for name, hz in (("drums", 100.0), ("bass", 73.4), ("melody", 587.3))}
    bus = Audio(sum(audio.samples for audio in stems.values()), 8_000)  # type: ignore[arg-type]
    reading = Loudness(-14.0, -12.0, -13.0, 0.0, -1.0)
    mix = Mix(stems, bus, bus, Meters(reading, dict.fromkeys(stems, -20.0), 0.0), 0.0, score.seconds)
    mix = replace(mix, keys=dict.fromkeys(stems, "key"))
    return Song(brief, score, Stems(stems, 0.5), mix, lineage=Lineage(seed=1))


@pytest.fixture(scope="session")
def song_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_song(a_song(), tmp_path_factory.mktemp("songs"))


@pytest.fixture(scope="session")
def silent_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same song, saved without sound and without words."""
    song = a_song()
    silent = replace(song, score=replace(song.score, lyrics=()), stems=None, mix=None)
    return save_song(silent, tmp_path_factory.mktemp("songs"))


@pytest.fixture
def song(song_folder: Path) -> SongSource:
    return open_song(song_folder)
