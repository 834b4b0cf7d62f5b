"""`resonant train`: music to a data set, a data set to a model."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from resonant.cli.options import SEED
from resonant.cli.progress import stoppable


@click.group()
def train() -> None:
    """Prepare music, and train the score player on it; or the chord model.

    \b
    resonant train prepare --input my_midis --output prepared
    resonant train stats --data prepared
    resonant train run --data prepared --out run --recipe cpu
    resonant train finetune --data my_midis --name "my style"
    resonant train chords --data chord_songs --out chord_model
    """


@train.command()
@click.option(
    "--input", "inputs", type=click.Path(path_type=Path), multiple=True, required=True,
    help="A folder of MIDI or .jsonl files; may be given more than once.",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option("--genre", default="", help="Only pieces of this style.")
@click.option("--val-split", type=float, default=0.1, show_default=True, help="Share of the songs that is held out.")
@click.option("--arranger", type=click.IntRange(0, 100_000), default=0, help="Songs of our own arranger to add.")
@click.option("--no-pseudo", is_flag=True, help="Make no bands of songs for melody and piano.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def prepare(
    inputs: tuple[Path, ...],
    output: Path,
    genre: str,
    val_split: float,
    arranger: int,
    no_pseudo: bool,
    as_json: bool,
) -> None:
    """Music to train.jsonl, val.jsonl and dataset_info.json, and to tokens; songs are never parted between the two."""
    from resonant.train.prepare import INFO, Wanted
    from resonant.train.prepare import prepare as prepared

    wanted = Wanted(genre, val_split, not no_pseudo, arranger)
    with stoppable():
        info = prepared(inputs, output, wanted, lambda line: click.echo(line, err=True))
    if as_json:
        click.echo(json.dumps(info, indent=1, ensure_ascii=False))
        return
    for split, counts in info["splits"].items():
        click.echo(f"{split}: {counts['pieces']} pieces, {counts['tokens']} tokens")
    if info["broken"] or info["doubles"]:
        click.echo(f"{len(info['broken'])} broken, {len(info['doubles'])} doubles left out; {output / INFO} lists them")


@train.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="A folder of `resonant train prepare`.")
@click.option("--out", type=click.Path(path_type=Path), help="The picture.  [default: stats.png in the folder]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def stats(data: Path, out: Path | None, as_json: bool) -> None:
    """Say what a prepared folder holds, by source, style, role, key, tempo, metre and length; and draw it."""
    from resonant.library.place import disk_errors, write_durably
    from resonant.train.stats import stats_lines, stats_of, stats_png

    found, picture = stats_of(data), out or data / "stats.png"
    with disk_errors(picture):
        write_durably(picture, stats_png(found, f"What is in {data.resolve().name}"))
    if as_json:
        click.echo(found.as_json())
        return
    for line in stats_lines(found):
        click.echo(line)
    click.echo(f"\n{picture}")


@train.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="A folder of `resonant train prepare`.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The run's folder; it goes on there.")
@click.option("--recipe", default="cpu", show_default=True, help="cpu, gpu or tiny.")
@click.option("--steps", type=click.IntRange(1), help="Steps, where not the recipe's.")
@click.option("--batch", type=click.IntRange(1), help="Rows a step, where not the recipe's.")
def run(data: Path, out: Path, recipe: str, steps: int | None, batch: int | None) -> None:
    """Train a score model, or go on with a run that was cut off.

    At each check the run's folder gets curve.png and samples/step-N.png, held-out bars beside what the model fills in.
    Under torchrun every process does its share: torchrun --nproc-per-node 4 -m resonant train run …
    """
    from resonant.train.launch import launched

    best = launched(data, out, recipe, {"steps": steps, "batch": batch}, lambda line: click.echo(line))
    click.echo(f"the best weights: {best}")


@train.command()
@click.option(
    "--run", "folder", type=click.Path(path_type=Path), required=True, help="A folder of `resonant train run`."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder of the checkpoint.")
def ship(folder: Path, out: Path) -> None:
    """Write the best weights of a run as they are given away: in half precision, with their licence.

    \b
    resonant train ship --run run --out weights
    """
    from resonant.library.place import disk_errors
    from resonant.train.ship import ship as shipped

    with disk_errors(out):
        click.echo(shipped(folder, out))


@train.command()
@click.option("--data", type=click.Path(path_type=Path), required=True, help="A folder of MIDI files.")
@click.option("--name", required=True, help="What a prompt shall call the style.")
@click.option("--weights", type=click.Path(path_type=Path), help="The checkpoint to tune.  [default: the one we ship]")
@click.option("--based-on", default="", help="The style of ours that gives harmony and form.  [default: the nearest]")
@click.option("--minutes", type=float, default=5.0, show_default=True, help="At most so long.")
@click.option("--steps", type=click.IntRange(1, 100_000), default=300, show_default=True, help="At most so many steps.")
@click.option("--seed", type=SEED, default=1, show_default=True, help="Names the random choices.")
@click.option("--styles-folder", type=click.Path(path_type=Path), help="Where to put the style.  [default: your own]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def finetune(
    data: Path, name: str, weights: Path | None, styles_folder: Path | None, as_json: bool, **asked: Any
) -> None:
    """Tune the score player to songs of your own, some minutes on a CPU; they become a style that a prompt can name."""
    from resonant.cli.places import user_styles
    from resonant.players.score_lm.player import SHIPPED
    from resonant.train.finetune import Tuning
    from resonant.train.finetune import finetune as finetuned

    folder, based_on = styles_folder or user_styles(), asked.pop("based_on")
    tuning = Tuning(**asked)
    with stoppable():
        made = finetuned(
            data, name, weights or SHIPPED, folder, tuning, based_on, lambda line: click.echo(line, err=True)
        )
    if as_json:
        click.echo(json.dumps(asdict(made), indent=1, ensure_ascii=False, default=str))
        return
    for line in made.left_out:
        click.echo(f"left out: {line}")
    click.echo(f"held-out bars, nats a word: {made.before:.3f} before, {made.after:.3f} after {made.steps} steps")
    click.echo(f"{made.style}\n{made.adapter}")
    where = f" --styles-folder {folder}" if styles_folder else ""
    click.echo(f'resonant compose "{made.name}, 16 bars"{where}')


@train.command("chords")
@click.option(
    "--data", type=click.Path(path_type=Path), required=True,
    help="A folder with billboard_chords and openewld, each with train.jsonl.gz and valid.jsonl.gz.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder of the checkpoint.")
@click.option("--passes", type=click.IntRange(1), help="Times that every song is shown, where not the recipe's.")
@click.option("--seed", type=SEED, help="The same seed gives the same weights on a CPU.")
def train_chord_model(data: Path, out: Path, passes: int | None, seed: int | None) -> None:
    """Train the chord model, some minutes on one core; `valid` is looked at after each pass, `test` never."""
    from resonant.train.chords import trained

    trained(data, out, {"passes": passes, "seed": seed}, lambda line: click.echo(line))
    click.echo(f"the weights: {out}")
