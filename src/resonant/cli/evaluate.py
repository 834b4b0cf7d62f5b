"""`resonant evaluate`: many prompts in, one table of how good the songs are out."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import Progress, progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.evaluate.report import SongReport
    from resonant.evaluate.verdicts import Line


@click.command()
@click.argument("prompts", type=click.Path(path_type=Path), required=False)
@click.option("--limit", type=click.IntRange(1), help="Only the first so many prompts.")
@click.option("--bars", type=click.IntRange(1, 999), help="Length of every song, whatever the prompts say.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Seed of the first song.")
@click.option("--notes-only", is_flag=True, help="Do not render: judge the notes alone.")
@click.option("--audio", is_flag=True, help="Listen to the mixes too: tempo, key and chords from the sound.")
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def evaluate(
    prompts: Path | None,
    limit: int | None,
    bars: int | None,
    seed: int,
    notes_only: bool,
    audio: bool,
    soundbank: str | None,
    styles_folder: Path | None,
    as_json: bool,
) -> None:
    """Compose many prompts and print a table of metrics.

    PROMPTS is a text file with one prompt a line (lines that start with # are left out); without it, 60 prompts over
    all genres are used. Each metric is shown beside real music's mean and spread and beside what broken music has; the
    quality lines under the table say what holds. Nothing is saved.

    \b
    resonant evaluate --limit 5 --notes-only
    resonant evaluate my_prompts.txt --audio
    """
    from resonant.errors import InputError
    from resonant.evaluate.prompts import read_prompts

    if notes_only and audio:
        raise InputError("--notes-only and --audio exclude each other: leave one of them out")
    texts = read_prompts(prompts)[:limit]
    engine = an_engine(soundbank, styles_folder)
    with stoppable() as should_stop, progress_shown(quiet=as_json) as progress:
        reports = list(_reports(texts, bars, seed, not notes_only, audio, engine, progress, should_stop))
    _print(reports, as_json)


def _reports(
    texts: Sequence[str],
    bars: int | None,
    seed: int,
    sounding: bool,
    listen: bool,
    engine: Any,
    progress: Progress,
    should_stop: Any,
) -> "Iterator[SongReport]":
    from resonant.brief.reader import Call, read_brief
    from resonant.evaluate.composed import composed_report

    for number, text in enumerate(texts):
        progress(f"song {number + 1} of {len(texts)}: {text[:40]}", number / len(texts))
        brief = read_brief(text, calls=Call(bars=bars), styles_folder=engine.styles_folder)
        yield composed_report(replace(brief, seed=seed + number), engine, sounding, listen, should_stop)


def _print(reports: "Sequence[SongReport]", as_json: bool) -> None:
    from dataclasses import asdict

    from resonant.evaluate.report import table
    from resonant.evaluate.verdicts import verdicts

    lines = verdicts(reports)
    if as_json:
        songs = [report.as_json() for report in reports]
        click.echo(
            json.dumps({"songs": songs, "lines": [asdict(line) for line in lines]}, allow_nan=False, default=str)
        )
        return
    click.echo(table(reports))
    click.echo("\n" + verdict_table(lines))


def verdict_table(lines: "Sequence[Line]") -> str:
    """The quality lines as text, those that fail marked."""
    width = max((len(line.what) for line in lines), default=0)
    rows = [
        f"{'ok  ' if line.holds else 'FAIL'} {line.what:<{width}}  {line.found:>12}  {line.wanted}" for line in lines
    ]
    return "\n".join([*rows, f"{sum(line.holds for line in lines)} of {len(lines)} hold"])
