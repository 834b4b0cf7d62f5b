"""How long the mix takes: 20 s of four tracks, three minutes of six, one strip of eight anew, the meters.

    python benchmarks/bench_mix.py

Made-up stems (noise bursts, saws, chords), all stereo, so that no strip has it easy; the fastest of five runs.
"""

import time
from collections.abc import Callable

import numpy as np
from hardware import hardware

from resonant.audio import Audio
from resonant.brief.model import Sound
from resonant.heap import keep_freed_memory
from resonant.mix.loudness import integrated_lufs, measure, quick_lufs, true_peak_dbtp
from resonant.mix.mixdown import mix_down
from resonant.mix.model import MixScene
from resonant.mix.scene import mix_scene
from resonant.score.model import Note, Score, Track
from resonant.sound.model import Stems

RATE = 44_100
PARTS = {
    "drums": "standard_kit",
    "bass": "fingered_bass",
    "chords": "grand_piano",
    "melody": "alto_sax",
    "pad": "warm_pad",
    "strings": "string_section",
}


def main() -> None:
    keep_freed_memory()
    print(f"{hardware()}\n")
    for label, seconds, count in (("20 s x 4 tracks", 20.0, 4), ("3 min x 6 tracks", 180.0, 6)):
        stems, scene = song(seconds, count)
        taken = fastest(lambda stems=stems, scene=scene: mix_down(stems, scene))
        print(f"mix, {label:18s} {1000 * taken:7.0f} ms   {seconds / taken:6.0f} x real time")
    stems, scene = song(20.0, 4)
    kept = {name: audio for name, audio in mix_down(stems, scene).stems.items() if name != "melody"}
    anew = 1000 * fastest(lambda: mix_down(stems, scene, kept=kept))
    print(f"one track of it anew        {anew:7.0f} ms   the others are kept")
    minute = made(60.0, 0)
    for name, meter in (("all meters", measure), ("integrated", integrated_lufs), ("quick", quick_lufs)):
        print(f"{name:27s} {1000 * fastest(lambda meter=meter: meter(minute)):7.0f} ms   a stereo minute")
    print(f"{'true peak':27s} {1000 * fastest(lambda: true_peak_dbtp(minute)):7.0f} ms   a stereo minute")


def song(seconds: float, count: int) -> tuple[Stems, MixScene]:
    names = list(PARTS)[:count]
    held = (Note(0, 57, 480, 90),)
    score = Score(bars=8, tracks=tuple(Track(name, name, PARTS[name], held) for name in names))
    stems = Stems({name: made(seconds, number) for number, name in enumerate(names)}, seconds)
    return stems, mix_scene(score, Sound(), "band")


def made(seconds: float, seed: int) -> Audio:
    """Struck chords over a little noise, other ones to each side."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round((seconds + 2.0) * RATE)) / RATE
    strike = np.exp(-(time_s % 0.5) / 0.2)
    tones = np.stack([np.sin(2 * np.pi * (110.0 + 55.0 * seed + side) * time_s) for side in (0.0, 0.7)])
    return Audio((0.3 * strike * (tones + 0.1 * rng.standard_normal(tones.shape))).astype(np.float32), RATE)


def fastest(act: Callable[[], object], runs: int = 5) -> float:
    """Seconds of the fastest run, after one to warm up."""
    act()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
