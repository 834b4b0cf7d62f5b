"""Who trains: this process among those of a run, its device, and how it works."""

import os
from dataclasses import dataclass, field

import torch
import torch.distributed as processes

_MOST_WORKERS = 12


@dataclass(frozen=True)
class Crew:
    """The processes of a run: this one's rank, how many there are, and its device.

    Args:
        rank, size: this process, of how many.
        device: what it computes on.
        workers: processes that draw examples ahead; 0 draws each step's when it begins. The examples are the same.
        compiled: whether the step is compiled: rows then keep the full length, so that all steps have one shape.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    workers: int = 0
    compiled: bool = False


def this_crew() -> Crew:
    """This process among those of `torchrun`, or alone; on a graphics card it is compiled and has workers."""
    has_card = torch.cuda.is_available()
    if not processes.is_torchelastic_launched():
        return _on_card(0, 1, torch.device("cuda")) if has_card else Crew()
    processes.init_process_group("nccl" if has_card else "gloo")
    rank, size = processes.get_rank(), processes.get_world_size()
    if not has_card:
        return Crew(rank, size)
    device = torch.device("cuda", rank % torch.cuda.device_count())
    torch.cuda.set_device(device)
    return _on_card(rank, size, device)


def _on_card(rank: int, size: int, device: torch.device) -> Crew:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    here = min(size, torch.cuda.device_count())
    return Crew(rank, size, device, min(max(cores // here - 1, 1), _MOST_WORKERS), compiled=True)
