"""`resonant restyle`: a song in another style, its melody and form kept."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.cells import chosen
from resonant.cli.compose import part_of
from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import Progress, progress_shown, stoppable
from resonant.cli.takes import show_takes

if TYPE_CHECKING:
    from resonant.brief.model import Brief
    from resonant.library.document import SongDocument
    from resonant.library.revisions import OpenSong
    from resonant.produce import Engine
    from resonant.score.region import Region


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--style", required=True, help="The new style; `resonant styles` lists them.")
@click.option("--tempo", type=float, help="Quarter notes a minute.  [default: the song's, or the nearest of the style]")
@click.option("--keep", default="", help='Tracks or roles that stay as they are, such as "drums,pad".')
@click.option("--prompt", default="", help='Words about band and character, such as "with organ, no percussion".')
@click.option("--seed", type=SEED, help="Another seed, another telling.  [default: the revision's]")
@click.option("--takes", type=click.IntRange(1, 99), default=1, show_default=True, help="How many to make of it.")
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def restyle(
    song: Path, keep: str, takes: int, soundbank: str | None, styles_folder: Path | None, as_json: bool, **asked: Any
) -> None:
    """Tell a song in another style: melody and form stay; harmony, groove and instruments are new.

    Locked cells stay as they are. Of several takes the first is shown; `resonant pick` shows another. The same request
    on the same revision gives the same music; --seed gives another.

    \b
    resonant restyle songs/city-lights-1a2b3c4d --style gospel
    resonant restyle songs/city-lights-1a2b3c4d --style "bossa nova" --keep melody --takes 3
    """
    from resonant.brief.restyled import restyled_brief
    from resonant.library.revisions import open_song
    from resonant.reroll import usual_seed
    from resonant.score.region import NOTHING

    with stoppable() as should_stop, progress_shown(as_json) as progress:
        opened = open_song(song)
        brief = restyled_brief(
            opened.song.brief, asked["style"], asked["prompt"], tempo_bpm=asked["tempo"],
            tempo_held=bool(opened.song.locks or opened.song.recordings), styles_folder=styles_folder,
        )  # fmt: skip
        kept = chosen(opened.song, keep) if keep else NOTHING
        act = _Act(opened, brief, kept, asked["prompt"], an_engine(soundbank, styles_folder))
        first = usual_seed(opened.song, opened.revision) if asked["seed"] is None else asked["seed"]
        made = [act.take(number, first, part_of(progress, number, takes), should_stop) for number in range(takes)]
        progress("done", 1.0)
    show_takes(opened.folder, made, as_json)


class _Act:
    """One restyling, of which several takes may be made."""

    def __init__(self, opened: "OpenSong", brief: "Brief", kept: "Region", prompt: str, engine: "Engine") -> None:
        self.opened, self.brief, self.kept, self.prompt, self.engine = opened, brief, kept, prompt, engine

    def take(self, number: int, first_seed: int, progress: Progress, should_stop: Callable[[], bool]) -> "SongDocument":
        """The revision of the song as told in this take; the first take is the one that is shown."""
        from resonant.produce import Change, Watch, restyle
        from resonant.revising import revised
        from resonant.seeds import derived

        watch = Watch(progress, should_stop)
        change = Change("restyle", self.prompt, seed=derived(first_seed, "take", number) if number else first_seed)
        told = restyle(self.opened.song, self.brief, self.engine, watch, change, self.kept)
        before = self.opened.published if told.locks else None
        return revised(told, self.opened, self.engine, watch, before=before, current=number == 0)
