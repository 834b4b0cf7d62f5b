"""EnCodecs as they are published: the folders of `transformers`, and the files of audiocraft."""

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import fill, read_config, read_tensors
from resonant.nn.codec.encodec import Encodec
from resonant.nn.codec.encodec_config import encodec_config

_GAINS = (".weight_g", ".parametrizations.weight.original0")
_DIRECTIONS = (".weight_v", ".parametrizations.weight.original1")
_OF_TRAINING = ("embed_avg", "cluster_size", "inited")
_AUDIOCRAFT = (
    (r"\.model\.", ".layers."), (r"\.convtr\.convtr\.", ".conv."), (r"\.convtr\.norm\.", ".norm."),
    (r"\.conv\.conv\.", ".conv."), (r"\.conv\.norm\.", ".norm."), (r"^quantizer\.vq\.", "quantizer."),
    (r"\._codebook\.", ".codebook."),
)  # fmt: skip


def load_encodec(folder: Path) -> Encodec:
    """The codec of a folder with `config.json` and `model.safetensors` in the format of `transformers`.

    Raises:
        InputError: a file is missing or damaged, or they are of another model.
    """
    config = encodec_config(read_config(folder), str(folder / "config.json"))
    with torch.device("meta"):
        codec = Encodec(config)
    fill(codec, codec_tensors(read_tensors(folder)), str(folder))
    return codec.eval()


def codec_tensors(published: Mapping[str, Tensor], prefix: str = "") -> dict[str, Tensor]:
    """The tensors of a published codec under our names: weight norm folded, codebooks in one, training forgotten.

    Args:
        published: names of `transformers` or of audiocraft.
        prefix: of the codec's names within a larger model; others are left out.
    """
    named = {our_name(name[len(prefix) :]): tensor for name, tensor in published.items() if name.startswith(prefix)}
    tensors: dict[str, Tensor] = {}
    books: dict[int, Tensor] = {}
    for name, tensor in without_weight_norm(named).items():
        book = re.fullmatch(r"quantizer\.layers\.(\d+)\.codebook\.(\w+)", name)
        if book is None:
            tensors[name] = _side_by_side(tensor) if name.endswith(".conv.weight") and tensor.ndim == 3 else tensor
        elif book[2] not in _OF_TRAINING:
            books[int(book[1])] = tensor
    if books:
        tensors["quantizer.embed_KND"] = torch.stack([books[place] for place in sorted(books)])
    return tensors


def without_weight_norm(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors with each gain and direction as the one weight that they mean (Salimans & Kingma 2016).

    Raises:
        InputError: a gain has no direction.
    """
    tensors: dict[str, Tensor] = {}
    for name, tensor in published.items():
        gain = next((end for end in _GAINS if name.endswith(end)), None)
        if gain is not None:
            stem = name.removesuffix(gain)
            tensors[stem + ".weight"] = _folded(tensor, published, stem)
        elif not name.endswith(_DIRECTIONS):
            tensors[name] = tensor
    return tensors


def our_name(name: str) -> str:
    """A name of audiocraft as `transformers`, and we, call it; such a name as it is."""
    for pattern, ours in _AUDIOCRAFT:
        name = re.sub(pattern, ours, name)
    return name


def _side_by_side(weight: Tensor) -> Tensor:
    """A weight of a convolution over time as one of height 1, its channels side by side in memory.

    A model on the device that holds nothing takes it as it lies; into another it is copied, and is slower there.
    """
    return weight[:, :, None].contiguous(memory_format=torch.channels_last)


def _folded(gain: Tensor, named: Mapping[str, Tensor], stem: str) -> Tensor:
    """One length for each first index."""
    direction = next((named[stem + end] for end in _DIRECTIONS if stem + end in named), None)
    if direction is None:
        raise InputError(f"{stem} has a gain and no direction; the file is cut off, fetch it again")
    return torch._weight_norm(direction.float(), gain.float(), 0)
