"""A recording brought to a constant tempo, bar by bar, its pitch kept."""

from dataclasses import replace

import numpy as np

from resonant.audio import Audio, Samples
from resonant.errors import AudioError
from resonant.listening.bars import Bars

FURTHEST = 2.0
_AROUND_S = 0.25  # of the sound on either side of a bar is stretched with it, so that nothing starts cold
_SEAM_S = 0.012


def stretched(audio: Audio, bars: Bars, bpm: float, name: str) -> tuple[Audio, Bars]:
    """The sound with its bars at `bpm` quarter notes a minute, and those bars; `name` is how errors call it.

    What lies before the first downbeat and behind the last goes at the rate of the nearest bar.

    Raises:
        AudioError: it would have to go at more than twice or less than half its speed.
    """
    edges_s = _edges(audio, bars)
    bar_s = bars.metre.quarters_per_bar * 60.0 / bpm
    ratios = bar_s / np.diff(edges_s)
    if not (ratios.min() >= 1 / FURTHEST and ratios.max() <= FURTHEST):
        raise AudioError(
            f"{name} is heard at {bars.bpm:.1f} bpm and can not be stretched to {bpm:g}, more than twice or less than "
            f"half its speed; choose between {bars.bpm / FURTHEST:.0f} and {bars.bpm * FURTHEST:.0f}"
        )
    if bars.even:
        edges_s, ratios = edges_s[[0, -1]], ratios[:1]
    starts_s = np.concatenate([[0.0], np.cumsum(np.diff(edges_s) * ratios)])
    samples = _joined(audio, edges_s, starts_s, ratios)
    lead_s = -float(edges_s[0]) * float(ratios[0])  # the first edge lies before the sound
    end_s = float(np.interp(audio.seconds, edges_s, starts_s))  # and the last behind it
    first, last = round(lead_s * audio.sample_rate), round(end_s * audio.sample_rate)
    sound = Audio(np.ascontiguousarray(samples[:, first:last]), audio.sample_rate)
    downbeats_s = _downbeats(bars, audio, bar_s, lead_s)
    return sound, replace(bars, bpm=bpm, downbeats_s=downbeats_s[downbeats_s < sound.seconds], even=True)


def _edges(audio: Audio, bars: Bars) -> np.ndarray:
    """Bar lines from before the sound's start to behind its end, in seconds of the sound."""
    known = bars.downbeats_s
    lengths = np.diff(known) if len(known) > 1 else np.array([bars.bar_s])
    before = np.arange(known[0], -lengths[0], -lengths[0])[::-1][:-1] if known[0] > 0 else np.array([])
    behind = np.arange(known[-1] + lengths[-1], audio.seconds + lengths[-1], lengths[-1])
    return np.concatenate([before, known, behind])


def _downbeats(bars: Bars, audio: Audio, bar_s: float, lead_s: float) -> np.ndarray:
    ahead = int(np.searchsorted(_edges(audio, bars), bars.downbeats_s[0]))
    count = len(_edges(audio, bars)) - ahead
    return np.asarray((ahead + np.arange(count)) * bar_s - lead_s)


def _joined(audio: Audio, edges_s: np.ndarray, starts_s: np.ndarray, ratios: np.ndarray) -> Samples:
    """Every stretch between edges at its ratio, neighbours crossed over within 12 ms."""
    rate = audio.sample_rate
    seam = round(_SEAM_S * rate)
    out = np.zeros((audio.channels, round(float(starts_s[-1]) * rate) + 2 * seam), dtype=np.float32)
    rise = np.sin(np.linspace(0.0, np.pi / 2, seam, dtype=np.float32)) ** 2
    for number, ratio in enumerate(ratios):
        first, last = round(float(starts_s[number]) * rate), round(float(starts_s[number + 1]) * rate)
        piece = _piece(audio, float(edges_s[number]), last - first + seam, float(ratio), seam)
        if number:
            piece[:, :seam] *= rise
        if number < len(ratios) - 1:
            piece[:, -seam:] *= rise[::-1]
        place = first - seam // 2
        skip = max(-place, 0)
        out[:, place + skip : place + piece.shape[1]] += piece[:, skip:]
    return out


def _piece(audio: Audio, start_s: float, length: int, ratio: float, seam: int) -> Samples:
    """`length` samples of the stretched sound, half a seam before `start_s` on; silence where the sound is not."""
    from python_stretch import Signalsmith

    rate = audio.sample_rate
    around = round(_AROUND_S * rate)
    first = round(start_s * rate) - around
    taken = round(length / ratio) + 2 * around
    inside = audio.samples[:, max(first, 0) : max(first + taken, 0)]
    behind = max(taken - max(-first, 0) - inside.shape[1], 0)
    padded = np.pad(inside, ((0, 0), (max(-first, 0), behind)))
    stretch = Signalsmith.Stretch()
    stretch.preset(audio.channels, rate)
    stretch.timeFactor = 1.0 / ratio
    sound = np.asarray(stretch.process(np.ascontiguousarray(padded)), dtype=np.float32)
    begin = round(around * ratio) - seam // 2
    piece = sound[:, begin : begin + length]
    return np.pad(piece, ((0, 0), (0, length - piece.shape[1])))
