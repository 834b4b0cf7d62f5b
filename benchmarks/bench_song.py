"""From a sentence to a mastered mix on disk: how long it takes, warm and cold, and stage by stage.

python benchmarks/bench_song.py

Figures to beat, on two cores without a GPU: eight bars of four tracks in 1 s, a three-minute song at 40x real time,
`resonant --help` in 0.5 s, a cold `resonant compose` of eight bars in 4 s.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hardware import hardware

from resonant.brief.reader import Call, read_brief
from resonant.heap import keep_freed_memory
from resonant.library.songs import save_song
from resonant.produce import Engine, Watch, compose
from resonant.sound.render import MemoryStemCache

PROMPT = "warm gospel in C, 120 bpm, walking bass, {} bars, just drums, bass, piano and alto sax"
RUNS = 5
STAGES = ("read the brief", "write the score", "render", "mix and master", "save")


def seconds(act: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """The fastest and the median of some runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times), statistics.median(times)


def stages(bars: int, seed: int, engine: Engine, folder: Path) -> dict[str, float]:
    """Seconds spent on each stage of one song, and its length."""
    marks: list[tuple[str, float]] = []
    start = time.perf_counter()
    brief = read_brief(PROMPT.format(bars), calls=Call(seed=seed))
    read = time.perf_counter()
    song = compose(brief, engine, Watch(lambda stage, _: marks.append((stage, time.perf_counter()))))
    made = time.perf_counter()
    save_song(song, folder)
    end = time.perf_counter()
    first_render = next(at for stage, at in marks if stage.startswith("rendering"))
    mixing = next(at for stage, at in marks if stage == "mixing")
    writing_ends = max(at for stage, at in marks if stage.startswith("writing"))
    return {
        "in memory": made - start,
        "read the brief": read - start,
        "write the score": writing_ends - read,
        "render": mixing - min(writing_ends, first_render),
        "mix and master": made - mixing,
        "save": end - made,
        "all": end - start,
        "music": song.score.seconds,
    }


def spread(runs: list[dict[str, float]], stage: str) -> str:
    """The best and the median of some runs."""
    times = [run[stage] for run in runs]
    return f"best of {RUNS} {min(times):.2f} s, median {statistics.median(times):.2f} s"


def main() -> None:
    print(hardware())
    print(f"freed memory is kept, as the command line does: {keep_freed_memory()}")
    with tempfile.TemporaryDirectory() as name:
        folder, engine = Path(name), Engine()
        stages(8, 0, engine, folder)  # start-up: imports, sound bank, impulse responses
        for title, bars in (("8 bars, 4 tracks", 8), ("3 minutes, 4 tracks", 90)):
            runs = [stages(bars, seed, engine, folder) for seed in range(1, 1 + RUNS)]
            best = min(runs, key=lambda run: run["in memory"])
            print(
                f"\n{title}, prompt to mastered mix with stems: {spread(runs, 'in memory')}, "
                f"{best['music'] / best['in memory']:.0f}x real time\n"
                f"  and saved to disk: {spread(runs, 'all')}, {best['music'] / best['all']:.0f}x"
            )
            print("  of the best: " + ", ".join(f"{stage} {best[stage] * 1000:.0f} ms" for stage in STAGES))
        cached = Engine(stem_cache=MemoryStemCache())
        brief = read_brief(PROMPT.format(8), calls=Call(seed=1))
        first, _ = seconds(lambda: compose(brief, cached), runs=1)
        again, _ = seconds(lambda: compose(brief, cached))
        print(f"\nthe same song again with caches: {again * 1000:.0f} ms after {first * 1000:.0f} ms")
        resonant = [sys.executable, "-m", "resonant"]
        best_help, median_help = seconds(lambda: subprocess.run([*resonant, "--help"], capture_output=True, check=True))
        print(f"\nresonant --help, cold: best {best_help:.2f} s, median {median_help:.2f} s")
        command = [*resonant, "compose", PROMPT.format(8), "--out", str(folder / "cold")]
        best_cold, median_cold = seconds(lambda: subprocess.run(command, capture_output=True, check=True))
        print(f"resonant compose, 8 bars, cold: best {best_cold:.2f} s, median {median_cold:.2f} s")


if __name__ == "__main__":
    main()
