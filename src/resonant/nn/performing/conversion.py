"""Published weights that are pickles, in a new folder as safetensors; what cannot be had from them is asked for."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import CONFIG, INDEX, WEIGHTS, read_config, read_tensors
from resonant.nn.lm.musicgen_published import load_musicgen
from resonant.nn.performing.audiocraft import (
    CODEC,
    MODEL,
    encodec_config_of,
    encodec_tensors,
    model_config,
    model_tensors,
)
from resonant.nn.pickles import PICKLE, PICKLE_INDEX, save_tensors, saved_again, tensors_in, unpickled

_TEXT_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_STATE, _CONFIG_TEXT, _ELSEWHERE = "best_state", "xp.cfg", "pretrained"
_USUAL_RATE_HZ = 32_000
_RATE = re.compile(r"^sample_rate:\s*(\d+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is to be converted.

    Args:
        folder: of pickles: `pytorch_model.bin` as `transformers` saved it, or `state_dict.bin` of audiocraft.
        codec: a folder of an EnCodec, where audiocraft's folder names one only.
        text: a folder of a T5, which audiocraft's folder never holds.
    """

    folder: Path
    codec: Path | None = None
    text: Path | None = None


def convert(conversion: Conversion, out: Path) -> None:
    """Writes a folder that `load_musicgen` and `transformers` read, and sees that it can be read.

    Args:
        conversion: from what.
        out: a folder that is there and empty.

    Raises:
        InputError: a file is missing, damaged or refused, or the weights are of another model.
    """
    folder = conversion.folder
    if any((folder / name).is_file() for name in (PICKLE, PICKLE_INDEX)):
        saved_again(folder, out)
        for file in sorted(folder.glob("*.json")):
            if file.name not in (PICKLE_INDEX, INDEX):
                shutil.copyfile(file, out / file.name)
    elif (folder / MODEL).is_file():
        _from_audiocraft(conversion, out)
    else:
        raise InputError(f"{folder} holds no weights to convert: neither {PICKLE} nor {MODEL} is there")
    if str(read_config(out).get("model_type", "")).startswith("musicgen"):
        load_musicgen(out)


def _from_audiocraft(conversion: Conversion, out: Path) -> None:
    """One folder from audiocraft's two files and a text encoder."""
    if conversion.text is None:
        raise InputError(
            f"{conversion.folder} holds no text encoder, as audiocraft fetches it apart; get it with: hf download "
            "google-t5/t5-base, and give its folder with --text"
        )
    state, _ = _state(conversion.folder / MODEL)
    model = model_tensors(state)
    config, codec = _codec(conversion)
    text_config, text = _text(conversion.text)
    tensors = model | {f"audio_encoder.{name}": t for name, t in codec.items()}
    save_tensors(out / WEIGHTS, tensors | {f"text_encoder.{name}": t for name, t in text.items()})
    whole = {**model_config(model), "audio_encoder": config, "text_encoder": text_config}
    (out / CONFIG).write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    for name in _TEXT_FILES:
        if (conversion.text / name).is_file():
            shutil.copyfile(conversion.text / name, out / name)


def _state(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of one of audiocraft's files, and what else it says.

    Raises:
        InputError: it holds none.
    """
    held = unpickled(path)
    state = held.pop(_STATE, None)
    if not isinstance(state, dict):
        raise InputError(f"{path} holds no {_STATE}; it is no file of audiocraft's, or cut off")
    return tensors_in(state, path), held


def _codec(conversion: Conversion) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Config and tensors of the codec, from the folder that was named or from audiocraft's file.

    Raises:
        InputError: the file holds nothing but a name.
    """
    if conversion.codec is not None:
        return read_config(conversion.codec), _tensors(conversion.codec)
    path = conversion.folder / CODEC
    held = unpickled(path)
    if _STATE not in held:
        named = held.get(_ELSEWHERE, "facebook/encodec_32khz")
        raise InputError(
            f"{path} holds only the name of a codec; get it with: hf download {named}, and give its folder with --codec"
        )
    state, said = _state(path)
    rate = _RATE.search(str(said.get(_CONFIG_TEXT, "")))
    tensors = encodec_tensors(state)
    return encodec_config_of(tensors, _USUAL_RATE_HZ if rate is None else int(rate[1])), tensors


def _text(folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Config and tensors of a T5's encoder; its decoder is left out."""
    tensors = {name: t for name, t in _tensors(folder).items() if name.startswith(("encoder.", "shared."))}
    return read_config(folder), tensors


def _tensors(folder: Path) -> dict[str, Tensor]:
    """The tensors of a folder of `transformers`, in either format."""
    if (folder / PICKLE).is_file() and not (folder / WEIGHTS).is_file():
        return tensors_in(unpickled(folder / PICKLE), folder / PICKLE)
    return read_tensors(folder)
