"""Sound drawn as pictures: waveform, spectrogram, and chroma against the chords that are written.

The chroma picture is for the ear's questions: what sounds (how strongly each pitch class is there) and what should
sound (the chord tones, outlined) lie over each other, so that a wrong note is a bright cell outside every outline.
"""

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from resonant.audio import Audio
from resonant.pictures.canvas import BAR_LINE, FAINT_INK, INK, PAPER, Colour, png, type_of_size
from resonant.score.model import Score

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH, _LEFT, _RIGHT, _TOP, _BOTTOM = 1760, 76, 20, 8, 22
_WAVE_HEIGHT, _CHROMA_ROW, _SPECTRUM_HEIGHT = 150, 18, 320
_WAVE: Colour = (56, 104, 156)
_RMS: Colour = (122, 164, 204)
_LOW_HZ, _HIGH_HZ = 30.0, 18_000.0
_FLOOR_DB = -84.0
_FFT = 4096
_CHROMA_RANGE_HZ = (60.0, 2_000.0)
# Dark blue over violet and orange to light yellow, as (position, colour); made by eye for even steps of brightness.
_HEAT: tuple[tuple[float, Colour], ...] = (
    (0.0, (8, 10, 30)), (0.25, (58, 20, 98)), (0.5, (168, 48, 88)), (0.75, (240, 136, 48)), (1.0, (252, 246, 200)),
)  # fmt: skip


def waveform_png(audio: Audio, score: Score | None = None) -> bytes:
    """Peaks and, lighter, the RMS of each column; bar lines where a score is given."""
    image, draw = _sheet(_WAVE_HEIGHT)
    columns = WIDTH - _LEFT - _RIGHT
    mono = audio.mono()
    edges = np.linspace(0, mono.size, columns + 1).astype(int)
    middle, half = _TOP + _WAVE_HEIGHT / 2, _WAVE_HEIGHT / 2
    for column, (start, end) in enumerate(pairwise(edges)):
        part = mono[start : max(end, start + 1)]
        if part.size == 0:
            continue
        x, rms = _LEFT + column, float(np.sqrt(np.mean(part**2)))
        draw.line((x, middle - half * float(part.max()), x, middle - half * float(part.min())), _WAVE)
        draw.line((x, middle - half * rms, x, middle + half * rms), _RMS)
    for level_db in (0, -6, -12):
        y = middle - half * 10 ** (level_db / 20)
        draw.text((_LEFT - 8, y), f"{level_db} dB", FAINT_INK, type_of_size(11), anchor="rm")
    _time_axis(draw, audio.seconds, _WAVE_HEIGHT, score)
    return png(image)


def spectrogram_png(audio: Audio, score: Score | None = None) -> bytes:
    """Level in dB under the loudest, from 30 Hz to 18 kHz on a logarithmic axis."""
    from PIL import Image

    image, draw = _sheet(_SPECTRUM_HEIGHT)
    columns = WIDTH - _LEFT - _RIGHT
    power, frequencies = _spectra(audio, columns)
    rows_hz = np.geomspace(_HIGH_HZ, _LOW_HZ, _SPECTRUM_HEIGHT)
    nearest = np.clip(np.searchsorted(frequencies, rows_hz), 0, frequencies.size - 1)
    level_db = 10 * np.log10(power[nearest] + 1e-12)
    # Music falls by some 4.5 dB an octave; lifted by that, highs are seen as they are heard.
    level_db += 4.5 * np.log2(rows_hz / 1000.0)[:, None]
    brightness = np.clip((level_db - level_db.max() - _FLOOR_DB) / -_FLOOR_DB, 0, 1)
    image.paste(Image.fromarray(_heat(brightness)), (_LEFT, _TOP))
    for hz in (50, 100, 200, 500, 1000, 2000, 5000, 10_000):
        y = _TOP + np.log(_HIGH_HZ / hz) / np.log(_HIGH_HZ / _LOW_HZ) * _SPECTRUM_HEIGHT
        draw.text(
            (_LEFT - 8, y), f"{hz:,} Hz" if hz < 1000 else f"{hz // 1000} kHz", FAINT_INK, type_of_size(11), anchor="rm"
        )
    _time_axis(draw, audio.seconds, _SPECTRUM_HEIGHT, score)
    return png(image)


def chroma_png(audio: Audio, score: Score) -> bytes:
    """How strongly each pitch class sounds, with the tones of the written chords outlined."""
    from PIL import Image

    height = 12 * _CHROMA_ROW
    image, draw = _sheet(height + 18)
    columns = WIDTH - _LEFT - _RIGHT
    chroma = _chroma(audio, columns)
    order = [(score.key.tonic + step) % 12 for step in range(11, -1, -1)]  # the tonic at the foot
    rows = np.repeat(chroma[order], _CHROMA_ROW, axis=0)
    image.paste(Image.fromarray(_heat(rows)), (_LEFT, _TOP + 18))
    for row, pitch_class in enumerate(order):
        y = _TOP + 18 + (row + 0.5) * _CHROMA_ROW
        draw.text((_LEFT - 8, y), score.key.spell(pitch_class), INK, type_of_size(12), anchor="rm")
    _outlines(draw, score, audio.seconds, order)
    _time_axis(draw, audio.seconds, height + 18, score)
    return png(image)


