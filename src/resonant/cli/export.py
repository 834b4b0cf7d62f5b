"""`resonant export`: a song for the programs that people go on working in."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from resonant.score.musicxml import Parts

# As exports.formats has them; named here so that help needs nothing heavy. A test holds the two together.
FORMATS = ("stems", "midi", "dawproject", "rpp", "musicxml", "lrc", "zip")


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option(
    "--to", "formats", metavar="FORMAT", multiple=True, required=True,
    help=f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}. May be given more than once.",
)  # fmt: skip
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("exports"),
    show_default=True,
    help="A folder; or a file, where one format of one file is asked for.",
)
@click.option(
    "--parts",
    type=click.Choice(("lead", "all")),
    default="lead",
    show_default=True,
    help="Of MusicXML: the melody with chords and words, or the full score.",
)
@click.option("--force", is_flag=True, help="Replace files that are there already and differ.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def export(song: Path, formats: tuple[str, ...], out: Path, parts: "Parts", force: bool, as_json: bool) -> None:
    """Write a song as stems, MIDI, notation or a project for a DAW.

    \b
    resonant export songs/warm-gospel-1a2b3c4d --to stems --to midi
    resonant export songs/warm-gospel-1a2b3c4d --to dawproject --out gospel.dawproject
    """
    from resonant.exports.formats import export_song
    from resonant.exports.source import open_song

    written = export_song(open_song(song), formats, out, parts=parts, force=force)
    if as_json:
        facts = {name: [str(path) for path in paths] for name, paths in written.items()}
        click.echo(json.dumps({"song": str(song), "exports": facts}, indent=2, ensure_ascii=False))
    else:
        for paths in written.values():
            for path in paths:
                click.echo(str(path))
