"""Loops: exactly the bars long, and round without a seam."""

import numpy as np
import pytest
from band import RATE, score

from resonant import produce
from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.brief.reader import read_brief
from resonant.mix.loop import folded
from resonant.mix.loudness import integrated_lufs
from resonant.mix.mixdown import mix_down
from resonant.mix.model import Mix
from resonant.mix.presets import PRESETS
from resonant.mix.scene import mix_scene
from resonant.sound.model import Stems

SECONDS, RING_S = 4.0, 2.5


def ringing_stems() -> Stems:
    """A pad that is let go at the bar line and dies away behind it, and a piano that rings over it."""
    time = np.arange(round((SECONDS + RING_S) * RATE)) / RATE
    attack, late = np.minimum(time / 0.02, 1.0), np.clip(time - SECONDS, 0.0, None)
    pad = 0.3 * np.sin(2 * np.pi * 220.3 * time) * attack * np.exp(-late / 0.5)
    since = time % 1.0 + np.maximum(np.floor(time) - (SECONDS - 1.0), 0.0)
    piano = 0.4 * np.sin(2 * np.pi * 331.7 * since) * np.exp(-since / 0.8) * np.minimum(since / 0.005, 1.0)
    made = {"pad": pad, "chords": piano}
    return Stems({name: Audio(sound[None].astype(np.float32), RATE) for name, sound in made.items()}, SECONDS)


def mixed(style_mix: str, *, loops: bool, lofi: float = 0.0) -> Mix:
    scene = mix_scene(score(("pad", "chords")), Sound(lofi=lofi), style_mix, 0.6, loops=loops)
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
    mix = mixed(style_mix, loops=True, lofi=0.8 if style_mix == "lofi" else 0.0)
    length = round(SECONDS * RATE)
    for audio in (mix.master, mix.bus, *mix.stems.values()):
        assert audio.samples.shape == (2, length)
        assert seam_over_neighbours(audio, length) <= 1.0


def test_a_mix_that_is_only_cut_at_the_bars_does_click() -> None:
    mix = mixed("band", loops=False)
    assert seam_over_neighbours(mix.master, round(SECONDS * RATE)) > 1.5


def test_a_loop_sums_to_its_bus_and_lands_on_its_loudness_under_the_ceiling() -> None:
    mix = mixed("club", loops=True)
    total = sum(stem.samples.astype(np.float64) for stem in mix.stems.values())
    assert np.abs(total - mix.bus.samples).max() < 1e-6
    assert integrated_lufs(mix.master) == pytest.approx(-14.0, abs=0.5)
    assert mix.meters.master.true_peak_dbtp <= -1.0


def test_kept_stems_of_a_loop_come_back_as_they_were() -> None:
    before = mixed("club", loops=True)
    scene = mix_scene(score(("pad", "chords")), Sound(), "ambient", loops=True)
    after = mix_down(ringing_stems(), scene, kept={"pad": before.stems["pad"]})
    np.testing.assert_array_equal(after.stems["pad"].samples, before.stems["pad"].samples)


def test_a_song_asked_for_as_a_loop_is_exactly_its_bars_long_and_goes_round() -> None:
    song = produce.compose(read_brief("seamless lo-fi loop, 2 bars, 90 bpm"))
    assert song.mix is not None
    length = round(song.score.seconds * RATE)
    for audio in (song.mix.master, *song.mix.stems.values()):
        assert audio.num_samples == length
        assert seam_over_neighbours(audio, length) <= 1.0
