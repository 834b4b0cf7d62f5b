"""`resonant convert`: published weights that are pickles become safetensors."""

from pathlib import Path

import click

from resonant.cli.progress import stoppable


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder to write; it must not be there."
)
@click.option("--codec", type=click.Path(path_type=Path), help="A folder of an EnCodec, where audiocraft's names one.")
@click.option("--text", type=click.Path(path_type=Path), help="A folder of a T5, which audiocraft's never holds.")
def convert(folder: Path, out: Path, codec: Path | None, text: Path | None) -> None:
    """Make safetensors of published weights that are pickles, for `resonant generate`.

    A pickle is read as numbers and nothing else; one that asks for more is refused. FOLDER holds pytorch_model.bin, or
    the state_dict.bin and compression_state_dict.bin of audiocraft.

    \b
    resonant convert musicgen-medium --out converted
    resonant convert my-musicgen --text t5-base --codec encodec_32khz --out converted
    """
    from resonant.errors import InputError
    from resonant.library.place import disk_errors, unfinished_folder
    from resonant.players.performers.convert import convert_weights

    if out.exists():
        raise InputError(f"{out} is there already; give another folder with --out")
    with stoppable(), disk_errors(out.absolute().parent), unfinished_folder(out.absolute().parent) as desk:
        convert_weights(folder, desk, codec, text)
        desk.rename(out)
    click.echo(str(out))
