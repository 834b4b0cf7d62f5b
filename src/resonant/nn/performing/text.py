"""The text that MusicGen hears: states of a frozen T5 encoder (Raffel et al. 2020), through `transformers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from resonant.errors import InputError
from resonant.nn.checkpoints import fill

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MOST_WORDS = 512
"""Pieces of words that the encoder was trained to read at once."""

_TWINS = ("shared.weight", "encoder.embed_tokens.weight")
"""Two names of one tensor; files hold one or both."""


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """Sentences to states.

    Args:
        words: of the library that reads `tokenizer.json`; it sets the sign behind a text by itself.
        model: a `T5EncoderModel`.
    """

    words: "Tokenizer"
    model: nn.Module

    @torch.inference_mode()
    def states(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """States `float32 [B, L, E]` of the texts, padded to the longest, and which are words, `bool [B, L]`.

        Raises:
            InputError: a text is longer than the encoder reads.
        """
        rows = [self.words.encode(text).ids for text in texts]
        longest = max(map(len, rows))
        if longest > MOST_WORDS:
            raise InputError(f"the text has {longest} words and pieces of words, of {MOST_WORDS} at most; shorten it")
        device = next(self.model.parameters()).device
        ids_BL = torch.tensor([row + [0] * (longest - len(row)) for row in rows], device=device)
        mask_BL = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=device)
        return self.model(input_ids=ids_BL, attention_mask=mask_BL).last_hidden_state, mask_BL.bool()


def load_text_encoder(config: Mapping[str, Any], tensors: Mapping[str, Tensor], folder: Path) -> TextEncoder:
    """The encoder of a published MusicGen.

    Args:
        config: its block of the published config.
        tensors: its own, without a prefix.
        folder: where `tokenizer.json` lies.

    Raises:
        InputError: a file is missing or damaged, or they are of another model.
    """
    model = t5(config, str(folder))
    given = next((tensors[name] for name in _TWINS if name in tensors), None)
    both = {} if given is None else dict.fromkeys(_TWINS, given)
    fill(model, {**tensors, **both}, f"the text encoder of {folder}")
    model.set_submodule("encoder.embed_tokens", model.get_submodule("shared"))  # filled apart, they are one again
    return TextEncoder(_words(folder / "tokenizer.json"), model.eval())


def t5(config: Mapping[str, Any], where: str) -> nn.Module:
    """An encoder of the sizes of a config, its weights not yet filled in.

    Raises:
        InputError: the config is no T5's.
    """
    from transformers import T5Config, T5EncoderModel

    if config.get("model_type") != "t5":
        raise InputError(f"{where} names a {config.get('model_type', 'nameless')!r} text encoder, not a T5")
    known = {name: value for name, value in config.items() if name not in ("torch_dtype", "dtype", "architectures")}
    try:
        with torch.device("meta"):
            model: nn.Module = T5EncoderModel(T5Config(**known))
    except (TypeError, ValueError, ArithmeticError, RuntimeError) as error:
        raise InputError(f"{where} does not describe a T5 ({error}); fetch it again") from error
    return model


def _words(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        words = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing narrower
        raise InputError(f"{path} is no tokeniser ({error}); fetch it again") from error
    words.no_padding()
    words.no_truncation()
    return words
