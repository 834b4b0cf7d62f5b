"""What an act on a song has made, shown: its takes, each a revision."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import print_song, summary

if TYPE_CHECKING:
    from resonant.library.document import SongDocument


def show_takes(
    folder: Path, takes: "Sequence[SongDocument]", as_json: bool, more: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Prints the takes of an act: all of them as JSON, or the first one for people, with the revisions of all.

    Args:
        folder: of the song.
        takes: at least one; the first is the one that is shown.
        as_json: whether for a machine.
        more: what else a machine wants to know of each take.
    """
    if as_json:
        rows = [_row(folder, take) | dict(facts) for take, facts in zip(takes, more or [{}] * len(takes), strict=True)]
        click.echo(json.dumps({"takes": rows}, indent=2, ensure_ascii=False))
        return
    print_song(folder, takes[0].song)
    click.echo(f"  revision {', '.join(take.revision for take in takes)}")


def _row(folder: Path, take: "SongDocument") -> dict[str, Any]:
    master = take.meters.get("master", {})
    loudness = {"loudness_lufs": master.get("integrated_lufs"), "true_peak_dbtp": master.get("true_peak_dbtp")}
    return summary(take.song, folder) | loudness | {"revision": take.revision}
