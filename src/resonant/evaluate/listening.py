"""What the audio questions hear: onset strength and chroma, from the sound alone.

Conventions: audio is read as the mean of its channels at 22,050 Hz. Frames are centred on their time, frame `n` on
`n * hop / 22050` seconds.

Onset strength: half-wave rectified difference of log magnitude in 24 mel-like bands, mean over bands (spectral flux;
Böck & Widmer, *Maximum filter vibrato suppression for onset detection*, DAFx 2013: a maximum over neighbouring bands of
the earlier frame keeps vibrato from counting). Hop 128 (5.8 ms), window 1024. A centred window hears an onset before it
comes: 10 ms early on kick, snare, hat and piano alike, so `onset_times_s` puts it back.

Chroma: energy of spectral peaks, weighted towards fundamentals, in pitch classes of a tuning that is read from the
peaks themselves. Drums are held down by taking from each bin one and a half times the median of its neighbours in
frequency, after Fitzgerald, *Harmonic/percussive separation using median filtering*, DAFx 2010. A median along time
would do that too, and take short chord stabs with it (a funk song: chords .17 right with it, .79 without). Hop 2048
(93 ms), window 8192 (2.7 Hz a bin).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.errors import InputError

Array = NDArray[np.float64]

RATE_HZ = 22_050
ONSET_HOP, ONSET_WINDOW = 128, 1024
ONSET_RATE_HZ = RATE_HZ / ONSET_HOP
ONSET_LATENESS_S = 0.010
CHROMA_HOP, CHROMA_WINDOW = 2048, 8192
CHROMA_RATE_HZ = RATE_HZ / CHROMA_HOP
_BANDS = 24
_CHROMA_BINS, _FLOOR_BINS, _FLOOR_WEIGHT = 900, 25, 1.5
LOWEST_PITCH, HIGHEST_PITCH = 28, 96


@dataclass(frozen=True, eq=False)
class Chromagram:
    """Pitch classes over time.

    Args:
        treble: `[frames, 12]`, energy above about middle C's octave below; rows sum to 1 or 0.
        bass: `[frames, 12]`, of the lowest two octaves and a half.
        level: `[frames]`, relative loudness 0…1.
        tuning_cents: how far the recording lies from A = 440 Hz, -50…50.
    """

    treble: Array
    bass: Array
    level: Array
    tuning_cents: float


def validate(audio: Audio) -> None:
    """Refuses audio that can not be listened to.

    Raises:
        InputError: a sample is NaN or infinite.
    """
    if not np.isfinite(audio.samples).all():
        raise InputError("the audio holds samples that are no numbers; render it again")


def heard(audio: Audio) -> Array:
    """The audio as the ear of these questions takes it: mono, 22,050 Hz, `[samples]`.

    Raises:
        InputError: a sample is NaN or infinite.
    """
    import soxr

    validate(audio)
    mono = audio.samples.mean(axis=0, dtype=np.float64)
    return np.asarray(soxr.resample(mono, audio.sample_rate, RATE_HZ)) if audio.sample_rate != RATE_HZ else mono


def onset_strength(audio: Audio) -> Array:
    """Onset strength at `ONSET_RATE_HZ`, `[frames]`, never negative; zeros for silence."""
    magnitude = _spectrogram(heard(audio), ONSET_WINDOW, ONSET_HOP) @ _band_filters()
    level = np.log1p(1000 * magnitude / max(float(magnitude.max(initial=0.0)), 1e-6))
    before = np.maximum(level, np.maximum(np.roll(level, 1, axis=1), np.roll(level, -1, axis=1)))
    lag = 2
    flux = np.zeros(len(level))
    flux[lag:] = np.maximum(level[lag:] - before[:-lag], 0).mean(axis=1)
    return flux


def onset_times_s(strength: Array) -> Array:
    """The moments that the frames of an onset strength stand for, in seconds."""
    return np.arange(len(strength)) / ONSET_RATE_HZ + ONSET_LATENESS_S


def chromagram(audio: Audio) -> Chromagram:
    """Pitch classes over time at `CHROMA_RATE_HZ`; all zero where there is silence."""
    from scipy.ndimage import median_filter

    magnitude = _spectrogram(heard(audio), CHROMA_WINDOW, CHROMA_HOP)
    floor = median_filter(magnitude[:, :_CHROMA_BINS], size=(1, _FLOOR_BINS), mode="nearest")
    tonal = np.maximum(magnitude[:, :_CHROMA_BINS] - _FLOOR_WEIGHT * floor, 0)
    frames, pitches, strengths = _peaks(tonal)
    tuning = _tuning_cents(pitches, strengths)
    pitches = pitches - tuning / 100
    salience = np.zeros((len(magnitude), 128))
    # A peak half way between two semitones is neither: its weight falls to nothing there.
    weight = strengths * np.cos(np.pi * (pitches - np.round(pitches))) ** 2
    np.add.at(salience, (frames, np.clip(np.round(pitches).astype(int), 0, 127)), weight)
    return _folded(_without_overtones(salience), tuning)


def _folded(salience: Array, tuning: float) -> Chromagram:
    pitch = np.arange(128)
    treble_weight = np.exp(-0.5 * ((pitch - 64) / 12.0) ** 2)
    bass_weight = 1 / (1 + np.exp((pitch - 52) / 2.0))
    fold = np.eye(12)[pitch % 12]
    level = salience.sum(axis=1)
    return Chromagram(
        _normalised((salience * treble_weight) @ fold),
        _normalised((salience * bass_weight) @ fold),
        level / max(float(level.max(initial=0.0)), 1e-12),
        tuning,
    )


def _without_overtones(salience: Array) -> Array:
    """Takes from each pitch what the notes an octave, a twelfth, two octaves … below it would leave there."""
    rest = salience.copy()
    for steps, share in ((12, 0.5), (19, 0.5), (24, 0.4), (28, 0.35), (31, 0.25)):
        rest[:, steps:] -= share * salience[:, :-steps]
    return np.maximum(rest, 0.05 * salience)


def _peaks(magnitude: Array) -> tuple[NDArray[np.int64], Array, Array]:
    """Frame, pitch (MIDI, fractional) and strength (root of magnitude) of every spectral peak in the range heard."""
    bin_hz = RATE_HZ / CHROMA_WINDOW
    low = int(440 * 2 ** ((LOWEST_PITCH - 0.5 - 69) / 12) / bin_hz)
    high = int(440 * 2 ** ((HIGHEST_PITCH + 0.5 - 69) / 12) / bin_hz)
    body = magnitude[:, low : high + 1]
    left, right = magnitude[:, low - 1 : high], magnitude[:, low + 1 : high + 2]
    floor = 1e-3 * max(float(magnitude.max(initial=0.0)), 1e-9)
    frames, bins = np.nonzero((body > left) & (body >= right) & (body > floor))
    a, b, c = (np.log(part[frames, bins] + 1e-12) for part in (left, body, right))
    shift = 0.5 * (a - c) / np.minimum(a - 2 * b + c, -1e-9)
    pitches = 69 + 12 * np.log2((bins + low + np.clip(shift, -0.5, 0.5)) * bin_hz / 440)
    return frames, pitches, np.sqrt(body[frames, bins])


def _tuning_cents(pitches: Array, strengths: Array) -> float:
    """The circular mean of the peaks' distance from equal temperament, in cents; low peaks are too coarse to count."""
    clear = pitches > 52
    turns = np.sum(strengths[clear] * np.exp(2j * np.pi * pitches[clear]))
    return float(np.angle(turns) / (2 * np.pi) * 100) if abs(turns) > 0 else 0.0


