"""A model that reads words one after the other and foretells the next: the cache and the device in one place."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from resonant.errors import InputError
from resonant.nn.checkpoints import load_config, load_weights
from resonant.nn.transformer import Cache, Transformer, TransformerConfig


class Reader:
    """What was read, and what may come next. One row of words.

    Raises:
        InputError: more words are read than the model has positions for.
    """

    def __init__(self, model: Transformer) -> None:
        self._model = model
        self._cache = Cache(model.config, 1, model.config.context, model.embedding.weight)

    @property
    def room(self) -> int:
        """How many more words can be read."""
        return self._model.config.context - self._cache.length

    @torch.inference_mode()
    def read(self, words: Sequence[int]) -> NDArray[np.float32]:
        """Goes on behind these words: the logits of the next, `float32 [vocabulary]`."""
        if len(words) > self.room:
            asked, most = self._cache.length + len(words), self._model.config.context
            raise InputError(f"{asked} words are more than the {most} that the model reads; ask for fewer bars at once")
        tokens = torch.tensor([list(words)], device=self._model.embedding.weight.device)
        logits: NDArray[np.float32] = self._model(tokens, self._cache)[0, -1].float().cpu().numpy()
        return logits


def load_model(folder: Path) -> Transformer:
    """The model of a checkpoint, ready to read.

    Raises:
        InputError: the checkpoint is missing, damaged or of another model.
    """
    model = Transformer(load_config(folder, TransformerConfig))
    load_weights(folder, model)
    return model.eval()
