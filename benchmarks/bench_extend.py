"""A song that goes on fifty times: does the fiftieth time take longer than the first ones, and is it still the song?

python benchmarks/bench_extend.py [PROMPT] [--bars N] [--picture FILE]

To hold: memory within 10 %, time per step within 20 %; tempo, key, loudness and register as they were.
"""

import gc
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
from hardware import hardware

from resonant.brief.reader import Call, read_brief
from resonant.evaluate.bars import bars_of, jaccard
from resonant.extension import lengthened
from resonant.heap import keep_freed_memory
from resonant.library.revisions import OpenSong, open_song
from resonant.library.songs import save_song
from resonant.library.wav_files import WavFile
from resonant.mix.loudness import integrated_lufs
from resonant.pictures.roll import piano_roll_png
from resonant.produce import Engine, compose
from resonant.score.excerpt import from_bar
from resonant.score.model import Score, Track
from resonant.sound.render import MemoryStemCache

TIMES = 50


@dataclass(frozen=True)
class Step:
    """One extension: milliseconds, resident MiB behind it, loudness of the new bars in LUFS, their sections."""

    ms: float
    mib: float
    lufs: float
    sections: str


def step(folder: Path, bars: int, engine: Engine) -> Step:
    opened = open_song(folder)
    start = time.perf_counter()
    longer = lengthened(opened, bars, engine).opened
    ms = 1000.0 * (time.perf_counter() - start)
    names = ", ".join(s.name for s in longer.song.score.sections if s.end_bar > longer.song.score.bars - bars)
    gc.collect()
    return Step(ms, _resident_mib(), loudness_of_new_bars(longer, bars), names)


def loudness_of_new_bars(opened: OpenSong, bars: int) -> float:
    score = opened.song.score
    mix = WavFile.at(opened.folder / "mix.wav")
    assert mix is not None
    start = score.tempo.seconds_at(score.metre.bar_start(score.bars - bars))
    return integrated_lufs(mix.read(round(start * mix.sample_rate))) or -70.0


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def told(what: str, values: list[float], unit: str) -> None:
    """Early against late: the tenth of the run behind the first five steps, and the last."""
    early, late = statistics.median(values[5:15]), statistics.median(values[-10:])
    change = 100.0 * (late / early - 1.0)
    print(f"{what:32} steps 6-15 {early:7.1f} {unit}, last ten {late:7.1f} {unit}: {change:+.1f} %")


def registers(score: Score, bars: int) -> None:
    """The middle pitch of each track in the first quarter of what was added, and in the last."""
    quarter = score.bars // 4
    for track in score.tracks:
        if track.role not in ("drums", "percussion"):
            early, late = (_middle(score, track, start) for start in (bars, score.bars - quarter))
            print(f"register of {track.name:20} first quarter {early:5.1f}, last {late:5.1f}")


def _middle(score: Score, track: Track, start: int) -> float:
    span = score.metre.bar_start(start), score.metre.bar_start(start + score.bars // 4)
    return statistics.median([note.pitch for note in track.between(*span)] or [0])


def key_share(score: Score, first: int, bars: int) -> float:
    """Share of pitched notes that lie in the song's key."""
    span = score.metre.bar_start(first), score.metre.bar_start(first + bars)
    pitches = [
        note.pitch % 12
        for track in score.tracks
        if track.role not in ("drums", "percussion")
        for note in track.between(*span)
    ]
    return sum(pitch in score.key.scale for pitch in pitches) / max(len(pitches), 1)


def repeated(score: Score, bars: int) -> None:
    """How much of each stretch's melody was there before, and how alike it is to the one most like it."""
    for track in score.tracks:
        cells = [view.cells for view in bars_of(score, track)]
        stretches = [cells[start : start + bars] for start in range(0, score.bars - bars + 1, bars)]
        likest = [
            max(statistics.fmean(map(jaccard, one, other)) for other in stretches[:n])
            for n, one in enumerate(stretches)
            if n
        ]
        same = len({tuple(one) for one in stretches})
        print(
            f"{track.name:12} {same} different stretches of {len(stretches)}; each is like the likest before it by "
            f"{statistics.median(likest):.2f}"
        )


@click.command()
@click.argument("prompt", default="pop in D, 8 bars")
@click.option("--bars", default=16)
@click.option("--times", default=TIMES)
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the last stretch into a PNG file.")
def main(prompt: str, bars: int, times: int, picture: Path | None) -> None:
    keep_freed_memory()
    engine = Engine(stem_cache=MemoryStemCache(64 * 2**20))
    print(hardware())
    with tempfile.TemporaryDirectory() as place:
        folder = save_song(compose(read_brief(prompt, calls=Call(seed=1)), engine), Path(place))
        print(f"{prompt}, and {times} times {bars} bars more\n")
        steps = [step(folder, bars, engine) for _ in range(times)]
        score = open_song(folder).song.score
    told("time per step", [each.ms for each in steps], "ms")
    told("memory", [each.mib for each in steps], "MiB")
    lufs = [each.lufs for each in steps]
    print(f"loudness of what was added: {min(lufs):.1f} to {max(lufs):.1f} LUFS, last ten {lufs[-10:]}")
    print(f"tempo changes: {len(score.tempo.changes)}, key {score.key}, {score.bars} bars")
    shares = [key_share(score, start, bars) for start in range(0, score.bars - bars + 1, bars)]
    print(f"notes in the key: first stretch {shares[0]:.2f}, least {min(shares):.2f}, last {shares[-1]:.2f}")
    registers(score, bars)
    repeated(score, bars)
    print("sections:", " | ".join(f"{s.name} {s.bars}@{s.energy:.2f}" for s in score.sections[:24]))
    if picture is not None:
        picture.write_bytes(piano_roll_png(from_bar(score, max(score.bars - 4 * bars, 0)), prompt))


if __name__ == "__main__":
    main()
