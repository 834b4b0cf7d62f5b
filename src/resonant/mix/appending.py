"""Sound added behind the end of a mix: it goes through the strips and the master as they stand.

What a full mix would do otherwise: levels, low cuts and the master's tone are not found anew; a strip's compressor and
saturation hear the new notes without what still rings from before; a sampled note on the seam begins at once, without
the attack that a sampler strikes early.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from resonant.audio import Audio, Samples, on_24_bits
from resonant.mix.effects.envelope import BLOCK
from resonant.mix.loudness import Loudness, measure, quick_lufs, sample_peak, true_peak_dbtp
from resonant.mix.loudness_counts import LoudnessCounts
from resonant.mix.master import limited, toned_onward
from resonant.mix.model import Ducking, HeldMaster, HeldStrip, MixScene, Strip
from resonant.mix.strip import through_strip
from resonant.sound.model import Stems
from resonant.threads import Threads

CONTEXT_S = 4.0
"""How much before the seam the master hears again, so that compressors and filters stand where they stood."""

_CROSS_S = 0.05  # over which the published master gives way to the new one,
_CROSSED_S = 0.01  # which is done so long before the seam: the first beat behind it has its whole attack
_RAMP_S = 2.0  # over which the master's gain moves, behind the seam
_WARM_UP = 10  # windows of 100 ms until a meter's filters have settled
_NEAR_LU = 0.3  # how far the whole may lie off its loudness before the gain moves
_OFF_TARGET_LU = 0.5
_HIGHEST = 0.99
_STEREO = 2


@dataclass(frozen=True, eq=False, slots=True)
class PublishedEnd:
    """The end of a published mix.

    Args:
        seam: the sample at which the new bars begin.
        start: the sample at which what follows here begins, on a tenth of a second, at most `CONTEXT_S` before `seam`.
        stems: by track, the published stem from `start` on.
        master: the published master from `start` on.
        strips, held: what strips and master were set to.
        trim_db: gain of all strips together.
        counts: loudness of the whole master; `loudness` is what the meters read of it, `stems_lufs` of the stems.
    """

    seam: int
    start: int
    stems: Mapping[str, Audio]
    master: Audio
    strips: Mapping[str, HeldStrip]
    held: HeldMaster
    trim_db: float
    counts: LoudnessCounts
    loudness: Loudness
    stems_lufs: Mapping[str, float | None]


@dataclass(frozen=True, eq=False, slots=True)
class Addition:
    """What takes the place of the end of a published mix.

    Args:
        stems: by track, from sample `stems_from` on: what rang on, with the new bars over it. Their sum is the bus.
        master: from sample `master_from` on, which lies a little earlier.
        strips, held, counts, loudness, stems_lufs: of the whole as it is now.
        keys: by track, what decides the whole stem's score and strip (`resonant.mix.mixdown.published_key`).
    """

    stems_from: int
    stems: Mapping[str, Audio]
    master_from: int
    master: Audio
    strips: Mapping[str, HeldStrip]
    held: HeldMaster
    trim_db: float
    counts: LoudnessCounts
    loudness: Loudness
    stems_lufs: Mapping[str, float | None]
    keys: Mapping[str, str]


def context_start(seam: int, sample_rate: int) -> int:
    """Where `PublishedEnd.start` lies for a seam: on a tenth of a second, as meters count."""
    tenths = max(int((seam / sample_rate - CONTEXT_S) * 10), 0)
    return round(tenths * sample_rate / 10)


def add(
    before: PublishedEnd, stems: Stems, scene: MixScene, num_samples: int, keys: Mapping[str, str]
) -> Addition | None:
    """New bars through strips and master, over what still rings; None where the sum would clip and all must be mixed.

    Args:
        before: the end of what is published.
        stems: the new bars alone, dry; they begin at the seam.
        scene: of the whole song as it is now.
        num_samples: length of the whole.
        keys: of the whole song's stems.
    """
    rate, length = before.master.sample_rate, num_samples - before.seam
    with Threads(2) as pool:

        def through(name: str) -> tuple[Audio, HeldStrip | None]:
            strip = _from_seam(scene.strips[name], before.seam / rate)
            return through_strip(stems.tracks[name], strip, length, before.strips.get(name))

        heard = dict(zip(stems.tracks, pool.map(through, stems.tracks), strict=True))
    ends = {name: _over(before, name, audio, length) for name, (audio, _) in heard.items()}
    bus = _bus(before, ends, length)
    if max([sample_peak(bus), *(sample_peak(end.samples) for end in ends.values())]) > _HIGHEST:
        return None
    mastered = _mastered(before, Audio(bus, rate), scene)
    new_s, old_s = length / rate, before.seam / rate
    return Addition(
        before.seam,
        ends,
        mastered.start,
        mastered.audio,
        dict(before.strips) | {name: held for name, (_, held) in heard.items() if held is not None},
        mastered.held,
        before.trim_db,
        mastered.counts,
        _loudness(before, mastered),
        {name: _shared(before.stems_lufs.get(name), old_s, quick_lufs(end), new_s) for name, end in ends.items()},
        keys,
    )


def _from_seam(strip: Strip, seam_s: float) -> Strip:
    """The strip with its kicks counted from the seam; one just before it still ducks."""
    if strip.ducking is None:
        return strip
    times = tuple(time - seam_s for time in strip.ducking.times_s if time > seam_s - 1.0)
    return replace(strip, ducking=Ducking(strip.ducking.amount, times, strip.ducking.release_s))


def _over(before: PublishedEnd, name: str, audio: Audio, length: int) -> Audio:
    """What still rings of a stem behind the seam, with its new sound over it."""
    old = before.stems.get(name)
    gain = np.float32(10.0 ** (before.trim_db / 20.0))
    new = on_24_bits(audio.samples * gain if before.trim_db else audio.samples)
    if old is None:
        return Audio(new, audio.sample_rate)
    ringing = old.samples[:, before.seam - before.start :][:, :length]
    out = np.zeros((old.channels, length), dtype=np.float32)
    out[:, : ringing.shape[1]] = ringing
    out += new if new.shape[0] == old.channels else new.mean(axis=0, keepdims=True)
    return Audio(on_24_bits(out), audio.sample_rate)


def _bus(before: PublishedEnd, ends: Mapping[str, Audio], length: int) -> Samples:
    """The sum of the stems from `before.start` on."""
    lead = before.seam - before.start
    bus = np.zeros((_STEREO, lead + length), dtype=np.float32)
    for name, end in ends.items():
        if name in before.stems:
            bus[:, :lead] += before.stems[name].samples[:, :lead]
        bus[:, lead:] += end.samples
    return bus


@dataclass(frozen=True, eq=False, slots=True)
class _Mastered:
    start: int
    audio: Audio
    held: HeldMaster
    counts: LoudnessCounts
    window: Audio


def _mastered(before: PublishedEnd, bus: Audio, scene: MixScene) -> _Mastered:
    """The new end of the master: the smallest change of gain that keeps the whole at its loudness."""
    sound, rate = scene.sound, bus.sample_rate
    toned = toned_onward(bus, scene.master, sound.lofi, before.held, before.start)
    first = _WARM_UP if before.start else 0
    old_counts = LoudnessCounts.of(before.master, first)
    target = sound.loudness_lufs
    was = before.loudness.integrated_lufs
    if was is not None and abs(was - target) > _OFF_TARGET_LU:
        target = was
    push_db, ceiling_dbtp = before.held.push_db, sound.peak_dbtp
    for _ in range(_TRIES):
        window = _crossed(before, _pushed(before, toned, rate, push_db, ceiling_dbtp))
        new_counts = LoudnessCounts.of(window, first)
        counts = before.counts.replaced(old_counts, new_counts)
        off = 0.0 if counts.integrated_lufs is None else counts.integrated_lufs - target
        over = true_peak_dbtp(window) - sound.peak_dbtp
        if abs(off) <= _NEAR_LU + 0.02 and over <= 0.0:
            break
        if abs(off) > _NEAR_LU:
            share = max(sum(new_counts.momentary.values()) / max(sum(counts.momentary.values()), 1), 0.02)
            step = (abs(off) - _NEAR_LU) / share * (1.0 if off < 0.0 else -1.0)
            push_db = before.held.push_db + float(np.clip(push_db + step - before.held.push_db, -_MOST_DB, _MOST_DB))
        ceiling_dbtp -= max(over, 0.0)
    start = before.seam - _before_seam(before, rate)
    new = Audio(np.ascontiguousarray(window.samples[:, start - before.start :]), rate)
    return _Mastered(start, new, replace(before.held, push_db=push_db), counts, window)


_TRIES = 8
_MOST_DB = 9.0  # that the gain moves at one seam


def _pushed(before: PublishedEnd, toned: Samples, rate: int, push_db: float, ceiling_dbtp: float) -> Samples:
    at = np.arange(-(-toned.shape[1] // BLOCK)) * BLOCK - (before.seam - before.start)
    moved = np.clip(at / (_RAMP_S * rate), 0.0, 1.0)
    return limited(toned, rate, before.held.push_db + (push_db - before.held.push_db) * moved, ceiling_dbtp)


def _before_seam(before: PublishedEnd, rate: int) -> int:
    """How many samples before the seam the master begins to differ from what is published."""
    return min(round((_CROSS_S + _CROSSED_S) * rate), before.seam - before.start)


def _crossed(before: PublishedEnd, new: Samples) -> Audio:
    """The published master up to just before the seam, and from there on the new one."""
    rate = before.master.sample_rate
    start = before.seam - before.start - _before_seam(before, rate)
    cross = max(_before_seam(before, rate) - round(_CROSSED_S * rate), 0)
    old = before.master.samples[:, : start + cross]
    arrived = np.linspace(0.0, 1.0, cross, dtype=np.float32)
    out = new.copy()
    out[:, :start] = old[:, :start]
    out[:, start : start + cross] += (1.0 - arrived) * (old[:, start:] - out[:, start : start + cross])
    return Audio(out, rate)


def _loudness(before: PublishedEnd, mastered: _Mastered) -> Loudness:
    """The readings of the whole, from those of before and of its new end."""
    end = measure(mastered.window)
    return Loudness(
        mastered.counts.integrated_lufs,
        _higher(before.loudness.momentary_max_lufs, end.momentary_max_lufs),
        _higher(before.loudness.short_term_max_lufs, end.short_term_max_lufs),
        mastered.counts.range_lu,
        max(before.loudness.true_peak_dbtp, end.true_peak_dbtp),
    )


def _higher(first: float | None, second: float | None) -> float | None:
    return max((each for each in (first, second) if each is not None), default=None)


def _shared(old: float | None, old_s: float, new: float | None, new_s: float) -> float | None:
    """The loudness of a stem that is `old` for so many seconds and then `new`, about."""
    if old is None or new is None:
        return old if new is None else new
    power = (old_s * 10.0 ** (old / 10.0) + new_s * 10.0 ** (new / 10.0)) / (old_s + new_s)
    return float(10.0 * np.log10(power))
