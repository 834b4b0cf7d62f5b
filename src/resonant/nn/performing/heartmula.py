"""HeartMuLa performs: tags and lyrics to codes at 12.5 Hz and a song at 48 kHz."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from resonant.errors import InputError
from resonant.nn.checkpoints import read_config
from resonant.nn.codec.flow import Solving
from resonant.nn.codec.heartcodec import HeartCodec, HeartDecoding, load_heartcodec
from resonant.nn.codec.heartcodec_config import heartcodec_config
from resonant.nn.lm.engine import Item, Manner, Run
from resonant.nn.lm.guidance import Guidance
from resonant.nn.lm.heartmula import Heartmula
from resonant.nn.lm.heartmula_prompt import Tokeniser, check_room, load_tokeniser, prompt
from resonant.nn.lm.heartmula_published import heartmula_config, load_heartmula
from resonant.nn.lm.heartmula_session import Prompt, heartmula_run
from resonant.nn.performing.ask import HEARTMULA, Ask
from resonant.nn.performing.memory import best_device, bytes_of, refuse_too_big, room
from resonant.nn.performing.performing import choosing_of, guidance_of, items_of
from resonant.nn.weights import Kind, kept_as, usual_kind

LEAST_S = 2.0
"""A song that would end sooner is not let end."""


@dataclass(frozen=True, slots=True)
class HeartmulaFolders:
    """Where the parts of a published HeartMuLa lie.

    Args:
        model: of the language model.
        codec: of HeartCodec.
        words: of `tokenizer.json` and `gen_config.json`.
    """

    model: Path
    codec: Path
    words: Path


class HeartmulaPerformer:
    """A published HeartMuLa with its tokeniser and its codec; see `Performer`.

    Args:
        model: the language model, on its device.
        codec: on the same device, in float32.
        words: tokeniser of tags and lyrics.
        most_bytes: how much memory weights and what is remembered may take; None for any amount.
        kind: in which numbers the model's weights are kept.
    """

    name = "heartmula"
    channels = 2

    def __init__(
        self,
        model: Heartmula,
        codec: HeartCodec,
        words: Tokeniser,
        most_bytes: int | None = None,
        kind: Kind = "float32",
    ) -> None:
        self.model, self.codec, self.words, self._most_bytes, self.kind = model, codec, words, most_bytes, kind
        self.rate, self.hop = codec.config.sample_rate, codec.samples_per_frame
        self.codebooks = model.config.audio_num_codebooks
        self.bytes = bytes_of(model) + bytes_of(codec)
        if self.codebooks != codec.config.num_quantizers:
            raise InputError(
                f"the model writes {self.codebooks} codebooks and the codec reads {codec.config.num_quantizers}; "
                "they are not of one release"
            )

    def run(self, ask: Ask, manner: Manner) -> Run:
        """As `Performer.run`."""
        items = self.items(ask)
        branches, guidance = self.conditions(ask)
        longest = max(len(each) for branch in branches for each in branch)
        check_room(max((each for branch in branches for each in branch), key=len), items[0].frames, items[0].known)
        shape = self.model.cache_shape(len(branches) * len(items), longest + items[0].known + items[0].frames)
        refuse_too_big(
            f"{len(items)} x {ask.seconds:g} s with this model",
            self.bytes + shape.bytes(self.model.remembered_in), self._most_bytes,
            "ask for fewer takes or less",
        )  # fmt: skip
        return heartmula_run(
            self.model, items, branches, guidance, replace(manner, choosing=choosing_of(ask, HEARTMULA))
        )

    def items(self, ask: Ask) -> list[Item]:
        """The takes as items of a run.

        Raises:
            InputError: the past is not of its codec.
        """
        if ask.past is not None and int(ask.past.max(initial=0)) >= self.codec.config.codebook_size:
            raise InputError(
                f"the codes to go on from are not of this codec, whose highest is {self.codec.config.codebook_size - 1}"
            )
        return items_of(self, ask, 0.0 if ask.past is not None else LEAST_S)

    def conditions(self, ask: Ask) -> tuple[list[list[Prompt]], Guidance]:
        """The prompts of the takes in each branch of guidance, and how much the branches count.

        Without words of its own the branch that is led away from says nothing; else it says what is not wanted.

        Raises:
            InputError: there is a melody, which the model does not hear.
        """
        if ask.melody is not None:
            raise InputError("heartmula hears no melody; ask musicgen with the weights called melody")
        said = prompt(self.words, ask.words, ask.lyrics)
        guidance = guidance_of(ask, HEARTMULA)
        if guidance.branches == 1:
            return [[said] * len(ask.seeds)], guidance
        if ask.negative.strip():
            other = replace(prompt(self.words, ask.negative, ask.lyrics), says_lyrics=False)
        else:
            other = replace(said, says_tags=False, says_lyrics=False)
        return [[said] * len(ask.seeds), [other] * len(ask.seeds)], guidance

    def sounding(self, seed: int, should_stop: Callable[[], bool]) -> HeartDecoding:
        """As `Performer.sounding`; the noise that the codec begins with is the seed's."""
        return HeartDecoding(self.codec, seed, Solving(should_stop=should_stop))


def load_heartmula_performer(
    folders: HeartmulaFolders,
    device: torch.device | None = None,
    most_bytes: int | None = None,
    kind: Kind | None = None,
) -> HeartmulaPerformer:
    """The HeartMuLa of published folders, ready to perform.

    Args:
        folders: where its parts lie.
        device: None for the best there is.
        most_bytes: how much memory it may take; None for what the device has.
        kind: in which numbers the language model's weights are kept; None as it is usual on the device.

    Raises:
        InputError: a file is missing or damaged, they are of another model, or it takes too much memory.
    """
    device = device or best_device()
    kind, most = kind or usual_kind(device), room(device) if most_bytes is None else most_bytes
    refuse_too_big(f"the HeartMuLa of {folders.model}", bytes_in(folders, kind), most, "use a larger machine")
    words = load_tokeniser(folders.words)
    model, codec = load_heartmula(folders.model), load_heartcodec(folders.codec)
    # Narrowed before it is moved, so that the card needs no room for more than it keeps.
    return HeartmulaPerformer(kept_as(model, kind).to(device), codec.to(device), words, most, kind)


def bytes_in(folders: HeartmulaFolders, kind: Kind | None = None) -> int:
    """What the weights will take, by their configs alone; `kind` None as it is usual on the best device.

    Raises:
        InputError: a config is missing or of another model.
    """
    with torch.device("meta"):
        model = Heartmula(heartmula_config(read_config(folders.model), str(folders.model / "config.json")))
        codec = HeartCodec(heartcodec_config(read_config(folders.codec), str(folders.codec / "config.json")))
    return bytes_of(kept_as(model, kind or usual_kind(best_device()))) + bytes_of(codec)
