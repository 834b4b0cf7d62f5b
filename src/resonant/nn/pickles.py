"""Weights in the format of before: pickles, read as numbers and nothing else, and written again as safetensors."""

import json
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import INDEX, WEIGHTS

PICKLE, PICKLE_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"


def unpickled(path: Path) -> dict[str, Any]:
    """What a pickle holds, if that is tensors, numbers and text by name.

    Raises:
        InputError: it is missing or cut off, holds no names, or asks for anything else to be run.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of protocols that it reads all the same
            # Only the newer format, which is a zip, can be read from the disk as it is needed.
            held = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except OSError as error:
        raise InputError(f"{path} can not be read: {error.strerror or error}; check the folder") from error
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path} asks to run more than numbers need, which a pickle could do harm with, or is none; "
            "it is refused: look for the weights as safetensors"
        ) from error
    except (RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is cut off or no weights; fetch it again") from error
    if not isinstance(held, dict) or not all(isinstance(name, str) for name in held):
        raise InputError(f"{path} holds no weights by name; give the folder of a published model")
    return held


def tensors_in(held: Mapping[str, Any], path: Path) -> dict[str, Tensor]:
    """The tensors of what was unpickled.

    Raises:
        InputError: something else is among them, or there are none.
    """
    others = sorted(name for name, value in held.items() if not isinstance(value, Tensor))
    if others or not held:
        raise InputError(f"{path} holds {others[0] if others else 'nothing'} in place of weights; fetch it again")
    return dict(held)


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Writes tensors; those that share memory are written each for itself."""
    from safetensors.torch import save_file

    seen: set[int] = set()
    alone = {}
    for name, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        alone[name] = tensor.clone().contiguous() if place in seen else tensor.contiguous()
        seen.add(place)
    save_file(alone, path, {"format": "pt"})


def saved_again(folder: Path, out: Path) -> None:
    """Writes the pickled weights of a folder of `transformers` as safetensors, shard by shard where there are several.

    Raises:
        InputError: a pickle is missing, cut off or refused.
    """
    if (folder / PICKLE).is_file() or not (folder / PICKLE_INDEX).is_file():
        save_tensors(out / WEIGHTS, tensors_in(unpickled(folder / PICKLE), folder / PICKLE))
        return
    index = folder / PICKLE_INDEX
    try:
        files = sorted({Path(str(name)).name for name in json.loads(index.read_text("utf-8"))["weight_map"].values()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{index} lists no weights ({error!r}); fetch it again") from error
    weight_map: dict[str, str] = {}
    for number, file in enumerate(files, 1):
        name = f"model-{number:05d}-of-{len(files):05d}.safetensors"
        tensors = tensors_in(unpickled(folder / file), folder / file)
        save_tensors(out / name, tensors)
        weight_map |= dict.fromkeys(tensors, name)
    (out / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}, indent=1), encoding="utf-8")
