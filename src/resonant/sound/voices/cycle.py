"""Single cycles: what an oscillator and its filter give in steady state, as wavetables over the cutoff.

A filter that moves slowly against the period of the note only weighs the harmonics of the wave. So a bank holds one
cycle per cutoff, 1/8 octave apart, made from the wave's Fourier series times the analogue response of the filter: no
harmonic above the limit exists, hence no alias, whatever the resonance or the drive. A voice then reads between
two neighbouring cycles. Everything is plain array algebra (fft, take, tanh): an array library with these can run it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from resonant.loops import SAMPLES, loop

Floats = NDArray[np.float32]

SIZE = 2048  # points per cycle, a power of two
ROWS_PER_OCTAVE = 8
LOWEST_RATIO_OCTAVES = -2.0  # cutoff two octaves under the note
HIGHEST_RATIO_OCTAVES = 9.5
AUDIBLE_HZ = 19_000.0
_STEPS = int((HIGHEST_RATIO_OCTAVES - LOWEST_RATIO_OCTAVES) * ROWS_PER_OCTAVE) + 1
_LAST_ROW = np.float32(_STEPS - 1.001)


@dataclass(frozen=True, slots=True)
class Wave:
    """The raw wave: `shape` saw, square, pulse, triangle or sine; `width` 0…1 of a pulse."""

    shape: str = "saw"
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class Filter:
    """A low-pass filter.

    Args:
        kind: ladder (24 dB per octave, Moog), diode (24 dB with a softer knee, TB-303) or svf (12 dB, Oberheim, Juno).
        resonance: 0 none … 1 at the edge of ringing by itself.
        drive: how hard the filtered wave is pushed into a tanh, 0 clean … 4 fierce.
    """

    kind: str = "ladder"
    resonance: float = 0.2
    drive: float = 0.0


@dataclass(frozen=True, eq=False)
class Bank:
    """Cycles of one wave by cutoff: `ROWS_PER_OCTAVE` rows to the octave, from `LOWEST_RATIO_OCTAVES` over the note.

    Args:
        table: `complex64 [rows * SIZE]`: real part the value, imaginary part the step to the next one.
    """

    table: NDArray[np.complex64]

    def add(
        self, mixed: Floats, cycles: NDArray[np.float64], rows: "Rows", ratio: float, start: float, levels: Floats
    ) -> None:
        """Adds the wave at `ratio` times each moment (in cycles, not negative) plus `start`, at a level for each side.

        Args:
            mixed: `float32 [sides, samples]`, added to.
        """
        _add(self.table, cycles, ratio, start, rows.first, rows.fraction, levels, mixed)


def _add_in_arrays(
    table: NDArray[np.complex64], cycles: NDArray[np.float64], ratio: float, start: float,
    first: NDArray[np.int64], fraction: Floats, levels: Floats, mixed: Floats,
) -> None:  # fmt: skip
    at = cycles * ratio
    at += start
    at *= SIZE
    point = at.astype(np.int64)
    at -= point
    point &= SIZE - 1
    point += first
    value = np.take(table, point)
    if fraction.size:
        point += SIZE
        above = np.take(table, point)
        above -= value
        above *= fraction
        value += above
    between = at.astype(np.float32)
    between *= value.imag
    between += value.real
    for side, level in zip(mixed, levels, strict=True):
        np.add(side, level * between, out=side)


@loop(
    f"void(complex64[::1], float64[::1], float64, float64, int64[::1], {SAMPLES}, {SAMPLES}, float32[:, :])",
    _add_in_arrays,
)
def _add(
    table: NDArray[np.complex64], cycles: NDArray[np.float64], ratio: float, start: float,
    first: NDArray[np.int64], fraction: Floats, levels: Floats, mixed: Floats,
) -> None:  # fmt: skip
    """A wave between two points of a cycle, and between two cycles where the cutoff moves."""
    left, right = mixed[0], mixed[levels.size - 1]
    moves, next_row = fraction.size > 0, np.uint64(SIZE)  # without a sign, so that none is looked for at each point
    for i in range(cycles.size):
        at = (cycles[i] * ratio + start) * SIZE
        whole = np.int64(at)
        point = np.uint64(whole & (SIZE - 1)) + np.uint64(first[i if moves else 0])
        value, step = table[point].real, table[point].imag
        if moves:
            above = table[point + next_row]
            value += (above.real - value) * fraction[i]
            step += (above.imag - step) * fraction[i]
        value += np.float32(at - whole) * step
        left[i] += levels[0] * value
        if levels.size > 1:
            right[i] += levels[1] * value


@dataclass(frozen=True, eq=False)
class Rows:
    """Where in a bank a cutoff lies: the `first` point of a row, and `fraction` of the way to the next. One that stands
    still has one row, and no fraction."""

    first: NDArray[np.int64]
    fraction: Floats

    @classmethod
    def at(cls, octaves: Floats) -> "Rows":
        """The rows of cutoffs that lie `octaves` above the note; a single one stands for all samples."""
        if len(octaves) == 1:  # a filter that stands still: the nearest of rows 1/8 octave apart will do
            row = np.clip((octaves - LOWEST_RATIO_OCTAVES) * ROWS_PER_OCTAVE, 0.0, _STEPS - 2)
            return cls(np.rint(row).astype(np.int64) * SIZE, row[:0])
        first, fraction = np.empty(len(octaves), dtype=np.int64), np.empty_like(octaves)
        _place(octaves, first, fraction)
        return cls(first, fraction)

    def lowered(self, octaves: float) -> "Rows":
        """The rows for an oscillator that many octaves above the note; to the nearest row."""
        shift = round(octaves * ROWS_PER_OCTAVE)
        if shift == 0:
            return self
        return Rows(np.clip(self.first - shift * SIZE, 0, (_STEPS - 2) * SIZE), self.fraction)


def _place_in_arrays(octaves: Floats, first: NDArray[np.int64], fraction: Floats) -> None:
    row = octaves - np.float32(LOWEST_RATIO_OCTAVES)
    row *= np.float32(ROWS_PER_OCTAVE)
    np.clip(row, np.float32(0.0), _LAST_ROW, out=row)
    first[:] = row
    np.subtract(row, first.astype(np.float32), out=fraction)
    np.multiply(first, SIZE, out=first)


@loop(f"void({SAMPLES}, int64[::1], float32[::1])", _place_in_arrays)
def _place(octaves: Floats, first: NDArray[np.int64], fraction: Floats) -> None:
    """Row and part of the way to the next, for cutoffs so many octaves above the note."""
    for i in range(octaves.size):
        row = (octaves[i] - np.float32(LOWEST_RATIO_OCTAVES)) * np.float32(ROWS_PER_OCTAVE)
        row = min(max(row, np.float32(0.0)), _LAST_ROW)
        whole = np.int64(row)
        first[i] = whole * SIZE
        fraction[i] = row - np.float32(whole)


def bank_for(wave: Wave, filter_: Filter, highest_hz: float, sample_rate: float) -> Bank:
    """The bank for notes up to `highest_hz`: as many harmonics as fit under hearing and under half the rate."""
    ceiling = min(AUDIBLE_HZ, 0.46 * sample_rate)
    harmonics = max(int(ceiling / highest_hz), 1)
    if harmonics > 24:  # in steps, so that neighbouring notes share a bank; coarser where the top is inaudible anyhow
        steps = 6.0 if harmonics <= 128 else 2.0
        harmonics = int(2.0 ** (np.floor(steps * np.log2(harmonics)) / steps))
    return _bank(wave, filter_, min(harmonics, SIZE // 4))


@lru_cache(maxsize=48)
def _bank(wave: Wave, filter_: Filter, harmonics: int) -> Bank:
    cutoff = 2.0 ** (LOWEST_RATIO_OCTAVES + np.arange(_STEPS) / ROWS_PER_OCTAVE)
    k = np.arange(1, harmonics + 1)
    ratio = (k / cutoff[:, None]).astype(np.float32)
    cycles = _cycles(_series(wave, k).astype(np.complex64) * _response(filter_, ratio))
    if filter_.drive > 0.0:
        drive = np.float32(filter_.drive)
        cycles = _cycles(_harmonics(np.tanh(drive * cycles) / np.tanh(drive), harmonics))
    table = np.empty((_STEPS, SIZE), dtype=np.complex64)
    table.real = cycles
    table.imag = np.roll(cycles, -1, axis=1) - cycles
    return Bank(table.reshape(-1))


def _series(wave: Wave, k: NDArray[np.int64]) -> NDArray[np.complexfloating]:
    """Fourier series: harmonic k sounds as Re(c_k exp(2 pi i k phase))."""
    odd = k % 2
    if wave.shape == "saw":
        return np.asarray(-2j / (np.pi * k))
    if wave.shape == "square":
        return np.asarray(-4j * odd / (np.pi * k))
    if wave.shape == "pulse":
        return np.asarray((4.0 / (np.pi * k)) * np.sin(np.pi * k * wave.width) + 0j)
    if wave.shape == "triangle":
        return np.asarray(-8j * odd * (-1.0) ** ((k - 1) // 2) / (np.pi * k) ** 2)
    assert wave.shape == "sine", f"no wave is called {wave.shape!r}"
    return np.asarray(-1j * (k == 1))


def _response(filter_: Filter, ratio: Floats) -> NDArray[np.complexfloating]:
    """Analogue response at `ratio` = frequency / cutoff, with half of the bass that resonance costs given back."""
    s = np.complex64(1j) * ratio
    if filter_.kind == "svf":
        damping = np.float32(2.0 * (1.0 - 0.95 * filter_.resonance))
        return np.asarray(1.0 / (1.0 + damping * s + s * s))
    pole = 1.0 + s
    square = pole * pole
    if filter_.kind == "diode":  # one capacitor of the TB-303's four is half the others
        feedback = np.float32(5.0 * 0.93 * filter_.resonance)
        return np.asarray((1.0 + 0.5 * feedback) / (square * pole * (1.0 + 0.5 * s) + feedback))
    assert filter_.kind == "ladder", f"no filter is called {filter_.kind!r}"
    feedback = np.float32(4.0 * 0.95 * filter_.resonance)
    return np.asarray((1.0 + 0.5 * feedback) / (square * square + feedback))


def _cycles(spectra: NDArray[np.complexfloating]) -> Floats:
    padded = np.zeros((len(spectra), SIZE // 2 + 1), dtype=np.complex64)
    padded[:, 1 : spectra.shape[1] + 1] = spectra
    return np.fft.irfft(padded, SIZE, axis=1).astype(np.float32) * np.float32(SIZE / 2)


def _harmonics(cycles: Floats, count: int) -> NDArray[np.complexfloating]:
    return (np.fft.rfft(cycles, axis=1)[:, 1 : count + 1] * np.float32(2 / SIZE)).astype(np.complex64)
