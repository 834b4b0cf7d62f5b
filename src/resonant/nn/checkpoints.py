"""Checkpoints: a folder with `config.json` and `model.safetensors`; strict in names and shapes, and never a pickle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from resonant.errors import InputError

Config = TypeVar("Config")
CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"


def save_checkpoint(folder: Path, model: nn.Module, config: Any, notes: Mapping[str, str] | None = None) -> None:
    """Writes the model's weights and its config; `notes` (licence, data, figures) go into the weights' header."""
    from safetensors.torch import save_file

    assert is_dataclass(config) and not isinstance(config, type)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(json.dumps(asdict(config), indent=1) + "\n", encoding="utf-8")
    save_file({name: t.contiguous() for name, t in model.state_dict().items()}, folder / WEIGHTS, dict(notes or {}))


def load_config(folder: Path, kind: type[Config]) -> Config:
    """The config of a checkpoint of ours.

    Raises:
        InputError: there is none, it is no JSON, or its fields are not those of `kind`.
    """
    data = read_config(folder)
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    if set(data) != known:
        raise InputError(
            f"{folder / CONFIG} is the config of another model: it does not have the fields {', '.join(sorted(known))}"
        )
    return kind(**data)


def load_weights(folder: Path, model: nn.Module) -> None:
    """Fills the model with the weights of a checkpoint.

    Raises:
        InputError: as `read_tensors` and `fill`.
    """
    fill(model, read_tensors(folder), str(folder / WEIGHTS))


def read_config(folder: Path) -> dict[str, Any]:
    """What a checkpoint's `config.json` says.

    Raises:
        InputError: there is none, or it is no JSON object.
    """
    path = folder / CONFIG
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} can not be read: {error.strerror}; give the folder of a checkpoint") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON; restore the checkpoint from a copy") from error
    if not isinstance(data, dict):
        raise InputError(f"{path} does not describe a model; restore the checkpoint from a copy")
    return data


def known_fields(published: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """What a published config says of the fields that we know; lists as tuples."""
    known = {each.name for each in fields(kind)}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in published.items() if key in known}


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint by name, from one file or from the several that an index lists.

    Raises:
        InputError: a file is missing, cut off or no safetensors file, or the index names what is not there.
    """
    index = folder / INDEX
    if not index.exists() or (folder / WEIGHTS).exists():
        return _tensors(folder / WEIGHTS)
    try:
        places = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        files = sorted({str(name) for name in places.values()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{index} lists no weights ({error!r}); fetch it again") from error
    if any(Path(name).name != name for name in files):
        raise InputError(f"{index} names files outside its folder; fetch it again")
    tensors = {name: tensor for file in files for name, tensor in _tensors(folder / file).items()}
    missing = sorted(set(places) - set(tensors))
    if missing:
        raise InputError(f"{folder / places[missing[0]]} does not hold {missing[0]}, as {INDEX} says; fetch it again")
    return tensors


def fill(model: nn.Module, tensors: Mapping[str, Tensor], where: str) -> None:
    """Puts tensors into a model, each where its name says.

    Raises:
        InputError: a tensor is missing, too many, of another shape, or holds what is no number.
    """
    wanted = model.state_dict()
    odd = sorted(set(tensors) ^ set(wanted))
    if odd:
        raise InputError(
            f"{where} does not fit its config: {odd[0]} is {'missing' if odd[0] in wanted else 'too many'}"
        )
    for name, tensor in tensors.items():
        if tensor.shape != wanted[name].shape:
            raise InputError(
                f"{where} does not fit its config: {name} is {list(tensor.shape)}, not {list(wanted[name].shape)}"
            )
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise InputError(f"{where} is damaged: {name} holds what is no number; restore it from a copy")
    filled = {name: tensor.to(wanted[name].dtype) for name, tensor in tensors.items()}
    # A model on the device that holds nothing takes the file's own pages and copies none.
    model.load_state_dict(filled, strict=True, assign=any(tensor.is_meta for tensor in wanted.values()))


def joined(published: Mapping[str, Tensor], places: Mapping[str, Sequence[str]]) -> dict[str, Tensor]:
    """Tensors under our names, each of one published tensor or of several behind one another.

    Args:
        published: by the names of the file.
        places: by our names, those of the file.

    Raises:
        InputError: one is missing.
    """
    try:
        parts = {ours: [published[name] for name in theirs] for ours, theirs in places.items()}
    except KeyError as error:
        raise InputError(f"the weights do not hold {error.args[0]}; they are of another model, or cut off") from error
    return {ours: each[0] if len(each) == 1 else torch.cat(each) for ours, each in parts.items()}


def _tensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except OSError as error:
        raise InputError(f"{path} can not be read: {error.strerror or error}; check the folder") from error
    except SafetensorError as error:
        raise InputError(f"{path} is cut off or no safetensors file; fetch it again") from error
