"""What holds for every mix, whatever the stems."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.mix.effects.compressor import Compression, compress
from resonant.mix.effects.ducking import ducking_curve
from resonant.mix.effects.eq import Band, equalise
from resonant.mix.effects.limiter import limit
from resonant.mix.loudness import integrated_lufs, level_db, momentary_lufs, peak_envelope, sample_peak, true_peak_dbtp
from resonant.mix.mixdown import mix_down
from resonant.mix.model import MixScene, Strip
from resonant.mix.presets import PRESETS
from resonant.sound.model import Stems

RATE = 22_050
GATE_LUFS = -70.0  # BS.1770-4
gains_db = st.floats(-40.0, 12.0)
seeds = st.integers(0, 2**16)


def bursts(seed: int, seconds: float = 2.0, channels: int = 2) -> NDArray[np.float32]:
    """Notes of random pitch, length and colour, with pauses: as spiky or as dense as the seed has it."""
    rng = np.random.default_rng(seed)
    out = np.zeros((channels, round(seconds * RATE)), dtype=np.float32)
    time = np.arange(out.shape[1]) / RATE
    for _ in range(rng.integers(1, 12)):
        since = np.maximum(time - rng.uniform(0, 0.9 * seconds), 0.0)
        tone = np.sin(2 * np.pi * rng.uniform(60, 4000) * since) + rng.uniform(0, 0.5) * rng.standard_normal(time.size)
        note = (since > 0) * np.exp(-since / rng.uniform(0.02, 0.8)) * tone
        out += (rng.uniform(0.1, 1.0, (channels, 1)) * note).astype(np.float32)
    return out


def song(seeds_of_tracks: list[int]) -> Stems:
    return Stems({f"t{n}": Audio(bursts(seed), RATE) for n, seed in enumerate(seeds_of_tracks)}, 2.0)


def scene(preset: str, target: float = -14.0) -> MixScene:
    strip = Strip("chords", "piano", pan=0.2, room_db=-12.0, compression=Compression(-18.0))
    sound = Sound(sample_rate=RATE, loudness_lufs=target)
    return MixScene(preset, {f"t{n}": strip for n in range(4)}, PRESETS[preset].master, sound, 0.5)


@settings(deadline=None)
@given(gains_db, gains_db, seeds)
def test_gains_add_up(first: float, second: float, seed: int) -> None:
    """In loudness too, unless a gain moves a block across the absolute gate."""
    audio = bursts(seed, 1.0)
    twice = audio * np.float32(10 ** (first / 20)) * np.float32(10 ** (second / 20))
    once = Audio(audio * np.float32(10 ** ((first + second) / 20)), RATE)
    assert level_db(sample_peak(twice)) == pytest.approx(level_db(sample_peak(once.samples)), abs=1e-3)
    blocks = momentary_lufs(Audio(audio, RATE))
    if np.array_equal(blocks > GATE_LUFS, blocks + first + second > GATE_LUFS) and blocks.max() > GATE_LUFS:
        assert integrated_lufs(once) == pytest.approx(integrated_lufs(Audio(audio, RATE)) + first + second, abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.lists(seeds, min_size=1, max_size=4), st.sampled_from(list(PRESETS)), st.floats(-24.0, -12.0))
def test_a_master_lands_within_half_a_unit_and_under_the_ceiling(parts: list[int], preset: str, target: float) -> None:
    mix = mix_down(song(parts), scene(preset, target))
    assert true_peak_dbtp(mix.master) <= -1.0
    assert np.abs(mix.master.samples.mean(axis=1, dtype=np.float64)).max() < 1e-4
    assert integrated_lufs(mix.master) == pytest.approx(target, abs=0.5)


@settings(max_examples=25, deadline=None)
@given(st.lists(seeds, min_size=1, max_size=4), st.sampled_from(list(PRESETS)))
def test_stems_null_against_the_bus(parts: list[int], preset: str) -> None:
    mix = mix_down(song(parts), scene(preset))
    total = sum(np.round(stem.samples.astype(np.float64) * 2**23) / 2**23 for stem in mix.stems.values())
    assert level_db(sample_peak(total - mix.bus.samples)) < -110.0
    assert all(sample_peak(stem.samples) < 1.0 for stem in mix.stems.values())


@settings(max_examples=15, deadline=None)
@given(st.lists(seeds, min_size=1, max_size=3), st.sampled_from(list(PRESETS)))
def test_the_same_song_gives_the_same_samples(parts: list[int], preset: str) -> None:
    first, second = (mix_down(song(parts), scene(preset)) for _ in range(2))
    assert first.master.samples.tobytes() == second.master.samples.tobytes()


@settings(deadline=None)
@given(seeds, st.floats(-12.0, 0.0), st.floats(-20.0, 30.0), st.integers(1, 2))
def test_a_limiter_never_passes_its_ceiling(seed: int, ceiling_db: float, gain_db: float, channels: int) -> None:
    out = limit(bursts(seed, 1.0, channels) * np.float32(10 ** (gain_db / 20)), RATE, ceiling_db)
    assert level_db(sample_peak(out)) <= ceiling_db + 1e-3
    assert level_db(float(peak_envelope(out).max())) <= ceiling_db + 0.15


@given(seeds, st.integers(1, 20), st.floats(-40.0, 0.0))
def test_a_compressor_never_makes_louder(seed: int, ratio: int, threshold_db: float) -> None:
    audio = bursts(seed, 0.5)
    assert (np.abs(compress(audio, RATE, Compression(threshold_db, float(ratio)))) <= np.abs(audio) + 1e-7).all()


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=20), st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_ducking_stays_between_its_depth_and_nothing(times: list[float], amount: float, release_s: float) -> None:
    curve = ducking_curve(np.arange(0.0, 11.0, 0.01), tuple(sorted(times)), amount, release_s)
    assert curve.min() >= 1.0 - amount - 1e-9
    assert curve.max() <= 1.0


@given(seeds, st.floats(20.0, 10_000.0), st.floats(-24.0, 24.0), st.sampled_from(["peak", "low_shelf", "high_shelf"]))
def test_an_equaliser_is_linear_and_undone_by_its_opposite(
    seed: int, freq_hz: float, gain_db: float, kind: str
) -> None:
    audio = bursts(seed, 0.5)
    there = Band(kind, freq_hz, gain_db)  # type: ignore[arg-type]  # hypothesis draws from the three literals
    back = Band(kind, freq_hz, -gain_db)  # type: ignore[arg-type]
    assert np.abs(equalise(equalise(audio, RATE, (there,)), RATE, (back,)) - audio).max() < 1e-3


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 3 * RATE), st.sampled_from(list(PRESETS)))
def test_silence_stays_silence(count: int, preset: str) -> None:
    mix = mix_down(Stems({"t0": Audio.silence(2, count, RATE)}, count / RATE), scene(preset))
    assert not mix.master.samples.any()
    assert not mix.stems["t0"].samples.any()
