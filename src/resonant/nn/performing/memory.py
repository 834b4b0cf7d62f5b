"""How much memory there is, and how much a model will take, known before it is loaded."""

import os

import torch
from torch import nn

from resonant.errors import InputError

_SHARE = 0.9
_GIB = 2**30


def bytes_of(model: nn.Module) -> int:
    """What a model's numbers take; it may stand on the device that holds none."""
    return sum(tensor.numel() * tensor.itemsize for tensor in (*model.parameters(), *model.buffers()))


def room(device: torch.device) -> int | None:
    """Bytes that a model may take there: nine tenths of what is built in; None where that is not known."""
    if device.type == "cuda":
        return int(_SHARE * torch.cuda.mem_get_info(device)[1])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory())
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    return int(_SHARE * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def refuse_too_big(what: str, needed: int, most: int | None, advice: str) -> None:
    """Sees that something fits.

    Raises:
        InputError: it takes more than there is; the message says how much of each.
    """
    if most is not None and needed > most:
        raise InputError(f"{what} takes {needed / _GIB:.1f} GiB, and {most / _GIB:.1f} may be used; {advice}")


def best_device() -> torch.device:
    """A graphics card where there is one, else the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def give_back() -> None:
    """Gives what nobody holds any more back to the graphics card."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
