"""`resonant arrange`: a piano sketch or a lead sheet becomes parts for a band."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resonant.cli.compose import NEW_SEEDS, print_song, summary
from resonant.cli.engine import an_engine
from resonant.cli.options import SEED
from resonant.cli.progress import progress_shown, stoppable

if TYPE_CHECKING:
    from resonant.brief.model import Brief
    from resonant.score.model import Score


@click.command()
@click.argument("sketch", type=click.Path(path_type=Path))
@click.option(
    "--ensemble",
    default="full band",
    show_default=True,
    help='Such as "string quartet", "rock band", "flute and guitar".',
)
@click.option("--style", help="A style; its bass line takes the place of the sketch's.  [default: by the ensemble]")
@click.option("--prompt", default="", help='More words about band and character, such as "warm, no drums".')
@click.option("--seed", type=SEED, help="The same seed gives the same song. Without one, a new one.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("songs"), show_default=True, help="The songs folder."
)
@click.option("--soundbank", help='An SF2 or SF3 file, "best" for the largest found, or "embedded".')
@click.option("--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def arrange(
    sketch: Path, out: Path, soundbank: str | None, styles_folder: Path | None, as_json: bool, **asked: Any
) -> None:
    """Arrange a sketch, a MIDI file with a melody or a piano part, for a band.

    The melody is kept note for note on the band's melody instrument, the bass line too unless a style is named; chords,
    key and sections are read where the file says them and found where it does not.

    \b
    resonant arrange sketch.mid --ensemble "string quartet"
    resonant arrange leadsheet.mid --ensemble "big band" --prompt "with muted trumpet"
    """
    from resonant import produce
    from resonant.library.place import check_place
    from resonant.library.songs import save_song

    with stoppable() as should_stop, progress_shown(as_json) as progress:
        check_place(out)
        watch = produce.Watch(progress, should_stop)
        engine = an_engine(soundbank, styles_folder)
        score = _read(sketch)
        brief = _brief(score, sketch, asked, styles_folder)
        song = produce.arrange(score, brief, engine, watch, keep_bass=asked["style"] is None)
        song = produce.sounded(song, engine, watch)
        progress("saving", 0.97)
        path = save_song(song, out)
        progress("done", 1.0)
    if as_json:
        click.echo(json.dumps(summary(song, path), indent=2, ensure_ascii=False))
    else:
        print_song(path, song)


def _read(sketch: Path) -> "Score":
    from dataclasses import replace

    from resonant.score.midi import read_midi

    score = read_midi(sketch)
    return replace(score, title=score.title or sketch.stem)


def _brief(score: "Score", sketch: Path, asked: dict[str, Any], styles_folder: Path | None) -> "Brief":
    from resonant.brief.ensemble import ensemble_brief
    from resonant.brought.brief import brief_of
    from resonant.brought.wishes import Wishes

    seed = secrets.randbelow(NEW_SEEDS) if asked["seed"] is None else asked["seed"]
    return ensemble_brief(
        asked["ensemble"], brief_of(score, sketch.name, Wishes()), style=asked["style"], prompt=asked["prompt"],
        seed=seed, styles_folder=styles_folder,
    )  # fmt: skip
