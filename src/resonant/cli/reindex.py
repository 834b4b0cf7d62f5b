"""`resonant reindex`: the catalogue rebuilt from the song folders."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("songs"), show_default=True, help="The songs folder."
)
def reindex(out: Path) -> None:
    """Rebuild the catalogue of songs from their folders.

    \b
    resonant reindex --out songs
    """
    from resonant.errors import PlaceError
    from resonant.library.catalogue import Catalogue
    from resonant.library.place import sweep

    if not out.is_dir():
        raise PlaceError(f"there is no folder {out}; name the songs folder with --out")
    swept = sweep(out)
    with Catalogue(out) as catalogue:
        count, complaints = catalogue.reindex()
    for complaint in complaints:
        click.echo(f"resonant: {complaint}", err=True)
    if swept:
        click.echo(f"{swept} unfinished songs of earlier runs removed", err=True)
    click.echo(f"{count} songs in {out / 'catalogue.db'}")
