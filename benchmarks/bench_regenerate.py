"""A re-roll of one track in eight bars, in a running process: from the request to the new mix on disk.

python benchmarks/bench_regenerate.py

Figures to beat, on two cores without a GPU: 300 ms to the mix on disk, 150 ms to the first audio of the changed stem.
"""

import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from pathlib import Path

from hardware import hardware

from resonant.brief.reader import Call, read_brief
from resonant.heap import keep_freed_memory
from resonant.library.revisions import open_song, save_revision
from resonant.library.songs import save_song
from resonant.produce import Engine, Watch, compose, sounded
from resonant.reroll import Reroll, takes
from resonant.score.region import Region
from resonant.sound.render import MemoryStemCache

PROMPT = "warm gospel in C, 120 bpm, walking bass, 8 bars, just drums, bass, piano and alto sax"
TRACKS = ("bass", "drums", "chords", "melody")
RUNS = 7
STAGES = ("open", "write", "render", "mix and master", "save")


def reroll(folder: Path, engine: Engine, track: str, seed: int) -> tuple[dict[str, float], list[str]]:
    """Seconds of each stage of one re-roll, and the stems that were rendered for it."""
    marks: dict[str, float] = {}
    start = time.perf_counter()
    opened = open_song(folder)
    marks["open"] = time.perf_counter()
    asked = Reroll(Region.of([track], 0, opened.song.score.bars), seed=seed)
    take = next(takes(opened.song, asked, engine))
    marks["write"] = time.perf_counter()
    watch = Watch(lambda stage, _: marks.setdefault(stage, time.perf_counter()))
    song = sounded(take, engine, watch, opened.published)
    made = time.perf_counter()
    save_revision(song, opened)
    end = time.perf_counter()
    assert song.stems is not None
    spans = {
        "open": marks["open"] - start,
        "write": marks["write"] - marks["open"],
        "render": marks["mixing"] - marks["write"],
        "mix and master": made - marks["mixing"],
        "save": end - made,
        "first audio": marks["mixing"] - start,
        "all": end - start,
    }
    return spans, list(song.stems.tracks)


def profiled(folder: Path, engine: Engine) -> None:
    """What one re-roll spends its time on, most expensive first."""
    with cProfile.Profile() as profile:
        reroll(folder, engine, "bass", 4711)
    pstats.Stats(profile).sort_stats("cumtime").print_stats(45)


def main() -> None:
    keep_freed_memory()
    engine = Engine(stem_cache=MemoryStemCache())
    print(hardware())
    with tempfile.TemporaryDirectory() as place:
        song = compose(read_brief(PROMPT, calls=Call(seed=1)), engine)
        folder = save_song(song, Path(place))
        reroll(folder, engine, "bass", 1)  # the first act also begins the history
        for track in TRACKS:
            runs = [reroll(folder, engine, track, 100 + n) for n in range(RUNS)]
            rendered = sorted({name for _, names in runs for name in names})
            print(f"\n{track}: rendered {', '.join(rendered)} of {len(song.score.tracks)} stems")
            for stage in (*STAGES, "first audio", "all"):
                times = [spans[stage] * 1000 for spans, _ in runs]
                print(f"  {stage:15} best of {RUNS} {min(times):6.0f} ms, median {statistics.median(times):6.0f} ms")
        if "--profile" in sys.argv:
            profiled(folder, engine)


if __name__ == "__main__":
    main()
