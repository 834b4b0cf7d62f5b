"""Endings: loops that go round without a seam, mixes that are cut at a length, mixes that last at least so long."""

import numpy as np
import pytest
from band import RATE, score

from resonant import produce
from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.brief.reader import Call, read_brief
from resonant.mix.ending import cut, folded
from resonant.mix.loudness import integrated_lufs
from resonant.mix.mixdown import mix_down
from resonant.mix.model import Ending, Mix
from resonant.mix.presets import PRESETS
from resonant.mix.scene import ending_of, mix_scene
from resonant.sound.model import Stems

SECONDS, RING_S = 4.0, 2.5
LOOP = Ending(loops=True)


def ringing_stems() -> Stems:
    """A pad that is let go at the bar line and dies away behind it, and a piano that rings over it."""
    time = np.arange(round((SECONDS + RING_S) * RATE)) / RATE
    attack, late = np.minimum(time / 0.02, 1.0), np.clip(time - SECONDS, 0.0, None)
    pad = 0.3 * np.sin(2 * np.pi * 220.3 * time) * attack * np.exp(-late / 0.5)
    since = time % 1.0 + np.maximum(np.floor(time) - (SECONDS - 1.0), 0.0)
    piano = 0.4 * np.sin(2 * np.pi * 331.7 * since) * np.exp(-since / 0.8) * np.minimum(since / 0.005, 1.0)
    made = {"pad": pad, "chords": piano}
    return Stems({name: Audio(sound[None].astype(np.float32), RATE) for name, sound in made.items()}, SECONDS)


def mixed(style_mix: str, ending: Ending, lofi: float = 0.0) -> Mix:
    scene = mix_scene(score(("pad", "chords")), Sound(lofi=lofi), style_mix, 0.6, ending)
    return mix_down(ringing_stems(), scene)


def seam_over_neighbours(audio: Audio, length: int) -> float:
    """The jump from the last of `length` samples to the first, over the largest step within 10 ms around."""
    near = round(0.01 * audio.sample_rate)
    around = np.concatenate([audio.samples[:, length - near : length], audio.samples[:, :near]], axis=1)
    steps = np.abs(np.diff(around, axis=1)).max(axis=0)
    return float(steps[near - 1] / np.delete(steps, near - 1).max())


def test_what_rings_behind_a_loop_sounds_over_its_beginning_time_and_again() -> None:
    decay = 0.999 ** np.arange(20_000)
    once = Audio(decay[None].astype(np.float32), RATE)
    for_ever = decay[:1000] / (1.0 - 0.999**1000)
    np.testing.assert_allclose(folded(once, 1000).samples[0], for_ever, rtol=1e-4)


@pytest.mark.parametrize("style_mix", list(PRESETS))
def test_no_seam_of_a_loop_is_a_click(style_mix: str) -> None:
    mix = mixed(style_mix, LOOP, lofi=0.8 if style_mix == "lofi" else 0.0)
    length = round(SECONDS * RATE)
    for audio in (mix.master, mix.bus, *mix.stems.values()):
        assert audio.samples.shape == (2, length)
        assert seam_over_neighbours(audio, length) <= 1.0


def test_a_mix_that_is_only_cut_at_the_bars_does_click() -> None:
    mix = mixed("band", Ending())
    assert seam_over_neighbours(mix.master, round(SECONDS * RATE)) > 1.5


def test_a_loop_sums_to_its_bus_and_lands_on_its_loudness_under_the_ceiling() -> None:
    mix = mixed("club", LOOP)
    total = sum(stem.samples.astype(np.float64) for stem in mix.stems.values())
    assert np.abs(total - mix.bus.samples).max() < 1e-6
    assert integrated_lufs(mix.master) == pytest.approx(-14.0, abs=0.5)
    assert mix.meters.master.true_peak_dbtp <= -1.0


def test_kept_stems_of_a_loop_come_back_as_they_were() -> None:
    before = mixed("club", LOOP)
    scene = mix_scene(score(("pad", "chords")), Sound(), "ambient", ending=LOOP)
    after = mix_down(ringing_stems(), scene, kept={"pad": before.stems["pad"]})
    np.testing.assert_array_equal(after.stems["pad"].samples, before.stems["pad"].samples)


def test_a_song_asked_for_as_a_loop_is_exactly_its_bars_long_and_goes_round() -> None:
    song = produce.compose(read_brief("seamless lo-fi loop, 2 bars, 90 bpm"))
    assert song.mix is not None
    length = round(song.score.seconds * RATE)
    for audio in (song.mix.master, *song.mix.stems.values()):
        assert audio.num_samples == length
        assert seam_over_neighbours(audio, length) <= 1.0


def test_what_is_cut_is_faded_and_what_is_short_is_followed_by_silence() -> None:
    tone = Audio(np.ones((1, RATE), dtype=np.float32), RATE)
    faded = cut(tone, RATE // 2).samples[0]
    assert faded.size == RATE // 2 and faded[0] == 1.0 and abs(faded[-1]) < 1e-6
    assert np.abs(np.diff(faded)).max() < 1e-3
    padded = cut(tone, 2 * RATE).samples[0]
    assert padded.size == 2 * RATE and not padded[RATE:].any()


@pytest.mark.parametrize("seconds", [2.5, 5.0, 20.0])
def test_a_cut_mix_lasts_to_the_sample_and_sums_to_its_bus(seconds: float) -> None:
    mix = mixed("band", Ending(cut_s=seconds, at_least_s=seconds))
    assert {audio.num_samples for audio in (mix.master, mix.bus, *mix.stems.values())} == {round(seconds * RATE)}
    total = sum(stem.samples.astype(np.float64) for stem in mix.stems.values())
    assert np.abs(total - mix.bus.samples).max() < 1e-6
    assert np.abs(mix.master.samples[:, -1]).max() < 1e-3


def test_a_padded_mix_rings_out_and_lasts_at_least_so_long() -> None:
    assert mixed("band", Ending(at_least_s=1.0)).master.num_samples == round((SECONDS + RING_S) * RATE)
    assert mixed("band", Ending(at_least_s=9.0)).master.num_samples == 9 * RATE


def test_the_brief_decides_how_a_song_ends() -> None:
    cropped = {"normalize_duration": "crop"}
    assert ending_of(read_brief("seamless house loop, 4 bars")) == LOOP
    assert ending_of(read_brief("house, 120 bpm, 7 s", Call(knobs=cropped))) == Ending(cut_s=7.0, at_least_s=7.0)
    assert ending_of(read_brief("house, 120 bpm, 7 s")) == Ending(at_least_s=7.0)
    assert ending_of(read_brief("house, 120 bpm, 4 bars", Call(knobs=cropped))) == Ending(cut_s=8.0, at_least_s=8.0)
