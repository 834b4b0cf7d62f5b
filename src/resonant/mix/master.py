"""The bus to a master: tone, glue, age, and a loudness that lands under a true-peak ceiling."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio, Samples
from resonant.brief.model import Sound
from resonant.mix.effects.compressor import compress
from resonant.mix.effects.envelope import BLOCK, with_gain
from resonant.mix.effects.eq import Band, equalise
from resonant.mix.effects.limiter import limiter_gain
from resonant.mix.effects.saturation import saturate
from resonant.mix.effects.tape import age
from resonant.mix.loudness import Loudness, gated_lufs, measure, peak_envelope, quick_lufs, sample_peak, weighted_power
from resonant.mix.model import HeldMaster, MasterChain
from resonant.sound.channels import by_channel

_WORKING_LUFS = -18.0
_CEILING_MARGIN_DB = 0.1  # what other oversampling filters and 24-bit rounding may read more than ours
_MAX_GAIN_DB = 30.0
_USUAL_LIMITING_DB = 3.0  # more gain than this over what a sound without peaks would need is seldom wanted
_CORRECTION_DB = 0.5  # how far the gain may be corrected once it is found
_DC_CUT_HZ = 18.0
_AUDIBLE_CONSTANT = 2e-5
_CHUNK = 1 << 15  # samples worked on at a time, so that what lies between stays in the processor's cache


@dataclass(frozen=True, eq=False, slots=True)
class Master:
    """A finished bus, what its meters read, the gain in dB that brought it there (before the limiter), and all that
    the chain set itself to; nothing for silence."""

    audio: Audio
    loudness: Loudness
    gain_db: float
    held: HeldMaster | None = None


def master(bus: Audio, chain: MasterChain, sound: Sound) -> Master:
    """The bus ready to publish.

    The integrated loudness lies on `sound.loudness_lufs` unless that needs more than 30 dB of gain or the material is
    all peaks; the true peak never lies above `sound.peak_dbtp`. Silence stays silence.
    """
    loudness = quick_lufs(bus, sparsely=True) or quick_lufs(bus)
    if loudness is None:
        return Master(bus, measure(bus), 0.0)
    lift_db = _WORKING_LUFS - loudness
    working = bus.samples * np.float32(10.0 ** (lift_db / 20.0))
    low_db, high_db = _tilt_db(working, bus.sample_rate, chain)
    toned = _toned(working, bus.sample_rate, chain, sound.lofi, (low_db, high_db))
    landed = _landed(Audio(toned, bus.sample_rate), sound)
    held = HeldMaster(lift_db, landed.gain_db, low_db, high_db)
    return replace(landed, gain_db=landed.gain_db + lift_db, held=held)


def toned_onward(bus: Audio, chain: MasterChain, lofi: float, held: HeldMaster, start: int) -> Samples:
    """A later stretch of a bus before the limiter, through the chain as it was set for what came before.

    Args:
        bus: the stretch, begun some seconds early: what compressors and filters still remember is not carried in.
        start: which sample of the bus its first one is.
    """
    working = bus.samples * np.float32(10.0 ** (held.lift_db / 20.0))
    return _toned(working, bus.sample_rate, chain, lofi, (held.low_db, held.high_db), start)


def limited(samples: Samples, sample_rate: int, gain_db: NDArray[np.float64], peak_dbtp: float) -> Samples:
    """Samples lifted by a gain at each block start (dB), no peak above the ceiling."""
    ceiling = 10.0 ** ((peak_dbtp - _CEILING_MARGIN_DB) / 20.0)
    gain = 10.0 ** (gain_db / 20.0)
    peaks = peak_envelope(samples, floor=0.25 * sample_peak(samples))
    following = np.maximum(gain, np.append(gain[1:], gain[-1:]))  # the gain is a line from block to block
    curve = gain * limiter_gain(np.asarray(peaks * following, dtype=np.float32), sample_rate, ceiling)
    return with_gain(samples, curve)


def _toned(
    working: Samples, sample_rate: int, chain: MasterChain, lofi: float, tilt_db: tuple[float, float], start: int = 0
) -> Samples:
    glued = compress(working, sample_rate, chain.glue) if chain.glue is not None else working
    driven = saturate(glued, chain.drive_db)
    aged = age(driven, sample_rate, lofi, start)
    # last, because compressing or driving a lopsided wave such as a kick's leaves a constant behind
    shelves = Band("low_shelf", 110.0, tilt_db[0]), Band("high_shelf", 5500.0, tilt_db[1])
    bands = (Band("low_cut", _DC_CUT_HZ), *shelves)
    return by_channel(lambda channel: equalise(channel, sample_rate, bands), aged)


def _tilt_db(samples: Samples, sample_rate: int, chain: MasterChain) -> tuple[float, float]:
    """Gains of two gentle shelves that bring lows and highs halfway to where the chain wants them."""
    low, middle, high = _band_levels_db(samples, sample_rate)
    limit = chain.tilt_limit_db

    def gain_db(level: float, wanted: float) -> float:
        return float(np.clip(0.5 * (wanted - (level - middle)), -limit, limit)) if level > middle - 40.0 else 0.0

    return gain_db(low, chain.low_db), gain_db(high, chain.high_db)


def _band_levels_db(samples: Samples, sample_rate: int) -> tuple[float, float, float]:
    """Power under 120 Hz, 300 Hz…3 kHz, and over 5 kHz, from up to 60 windows over the whole piece."""
    from scipy import fft

    size = 8192
    frames = np.zeros((60, size), dtype=np.float32)
    for frame, start in zip(frames, np.linspace(0, samples.shape[1], 60).astype(np.int64), strict=True):
        window = samples[:, start : start + size]
        frame[: window.shape[1]] = window.mean(axis=0)
    frames *= np.hanning(size).astype(np.float32)
    power = (np.abs(fft.rfft(frames, axis=1)) ** 2).sum(axis=0)
    freqs = np.arange(power.size) * sample_rate / size
    bands = (freqs < 120.0, (freqs >= 300.0) & (freqs < 3000.0), freqs >= 5000.0)
    low, middle, high = (float(10.0 * np.log10(power[band].sum() + 1e-20)) for band in bands)
    return low, middle, high


def _landed(audio: Audio, sound: Sound) -> Master:
    """Input gain and limiter gain solved together on the block grid, then applied once; what little is left is scaled.

    A limiter's gain moves slowly against the sound, so the loudness behind it is that of the sound's weighted power
    times the gain squared; the search for the input gain therefore never touches a sample.
    """
    rate, ceiling_db = audio.sample_rate, sound.peak_dbtp - _CEILING_MARGIN_DB
    ceiling = 10.0 ** (ceiling_db / 20.0)
    peaks, gain_db = _peaks_and_gain(audio, sound.loudness_lufs, ceiling)
    finished = Audio(_pushed(audio.samples, peaks, gain_db, rate, ceiling), rate)
    loudness = measure(finished)
    missing_db = 0.0 if loudness.integrated_lufs is None else sound.loudness_lufs - loudness.integrated_lufs
    if abs(missing_db) > 0.1:
        gain_db = min(gain_db + missing_db, _MAX_GAIN_DB)
        finished = Audio(_pushed(audio.samples, peaks, gain_db, rate, ceiling), rate)
        loudness = measure(finished)
    over_db = loudness.true_peak_dbtp - ceiling_db
    if over_db > 0.0:
        finished = Audio(finished.samples * np.float32(10.0 ** (-over_db / 20.0)), rate)
        loudness = loudness.changed_by(-over_db)
        gain_db -= over_db
    return Master(finished, loudness, gain_db)


def _peaks_and_gain(audio: Audio, target_lufs: float, ceiling: float) -> tuple[Samples, float]:
    """The highest magnitude in each block, exactly where it matters, and the input gain in dB that meets the target.

    No peak matters that stays under the ceiling with all that gain; how much it is shows afterwards.
    """
    power = _block_means(weighted_power(audio))
    unlimited = gated_lufs(_hop_means(power, _hop_edges(power.size, audio.sample_rate)))
    expected_db = 0.0 if unlimited is None else max(target_lufs - unlimited, 0.0)
    lowest = 0.25 * sample_peak(audio.samples)
    floor = max(lowest, ceiling * 10.0 ** (-(expected_db + _USUAL_LIMITING_DB) / 20.0))
    peaks = peak_envelope(audio.samples, floor)
    gain_db = _gain_for(target_lufs, peaks, power, audio.sample_rate, ceiling)
    if floor > lowest and gain_db > expected_db + _USUAL_LIMITING_DB - _CORRECTION_DB:
        peaks = peak_envelope(audio.samples, lowest)
        gain_db = _gain_for(target_lufs, peaks, power, audio.sample_rate, ceiling)
    return peaks, gain_db


def _gain_for(
    target_lufs: float, peaks: Samples, power: NDArray[np.float64], sample_rate: int, ceiling: float
) -> float:
    """The input gain in dB at which the limited loudness meets the target, by up to 8 corrected steps."""
    edges = _hop_edges(power.size, sample_rate)
    gain_db = 0.0
    for _ in range(8):
        curve = 10.0 ** (gain_db / 20.0) * limiter_gain(peaks * 10.0 ** (gain_db / 20.0), sample_rate, ceiling)
        loudness = gated_lufs(_hop_means(power * curve**2, edges))
        if loudness is None or abs(target_lufs - loudness) < 0.02:
            break
        gain_db = min(gain_db + target_lufs - loudness, _MAX_GAIN_DB)
    return gain_db


def _pushed(samples: Samples, peaks: Samples, gain_db: float, sample_rate: int, ceiling: float) -> Samples:
    gain = 10.0 ** (gain_db / 20.0)
    curve = gain * limiter_gain(peaks * gain, sample_rate, ceiling)
    return by_channel(lambda channel: _centred(with_gain(channel, curve)), samples)


def _centred(samples: Samples) -> Samples:
    """Without the constant that limiting a lopsided wave leaves: a slow swell, 30 t^2 (1 - t)^2 over the length, takes
    it out. Its mean is one; value and slope are zero at both ends. In place."""
    length = samples.shape[1]
    constant = samples.mean(axis=1, keepdims=True, dtype=np.float64)
    if np.abs(constant).max(initial=0.0) < _AUDIBLE_CONSTANT:
        return samples
    height = (30.0 * constant).astype(np.float32)
    for start in range(0, length, _CHUNK):
        part = samples[:, start : start + _CHUNK]
        at = np.arange(start, start + part.shape[1], dtype=np.float32) * np.float32(1.0 / length)
        swell = at - at * at
        swell *= swell
        part -= height * swell
    return samples


def _block_means(power: Samples) -> NDArray[np.float64]:
    blocks = -(-power.size // BLOCK)
    padded = np.pad(power, (0, blocks * BLOCK - power.size))
    return np.asarray(padded.reshape(blocks, BLOCK).mean(axis=1, dtype=np.float64))


def _hop_edges(blocks: int, sample_rate: int) -> NDArray[np.int64]:
    """First block of each 100 ms; one hop where there is less than that."""
    edges = np.round(np.arange(0.0, blocks + 1e-6, sample_rate / 10.0 / BLOCK)).astype(np.int64)
    return edges if edges.size > 1 else np.array([0, blocks])


def _hop_means(power: NDArray[np.float64], edges: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(np.add.reduceat(power[: edges[-1]], edges[:-1]) / np.diff(edges))
