"""A re-roll of one track in eight bars, in a running process: from the request to the new mix on disk.

python benchmarks/bench_regenerate.py [--plain] [--profile TRACK] [PROMPT ...]

Figures to beat, on two cores without a GPU: 300 ms to the mix on disk, 150 ms to the first audio of the changed stem.
"""

import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from hardware import hardware

from resonant.brief.reader import Call, read_brief
from resonant.heap import keep_freed_memory
from resonant.library.revisions import open_song
from resonant.library.songs import save_song
from resonant.loops import compile_loops
from resonant.produce import Engine, Watch, compose
from resonant.reroll import Reroll, takes
from resonant.revising import revised
from resonant.score.region import Region
from resonant.sound.render import MemoryStemCache

PROMPTS = (
    "warm gospel in C, 120 bpm, walking bass, 8 bars, just drums, bass, piano and alto sax",
    "pop, 8 bars",
    "hip hop, 8 bars",
    "house, 8 bars",
    "jazz trio, 8 bars",
    "rock, 8 bars",
    "folk, 8 bars",
    "cinematic, 8 bars",
    "r&b, 8 bars",
    "ambient, 8 bars",
)
RUNS = 7
STAGES = ("open", "write", "render", "mix and master", "save", "first audio", "all")

Spans = dict[str, float]
"""Milliseconds by stage."""


def reroll(folder: Path, engine: Engine, track: str, seed: int) -> Spans:
    """How long each stage of one re-roll takes."""
    marks: dict[str, float] = {}
    start = time.perf_counter()
    opened = open_song(folder)
    marks["open"] = time.perf_counter()
    asked = Reroll(Region.of([track], 0, opened.song.score.bars), seed=seed)
    take = next(takes(opened.song, asked, engine))
    marks["write"] = time.perf_counter()

    def mark(stage: str, _: object) -> None:
        marks.setdefault(stage, time.perf_counter())

    watch = Watch(mark, heard=lambda name, opening: mark("heard", opening))
    revised(take, opened, engine, watch, before=opened.published)
    end = time.perf_counter()
    ends = [start, marks["open"], marks["write"], marks["mixing"], marks["saving"], end]
    spans = {stage: after - before for stage, before, after in zip(STAGES, ends, ends[1:], strict=False)}
    spans |= {"first audio": marks["heard"] - start, "all": end - start}
    return {stage: 1000.0 * seconds for stage, seconds in spans.items()}


def song_of(prompt: str, place: str, engine: Engine) -> Path:
    """A song of the prompt on the disk, of which one act was done already: the first one begins the history."""
    song = compose(read_brief(prompt, calls=Call(seed=1)), engine)
    folder = save_song(song, Path(place))
    reroll(folder, engine, song.score.tracks[0].name, 1)
    return folder


def measured(prompt: str, engine: Engine) -> list[Spans]:
    """The median run of each track of a prompt's song, told line by line."""
    with tempfile.TemporaryDirectory() as place:
        folder = song_of(prompt, place, engine)
        score = open_song(folder).song.score
        print(f"\n{prompt}: {score.seconds:.0f} s, {len(score.tracks)} stems", flush=True)
        medians = []
        for track in score.tracks:
            runs = [reroll(folder, engine, track.name, 100 + n) for n in range(RUNS)]
            medians.append({stage: statistics.median(run[stage] for run in runs) for stage in STAGES})
            spans = ", ".join(f"{stage} {medians[-1][stage]:.0f}" for stage in STAGES)
            best = min(run["all"] for run in runs)
            print(f"  {track.name:12} {len(track.notes):4} notes: {spans} ms; best of {RUNS} {best:.0f} ms", flush=True)
        return medians


def profiled(prompt: str, track: str, engine: Engine) -> None:
    """What one re-roll spends its time on, most expensive first."""
    with tempfile.TemporaryDirectory() as place, cProfile.Profile() as profile:
        profile.disable()
        folder = song_of(prompt, place, engine)
        profile.enable()
        reroll(folder, engine, track, 4711)
        profile.disable()
        pstats.Stats(profile).sort_stats("cumtime").print_stats(45)


def main(arguments: Sequence[str]) -> None:
    keep_freed_memory()
    if "--plain" not in arguments:
        compile_loops()
    arguments = [argument for argument in arguments if argument != "--plain"]
    engine = Engine(stem_cache=MemoryStemCache())
    if arguments[:1] == ["--profile"]:
        profiled((*arguments[2:], PROMPTS[0])[0], arguments[1], engine)
        return
    print(hardware())
    found = [spans for prompt in arguments or PROMPTS for spans in measured(prompt, engine)]
    for stage in ("first audio", "all"):
        times = [spans[stage] for spans in found]
        print(f"\n{stage}, {len(times)} tracks: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
