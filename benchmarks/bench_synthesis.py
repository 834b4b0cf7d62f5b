"""How fast the sampler plays, and FluidSynth on the same notes and the same bank beside it.

    python benchmarks/bench_synthesis.py

A song of 64 bars and six sampled tracks, composed by our own players. Ours renders each track to a stem of its own,
two tracks at a time on two cores; FluidSynth mixes all into one stereo file on one core, without reverb and chorus.
"Cold" opens the bank and decodes its samples too, as FluidSynth does each time. On a busy machine the figures by core
tell more than those by the clock.
"""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import fluidsynth
from fluidsynth import Part
from hardware import hardware

from resonant.brief.reader import Call, read_brief
from resonant.heap import keep_freed_memory
from resonant.instruments import instrument
from resonant.produce import compose
from resonant.score.model import Score
from resonant.sound.banks import SoundBank, embedded_path
from resonant.sound.sampler import render_sampled

PROMPT = "acoustic pop ballad in G, 100 bpm, 64 bars, drums, fingered bass, piano, strings, acoustic guitar, flute"
RATE = 44_100
TAIL_S = 2.5
RUNS = 3


@dataclass(frozen=True)
class Speed:
    """Seconds of music per second on the clock and per second of one core's work; the best of some runs."""

    by_clock: float
    by_core: float


def speed(act: Callable[[], object], music_s: float) -> Speed:
    clock, core = [], []
    for _ in range(RUNS):
        start, worked = time.perf_counter(), _worked_s()
        act()
        clock.append(time.perf_counter() - start)
        core.append(_worked_s() - worked)
    return Speed(music_s / min(clock), music_s / min(core))


def _worked_s() -> float:
    """Processor time of this process and of those that it has started and seen end."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def render(parts: Sequence[Part], score: Score, bank: SoundBank, workers: int) -> None:
    """All stems by our sampler."""
    num_samples = round((score.seconds + TAIL_S) * RATE)
    with ThreadPoolExecutor(workers) as pool:
        jobs = [
            pool.submit(render_sampled, p.track, score.tempo, p.program, p.bank, num_samples, RATE, bank)
            for p in sorted(parts, key=lambda p: -len(p.track.notes))
        ]
        for job in jobs:
            job.result()


def main() -> None:
    keep_freed_memory()
    score = compose(read_brief(PROMPT, calls=Call(seed=7))).score
    parts = [Part(t, instrument(t.instrument).program, instrument(t.instrument).bank) for t in score.tracks]
    notes = sum(len(part.track.notes) for part in parts)
    cores = os.cpu_count() or 1
    print(f"{hardware()}\n{score.seconds:.0f} s of music, {len(parts)} tracks, {notes} notes, {RATE} Hz\n")
    print(
        f"{'x real time, by the clock / by core':38s}{'ours':>16s}{'ours, cold':>16s}{'FluidSynth':>16s}{'ratio':>16s}"
    )
    for path in (embedded_path(), fluidsynth.FLUID_R3):
        bank = SoundBank(path)
        render(parts, score, bank, cores)
        warm = speed(partial(render, parts, score, bank, cores), score.seconds)
        cold = speed(partial(_cold, parts, score, path, cores), score.seconds)
        theirs = speed(_fluidsynth(parts, score, path), score.seconds)
        ratio = Speed(warm.by_clock / theirs.by_clock, warm.by_core / theirs.by_core)
        cells = [f"{s.by_clock:.0f} / {s.by_core:.0f}" for s in (warm, cold, theirs)]
        cells.append(f"{ratio.by_clock:.1f} / {ratio.by_core:.1f}")
        print(f"{path.name:38s}" + "".join(f"{cell:>16s}" for cell in cells))


def _cold(parts: Sequence[Part], score: Score, path: Path, workers: int) -> None:
    render(parts, score, SoundBank(path), workers)


def _fluidsynth(parts: Sequence[Part], score: Score, bank: Path) -> Callable[[], None]:
    def act() -> None:
        with tempfile.TemporaryDirectory() as folder:
            midi = Path(folder) / "song.mid"
            fluidsynth.midi_of(parts, score.tempo).save(midi)
            fluidsynth.run(midi, Path(folder) / "song.wav", RATE, bank)

    return act


if __name__ == "__main__":
    main()
