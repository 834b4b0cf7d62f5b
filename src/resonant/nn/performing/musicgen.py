"""MusicGen performs: a sentence, and a melody for the models that hear one, to codes at 50 Hz and sound at 32 kHz."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from resonant.errors import InputError
from resonant.nn.checkpoints import read_config
from resonant.nn.codec.encodec import Decoding, Encodec
from resonant.nn.codec.encodec_config import encodec_config
from resonant.nn.lm.cache import CacheShape
from resonant.nn.lm.engine import Item, Manner, Run
from resonant.nn.lm.guidance import Guidance
from resonant.nn.lm.musicgen import Heard, Musicgen
from resonant.nn.lm.musicgen_published import load_musicgen, musicgen_config
from resonant.nn.lm.musicgen_session import musicgen_run
from resonant.nn.performing.ask import MUSICGEN, Ask
from resonant.nn.performing.memory import best_device, bytes_of, refuse_too_big, room
from resonant.nn.performing.performing import choosing_of, guidance_of, items_of
from resonant.nn.performing.text import TextEncoder, load_text_encoder, t5
from resonant.nn.weights import Kind, kept_as, usual_kind

LONGEST_S = 30.0
"""What the weights were trained to hear at once, what is there already included."""


class MusicgenPerformer:
    """A published MusicGen with its text encoder and its codec; see `Performer`.

    Args:
        model: the language model, on its device.
        codec: on the same device, in float32.
        text: the encoder of what is asked for.
        most_bytes: how much memory weights and what is remembered may take; None for any amount.
        kind: in which numbers the model's weights are kept.
    """

    name = "musicgen"

    def __init__(
        self,
        model: Musicgen,
        codec: Encodec,
        text: TextEncoder,
        most_bytes: int | None = None,
        kind: Kind = "float32",
    ) -> None:
        self.model, self.codec, self.text, self._most_bytes, self.kind = model, codec, text, most_bytes, kind
        self.rate, self.hop = codec.config.sampling_rate, codec.config.hop
        self.channels, self.codebooks = model.config.audio_channels, model.config.num_codebooks
        self.bytes = bytes_of(model) + bytes_of(codec) + bytes_of(text.model)
        if self.codebooks != codec.config.codebooks * self.channels:
            raise InputError(
                f"the model writes {self.codebooks} codebooks and its codec reads {codec.config.codebooks}"
            )

    def run(self, ask: Ask, manner: Manner) -> Run:
        """As `Performer.run`."""
        items = self.items(ask)
        branches, guidance = self.conditions(ask)
        refuse_too_big(
            f"{len(items)} x {ask.seconds:g} s with this model",
            self.bytes + self._remembered(items[0], len(branches) * len(items)), self._most_bytes,
            "ask for fewer takes or less",
        )  # fmt: skip
        return musicgen_run(self.model, items, branches, guidance, replace(manner, choosing=choosing_of(ask, MUSICGEN)))

    def items(self, ask: Ask) -> list[Item]:
        """The takes as items of a run.

        Raises:
            InputError: it sings nothing, and writes no more than 30 s at once; or the past is not of its codec.
        """
        if ask.lyrics.strip():
            raise InputError("musicgen sings no words; leave the lyrics out, or ask heartmula")
        items = items_of(self, ask)
        seconds = (items[0].known + items[0].frames) * self.hop / self.rate
        if seconds > LONGEST_S:
            raise InputError(f"musicgen hears and writes {LONGEST_S:g} s at once, and {seconds:g} s are asked for")
        if ask.past is not None and int(ask.past.max(initial=0)) >= self.model.config.vocab_size:
            raise InputError(f"the codes to go on from are not of this model, whose highest is {self._highest}")
        return items

    def conditions(self, ask: Ask) -> tuple[list[Heard | None], Guidance]:
        """What the takes hear in each branch of guidance, and how much the branches count.

        Raises:
            InputError: the model hears no melody, or a text is too long.
        """
        if ask.melody is not None and self.model.melody is None:
            raise InputError("these weights hear no melody; those called melody or stereo-melody do")
        takes = len(ask.seeds)
        said = self._heard(ask.words, ask.melody, takes)
        if said is None:
            return [None], Guidance()
        guidance = guidance_of(ask, MUSICGEN)
        if guidance.branches == 1:
            return [said], guidance
        return [said, self._heard(ask.negative, None, takes)], guidance

    def sounding(self, seed: int, should_stop: Callable[[], bool]) -> "MusicgenSounding":
        """As `Performer.sounding`; the codec draws nothing and takes no time, so it heeds neither."""
        return MusicgenSounding(self.codec, self.channels)

    def _remembered(self, item: Item, rows: int) -> int:
        """Bytes of the keys and values of a run."""
        config = self.model.config
        columns = config.pattern.columns(item.known + item.frames) + (config.chroma_length if config.chroma else 0)
        width = config.hidden_size // config.num_attention_heads
        shape = CacheShape(config.num_hidden_layers, rows, config.num_attention_heads, columns, width)
        return shape.bytes(self.model.remembered_in)

    @property
    def _highest(self) -> int:
        return self.model.config.vocab_size - 1

    def _heard(self, words: str, melody: object, takes: int) -> Heard | None:
        """What is said, for all takes alike; None where that is nothing."""
        device = self.model.norm.weight.device
        if words.strip():
            text_1LE, mask_1L = self.text.states([" ".join(words.split())])
        else:
            text_1LE = torch.zeros(1, 1, self.model.config.text_width)
            mask_1L = torch.zeros(1, 1, dtype=torch.bool)
        if melody is None and not words.strip():
            return None
        chroma = None if melody is None else torch.as_tensor(melody)[None].to(device).expand(takes, -1, -1)
        return Heard(text_1LE.to(device).expand(takes, -1, -1), mask_1L.to(device).expand(takes, -1), chroma)


class MusicgenSounding:
    """Codes of one take to sound; the two channels of a stereo model take turns among the codebooks."""

    def __init__(self, codec: Encodec, channels: int) -> None:
        self._decoding, self._channels = Decoding(codec), channels

    def push(self, codes_KF: Tensor) -> Iterator[Tensor]:
        """As `Sounding.push`."""
        if codes_KF.shape[1]:
            books = [codes_KF[channel :: self._channels] for channel in range(self._channels)]
            yield self._decoding.push(torch.stack(books))[:, 0]

    def finish(self) -> Iterator[Tensor]:
        """As `Sounding.finish`."""
        yield self._decoding.finish()[:, 0]


def load_musicgen_performer(
    folder: Path, device: torch.device | None = None, most_bytes: int | None = None, kind: Kind | None = None
) -> MusicgenPerformer:
    """The MusicGen of a published folder, ready to perform.

    Args:
        folder: `config.json`, safetensors and `tokenizer.json`.
        device: None for the best there is.
        most_bytes: how much memory it may take; None for what the device has.
        kind: in which numbers the language model's weights are kept; None as it is usual on the device.

    Raises:
        InputError: a file is missing or damaged, they are of another model, or it takes too much memory.
    """
    device = device or best_device()
    kind, most = kind or usual_kind(device), room(device) if most_bytes is None else most_bytes
    refuse_too_big(f"the MusicGen of {folder}", bytes_in(folder, kind), most, "take a smaller size of it")
    published = load_musicgen(folder)
    text = load_text_encoder(published.text_config, published.text_tensors, folder)
    text.model.to(device)
    # Narrowed before it is moved, so that the card needs no room for more than it keeps.
    model = kept_as(published.decoder, kind).to(device)
    return MusicgenPerformer(model, published.codec.to(device), text, most, kind)


def bytes_in(folder: Path, kind: Kind | None = None) -> int:
    """What the weights of a folder will take, by its config alone; `kind` None as it is usual on the best device.

    Raises:
        InputError: the config is missing or of another model.
    """
    config, where = read_config(folder), str(folder / "config.json")
    sizes = musicgen_config(config, where)
    with torch.device("meta"):
        codec, model = Encodec(encodec_config(config["audio_encoder"], where)), Musicgen(sizes)
    own = bytes_of(kept_as(model, kind or usual_kind(best_device())))
    return own + bytes_of(codec) + bytes_of(t5(config["text_encoder"], where))