def _normalised(chroma: Array) -> Array:
    total = chroma.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(chroma, total, out=np.zeros_like(chroma), where=total > 0))


def _spectrogram(samples: Array, window: int, hop: int) -> Array:
    """Magnitude, `[frames, window // 2 + 1]`, frames centred on their time."""
    padded = np.pad(samples, window // 2)
    views = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    return np.abs(np.fft.rfft(views * np.hanning(window), axis=1))


@cache
def _band_filters() -> Array:
    """Triangles on a mel scale from 30 Hz to 10 kHz, `[bins, bands]`."""
    mel = np.linspace(2595 * np.log10(1 + 30 / 700), 2595 * np.log10(1 + 10_000 / 700), _BANDS + 2)
    edges_hz = 700 * (10 ** (mel / 2595) - 1)
    bins_hz = np.arange(ONSET_WINDOW // 2 + 1) * RATE_HZ / ONSET_WINDOW
    low, middle, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz[:, None] - low) / (middle - low)
    falling = (high - bins_hz[:, None]) / (high - middle)
    filters = np.maximum(0, np.minimum(rising, falling))
    # The lowest bands are narrower than a bin: give each at least the bin nearest to its middle.
    filters[np.argmin(np.abs(bins_hz[:, None] - middle), axis=0), np.arange(_BANDS)] += 1e-3
    return np.asarray(filters / filters.sum(axis=0))
