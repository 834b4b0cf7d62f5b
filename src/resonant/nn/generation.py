"""A model that reads words one after the other and foretells the next: the cache and the device in one place."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.nn.checkpoints import load_config, load_weights
from resonant.nn.lora import merge_from
from resonant.nn.steps import Steps
from resonant.nn.transformer import Cache, Transformer, TransformerConfig

_BY_STEPS = 4  # so many words are read sooner one by one than in one go
_FASTER_IN_HALF = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True, eq=False)
class Ready:
    """A model made ready to read on its machine.

    Args:
        model: in float32.
        long: what reads many words in one go: in bfloat16 where the processor is faster so, else `model`.
        steps: what reads single words; None on a graphics card.
    """

    model: Transformer
    long: Transformer
    steps: Steps | None

    @property
    def config(self) -> TransformerConfig:
        return self.model.config


class Reader:
    """What was read, and what may come next. One row of words.

    Raises:
        InputError: more words are read than the model has positions for.
    """

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._cache = Cache(ready.config, 1, ready.config.context, ready.model.embedding.weight)

    @property
    def room(self) -> int:
        """How many more words can be read."""
        return self._ready.config.context - self._cache.length

    @torch.inference_mode()
    def read(self, words: Sequence[int]) -> NDArray[np.float32]:
        """Goes on behind these words: the logits of the next, `float32 [vocabulary]`."""
        if len(words) > self.room:
            asked, most = self._cache.length + len(words), self._ready.config.context
            raise InputError(f"{asked} words are more than the {most} that the model reads; ask for fewer bars at once")
        if self._ready.steps is not None and len(words) <= _BY_STEPS:
            return [self._ready.steps.read(word, self._cache) for word in words][-1]
        model = self._ready.long
        tokens = torch.tensor([list(words)], device=model.embedding.weight.device)
        logits: NDArray[np.float32] = model(tokens, self._cache)[0, -1].float().cpu().numpy()
        return logits

    def forked(self) -> "Reader":
        """Another reader that has read the same and goes its own way."""
        other = Reader.__new__(Reader)
        other._ready, other._cache = self._ready, self._cache.copied()
        return other


def ready(model: Transformer) -> Ready:
    """The model ready to read where its weights lie."""
    model = model.eval()
    if model.embedding.weight.device.type != "cpu":
        return Ready(model, model, None)
    able = torch.cpu.get_capabilities()
    fast = any(able.get(name, False) for name in _FASTER_IN_HALF)
    return Ready(model, copy.deepcopy(model).to(torch.bfloat16) if fast else model, Steps(model))


def load_model(folder: Path, adapter: Path | None = None) -> Ready:
    """The model of a checkpoint, ready to read; an adapter is merged into its weights.

    Raises:
        InputError: the checkpoint or the adapter is missing, damaged or of another model.
    """
    model = Transformer(load_config(folder, TransformerConfig))
    load_weights(folder, model)
    if adapter is not None:
        merge_from(adapter, model, folder)
    return ready(model)
