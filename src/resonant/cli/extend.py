"""`resonant extend`: a song goes on behind its end."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import part_of
from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import progress_shown, stoppable
from resonant.cli.takes import show_takes

if TYPE_CHECKING:
    from resonant.extension import Longer
    from resonant.library.revisions import OpenSong
    from resonant.produce import Change


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--bars", type=int, default=8, show_default=True, help="How many bars more, 1 to 512.")
@click.option("--section", help="The section that shall come, such as chorus.  [default: what the form has next]")
@click.option("--prompt", default="", help='How it shall go on, such as "busier".')
@click.option("--takes", type=click.IntRange(1, 99), default=1, show_default=True, help="How many to make of it.")
@click.option(
    "--seed",
    type=SEED,
    help="Other figures over the same chords.  [default: the song's own material]",
)
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def extend(
    song: Path, soundbank: str | None, styles_folder: Path | None, as_json: bool, takes: int, **asked: Any
) -> None:
    """Let a song go on behind its end, from its own material.

    What is there stays, note for note, and its stems to the last bit. The song leads on at its new end; --section outro
    brings it home. Of several takes the one from the song's own material is shown; `resonant pick` shows another.

    \b
    resonant extend songs/warm-gospel-1a2b3c4d --bars 16
    resonant extend songs/warm-gospel-1a2b3c4d --section chorus --takes 3
    """
    from resonant.extension import lengthened
    from resonant.library.revisions import open_song, switch_to
    from resonant.produce import Watch

    with stoppable() as should_stop, progress_shown(as_json) as progress:
        opened, engine = open_song(song), an_engine(soundbank, styles_folder)
        made: list[Longer] = []
        for number in reversed(range(takes)):  # the first is made last, and so is the one that is shown
            watch = Watch(part_of(progress, takes - 1 - number, takes), should_stop)
            change = _change(opened, asked["prompt"], asked["seed"], number, styles_folder)
            made.insert(0, lengthened(opened, asked["bars"], engine, watch, change, asked["section"]))
            if number:
                switch_to(made[0].opened, opened.revision)
                opened = open_song(song)
        progress("done", 1.0)
    more = [{"mixed_as_a_whole": each.whole} for each in made]
    show_takes(opened.folder, [each.opened.document for each in made], as_json, more)
    if made[0].whole and not as_json:
        click.echo("  note: its sound could not be added to, so that all of it was mixed anew")


def _change(opened: "OpenSong", prompt: str, seed: int | None, number: int, styles_folder: Path | None) -> "Change":
    """What a take does differently; takes behind the first have seeds of their own that follow from the first."""
    from resonant.brief.change import read_change
    from resonant.produce import Change
    from resonant.seeds import derived

    brief = opened.song.brief
    change = Change("extend", prompt, seed=seed)
    if prompt.strip():
        change = replace(change, now=read_change(prompt, brief, dict.fromkeys(brief.parts, False), styles_folder))
    return replace(change, seed=derived(seed or brief.seed, "take", number)) if number else change
