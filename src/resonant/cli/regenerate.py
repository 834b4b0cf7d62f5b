"""`resonant regenerate`: some cells of a song written anew, the rest as it is."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.cells import ALL, chosen
from resonant.cli.compose import FORMATS, part_of, print_song, summary
from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import progress_shown, stoppable
from resonant.errors import BriefError

if TYPE_CHECKING:
    from resonant.audio_files import AudioFormat
    from resonant.library.model import Song
    from resonant.library.revisions import OpenSong
    from resonant.produce import Engine
    from resonant.score.region import Region


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--tracks", default="", help='Such as "bass,drums"; "harmony" for the chords.  [default: all unlocked]')
@click.option("--bars", multiple=True, help='Such as "5-8", "12-" or "chorus 2"; more than once.  [default: all]')
@click.option("--cells", default="", help='Other bars for each track: "bass:5-8,drums:1-2".')
@click.option("--prompt", default="", help='How they shall play, such as "acid line, busier".')
@click.option("--takes", type=click.IntRange(1, 99), default=1, show_default=True, help="How many to make of it.")
@click.option("--seed", type=SEED, help="Another seed, another part.  [default: the revision's]")
@click.option("--context", "heard_bars", type=click.IntRange(0), help="Bars around that players hear.  [default: all]")
@click.option("--player", default="auto", show_default=True, help="Who writes.")
@click.option("--format", "formats", type=click.Choice(FORMATS), multiple=True, help="May be given more than once.")
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def regenerate(
    song: Path,
    tracks: str,
    bars: tuple[str, ...],
    cells: str,
    formats: tuple[str, ...],
    soundbank: str | None,
    styles_folder: Path | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Write some tracks in some bars anew; all else stays note for note.

    The new part listens to all the rest. Other chords take the unlocked pitched tracks over them along, a melody the
    unlocked voice that sings it. Of several takes the first is shown; `resonant pick` shows another. The same request
    on the same revision gives the same music; --seed gives another.

    \b
    resonant regenerate songs/warm-gospel-1a2b3c4d --tracks bass --bars 5-8 --prompt "walking bass"
    resonant regenerate songs/warm-gospel-1a2b3c4d --tracks harmony --bars "chorus 2" --takes 4
    """
    from resonant.audio_files import AudioFormat
    from resonant.library.revisions import open_song
    from resonant.produce import with_followers
    from resonant.reroll import Reroll, usual_seed

    kinds = [AudioFormat.named(name) for name in formats] or None
    with stoppable() as should_stop, progress_shown(as_json) as progress:
        opened = open_song(song)
        region = with_followers(opened.song, _region(opened.song, tracks, bars, cells))
        seed = usual_seed(opened.song, opened.revision) if asked["seed"] is None else asked["seed"]
        wish = Reroll(region, asked["prompt"], seed, asked["takes"], asked["player"], asked["heard_bars"])
        act = _Act(opened, wish, an_engine(soundbank, styles_folder), kinds)
        made = act.made([part_of(progress, number, wish.takes) for number in range(wish.takes)], should_stop)
        progress("done", 1.0)
    if as_json:
        rows = [summary(new, opened.folder) | {"revision": revision} for new, revision in made]
        click.echo(json.dumps({"takes": rows}, indent=2, ensure_ascii=False))
    else:
        print_song(opened.folder, made[0][0])
        click.echo(f"  revision {', '.join(revision for _, revision in made)}")


def _region(song: "Song", tracks: str, bars: tuple[str, ...], cells: str) -> "Region":
    """The cells that are asked for.

    Raises:
        BriefError: none are, or they are not in the song, or every cell in those bars is locked.
    """
    from resonant.score.region import NOTHING

    region = NOTHING
    for cell in filter(None, (each.strip() for each in cells.split(","))):
        row, colon, where = cell.rpartition(":")
        if not colon:
            raise BriefError(f'{cell!r} in --cells is no track with its bars; write them as "bass:5-8,drums:1-2"')
        region |= chosen(song, row, where)
    where = ",".join(bars) or ALL
    if tracks:
        region |= chosen(song, tracks, where)
    elif bars:
        free = chosen(song, ALL, where) - song.locked
        if not free:
            raise BriefError(
                f"in bars {where} every track is locked; `resonant unlock` frees what shall be written anew"
            )
        region |= free
    if not region:
        raise BriefError("nothing is chosen; say what to write anew, such as --tracks bass --bars 5-8")
    return region


class _Act:
    """One re-roll of an opened song."""

    def __init__(self, opened: "OpenSong", wish: Any, engine: "Engine", formats: "list[AudioFormat] | None") -> None:
        self.opened, self.wish, self.engine, self.formats = opened, wish, engine, formats

    def made(self, progress: Any, should_stop: Any) -> "list[tuple[Song, str]]":
        """Each take with the id of its revision. With several, the first is shown when all are made."""
        from resonant import reroll
        from resonant.library.revisions import save_revision, switch_to
        from resonant.produce import Watch, sounded

        found = []
        written = reroll.takes(self.opened.song, self.wish, self.engine, Watch(should_stop=should_stop))
        for number, take in enumerate(written):
            watch = Watch(progress[number], should_stop)
            sounding = sounded(take, self.engine, watch, self.opened.published)
            progress[number]("saving", 0.97)
            document = save_revision(sounding, self.opened, self.formats, current=self.wish.takes == 1)
            found.append((take, document.revision))
        if self.wish.takes > 1:
            switch_to(self.opened, found[0][1])
        return found
