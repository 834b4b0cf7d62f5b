"""A model that reads words one after the other and foretells the next: the cache and the device in one place."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.nn.checkpoints import load_config, load_weights
from resonant.nn.lora import merge_from
from resonant.nn.steps import FEW, Steps
from resonant.nn.transformer import Cache, Transformer, TransformerConfig

_FASTER_IN_HALF = ("avx512_bf16", "amx_bf16")


@dataclass(frozen=True, eq=False)
class Ready:
    """A model made ready to read on its machine.

    Args:
        model: in float32.
        long: what reads many words in one go: in bfloat16 where the processor is faster so, else `model`.
        steps: what reads a few words; None on a graphics card.
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
        if self._ready.steps is not None and len(words) <= FEW:
            return read_in_step([self], [words])[0]
        self._refuse_too_many(words)
        model = self._ready.long
        tokens = torch.tensor([list(words)], device=model.embedding.weight.device)
        logits: NDArray[np.float32] = model(tokens, self._cache)[0, -1].float().cpu().numpy()
        return logits

    def _refuse_too_many(self, words: Sequence[int]) -> None:
        if len(words) > self.room:
            asked, most = self._cache.length + len(words), self._ready.config.context
            raise InputError(f"{asked} words are more than the {most} that the model reads; ask for fewer bars at once")

    def forked(self) -> "Reader":
        """Another reader that has read the same and goes its own way."""
        other = Reader.__new__(Reader)
        other._ready, other._cache = self._ready, self._cache.copied()
        return other


@torch.inference_mode()
def read_in_step(readers: Sequence[Reader], words: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
    """`Reader.read` of several readers of one model, each with words of its own; a few are read together.

    Raises:
        InputError: one of them reads more words than the model has positions for.
    """
    steps = readers[0]._ready.steps
    if steps is None or sum(map(len, words)) > FEW:
        return [reader.read(each) for reader, each in zip(readers, words, strict=True)]
    for reader, each in zip(readers, words, strict=True):
        reader._refuse_too_many(each)
    caches = [reader._cache for reader, each in zip(readers, words, strict=True) for _ in each]
    logits = steps.read([word for each in words for word in each], caches)
    return [logits[end - 1] for end in accumulate(map(len, words))]


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
