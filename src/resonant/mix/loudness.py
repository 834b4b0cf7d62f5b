"""How loud audio is: integrated, short-term and momentary loudness, loudness range, true peak.

Sources: ITU-R BS.1770-4 (K-weighting, gating, true peak), EBU Tech 3341 (momentary, short-term), EBU Tech 3342
(loudness range).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio, Samples
from resonant.errors import AudioError
from resonant.loops import SAMPLES, loop
from resonant.sound.channels import each_channel
from resonant.threads import Threads

FLOOR_DBFS = -200.0
"""What a level of zero is called where a number in dB is needed."""

_ABSOLUTE_GATE_LUFS = -70.0
_HOPS_PER_SECOND = 10
_MOMENTARY_HOPS = 4  # 400 ms
_SHORT_TERM_HOPS = 30  # 3 s
_LONG_HOPS = 100
_GOLDEN = 0.5 + 1.25**0.5
_CHUNK = 1 << 16  # samples worked on at a time, so that what lies between stays in the processor's cache
_OFFSET_LUFS = -0.691  # BS.1770-4, equation 2


@dataclass(frozen=True, slots=True)
class Loudness:
    """What a meter reads over a whole piece; None where there is nothing above the gate of -70 LUFS.

    Args:
        integrated_lufs: gated loudness of the whole.
        momentary_max_lufs: loudest 400 ms.
        short_term_max_lufs: loudest 3 s, or the whole where it is shorter.
        range_lu: loudness range; 0.0 for less than 3 s.
        true_peak_dbtp: highest level between the samples too.
    """

    integrated_lufs: float | None
    momentary_max_lufs: float | None
    short_term_max_lufs: float | None
    range_lu: float
    true_peak_dbtp: float

    def changed_by(self, gain_db: float) -> "Loudness":
        """The readings after a small change of gain, which moves no block across a gate."""

        def moved(lufs: float | None) -> float | None:
            return None if lufs is None else lufs + gain_db

        return Loudness(
            moved(self.integrated_lufs),
            moved(self.momentary_max_lufs),
            moved(self.short_term_max_lufs),
            self.range_lu,
            self.true_peak_dbtp + gain_db,
        )


def measure(audio: Audio) -> Loudness:
    """The readings of all meters.

    Raises:
        AudioError: more than two channels.
    """
    with Threads(1) as beside:
        true_peak = beside.submit(true_peak_dbtp, audio)
        power = hop_power(audio)
    integrated = gated_lufs(power)
    return Loudness(
        integrated,
        _loudest(power, _MOMENTARY_HOPS) if integrated is not None else None,
        _loudest(power, _SHORT_TERM_HOPS) if integrated is not None else None,
        _range_lu(power),
        true_peak.result(),
    )


def integrated_lufs(audio: Audio) -> float | None:
    """Gated loudness of the whole in LUFS, or None for silence. Less than 400 ms counts as one block."""
    return gated_lufs(hop_power(audio))


def quick_lufs(audio: Audio, sparsely: bool = False) -> float | None:
    """`integrated_lufs` within 0.1 LU for music, from spectra of 100 ms, at a third of the time: for balancing parts.

    The weighting is applied to the power spectrum of each 100 ms (Parseval), as if each were repeated for ever.

    Args:
        sparsely: of a piece of 10 s or more, every second or third 100 ms only: within 0.5 LU for music.
    """
    from scipy import fft

    size = audio.sample_rate // _HOPS_PER_SECOND
    whole = audio.num_samples // size
    if whole < _MOMENTARY_HOPS:
        return integrated_lufs(audio)
    weights = _spectral_weights(audio.sample_rate, size)
    hops = audio.samples[:, : whole * size].reshape(audio.channels, whole, size)
    chosen = np.arange(whole)
    if sparsely and whole >= _LONG_HOPS:
        chosen = np.arange(0.0, whole, _GOLDEN**2).astype(np.int64)  # in step with no rhythm
    power = np.zeros(chosen.size)
    for start in range(0, power.size, 64):
        spectrum = fft.rfft(hops[:, chosen[start : start + 64]], axis=2)
        power[start : start + 64] = np.einsum("cwf,f->w", spectrum.real**2 + spectrum.imag**2, weights)
    return gated_lufs(power)


@cache
def _spectral_weights(sample_rate: int, size: int) -> Samples:
    """What each bin of a spectrum adds to the K-weighted mean power."""
    z1 = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    gain = np.ones_like(z1)
    for b0, b1, b2, _, a1, a2 in _k_weighting(sample_rate):
        gain = gain * (b0 + z1 * (b1 + z1 * b2)) / (1.0 + z1 * (a1 + z1 * a2))
    sides = np.full(gain.size, 2.0)
    sides[0] = 1.0
    if size % 2 == 0:
        sides[-1] = 1.0
    return np.asarray(np.abs(gain) ** 2 * sides / size**2, dtype=np.float32)


def momentary_lufs(audio: Audio) -> NDArray[np.float64]:
    """Loudness of each 400 ms, every 100 ms; `-inf` where there is none. `float64 [windows]`."""
    return _lufs(_windows(hop_power(audio), _MOMENTARY_HOPS))


def short_term_lufs(audio: Audio) -> NDArray[np.float64]:
    """Loudness of each 3 s, every 100 ms; `-inf` where there is none. `float64 [windows]`."""
    return _lufs(_windows(hop_power(audio), _SHORT_TERM_HOPS))


def true_peak_dbtp(audio: Audio) -> float:
    """The highest level in dB re full scale of the waveform, four times oversampled (BS.1770-4, annex 2)."""
    return level_db(float(peak_envelope(audio.samples, sample_peak(audio.samples)).max(initial=0.0)))


def sample_peak(samples: Samples) -> float:
    """The highest magnitude of a sample."""
    return max(float(samples.max()), -float(samples.min())) if samples.size else 0.0


def level_db(amplitude: float) -> float:
    """An amplitude in dB re 1.0, -200 at the least."""
    return max(20.0 * float(np.log10(max(amplitude, 1e-12))), FLOOR_DBFS)


def hop_power(audio: Audio) -> NDArray[np.float64]:
    """K-weighted power, summed over channels, of each 100 ms. `float64 [hops]`; a last hop cut short is left out.

    Audio of less than 400 ms gives one hop: the whole of it.
    """
    power = weighted_power(audio)
    edges = np.round(np.arange(0.0, power.size + 1e-6, audio.sample_rate / _HOPS_PER_SECOND)).astype(np.int64)
    if edges.size <= _MOMENTARY_HOPS:
        return np.array([power.mean()]) if power.size else np.zeros(0)
    sums = np.add.reduceat(power[: edges[-1]], edges[:-1])  # in float64 it takes ten times as long
    return np.asarray(sums / np.diff(edges))


def weighted_power(audio: Audio) -> Samples:
    """K-weighted instantaneous power, summed over channels. `float32 [samples]`.

    Raises:
        AudioError: more than two channels (the weights of surround channels are not built in).
    """
    if audio.channels > 2:
        raise AudioError(
            f"loudness is measured on mono or stereo, not on {audio.channels} channels; fold it down first"
        )
    power = np.empty(audio.num_samples, dtype=np.float32)
    weigh = _weigh if audio.channels == 2 else _weigh_in_arrays
    weigh(np.ascontiguousarray(audio.samples), _k_weighting(audio.sample_rate), power)
    return power


def _weigh_in_arrays(samples: Samples, sections: NDArray[np.float64], power: Samples) -> None:
    from scipy.signal import sosfilt

    def weigh(channel: Samples) -> Samples:
        state, own = np.zeros((len(sections), 2)), np.empty_like(power)
        for start in range(0, power.size, _CHUNK):
            weighted, state = sosfilt(sections, channel[0, start : start + _CHUNK], zi=state)
            own[start : start + _CHUNK] = weighted * weighted
        return own

    power[:] = 0.0
    for own in each_channel(weigh, samples):
        power += own


@loop("void(Array(float32, 2, 'C', True), float64[:, ::1], float32[::1])", _weigh_in_arrays)
def _weigh(samples: Samples, sections: NDArray[np.float64], power: Samples) -> None:
    """The power of two channels behind two biquads, in their transposed direct form. Each sum waits for the one before:
    side by side the channels take little longer than one."""
    b0, b1, b2, _, a1, a2 = sections[0]
    d0, d1, d2, _, c1, c2 = sections[1]
    left1 = left2 = left3 = left4 = right1 = right2 = right3 = right4 = 0.0
    for i in range(power.size):
        x = np.float64(samples[0, i])
        y = b0 * x + left1
        left1 = b1 * x - a1 * y + left2
        left2 = b2 * x - a2 * y
        left = d0 * y + left3
        left3 = d1 * y - c1 * left + left4
        left4 = d2 * y - c2 * left
        x = np.float64(samples[1, i])
        y = b0 * x + right1
        right1 = b1 * x - a1 * y + right2
        right2 = b2 * x - a2 * y
        right = d0 * y + right3
        right3 = d1 * y - c1 * right + right4
        right4 = d2 * y - c2 * right
        power[i] = np.float32(left * left) + np.float32(right * right)


def gated_lufs(power: NDArray[np.float64]) -> float | None:
    """Integrated loudness from the power of 100 ms hops, gated at -70 LUFS and at 10 LU under the rest."""
    blocks = _windows(power, _MOMENTARY_HOPS)
    loud = blocks[_lufs(blocks) > _ABSOLUTE_GATE_LUFS]
    if loud.size == 0:
        return None
    gate = float(_lufs(loud.mean())) - 10.0
    return float(_lufs(loud[_lufs(loud) > gate].mean()))


def peak_envelope(samples: Samples, floor: float = 0.0) -> Samples:
    """The highest magnitude, between samples too, in each block of `PEAK_BLOCK` samples, over all channels.

    Blocks whose peak surely lies under the floor (linear) give their sample peak only, which is quicker.

    Returns:
        `float32 [blocks]`, the last block padded with silence.
    """
    blocks = -(-samples.shape[1] // PEAK_BLOCK)
    peaks = each_channel(lambda channel: _channel_peaks(channel[0], blocks, floor), samples)
    return np.asarray(np.max([np.zeros(blocks, dtype=np.float32), *peaks], axis=0))


PEAK_BLOCK = 32
_TAPS = 24
_LEAD = _TAPS // 2 - 1


def _channel_peaks(channel: Samples, blocks: int, floor: float) -> Samples:
    if blocks == 0:
        return channel
    padded = np.zeros(blocks * PEAK_BLOCK + _TAPS, dtype=np.float32)
    padded[_LEAD : _LEAD + channel.size] = channel
    size = PEAK_BLOCK + _TAPS - 1
    around = np.lib.stride_tricks.sliding_window_view(padded, size)[::PEAK_BLOCK][:blocks]
    peaks, steps = np.empty(blocks, dtype=np.float32), np.empty(blocks, dtype=np.float32)
    _highest(padded[_LEAD:], peaks, steps)
    chosen = np.flatnonzero(_bound(peaks, steps) > floor)
    chosen = np.append(chosen, np.repeat(chosen[-1:], -chosen.size % _COLUMNS))
    matrix = _interpolation().matrix
    for start in range(0, chosen.size, 20 * _COLUMNS):
        some = chosen[start : start + 20 * _COLUMNS]
        between = matrix @ around[some].reshape(-1, _COLUMNS, size).transpose(0, 2, 1)
        highest = np.maximum(between.max(axis=1), -between.min(axis=1)).reshape(-1)
        peaks[some] = np.maximum(peaks[some], highest)
    return np.asarray(peaks)


def _bound(peaks: Samples, steps: Samples) -> Samples:
    """What no value between the samples of a block exceeds, by their size and by how steep they are."""
    between = _interpolation()
    near = _with_neighbours(peaks)
    flat = near + _with_neighbours(steps) * np.float32(between.slope_norm)
    return np.asarray(np.minimum(near * np.float32(between.norm), flat))


def _highest_in_arrays(samples: Samples, peaks: Samples, steps: Samples) -> None:
    size = peaks.size * PEAK_BLOCK
    starts = np.arange(0, size, PEAK_BLOCK)
    np.maximum.reduceat(np.abs(samples[:size]), starts, out=peaks)
    np.maximum.reduceat(np.abs(np.diff(samples[: size + 1])), starts, out=steps)


@loop(f"void({SAMPLES}, float32[::1], float32[::1])", _highest_in_arrays)
def _highest(samples: Samples, peaks: Samples, steps: Samples) -> None:
    """The highest magnitude in each block, and the highest step from one of its samples to the next."""
    for block in range(peaks.size):
        peak = step = np.float32(0.0)
        for i in range(block * PEAK_BLOCK, (block + 1) * PEAK_BLOCK):
            peak = max(peak, abs(samples[i]))
            step = max(step, abs(samples[i + 1] - samples[i]))
        peaks[block] = peak
        steps[block] = step


def _with_neighbours(blocks: Samples) -> Samples:
    """The highest of each block, the one before and the one behind."""
    return np.asarray(np.maximum(blocks, np.maximum(np.append(blocks[1:], 0.0), np.insert(blocks[:-1], 0, 0.0))))


_ROUNDING = 1.0001  # what float32 may add to a bound
_COLUMNS = 48  # so small that OpenBLAS does each product in this thread: its own threads cost more than they save here


@dataclass(frozen=True, eq=False, slots=True)
class _Interpolation:
    """From `PEAK_BLOCK` + taps - 1 samples to the three values between each two.

    Args:
        matrix: `float32 [3 * PEAK_BLOCK, PEAK_BLOCK + taps - 1]`.
        norm: a value is at most so many times the highest sample around it.
        slope_norm: it is farther from the straight line between its two samples by at most so many times the highest
            step from sample to sample.
    """

    matrix: Samples
    norm: float
    slope_norm: float


@cache
def _interpolation() -> _Interpolation:
    offsets = np.arange(_TAPS) - _LEAD
    matrix = np.zeros((PEAK_BLOCK + _TAPS - 1, 3 * PEAK_BLOCK))
    norm = slope_norm = 0.0
    for phase in (1, 2, 3):
        distance = offsets - phase / 4.0
        taps = (
            np.sinc(distance) * np.i0(7.0 * np.sqrt(np.clip(1 - (distance / (_TAPS / 2)) ** 2, 0, None))) / np.i0(7.0)
        )
        taps /= taps.sum()
        line = np.maximum(1.0 - np.abs(distance), 0.0)
        norm = max(norm, _ROUNDING * float(np.abs(taps).sum()))
        # both sum to one, so their difference acts on steps from sample to sample, by its running sum
        slope_norm = max(slope_norm, _ROUNDING * float(np.abs(np.cumsum(taps - line)).sum()))
        for index in range(PEAK_BLOCK):
            matrix[index : index + _TAPS, 3 * index + phase - 1] = taps
    return _Interpolation(np.ascontiguousarray(matrix.T, dtype=np.float32), norm, slope_norm)


def _range_lu(power: NDArray[np.float64]) -> float:
    """Loudness range: 10th to 95th percentile of the short-term loudness, gated at 20 LU under the rest."""
    if power.size < _SHORT_TERM_HOPS:
        return 0.0
    blocks = _windows(power, _SHORT_TERM_HOPS)
    loud = blocks[_lufs(blocks) > _ABSOLUTE_GATE_LUFS]
    if loud.size == 0:
        return 0.0
    kept = _lufs(loud[_lufs(loud) > float(_lufs(loud.mean())) - 20.0])
    low, high = np.percentile(kept, [10, 95])
    return float(high - low)


def _loudest(power: NDArray[np.float64], hops: int) -> float:
    return float(_lufs(_windows(power, hops).max()))


def _windows(power: NDArray[np.float64], hops: int) -> NDArray[np.float64]:
    """Mean power of each run of `hops` hops; of all of them where there are fewer."""
    if power.size <= hops:
        return np.array([power.mean()]) if power.size else np.zeros(0)
    total = np.concatenate(([0.0], np.cumsum(power)))
    return np.asarray(np.maximum(total[hops:] - total[:-hops], 0.0) / hops)


def _lufs(power: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET_LUFS + 10.0 * np.log10(power))


@cache
def _k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The two biquads of BS.1770-4, annex 1, for any rate.

    The standard prints them for 48 kHz; these are the analogue prototypes that give those figures back through the
    bilinear transform, the shelf in the form of the standard's own (a second-order shelf with a band gain).
    """
    shelf_gain = 10.0 ** (3.999843853973347 / 20.0)
    band_gain = shelf_gain**0.4996667741545416
    k, q = np.tan(np.pi * 1681.974450955533 / sample_rate), 0.7071752369554196
    a0 = 1.0 + k / q + k * k
    shelf = [
        (shelf_gain + band_gain * k / q + k * k) / a0,
        2.0 * (k * k - shelf_gain) / a0,
        (shelf_gain - band_gain * k / q + k * k) / a0,
        1.0,
        2.0 * (k * k - 1.0) / a0,
        (1.0 - k / q + k * k) / a0,
    ]
    k, q = np.tan(np.pi * 38.13547087602444 / sample_rate), 0.5003270373238773
    a0 = 1.0 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])
