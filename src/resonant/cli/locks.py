"""`resonant lock`, `unlock`, `locks`: cells that stay what they are, with the proof."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resonant.cli.cells import ALL, chosen
from resonant.errors import InputError

if TYPE_CHECKING:
    from resonant.library.model import Lock
    from resonant.library.revisions import OpenSong

_SONG = click.argument("song", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON only.")


@click.command()
@_SONG
@click.option("--tracks", required=True, help='Such as "drums,bass"; "harmony" for the chords, "all" for every track.')
@click.option("--bars", default=ALL, show_default=True, help='Such as "1-8", "5, 9-12" or "chorus 2".')
@click.option("--name", default="", help="What the lock is called; without one, its cells in words.")
@_JSON
def lock(song: Path, tracks: str, bars: str, name: str, as_json: bool) -> None:
    """Lock tracks or bars: nothing that is done later changes them, which `resonant locks --verify` proves.

    \b
    resonant lock songs/warm-gospel-1a2b3c4d --tracks drums
    resonant lock songs/warm-gospel-1a2b3c4d --tracks bass,chords --bars 5-8 --name hook
    """
    from resonant.library import acts
    from resonant.library.revisions import open_song

    opened = open_song(song)
    document = acts.lock(opened, chosen(opened.song, tracks, bars), " ".join(name.split()))
    _tell(document.song.locks[-1], document.revision, as_json)


@click.command()
@_SONG
@click.option("--name", default="", help="The lock to take away.")
@click.option("--tracks", default="", help="Or what to free: these tracks …")
@click.option("--bars", default="", help="… in these bars.  [default: all]")
@_JSON
def unlock(song: Path, name: str, tracks: str, bars: str, as_json: bool) -> None:
    """Free what is locked: a lock by its name, or some tracks or bars of any lock.

    \b
    resonant unlock songs/warm-gospel-1a2b3c4d --name hook
    resonant unlock songs/warm-gospel-1a2b3c4d --tracks bass --bars 5-6
    """
    from resonant.library import acts
    from resonant.library.revisions import open_song

    if bool(name) == bool(tracks or bars):
        raise InputError("give the --name of a lock, or the --tracks and --bars that shall be free")
    opened = open_song(song)
    if name:
        document = acts.unlock_named(opened, name)
    else:
        document = acts.unlock(opened, chosen(opened.song, tracks or "everything", bars or ALL))
    if as_json:
        click.echo(json.dumps({"revision": document.revision, "locks": [each.name for each in document.song.locks]}))
    else:
        names = ", ".join(repr(each.name) for each in document.song.locks) or "nothing"
        click.echo(f"unlocked; locked now: {names} (revision {document.revision})")


@click.command()
@_SONG
@click.option("--verify", is_flag=True, help="Prove from the files that all that is locked is what it was.")
@_JSON
def locks(song: Path, verify: bool, as_json: bool) -> None:
    """List the locks of a song; --verify proves that they held.

    A broken lock ends with exit code 1.

    \b
    resonant locks songs/warm-gospel-1a2b3c4d --verify
    """
    from resonant.library.revisions import open_song

    opened = open_song(song)
    broken = {each.name: _broken(each, opened) for each in opened.song.locks} if verify else {}
    if as_json:
        facts = [_facts(each) | ({"broken": broken[each.name]} if verify else {}) for each in opened.song.locks]
        click.echo(json.dumps({"revision": opened.revision, "locks": facts}, indent=2, ensure_ascii=False))
    elif not opened.song.locks:
        click.echo("nothing is locked")
    else:
        for each in opened.song.locks:
            _print(each, broken.get(each.name))
    if any(broken.values()):
        raise click.exceptions.Exit(1)


def _broken(lock: "Lock", opened: "OpenSong") -> list[str]:
    from resonant.library.locks import broken_seals

    return list(broken_seals(lock, opened.document, opened.published))


def _tell(made: "Lock", revision: str, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_facts(made) | {"revision": revision}, indent=2, ensure_ascii=False))
    else:
        _print(made, None)
        click.echo(f"  (revision {revision})")


def _print(lock: "Lock", broken: list[str] | None) -> None:
    from resonant.library.locks import cells_in_words

    cells = cells_in_words(lock.region)
    state = "" if broken is None else f": {'proved' if not broken else 'BROKEN, ' + ', '.join(broken) + ' changed'}"
    click.echo(f"{lock.name}{'' if lock.name == cells else f' ({cells})'}{state}")


def _facts(lock: "Lock") -> dict[str, object]:
    from dataclasses import asdict

    from resonant.library.locks import cells_in_words

    seals = {row: asdict(seal) for row, seal in lock.seals.items()}
    return {"name": lock.name, "cells": cells_in_words(lock.region), "seals": seals}
