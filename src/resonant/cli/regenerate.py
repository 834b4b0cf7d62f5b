"""`resonant regenerate`: some cells of a song written anew, the rest as it is."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.cells import ALL, chosen
from resonant.cli.compose import FORMATS, part_of
from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import Progress, progress_shown, stoppable
from resonant.cli.takes import show_takes
from resonant.errors import BriefError

if TYPE_CHECKING:
    from resonant.audio_files import AudioFormat
    from resonant.library.document import SongDocument
    from resonant.library.model import Song
    from resonant.library.revisions import OpenSong
    from resonant.produce import Engine
    from resonant.reroll import Reroll
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
        parts = [part_of(progress, number, wish.takes) for number in range(wish.takes)]
        made = _made(opened, wish, an_engine(soundbank, styles_folder), kinds, parts, should_stop)
        progress("done", 1.0)
    show_takes(opened.folder, made, as_json)


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


def _made(
    opened: "OpenSong",
    wish: "Reroll",
    engine: "Engine",
    formats: "list[AudioFormat] | None",
    progress: list[Progress],
    should_stop: Callable[[], bool],
) -> "list[SongDocument]":
    """The revision of each take. With several, the first is shown when all are made."""
    from resonant.library.revisions import switch_to
    from resonant.produce import Watch
    from resonant.reroll import takes
    from resonant.revising import revised

    found = []
    for number, take in enumerate(takes(opened.song, wish, engine, Watch(should_stop=should_stop))):
        watch, alone = Watch(progress[number], should_stop), wish.takes == 1
        found.append(revised(take, opened, engine, watch, before=opened.published, formats=formats, current=alone))
    if len(found) > 1:
        switch_to(opened, found[0].revision)
    return found