def _sheet(height: int) -> "tuple[Image, ImageDraw]":
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, _TOP + height + _BOTTOM), PAPER)
    return image, ImageDraw.Draw(image)


def place_of(seconds: float, length_s: float) -> float:
    """Where a moment of a sound stands across its picture, in pixels."""
    return _LEFT + seconds / max(length_s, 1e-6) * (WIDTH - _LEFT - _RIGHT)


def _time_axis(draw: "ImageDraw", length_s: float, height: int, score: Score | None) -> None:
    """Bar numbers where there is a score, else seconds; lines on light pictures would hide dark ones, so only ticks."""
    if score is None:
        step = next((s for s in (1, 2, 5, 10, 20, 30, 60, 120) if length_s / s <= 20), 300)
        marks = [(float(second), f"{second} s") for second in range(0, int(length_s) + 1, step)]
    else:
        step = next((s for s in (1, 2, 4, 8, 16, 32) if score.bars / s <= 34), 64)
        starts = [(bar, score.tempo.seconds_at(score.metre.bar_start(bar))) for bar in range(0, score.bars, step)]
        marks = [(second, str(bar + 1)) for bar, second in starts]
    for second, label in marks:
        x = place_of(second, length_s)
        draw.line((x, _TOP + height, x, _TOP + height + 6), BAR_LINE)
        draw.text((x + 3, _TOP + height + 5), label, FAINT_INK, type_of_size(11))


def _outlines(draw: "ImageDraw", score: Score, length_s: float, order: list[int]) -> None:
    before = ""
    free_from = 0.0
    for span in score.harmony:
        left, right = (place_of(score.tempo.seconds_at(tick), length_s) for tick in (span.start, span.end))
        for pitch_class in span.chord.pitch_classes:
            y = _TOP + 18 + order.index(pitch_class) * _CHROMA_ROW
            draw.rectangle((left + 1, y + 1, right - 1, y + _CHROMA_ROW - 2), outline=(120, 230, 240))
        symbol = span.chord.symbol(score.key)
        if symbol != before and left + 4 >= free_from:
            draw.text((left + 4, _TOP), symbol, INK, type_of_size(12))
            free_from, before = left + 10 + draw.textlength(symbol, type_of_size(12)), symbol


def _spectra(audio: Audio, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Power by frequency and column, `float32 [frequencies, columns]`, and the frequencies in Hz."""
    mono = np.pad(audio.mono(), (_FFT // 2, _FFT))
    starts = np.linspace(0, max(mono.size - _FFT, 0), columns).astype(int)
    window = np.hanning(_FFT).astype(np.float32)
    power = np.empty((_FFT // 2 + 1, columns), dtype=np.float32)
    for first in range(0, columns, 256):  # in blocks, so that a long song needs no more memory than a short one
        block = np.stack([mono[start : start + _FFT] for start in starts[first : first + 256]])
        power[:, first : first + 256] = (np.abs(np.fft.rfft(block * window)) ** 2).T
    return power, np.asarray(np.fft.rfftfreq(_FFT, 1 / audio.sample_rate), dtype=np.float64)


def _chroma(audio: Audio, columns: int) -> NDArray[np.float32]:
    """Strength of each pitch class, `float32 [12, columns]`, 1.0 for the strongest of its column."""
    power, frequencies = _spectra(audio, columns)
    low, high = _CHROMA_RANGE_HZ
    chroma = np.zeros((12, power.shape[1]), dtype=np.float32)
    for row in np.flatnonzero((frequencies >= low) & (frequencies <= high)):
        pitch = 69 + 12 * np.log2(frequencies[row] / 440.0)
        chroma[round(pitch) % 12] += np.sqrt(power[row]) * (1 - 2 * abs(pitch - round(pitch)))
    strongest = chroma.max(axis=0, keepdims=True)
    quiet = strongest < 1e-3 * float(strongest.max(initial=1e-9))
    scaled = np.where(quiet, 0.0, chroma / np.maximum(strongest, 1e-9))
    return np.asarray(scaled**1.5, dtype=np.float32)


def _heat(brightness: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Colours for 0…1, `uint8 [rows, columns, 3]`."""
    stops = [position for position, _ in _HEAT]
    table = np.stack([np.interp(np.linspace(0, 1, 256), stops, [c[i] for _, c in _HEAT]) for i in range(3)], axis=1)
    colours: NDArray[np.uint8] = table.astype(np.uint8)[(brightness * 255).astype(np.uint8)]
    return colours
