"""A small song with sound, made by hand: no player, no sampler."""

import numpy as np
import pytest

from resonant.audio import Audio
from resonant.brief.model import Brief, PartBrief, SectionBrief, Tag
from resonant.library.model import Lineage, Lock, Seal, Song
from resonant.mix.loudness import Loudness
from resonant.mix.model import Meters, Mix
from resonant.score.model import Bend, ChordSpan, Control, Lyric, Note, Score, Section, Track
from resonant.score.region import Region
from resonant.sound.model import Stems
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreChange, MetreMap, TempoChange, TempoMap


def tone(hz: float, seconds: float = 0.2, rate: int = 44_100) -> Audio:
    times = np.arange(int(seconds * rate)) / rate
    wave = 0.3 * np.sin(2 * np.pi * hz * times)
    return Audio(np.stack([wave, wave]).astype(np.float32), rate)


@pytest.fixture
def song() -> Song:
    """Two bars of bass and melody, with one of everything that a song can hold."""
    score = Score(
        2,
        TempoMap((TempoChange(0, 97.3), TempoChange(960, 100.123456789))),
        MetreMap((MetreChange(0, Metre(3, 4)), MetreChange(1, Metre(7, 8)))),
        Key.parse("D dorian"),
        (ChordSpan(0, 1440, Chord.parse("Dm7")), ChordSpan(1440, 1680, Chord.parse("G13/B"))),
        (Section("verse", 0, 1, 0.4, "A"), Section("chorus", 1, 1, 0.8, "B")),
        (
            Track("bass", "bass", "upright_bass", (Note(0, 38, 480, 90), Note(480, 45, 240, 70)), (Bend(100, -37),)),
            Track("melody", "melody", "flute", (Note(0, 74, 960, 88),), controls=(Control(0, 64, 127),)),
        ),
        (Lyric(0, "hel-"), Lyric(480, "lo")),
        "Two Bars, früh",
    )
    brief = Brief(
        "two bars of D dorian", "jazz", 97.3, Key.parse("D dorian"), Metre(3, 4), 2, seed=7, moods=("calm",),
        tags=(Tag("genre", "jazz"),), parts=(PartBrief("bass", "upright_bass", "walking"),),
        form=(SectionBrief("verse", lyrics=("hello",)),), origin={"bars": "said"},
    )  # fmt: skip
    stems = {"bass": tone(73.4), "melody": tone(587.3)}
    bus = Audio(stems["bass"].samples + stems["melody"].samples, 44_100)
    reading = Loudness(-14.004, -12.0, -13.0, 0.0, -1.0)
    meters = Meters(reading, {"bass": -20.0, "melody": None}, 3.2)
    mix = Mix(stems, bus, bus, meters, 0.0, 0.2, {"bass": "key of the bass", "melody": "key of the melody"})
    lineage = Lineage(
        None, "regenerate", "walk", Region.of(["bass", "melody"], 0, 2), {"bass": "arranger"}, {"bank": "embedded"},
        7, {"bass": 8}, {"resonant": "1"},
    )  # fmt: skip
    lock = Lock("walk", Region.of(["bass"], 1, 2), {"bass": Seal("a" * 64, None, "b" * 64)})
    return Song(brief, score, Stems(stems, 0.2), mix, (lock,), lineage)
