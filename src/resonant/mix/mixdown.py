"""Stems to a mix."""

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from resonant.audio import Audio
from resonant.mix.ending import ended, master_of_loop
from resonant.mix.loudness import quick_lufs, sample_peak
from resonant.mix.master import master
from resonant.mix.model import Meters, Mix, MixScene, Strip
from resonant.mix.strip import process_strip
from resonant.sound.model import Stems

_PLAIN = Strip("", "")
_OVERFLOW_STEP_DB = 6.0


class StripCache(Protocol):
    """Where processed strips are kept between mixes; a `dict[str, Audio]` is one."""

    def get(self, key: str, /) -> Audio | None: ...

    def __setitem__(self, key: str, audio: Audio, /) -> None: ...


def mix_down(
    stems: Stems, scene: MixScene, *, kept: Mapping[str, Audio] | None = None, cache: StripCache | None = None
) -> Mix:
    """Every stem through its strip, their sum, and the master.

    Strips run in parallel threads; the result does not depend on how many.

    Args:
        stems: dry stems.
        scene: settings; see `resonant.mix.scene.mix_scene`.
        kept: processed stems of locked tracks, taken as they are whatever the scene says.
        cache: where strips that come out the same are taken from.
    """
    rate = next((audio.sample_rate for audio in stems.tracks.values()), scene.sound.sample_rate)
    length = mixed_length(stems, scene, rate)
    held = kept or {}
    todo = {name: audio for name, audio in stems.tracks.items() if name not in held}
    with ThreadPoolExecutor(max(1, min(len(stems.tracks), os.cpu_count() or 1))) as pool:
        done = pool.map(lambda name: _strip(todo[name], scene.strips.get(name, _PLAIN), length, cache), todo)
        processed = dict(zip(todo, done, strict=True))
        processed = {name: ended(audio, scene.ending, stems.seconds_of_music) for name, audio in processed.items()}
        length = ended(Audio.silence(1, length, rate), scene.ending, stems.seconds_of_music).num_samples
        processed = {name: _fitted(held[name], length) if name in held else processed[name] for name in stems.tracks}
        processed, bus, trim_db = _summed(processed, held, scene.trim_db, Audio.silence(2, length, rate))
        readings = dict(zip(processed, pool.map(quick_lufs, processed.values()), strict=True))
    published = (master_of_loop if scene.ending.loops else master)(bus, scene.master, scene.sound)
    meters = Meters(published.loudness, readings, published.gain_db)
    return Mix(processed, bus, published.audio, meters, trim_db, stems.seconds_of_music)


def mixed_length(stems: Stems, scene: MixScene, sample_rate: int) -> int:
    """Samples of a mix that rings out: the bars and the ring-out, or more where the stems or the ending last longer."""
    longest = max((audio.num_samples for audio in stems.tracks.values()), default=0)
    seconds = max(stems.seconds_of_music + scene.ring_out_s, scene.ending.at_least_s)
    return max(longest, round(seconds * sample_rate))


def _strip(audio: Audio, strip: Strip, length: int, cache: StripCache | None) -> Audio:
    if cache is None:
        return process_strip(audio, strip, length)
    key = strip_key(audio, strip, length)
    processed = cache.get(key)
    if processed is None:
        processed = process_strip(audio, strip, length)
        cache[key] = processed
    return processed


def strip_key(audio: Audio, strip: Strip, num_samples: int) -> str:
    """A name for the result of `process_strip` on these arguments: a hash of all of them."""
    digest = hashlib.blake2b(
        repr((strip, num_samples, audio.sample_rate, audio.samples.shape)).encode(), digest_size=20
    )
    digest.update(np.ascontiguousarray(audio.samples).data)
    return digest.hexdigest()


def _fitted(audio: Audio, length: int) -> Audio:
    if audio.num_samples == length:
        return audio
    cut = audio.samples[:, :length]
    return Audio(np.pad(cut, ((0, 0), (0, length - cut.shape[1]))), audio.sample_rate)


def _summed(
    stems: Mapping[str, Audio], kept: Mapping[str, Audio], trim_db: float, silence: Audio
) -> tuple[dict[str, Audio], Audio, float]:
    """The stems under one common gain, and their sum, which stays within full scale.

    The gain is that of the scene, so that a stem does not change with its neighbours; it steps down by 6 dB only where
    the sum would clip.
    """
    while True:
        gain = np.float32(10.0 ** (trim_db / 20.0))
        scaled = {
            name: audio if name in kept or gain == 1.0 else Audio(audio.samples * gain, audio.sample_rate)
            for name, audio in stems.items()
        }
        total = silence.samples.copy()
        for audio in scaled.values():
            total += audio.samples
        if sample_peak(total) <= 0.99 or all(name in kept for name in stems):
            return scaled, Audio(total, silence.sample_rate), trim_db
        trim_db -= _OVERFLOW_STEP_DB
