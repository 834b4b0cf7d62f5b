"""Pickles of published weights become safetensors."""

from pathlib import Path

from resonant.players.performers.roster import NEEDED
from resonant.players.registry import need


def convert_weights(folder: Path, out: Path, codec: Path | None = None, text: Path | None = None) -> None:
    """Writes the weights of a folder to another as safetensors, with their config and tokeniser.

    Args:
        folder: `pytorch_model.bin` as `transformers` saved it, or `state_dict.bin` of audiocraft.
        out: a folder that is there and empty.
        codec: a folder of an EnCodec, where audiocraft's names one only.
        text: a folder of a T5, which audiocraft's never holds.

    Raises:
        InputError: a file is missing, damaged or asks for more than numbers, or the weights are of another model.
    """
    need("the conversion of weights", *NEEDED)
    from resonant.nn.performing.conversion import Conversion, convert

    convert(Conversion(folder, codec, text), out)
