"""Stems to a mix."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from resonant.audio import Audio, Samples, on_24_bits
from resonant.code_hash import code_hash
from resonant.mix.ending import ended, master_of_loop
from resonant.mix.loudness import quick_lufs, sample_peak
from resonant.mix.master import master
from resonant.mix.model import Ending, Held, Meters, Mix, MixScene, Strip
from resonant.mix.strip import through_strip
from resonant.sound.model import TAIL_S, Stems
from resonant.threads import Threads

_PLAIN = Strip("", "")
_OVERFLOW_STEP_DB = 6.0
_CHUNK = 1 << 14  # samples worked on at a time, so that what lies between stays in the processor's cache
_SEAM_S = 0.01  # over which a held stretch and what is new beside it cross


def mix_down(
    stems: Stems,
    scene: MixScene,
    *,
    kept: Mapping[str, Audio] | None = None,
    held: Mapping[str, Held] | None = None,
    readings: Mapping[str, float | None] = MappingProxyType({}),
    mixed: Callable[[str, Audio], None] | None = None,
) -> Mix:
    """Every stem through its strip, their sum, and the master.

    Strips run in parallel threads; the result does not depend on how many. Published stems lie on the 24-bit grid: a
    file holds them exactly, and their sum is the bus to the last bit.

    Args:
        stems: dry stems.
        scene: settings; see `resonant.mix.scene.mix_scene`.
        kept: stems that were published under `scene.trim_db` and are taken as they are; they need no dry stem.
        held: stems of which stretches are locked: those stay as they were, whatever becomes of the rest.
        readings: how loud kept stems are, in LUFS, where that was measured.
        mixed: given each stem that is not kept as it will be published, before the master is made.
    """
    kept, held = kept or {}, held or {}
    rate = next((audio.sample_rate for audio in (*stems.tracks.values(), *kept.values())), scene.sound.sample_rate)
    length = mixed_length(stems, scene, rate)
    todo = {name: audio for name, audio in stems.tracks.items() if name not in kept}
    with Threads() as pool:
        done = pool.map(lambda name: through_strip(todo[name], scene.strips.get(name, _PLAIN), length), todo)
        heard = dict(zip(todo, done, strict=True))
        processed = {name: ended(audio, scene.ending, stems.seconds_of_music) for name, (audio, _) in heard.items()}
        length = ended(Audio.silence(1, length, rate), scene.ending, stems.seconds_of_music).num_samples
        order = dict.fromkeys((*scene.strips, *stems.tracks, *kept))
        parts = {
            name: _fitted(kept[name], length) if name in kept else processed[name]
            for name in order
            if name in kept or name in processed
        }
        untouched = frozenset(name for name in parts if scene.strips.get(name, _PLAIN).untouched)
        gains = _Gains(frozenset(kept), untouched, scene.trim_db)
        published, bus, trim_db = _summed(parts, gains, held, length, rate)
        known = {name: readings[name] for name in kept if name in readings and trim_db == scene.trim_db}
        unknown = [name for name in published if name not in known]
        measured = pool.map(lambda name: quick_lufs(published[name]), unknown)  # while the master is made
        if mixed is not None:
            for name in published.keys() - kept.keys():
                mixed(name, published[name])
        mastered = (master_of_loop if scene.ending.loops else master)(bus, scene.master, scene.sound)
    lufs = {**known, **dict(zip(unknown, measured, strict=True))}
    meters = Meters(mastered.loudness, lufs, mastered.gain_db, mastered.held)
    strips = {name: held_strip for name, (_, held_strip) in heard.items() if held_strip is not None}
    return Mix(published, bus, mastered.audio, meters, trim_db, stems.seconds_of_music, strips=strips)


def published_key(stem: str, strip: Strip, ending: Ending, seconds_of_music: float) -> str:
    """A hash of what decides a published stem: its dry stem's key, its strip, how it ends, and the code that mixes.

    The trim that all stems share is left out: it is told beside (`Mix.trim_db`).
    """
    decides = repr((mix_version(), stem, strip, ending, seconds_of_music))
    return hashlib.sha256(decides.encode()).hexdigest()


@cache
def mix_version() -> str:
    return code_hash("mix", "mix/effects")


def mixed_length(stems: Stems, scene: MixScene, sample_rate: int) -> int:
    """Samples of a mix that rings out: the bars and the ring-out, or more where the stems or the ending last longer."""
    dry = round((stems.seconds_of_music + TAIL_S) * sample_rate)
    longest = max((audio.num_samples for audio in stems.tracks.values()), default=dry)
    seconds = max(stems.seconds_of_music + scene.ring_out_s, scene.ending.at_least_s)
    return max(longest, round(seconds * sample_rate))


def _fitted(audio: Audio, length: int) -> Audio:
    if audio.num_samples == length:
        return audio
    cut = audio.samples[:, :length]
    return Audio(np.pad(cut, ((0, 0), (0, length - cut.shape[1]))), audio.sample_rate)


@dataclass(frozen=True, slots=True)
class _Gains:
    """Which stems the common gain does not change: those kept have it already, those untouched never get it."""

    kept: frozenset[str]
    untouched: frozenset[str]
    first_trim_db: float

    def of(self, name: str, trim_db: float) -> float:
        if name in self.untouched:
            return 0.0
        return trim_db - (self.first_trim_db if name in self.kept else 0.0)

    def leave(self, name: str, trim_db: float) -> bool:
        """Whether a stem is what it has to be already, to the last bit: it was kept, and was published so."""
        return name in self.kept and self.of(name, trim_db) == 0.0

    @property
    def ceiling(self) -> float:
        """Of the bus. An untouched stem may fill the scale by itself: up to twice that, float sums are still exact."""
        return 1.98 if self.untouched else 0.99


def _summed(
    parts: Mapping[str, Audio], gains: _Gains, held: Mapping[str, Held], length: int, sample_rate: int
) -> tuple[dict[str, Audio], Audio, float]:
    """The stems under one common gain, on the 24-bit grid, and their sum, which stays within full scale.

    The gain is that of the scene, so that a stem does not change with its neighbours; it steps down by 6 dB only where
    the sum would clip. What was kept has that gain already; what is held or untouched never changes.
    """
    trim_db = gains.first_trim_db
    still = {name for name, audio in parts.items() if name in gains.untouched or _wholly(held.get(name), audio)}
    while True:
        published = {
            name: audio
            if gains.leave(name, trim_db) and name not in held
            else _published(audio, gains.of(name, trim_db), held.get(name))
            for name, audio in parts.items()
        }
        total = _sum([audio.samples for audio in published.values()], length)
        if sample_peak(total) <= gains.ceiling or still == parts.keys():
            return published, Audio(total, sample_rate), trim_db
        trim_db -= _OVERFLOW_STEP_DB


def _sum(stems: Sequence[Samples], length: int) -> Samples:
    """Their sum in stereo; two halves of it side by side."""
    total = np.zeros((2, length), dtype=np.float32)
    chunks = range(0, length, _CHUNK)

    def add(starts: range) -> None:
        for start in starts:
            some = total[:, start : start + _CHUNK]
            for samples in stems:
                some += samples[:, start : start + _CHUNK]

    with Threads(1) as beside:
        later = beside.submit(add, chunks[len(chunks) // 2 :])
        add(chunks[: len(chunks) // 2])
        later.result()
    return total


def _published(audio: Audio, gain_db: float, held: Held | None) -> Audio:
    samples = audio.samples if gain_db == 0.0 else audio.samples * np.float32(10.0 ** (gain_db / 20.0))
    if held is not None:
        samples = _spliced(samples, held, round(_SEAM_S * audio.sample_rate))
    return Audio(on_24_bits(samples), audio.sample_rate)


def _spliced(samples: Samples, held: Held, seam: int) -> Samples:
    """The samples with the held stretches in them; the crossings lie outside of those."""
    length = samples.shape[1]
    old = _fitted(held.audio, length).samples
    weight = np.zeros(length, dtype=np.float32)
    rise = np.linspace(0.0, 1.0, seam + 2, dtype=np.float32)[1:-1]
    for start, end in held.spans:
        weight[start:end] = 1.0
        before = min(seam, start)
        weight[start - before : start] = np.maximum(weight[start - before : start], rise[seam - before :])
        after = weight[end : end + seam]
        after[:] = np.maximum(after, rise[::-1][: len(after)])
    out = samples + weight * (old - samples)
    for start, end in held.spans:  # exactly, where the sum above would round
        out[:, start:end] = old[:, start:end]
    return out


def _wholly(held: Held | None, audio: Audio) -> bool:
    return held is not None and any(start == 0 and end >= audio.num_samples for start, end in held.spans)
