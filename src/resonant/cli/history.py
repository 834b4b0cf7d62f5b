"""`resonant history`, `diff`, `restore`, `takes`, `pick`, `check`: what a song was, and the way back to it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from resonant.library.document import SongDocument
    from resonant.library.past import Past

_SONG = click.argument("song", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
_PROMPT_WIDTH = 40


@click.command()
@_SONG
@_JSON
def history(song: Path, as_json: bool) -> None:
    """List the revisions of a song, the oldest first; * marks the one that is shown.

    Takes of one act stand under one another as "take 1", "take 2", ….

    \b
    resonant history songs/warm-gospel-1a2b3c4d
    """
    from resonant.library.past import past_of

    past = past_of(song)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in past], indent=2, ensure_ascii=False))
    else:
        _print_table(past)


@click.command()
@_SONG
@click.argument("a", default="previous")
@click.argument("b", required=False)
@click.option("--picture", type=click.Path(path_type=Path), help="Draw the notes that went and came, into a PNG file.")
@_JSON
def diff(song: Path, a: str, b: str | None, picture: Path | None, as_json: bool) -> None:
    """Tell what is different from one revision to another, by track and bar.

    Without B it is the current revision, without A the one before that. A revision is a number of `resonant history`,
    an id, or its first letters (four or more).

    \b
    resonant diff songs/warm-gospel-1a2b3c4d
    resonant diff songs/warm-gospel-1a2b3c4d 1 3 --picture changes.png
    """
    from resonant.library.differences import differences, rewritten
    from resonant.library.past import named_revision, opened_at
    from resonant.library.place import disk_errors, write_durably
    from resonant.library.revisions import open_song
    from resonant.pictures.difference import difference_png

    opened = open_song(song)
    names = [named_revision(song, a), opened.revision if b is None else named_revision(song, b)]
    before, after = (opened_at(opened.folder, name) for name in names)
    found = differences(before, after)
    if picture is not None:
        old, new = before.song.score, after.song.score
        title = f"{new.title or opened.folder.name}: from {names[0]} to {names[1]}"
        with disk_errors(picture):
            write_durably(picture, difference_png(old, new, rewritten(old, new), title))
    if as_json:
        facts = {"from": names[0], "to": names[1], "differences": [asdict(each) for each in found]}
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    for each in found:
        click.echo(f"{each.about}: {each.words}")
    same = _unchanged(before, after, {each.about for each in found})
    click.echo(f"the same: {', '.join(same)}" if found and same else "" if found else "nothing is different")
    if picture is not None:
        click.echo(str(picture))


@click.command()
@_SONG
@click.argument("revision")
@_JSON
def restore(song: Path, revision: str, as_json: bool) -> None:
    """Go back to an earlier revision; those in between are kept.

    What comes is a new revision that is what REVISION was: nothing is rendered, and locks stay. REVISION is a number of
    `resonant history`, an id or its first letters (four or more), or "previous". What would change a locked cell is
    refused.

    \b
    resonant restore songs/warm-gospel-1a2b3c4d previous
    resonant restore songs/warm-gospel-1a2b3c4d 2
    """
    from resonant.library import acts
    from resonant.library.past import named_revision
    from resonant.library.revisions import open_song

    wanted = named_revision(song, revision)
    document = acts.restore(open_song(song), wanted)
    _tell(f"restored {wanted}", document, as_json)


@click.command()
@_SONG
@_JSON
def takes(song: Path, as_json: bool) -> None:
    """List the takes of the last act that made several; * marks the one that is shown.

    \b
    resonant takes songs/warm-gospel-1a2b3c4d
    """
    from resonant.library.past import past_of, takes_of

    found = takes_of(past_of(song))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
    elif not found:
        click.echo("no act made several takes; `resonant regenerate … --takes 4` does")
    else:
        _print_table(found)


@click.command()
@_SONG
@click.argument("take")
@_JSON
def pick(song: Path, take: str, as_json: bool) -> None:
    """Show another take; the others are kept.

    TAKE is its number in `resonant takes`, or the id of its revision.

    \b
    resonant pick songs/warm-gospel-1a2b3c4d 3
    """
    from resonant.library import acts
    from resonant.library.past import named_revision, past_of, takes_of
    from resonant.library.revisions import open_song

    found = next((each.revision for each in takes_of(past_of(song)) if str(each.take) == take), None)
    document = acts.pick(open_song(song), found or named_revision(song, take))
    _tell(f"take {take} is shown", document, as_json)


@click.command()
@_SONG
@_JSON
def check(song: Path, as_json: bool) -> None:
    """Check that no file of a song and of its history is damaged or missing.

    Every file is compared by hash; one that is not as it was written ends with exit code 1.

    \b
    resonant check songs/warm-gospel-1a2b3c4d
    """
    from resonant.library.damage import damage
    from resonant.library.past import past_of

    found, revisions = damage(song), len(past_of(song))
    if as_json:
        click.echo(json.dumps({"revisions": revisions, "damage": found}, indent=2, ensure_ascii=False))
    else:
        for sentence in found:
            click.echo(sentence)
        click.echo(f"{revisions} revision{'' if revisions == 1 else 's'}, {len(found) or 'nothing'} damaged")
    if found:
        raise click.exceptions.Exit(1)


def _print_table(past: "Sequence[Past]") -> None:
    rows = [("", "no", "revision", "act", "cells", "prompt", "seed", "when (UTC)"), *map(_row, past)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(past: "Past") -> tuple[str, ...]:
    act = past.act if past.take is None else f"{past.act}, take {past.take}"
    prompt = " ".join("".join(each if each.isprintable() else " " for each in past.prompt).split())
    prompt = prompt if len(prompt) <= _PROMPT_WIDTH else prompt[: _PROMPT_WIDTH - 1] + "…"
    when = past.time[:19].replace("T", " ")
    mark = "*" if past.current else ""
    return mark, str(past.number), past.revision, act, past.cells, prompt, str(past.seed), when


def _unchanged(before: "SongDocument", after: "SongDocument", different: set[str]) -> list[str]:
    names = [track.name for track in after.song.score.tracks]
    return [name for name in ("harmony", *names) if name not in different]


def _tell(what: str, document: "SongDocument", as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"revision": document.revision, "parent": document.song.lineage.parent}))
    else:
        click.echo(f"{what} (revision {document.revision})")
