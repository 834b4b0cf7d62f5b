"""The transformer of `resonant.nn` in NumPy, read from its checkpoint: a model so small needs no torch to play.

Mirrors `resonant.nn.transformer`; a test holds the two together. Shapes: B batch, T positions, D width, H heads,
K width of a head, V vocabulary.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resonant.errors import InputError

Array = NDArray[np.float32]
CONFIG, WEIGHTS = "config.json", "model.safetensors"
_KINDS = {"F16": np.float16, "F32": np.float32}
_SMALLEST = 2.0**-23  # what torch adds under the root of an RMS norm


@dataclass(frozen=True, eq=False)
class Network:
    """Weights by name, and the sizes that they do not tell."""

    heads: int
    layers: int
    context: int
    rotary_base: float
    weights: dict[str, Array]

    def logits(self, tokens_BT: NDArray[np.int64]) -> Array:
        """What may come behind each position, `float32 [B, T, V]`; rows of one length, no longer than the context."""
        h_BTD = self.weights["embedding.weight"][tokens_BT]
        for layer in range(self.layers):
            part = f"blocks.{layer}"
            h_BTD = h_BTD + self._attention(part, _normed(h_BTD, self.weights[f"{part}.before_attention.weight"]))
            h_BTD = h_BTD + self._fed_forward(part, _normed(h_BTD, self.weights[f"{part}.before_feed_forward.weight"]))
        told: Array = _normed(h_BTD, self.weights["norm.weight"]) @ self.weights["embedding.weight"].T
        return told

    def _attention(self, part: str, h_BTD: Array) -> Array:
        batch, length, width = h_BTD.shape
        qkv = (h_BTD @ self.weights[f"{part}.attention.qkv.weight"].T).reshape(batch, length, 3, self.heads, -1)
        query_BHTK, key_BHTK, value_BHTK = qkv.transpose(2, 0, 3, 1, 4)
        query_BHTK, key_BHTK = self._turned(query_BHTK), self._turned(key_BHTK)
        score_BHTT = query_BHTK @ key_BHTK.swapaxes(-1, -2) / np.sqrt(np.float32(width // self.heads))
        score_BHTT = np.where(np.tri(length, dtype=bool), score_BHTT, np.float32(-np.inf))
        share_BHTT = np.exp(score_BHTT - score_BHTT.max(axis=-1, keepdims=True))
        share_BHTT /= share_BHTT.sum(axis=-1, keepdims=True)
        mixed = (share_BHTT @ value_BHTK).swapaxes(1, 2).reshape(batch, length, width)
        out: Array = mixed @ self.weights[f"{part}.attention.out.weight"].T
        return out

    def _fed_forward(self, part: str, h_BTD: Array) -> Array:
        gate, up = np.split(h_BTD @ self.weights[f"{part}.feed_forward.gate_and_up.weight"].T, 2, axis=-1)
        out: Array = (gate / (1.0 + np.exp(-gate)) * up) @ self.weights[f"{part}.feed_forward.down.weight"].T
        return out

    def _turned(self, x_BHTK: Array) -> Array:
        length, width = x_BHTK.shape[-2:]
        speed = self.rotary_base ** (-np.arange(0, width, 2, dtype=np.float32) / width)
        angle = np.arange(length, dtype=np.float32)[:, None] * speed
        cosine, sine = np.cos(angle, dtype=np.float32), np.sin(angle, dtype=np.float32)
        a, b = np.split(x_BHTK, 2, axis=-1)
        return np.concatenate([a * cosine - b * sine, a * sine + b * cosine], axis=-1)


@cache
def shipped_network() -> Network:
    """The network that comes with the package.

    Raises:
        InputError: its files are missing or damaged.
    """
    return read_network(Path(__file__).parent)


def read_network(folder: Path) -> Network:
    """The network of a checkpoint folder.

    Raises:
        InputError: a file is missing or damaged.
    """
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        weights = _tensors((folder / WEIGHTS).read_bytes())
        return Network(config["heads"], config["layers"], config["context"], config["rotary_base"], weights)
    except OSError as error:
        raise InputError(f"{error.filename} can not be read: {error.strerror}; install resonant again") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"the chord model in {folder} is damaged ({error}); install resonant again") from error


def _tensors(file: bytes) -> dict[str, Array]:
    """All tensors of a safetensors file: eight bytes for the length of a JSON header, the header, the data."""
    start = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:start])
    tensors = {}
    for name, about in header.items():
        if name != "__metadata__":
            first, end = about["data_offsets"]
            data = np.frombuffer(file[start + first : start + end], _KINDS[about["dtype"]])
            tensors[name] = data.reshape(about["shape"]).astype(np.float32)
    return tensors


def _normed(h: Array, weight: Array) -> Array:
    out: Array = h / np.sqrt(np.mean(h * h, axis=-1, keepdims=True) + np.float32(_SMALLEST)) * weight
    return out
