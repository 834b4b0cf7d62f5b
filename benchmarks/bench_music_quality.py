"""How good the music is: the quality lines of the first song, on sixty prompts and sixty songs, in one run.

    python benchmarks/bench_music_quality.py [--data DATA_FOLDER] [--prompts 60] [--songs 60]

Writes docs/quality.md. Three parts: sixty prompts over all genres, rendered, mixed and listened to; sixty songs of full
length, notes only, beside real music and its null models; and (with --data) what the same estimators manage on real
pieces of two kinds with a known truth (POP909 in triads, OpenEWLD lead sheets in sevenths), rendered by a plain
synthesiser and, up to twenty of each, through our own sound and mix.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev
from typing import TypeVar

from hardware import hardware
from plain_synth import rendered
from yardstick import Yardstick, excerpts, sheets, sounded

from resonant.brief.reader import Call, read_brief
from resonant.cli.evaluate import verdict_table
from resonant.evaluate import chords_audio, key_audio, tempo_audio
from resonant.evaluate.composed import composed_report
from resonant.evaluate.prompts import read_prompts
from resonant.evaluate.report import SongReport, table
from resonant.evaluate.verdicts import POP_STYLES, Line, verdicts
from resonant.listening.hearing import hear
from resonant.produce import Engine
from resonant.score.model import Score
from resonant.sound.banks import open_bank
from resonant.styles import all_styles

Thing = TypeVar("Thing")
TARGET = Path(__file__).parents[1] / "docs" / "quality.md"
FULL_BARS = 64
_TRIADIC_COLOR = 0.5  # styles that colour fewer of their triads than this
THROUGH_OUR_SOUND = 20
NEED_WHOLE_PIECES = ("melody: ", "chords: ", "drums: ", "counter: ", "every style: ")
HEARD = ("grid_ratio", "tempo_error", "blind_tempo_ok", "beat_cv", "key_exact", "key_weighted", "majmin_overlap")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--prompts", type=int, default=60)
    parser.add_argument("--songs", type=int, default=60)
    parser.add_argument("--soundbank", default="auto", help='an SF2 or SF3 file, "best" or "embedded"')
    arguments = parser.parse_args()
    begun = time.perf_counter()
    engine = Engine(bank=open_bank(arguments.soundbank))
    heard = list(prompted(engine, arguments.prompts))
    full = list(full_songs(engine, arguments.songs))
    real = Ceiling() if arguments.data is None else ceiling(arguments.data, engine)
    minutes = (time.perf_counter() - begun) / 60
    TARGET.write_text(page(heard, full, real, minutes), encoding="utf-8")
    lines = [*lines_by_sound(heard), *lines_beside_real(heard, real), *lines_by_notes(full)]
    print(f"{sum(line.holds for line in lines)} of {len(lines)} quality lines hold; all of them: docs/quality.md")
    for line in lines:
        if not line.holds:
            print(f"FAIL {line.what}: {line.found}, wanted {line.wanted}")


def lines_by_sound(heard: Sequence[SongReport]) -> list[Line]:
    """The lines that rendered prompts answer; they are too short for the bands of whole pieces."""
    return [line for line in verdicts(heard) if not line.what.startswith(NEED_WHOLE_PIECES)]


def lines_beside_real(heard: Sequence[SongReport], real: "Ceiling") -> list[Line]:
    """Whether the chords of our songs are heard as well as those of real pieces of both kinds, through our sound."""
    pooled = [row["majmin_overlap"] for row in (*real.pop.ours, *real.sheets.ours)]
    if not pooled:
        return []
    found, wanted = fmean(report.heard["majmin_overlap"] for report in heard), fmean(pooled)
    what = "chords heard, majmin: at least as well as in real pieces through our sound, pooled over both kinds"
    return [Line(what, f"{found:.3f}", f"≥ {wanted:.3f}", found >= wanted)]


def lines_by_notes(full: Sequence[SongReport]) -> list[Line]:
    """The lines that songs of full length answer without sound."""
    return [line for line in verdicts(full) if line.found != "none"]


def prompted(engine: Engine, count: int) -> Iterator[SongReport]:
    """The prompts as they stand, or every so many of them, with sound, heard."""
    for number, text in enumerate(spread(read_prompts(), count)):
        yield composed_report(replace(read_brief(text), seed=number), engine, listen=True)
        print(f"prompt {number + 1}: {text}", file=sys.stderr, flush=True)


def spread(things: Sequence[Thing], count: int) -> Sequence[Thing]:
    """So many of the things, evenly taken; all where there are no more."""
    count = min(count, len(things))
    return [things[number * len(things) // count] for number in range(count)]


def full_songs(engine: Engine, count: int) -> Iterator[SongReport]:
    """Songs of 64 bars, as long as the real ones that the reference was measured on: every style in turn, two
    thirds of the songs; the last third pop and ballad."""
    styles = sorted(all_styles())
    for number in range(count):
        style = styles[number % len(styles)] if 3 * number < 2 * count else POP_STYLES[number % 2]
        text = f"{style} song"
        yield composed_report(
            replace(read_brief(text, Call(bars=FULL_BARS)), seed=1000 + number), engine, sounding=False
        )


@dataclass(frozen=True)
class Heard:
    """What the estimators hear in real pieces of one kind, plainly rendered and through our instruments and mix: a row
    of metrics a piece."""

    plain: Sequence[dict[str, float]] = ()
    ours: Sequence[dict[str, float]] = ()


@dataclass(frozen=True)
class Ceiling:
    """Real pieces of two kinds, both with Groove test beats: POP909 test (triads), OpenEWLD test lead sheets (sevenths,
    half of them over a walking bass)."""

    pop: Heard = Heard()
    sheets: Heard = Heard()


def ceiling(data: Path, engine: Engine) -> Ceiling:
    return Ceiling(heard_twice(list(excerpts(data, "test")), engine), heard_twice(list(sheets(data, "test")), engine))


def heard_twice(scores: Sequence[Score], engine: Engine) -> Heard:
    """All pieces plainly rendered, and twenty of them at most, evenly taken, through our own sound."""
    return Heard(
        [heard_in(Yardstick(score.title, rendered(score), score)) for score in scores],
        [heard_in(sounded(score, engine)) for score in spread(scores, THROUGH_OUR_SOUND)],
    )


def heard_in(piece: Yardstick) -> dict[str, float]:
    hearing = hear(piece.audio)
    return (
        tempo_audio.evaluate(hearing.strength, piece.score.tempo, piece.score.end)
        | key_audio.evaluate(hearing, piece.score.key)
        | chords_audio.evaluate(hearing, piece.score)
    )


def page(heard: Sequence[SongReport], full: Sequence[SongReport], real: Ceiling, minutes: float) -> str:
    script = "benchmarks/bench_music_quality.py"
    blocks = [
        "# How good the music is",
        f"Written by `{script}` in {minutes:.0f} min on: {hardware()}. Other work ran beside it.",
        f"## {len(heard)} prompts over all genres, rendered and heard",
        _text(verdict_table([*lines_by_sound(heard), *lines_beside_real(heard, real)])),
        "### Chords and keys heard, style by style",
        _by_style(heard),
        "## The estimators' own ceiling",
        "The same estimators on real pieces whose truth is known (a dozen bars each, with a Groove beat): POP909 test, "
        "in triads, and OpenEWLD test lead sheets, in sevenths, as a trio plays them, half over a walking bass; "
        "through our own instruments and mix and through a plain synthesiser, beside our songs with drums:",
        _ceiling([report for report in heard if report.has_drums], real),
        f"## {len(full)} songs of {FULL_BARS} bars, beside real music and broken music",
        "Bands: mean ± 1 sd of POP909 (held-out) for pop and ballad, of Groove for drums (`evaluate.reference`).",
        _text(verdict_table(lines_by_notes(full))),
        "All metrics; `in`, `LOW` and `HIGH` say where our mean lies against the band.",
        _text(table(full)),
        "### Metrics of the rendered prompts",
        _text(table(heard)),
    ]
    return "\n\n".join(blocks) + "\n"


def _ceiling(songs: Sequence[SongReport], real: Ceiling) -> str:
    styles = all_styles()
    triadic = [song.heard for song in songs if styles[song.style].harmony.color < _TRIADIC_COLOR]
    columns: Mapping[str, Sequence[Mapping[str, float]]] = {
        "our songs": [song.heard for song in songs],
        "those in triads": triadic,
        "POP909, our sound": real.pop.ours,
        "OpenEWLD, our sound": real.sheets.ours,
        "POP909, plain sound": real.pop.plain,
        "OpenEWLD, plain sound": real.sheets.plain,
    }
    rows = [
        _cells("heard", list(columns)),
        _cells("---", ["---"] * len(columns)),
        _cells("songs", [str(len(column) or "-") for column in columns.values()]),
        *(_cells(name, [_spread(column, name) for column in columns.values()]) for name in HEARD),
    ]
    return "\n".join(rows)


def _by_style(heard: Sequence[SongReport]) -> str:
    """Means of each style, the hardest to hear first."""
    names = ("majmin_overlap", "key_exact", "key_weighted")
    rows = {
        style: [str(len(songs)), *(f"{fmean(song.heard[name] for song in songs):.2f}" for name in names)]
        for style in {report.style for report in heard}
        for songs in [[report for report in heard if report.style == style]]
    }
    hardest = sorted(rows, key=lambda style: (rows[style][1], style))
    head = [_cells("style", ["songs", *names]), _cells("---", ["---"] * (len(names) + 1))]
    return "\n".join([*head, *(_cells(style, rows[style]) for style in hardest)])


def _cells(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _spread(rows: Sequence[Mapping[str, float]], name: str) -> str:
    values = [row[name] for row in rows]
    return f"{fmean(values):.4f} ± {pstdev(values):.4f}" if values else "-"


def _text(block: str) -> str:
    return f"```text\n{block}\n```"


if __name__ == "__main__":
    main()
