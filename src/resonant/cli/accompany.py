"""`resonant accompany`: new tracks for all bars, beside those that a user brought."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import read_text
from resonant.cli.engine import an_engine
from resonant.cli.import_ import heard, show
from resonant.cli.options import SEED
from resonant.cli.progress import progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.brief.model import Brief
    from resonant.library.model import Song

_NEW_SEEDS = 2**31


@click.command()
@click.argument("song", type=click.Path(path_type=Path))
@click.option("--parts", required=True, help="Who shall play, with commas between them, such as drums,bass,chords.")
@click.option("--lyrics", type=click.Path(path_type=Path), help="Words by sections for `--parts vocal`, a text file.")
@click.option("--prompt", default="", help='How, such as "brushes, walking upright bass".')
@click.option("--style", default="", help="In which style.  [default: the song's]")
@click.option("--seed", type=SEED, help="The same seed gives the same parts.")
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def accompany(
    song: Path,
    parts: str,
    prompt: str,
    style: str,
    seed: int | None,
    soundbank: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Write new tracks beside what you brought: all that is there stays as it is.

    \b
    resonant import guitar.wav --role chords
    resonant accompany songs/guitar-1a2b3c4d --parts drums,bass
    resonant accompany songs/warm-gospel-1a2b3c4d --parts vocal --lyrics words.txt
    """
    from resonant import produce
    from resonant.brought.accompany import parts_named, with_players, with_words
    from resonant.library.revisions import open_song, save_revision

    with stoppable() as should_stop, progress_shown(as_json) as progress:
        opened = open_song(song)
        own = opened.song if asked["lyrics"] is None else with_words(opened.song, read_text(asked["lyrics"]))
        engine, watch = an_engine(soundbank), produce.Watch(progress, should_stop)
        words = _asked(prompt, own)
        chosen = style or (words.style if words is not None and words.origin.get("style") == "said" else "")
        roles = [role.strip().lower() for role in parts.split(",") if role.strip()]
        players = parts_named(roles, engine.style(chosen or own.brief.style), words)
        seated, region = with_players(own, players, chosen)
        change = produce.Change("accompany", prompt, seed=_seed(seed))
        written = produce.regenerate(seated, region, engine, watch, change)
        written = heard(written, engine, opened, (progress, should_stop))
        progress("saving", 0.97)
        save_revision(written, opened)
    show(written, opened.folder, as_json)


def _asked(prompt: str, song: "Song") -> "Brief | None":
    """The prompt as a brief of the song's own tempo, key and metre; None without one."""
    from resonant.brief.reader import Call, read_brief

    if not prompt.strip():
        return None
    calls = Call(bars=min(song.brief.bars, 64), key=str(song.brief.key), metre=str(song.brief.metre))
    return read_brief(prompt, calls=calls)


def _seed(seed: int | None) -> int:
    import secrets

    return secrets.randbelow(_NEW_SEEDS) if seed is None else seed
