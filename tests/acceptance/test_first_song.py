"""A first song, from a brief to a mastered mix: what every song must keep, whatever the style."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from resonant.audio import Audio
from resonant.errors import Cancelled
from resonant.instruments import instrument
from resonant.library.model import Song
from resonant.produce import Engine, Watch, compose, plan, regenerate
from resonant.score.midi import to_midi_bytes
from resonant.score.model import Score
from resonant.score.region import HARMONY, Region
from resonant.styles import all_styles
from resonant.testing import CountingCache, Stopwatch, a_brief

STYLES = sorted(all_styles())

FINGERPRINT = """
import hashlib
from resonant.produce import compose
from resonant.score.midi import to_midi_bytes
from resonant.testing import a_brief
song = compose(a_brief("gospel", bars=4, seed=7))
print(hashlib.sha256(to_midi_bytes(song.score) + song.mix.master.samples.tobytes()).hexdigest())
"""


def written(style: str, bars: int, seed: int, metre: str = "", rich: bool = True) -> Score:
    """The score of a song, not rendered."""
    engine = Engine()
    brief = a_brief(style, bars, seed, metre=metre, rich=rich)
    song = Song.empty(brief)
    song = Song(brief, plan(brief, engine.style(style)), lineage=song.lineage)
    everything = Region.of([HARMONY, *(track.name for track in song.score.tracks)], 0, bars)
    return regenerate(song, everything, engine).score


@pytest.fixture(scope="module")
def gospel() -> Song:
    return compose(a_brief("gospel", bars=4, seed=7))


def test_the_same_brief_gives_the_same_bytes_in_this_and_in_another_process(gospel: Song) -> None:
    assert gospel.mix is not None
    here = hashlib.sha256(to_midi_bytes(gospel.score) + gospel.mix.master.samples.tobytes()).hexdigest()
    there = subprocess.run([sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True).stdout
    assert there.strip() == here


def test_stems_have_one_length_and_sum_to_the_bus(gospel: Song) -> None:
    mix = gospel.mix
    assert mix is not None
    assert len({stem.num_samples for stem in mix.stems.values()}) == 1
    total = np.sum([stem.samples for stem in mix.stems.values()], axis=0, dtype=np.float64)
    residue = np.abs(total - mix.bus.samples).max()
    assert 20 * np.log10(max(residue, 1e-12)) < -90


def test_the_master_meets_its_loudness_and_its_ceiling(gospel: Song) -> None:
    mix = gospel.mix
    assert mix is not None
    reading = mix.meters.master
    assert reading.integrated_lufs == pytest.approx(gospel.brief.sound.loudness_lufs, abs=0.5)
    assert reading.true_peak_dbtp <= gospel.brief.sound.peak_dbtp
    assert np.abs(mix.master.samples).max() < 1.0
    assert np.abs(mix.master.samples.mean(axis=1)).max() < 1e-4


def test_every_part_of_the_band_is_heard(gospel: Song) -> None:
    assert gospel.mix is not None

    def rms(audio: Audio) -> float:
        return float(np.sqrt(np.mean(audio.samples**2)))

    assert {name for name, stem in gospel.mix.stems.items() if rms(stem) < 1e-3} == set()


@pytest.mark.parametrize("style", STYLES)
def test_every_note_of_every_style_can_be_played(style: str) -> None:
    for seed in range(3):
        score = written(style, bars=24, seed=seed)
        assert score.harmony[0].start == 0
        assert score.harmony[-1].end == score.end
        for track in score.tracks:
            player = instrument(track.instrument)
            assert track.notes, f"{track.name} of {style} never plays"
            for note in track.notes:
                assert player.low <= note.pitch <= player.high, (style, track.name, note)
                assert 0 <= note.start < score.end, (style, track.name, note)
                assert note.duration > 0, (style, track.name, note)
                assert 1 <= note.velocity <= 127, (style, track.name, note)


@pytest.mark.parametrize("metre", ["3/4", "6/8", "12/8", "5/4", "7/8"])
def test_every_style_plays_in_every_metre(metre: str) -> None:
    for style in STYLES:
        score = written(style, bars=8, seed=2, metre=metre)
        for track in score.tracks:
            assert all(note.start < score.end for note in track.notes), (style, track.name)
        assert any(track.notes for track in score.tracks), style


def test_no_two_seeds_give_the_same_melody() -> None:
    melodies = set()
    for seed in range(40):
        melody = written("pop", bars=8, seed=seed, rich=False).of_role("melody")
        assert melody is not None
        melodies.add(tuple((note.start, note.pitch) for note in melody.notes))
    assert len(melodies) == 40


def test_a_chorus_comes_back_recognisably_and_not_identical() -> None:
    same_pitches = []
    for seed in range(8):
        score = written("pop", bars=32, seed=seed, rich=False)
        first, second = [section for section in score.sections if section.name == "chorus"][:2]
        melody = score.of_role("melody")
        assert melody is not None
        bars = [
            [
                {
                    (round((note.start - score.metre.bar_start(bar)) / 120), note.pitch)
                    for note in melody.between(*score.bar_ticks(bar))
                }
                for bar in range(section.start_bar, section.end_bar)
            ]
            for section in (first, second)
        ]
        shared = [len(a & b) / max(len(a | b), 1) for a, b in zip(*bars, strict=True)]
        same_pitches.append(float(np.mean(shared)))
    assert 0.35 < np.mean(same_pitches) < 0.97


def test_a_second_song_of_the_same_notes_renders_nothing_again() -> None:
    cache = CountingCache()
    engine = Engine(stem_cache=cache)
    compose(a_brief("lo-fi", bars=2), engine)
    made = cache.made
    compose(a_brief("lo-fi", bars=2), engine)
    assert (cache.made, cache.found) == (made, made)


def test_a_run_that_is_stopped_stops() -> None:
    watch = Stopwatch(stop_after=2)
    with pytest.raises(Cancelled):
        compose(a_brief("rock", bars=4), watch=Watch(watch.progress, watch.should_stop))
    assert len(watch.stages) < 6


def test_the_progress_of_a_run_only_rises() -> None:
    watch = Stopwatch()
    compose(a_brief("folk", bars=2), watch=Watch(watch.progress, watch.should_stop))
    fractions = [fraction for _, fraction in watch.stages]
    assert fractions == sorted(fractions)
    assert 0.9 < fractions[-1] <= 1.0


def test_user_styles_stand_beside_ours(tmp_path: Path) -> None:
    (tmp_path / "skiffle.yaml").write_text(
        "name: skiffle\ndescription: Washboard and tea-chest bass.\ntempo_bpm: {low: 150, typical: 180, high: 220}\n"
        "keys: [G major]\nparts:\n  - {role: bass, instrument: upright_bass}\n  - {role: melody, instrument: banjo}\n"
    )
    assert "skiffle" in all_styles(tmp_path)
    assert set(all_styles()) < set(all_styles(tmp_path))
