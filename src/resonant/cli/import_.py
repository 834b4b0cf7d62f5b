"""`resonant import`: a MIDI file or a recording becomes a song whose tracks are locked."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import print_song, summary
from resonant.cli.engine import an_engine
from resonant.cli.progress import Progress, progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.brought.wishes import Wishes
    from resonant.library.model import Song
    from resonant.library.revisions import OpenSong
    from resonant.produce import Engine

LONGEST_SOUND_S = 1800
_CHORD_LINES = 8

_ROLES = ("drums", "percussion", "bass", "chords", "melody", "pad", "arpeggio", "strings", "counter")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", default="", help="What the song is called.  [default: the file's own title or name]")
@click.option("--role", type=click.Choice(_ROLES), help="What a recording, or the one track of a file, plays.")
@click.option("--style", default="", help="In which it is to be accompanied.  [default: the nearest]")
@click.option("--key", help='Such as C, "Bb minor" or "D dorian".  [default: read or found]')
@click.option("--tempo", type=float, help="Quarter notes a minute.  [default: read or found]")
@click.option("--metre", help="Such as 4/4, 3/4 or 6/8.  [default: read or found]")
@click.option("--stretch-to", "stretch_to", type=float, help="Stretch a recording to this constant tempo.")
@click.option("--into", type=click.Path(path_type=Path), help="Add the tracks to this song and make no new one.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("songs"), show_default=True, help="The songs folder."
)
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def import_(file: Path, into: Path | None, out: Path, soundbank: str | None, as_json: bool, **asked: Any) -> None:
    """Bring your own: a MIDI file or a recording becomes a song, its tracks locked.

    Tempo, bars, key, chords and sections are read where the file says them and found where it does not.

    \b
    resonant import sketch.mid
    resonant import guitar.wav --role chords
    resonant import vocals.flac --stretch-to 120
    """
    from resonant.brought.bring import brought
    from resonant.brought.keeping import kept
    from resonant.library.place import check_place
    from resonant.library.revisions import open_song

    with stoppable() as should_stop, progress_shown(as_json) as progress, TemporaryDirectory() as workplace:
        check_place(out if into is None else into)
        opened = None if into is None else open_song(into)
        progress("listening", 0.02)
        song, own = brought(file, _wishes(asked), Path(workplace), None if opened is None else opened.song)
        song = heard(song, an_engine(soundbank), opened, (progress, should_stop))
        progress("saving", 0.97)
        song, path = kept(song, own, out, opened)
    show(song, path, as_json)


def show(song: "Song", path: Path, as_json: bool) -> None:
    """Prints what became of the song."""
    from resonant.library.document import chords_by_bar

    facts = summary(song, path) | {"chords": chords_by_bar(song.score), "recordings": sorted(song.recordings)}
    if as_json:
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
        return
    print_song(path, song)
    for line in facts["chords"][:_CHORD_LINES]:
        click.echo(f"  {line}")


def heard(
    song: "Song", engine: "Engine", opened: "OpenSong | None", watching: tuple[Progress, Callable[[], bool]]
) -> "Song":
    """The song with its sound, unless it lasts longer than what sound is made for: then its notes alone."""
    from dataclasses import replace

    from resonant import produce

    engine.style(song.brief.style)  # refused before anything is rendered
    if song.score.seconds > LONGEST_SOUND_S:
        remark = (
            f"it lasts {song.score.seconds / 60:.0f} minutes, and sound is made for {LONGEST_SOUND_S // 60}: its notes "
            "are kept alone"
        )
        return replace(song, brief=replace(song.brief, remarks=(*song.brief.remarks, remark)))
    return produce.sounded(song, engine, produce.Watch(*watching), None if opened is None else opened.published)


def _wishes(asked: dict[str, Any]) -> "Wishes":
    from resonant.brought.wishes import Wishes
    from resonant.theory.key import Key
    from resonant.units import Metre

    return Wishes(
        asked["name"],
        asked["role"] or "",
        asked["style"],
        None if asked["key"] is None else Key.parse(asked["key"]),
        None if asked["metre"] is None else Metre.parse(asked["metre"]),
        asked["tempo"],
        asked["stretch_to"],
    )
