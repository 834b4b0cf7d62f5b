"""Stems in, a mix out: lengths, sums, loudness, what is kept."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from band import RATE, score, stems

from resonant.audio import Audio, on_24_bits
from resonant.audio_files import read_audio, write_audio
from resonant.brief.model import Sound
from resonant.mix.loudness import integrated_lufs, level_db, quick_lufs, sample_peak, true_peak_dbtp
from resonant.mix.mixdown import mix_down, published_key
from resonant.mix.model import Ducking, Ending, Held, Mix, MixScene
from resonant.mix.presets import PRESETS
from resonant.mix.scene import mix_scene
from resonant.sound.model import TAIL_S, Stems


def mixed(style_mix: str = "band", sidechain: float = 0.0, sound: Sound | None = None) -> Mix:
    return mix_down(stems(), mix_scene(score(), sound or Sound(), style_mix, sidechain))


@pytest.mark.parametrize("style_mix", list(PRESETS))
def test_every_preset_lands_on_the_loudness_under_the_ceiling_without_clipping_or_dc(style_mix: str) -> None:
    mix = mixed(style_mix, sound=Sound(lofi=0.6 if style_mix == "lofi" else 0.0))
    assert integrated_lufs(mix.master) == pytest.approx(-14.0, abs=0.5)
    assert true_peak_dbtp(mix.master) <= -1.0
    assert sample_peak(mix.master.samples) < 1.0
    assert np.abs(mix.master.samples.mean(axis=1, dtype=np.float64)).max() < 1e-4
    assert mix.meters.master.integrated_lufs == pytest.approx(integrated_lufs(mix.master), abs=0.05)
    assert mix.meters.master.true_peak_dbtp == pytest.approx(true_peak_dbtp(mix.master), abs=0.05)


def test_a_part_that_gives_way_to_other_kicks_is_mixed_as_if_for_the_first_time() -> None:
    dry, other = stems(), stems()
    first, then = (
        replace(
            scene,
            strips={name: replace(strip, ducking=Ducking(0.6, kicks, 0.2)) for name, strip in scene.strips.items()},
        )
        for scene in (mix_scene(score(), Sound()),)
        for kicks in ((0.0, 0.5, 1.0), (0.25, 0.9))
    )
    before = mix_down(dry, first)
    again, anew = mix_down(dry, then), mix_down(other, then)
    assert all(np.array_equal(again.stems[name].samples, anew.stems[name].samples) for name in anew.stems)
    assert any(not np.array_equal(again.stems[name].samples, before.stems[name].samples) for name in anew.stems)


@pytest.mark.parametrize("target", [-23.0, -16.0, -9.0])
def test_other_targets_are_met_too(target: float) -> None:
    assert integrated_lufs(mixed(sound=Sound(loudness_lufs=target)).master) == pytest.approx(target, abs=0.5)


def test_written_stems_null_against_the_written_bus(tmp_path: Path) -> None:
    mix = mixed("club", 0.5)
    total = np.zeros_like(mix.bus.samples, dtype=np.float64)
    for name, stem in mix.stems.items():
        write_audio(tmp_path / f"{name}.wav", stem)
        total += read_audio(tmp_path / f"{name}.wav").samples
    write_audio(tmp_path / "bus.wav", mix.bus)
    assert level_db(sample_peak(total - read_audio(tmp_path / "bus.wav").samples)) < -110.0


def test_the_written_master_keeps_the_ceiling(tmp_path: Path) -> None:
    write_audio(tmp_path / "mix.flac", mixed(sound=Sound(loudness_lufs=-9.0)).master)
    assert true_peak_dbtp(read_audio(tmp_path / "mix.flac")) <= -1.0


def test_stems_are_stereo_of_one_length_and_hold_the_bars_and_the_ring_out() -> None:
    mix = mixed("orchestral")
    assert {stem.samples.shape for stem in mix.stems.values()} == {(2, round((4.0 + 4.0) * RATE))}


@pytest.mark.parametrize("style_mix", list(PRESETS))
def test_a_click_stays_where_it_was(style_mix: str) -> None:
    click = np.zeros((2, 2 * RATE), dtype=np.float32)
    click[:, RATE] = 0.5
    mix = mix_down(Stems({"chords": Audio(click, RATE)}, 2.0), mix_scene(score(), Sound(), style_mix))
    assert abs(int(np.abs(mix.stems["chords"].samples[0]).argmax()) - RATE) <= 8


def test_stems_end_in_silence() -> None:
    for stem in mixed("ambient").stems.values():
        assert level_db(sample_peak(stem.samples[:, -RATE // 20 :])) < -80.0


def test_no_stem_drowns_and_none_sticks_out() -> None:
    levels = {name: lufs for name, lufs in mixed().meters.stems_lufs.items() if lufs is not None}
    assert len(levels) == 5
    assert max(levels.values()) - min(levels.values()) < 12.0


def test_a_stem_that_comes_in_far_too_quiet_is_balanced_like_a_loud_one() -> None:
    loud = stems()
    quiet = Stems({**loud.tracks, "bass": Audio(loud.tracks["bass"].samples * np.float32(0.003), RATE)}, 4.0)
    scene = mix_scene(score(), Sound())
    assert quick_lufs(mix_down(quiet, scene).stems["bass"]) == pytest.approx(
        quick_lufs(mix_down(loud, scene).stems["bass"]), abs=0.1
    )


def test_a_silent_stem_stays_silent_and_a_silent_song_gives_a_silent_master() -> None:
    silent = Stems({"bass": Audio.silence(2, RATE, RATE), "drums": Audio.silence(1, RATE, RATE)}, 1.0)
    mix = mix_down(silent, mix_scene(score(("bass", "drums")), Sound()))
    assert not mix.master.samples.any()
    assert mix.meters.master.integrated_lufs is None
    assert mix.meters.stems_lufs == {"bass": None, "drums": None}


def test_no_stems_give_silence_of_the_songs_length() -> None:
    mix = mix_down(Stems({}, 2.0), MixScene("band", {}, ring_out_s=1.0))
    assert mix.master.samples.shape == (2, round((2.0 + TAIL_S) * RATE))


@pytest.mark.parametrize("seconds", [0.01, 0.1, 0.35])
def test_very_short_material_is_mixed_too(seconds: float) -> None:
    mix = mix_down(stems(seconds, ring_s=0.0), mix_scene(score(), Sound()))
    assert true_peak_dbtp(mix.master) <= -1.0
    assert mix.master.samples.any()


def test_locked_stems_are_taken_as_they_are_whatever_else_changes() -> None:
    first = mixed()
    others = Stems({**stems().tracks, "drums": Audio(stems().tracks["drums"].samples[:, ::-1].copy(), RATE)}, 4.0)
    again = mix_down(others, mix_scene(score(), Sound(), "club", 0.9), kept={"bass": first.stems["bass"]})
    assert np.array_equal(again.stems["bass"].samples, first.stems["bass"].samples)
    assert not np.array_equal(again.stems["chords"].samples, first.stems["chords"].samples)


def test_a_stem_does_not_depend_on_its_neighbours() -> None:
    scene = mix_scene(score(), Sound())
    alone = mix_down(Stems({"chords": stems().tracks["chords"]}, 4.0), scene)
    assert np.array_equal(alone.stems["chords"].samples, mix_down(stems(), scene).stems["chords"].samples)


def test_kept_stems_need_no_dry_sound_and_give_the_same_mix() -> None:
    scene = mix_scene(score(), Sound())
    whole = mix_down(stems(), scene)
    dry = {"melody": stems().tracks["melody"]}
    kept = {name: audio for name, audio in whole.stems.items() if name not in dry}
    again = mix_down(Stems(dry, 4.0), scene, kept=kept)
    assert list(again.stems) == list(whole.stems)
    np.testing.assert_array_equal(again.master.samples, whole.master.samples)


def test_held_stretches_stay_to_the_last_bit_and_the_crossing_lies_outside() -> None:
    scene = mix_scene(score(), Sound())
    first = mix_down(stems(), scene)
    changed = {**stems().tracks, "bass": Audio(stems().tracks["bass"].samples[:, ::-1].copy(), RATE)}
    start, end = RATE, 2 * RATE
    mix = mix_down(Stems(changed, 4.0), scene, held={"bass": Held(first.stems["bass"], ((start, end),))})
    free = mix_down(Stems(changed, 4.0), scene)
    held, old, new = (each.stems["bass"].samples for each in (mix, first, free))
    np.testing.assert_array_equal(held[:, start:end], old[:, start:end])
    seam = RATE // 100
    np.testing.assert_array_equal(held[:, : start - seam], new[:, : start - seam])
    np.testing.assert_array_equal(held[:, end + seam :], new[:, end + seam :])
    steps = np.abs(np.diff(held[:, start - seam - 1 : end + seam + 1])).max()
    assert steps <= np.abs(np.diff(old)).max() + np.abs(np.diff(new)).max()


def test_stems_are_exactly_what_a_file_holds_and_sum_to_the_bus() -> None:
    mix = mix_down(stems(), mix_scene(score(), Sound()))
    for audio in mix.stems.values():
        np.testing.assert_array_equal(on_24_bits(audio.samples), audio.samples)
    total = np.sum([audio.samples.astype(np.float64) for audio in mix.stems.values()], axis=0)
    np.testing.assert_array_equal(total, mix.bus.samples)


def test_a_key_names_all_that_decides_a_stem() -> None:
    strip, other = (mix_scene(score(), Sound()).strips[name] for name in ("bass", "chords"))
    key = published_key("dry", strip, Ending(), 4.0)
    assert key == published_key("dry", replace(strip), Ending(), 4.0)
    others = {
        published_key("wet", strip, Ending(), 4.0),
        published_key("dry", other, Ending(), 4.0),
        published_key("dry", strip, Ending(loops=True), 4.0),
        published_key("dry", strip, Ending(), 5.0),
    }
    assert key not in others
    assert len(others) == 4


def test_a_sum_that_would_clip_lowers_all_stems_by_a_step_and_says_so() -> None:
    click = np.zeros((2, RATE), dtype=np.float32)
    click[:, RATE // 2 :: RATE // 4] = 1.0
    crowd = Stems({f"t{n}": Audio(click, RATE) for n in range(8)}, 1.0)
    mix = mix_down(crowd, MixScene("band", {}))
    assert mix.trim_db < 0.0
    assert sample_peak(mix.bus.samples) <= 0.99


def test_the_same_stems_give_the_same_samples() -> None:
    assert np.array_equal(mixed("lofi").master.samples, mixed("lofi").master.samples)
