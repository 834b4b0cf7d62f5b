"""A model that has one song's prompt in mind: it writes codes, and says how likely it finds codes that are there.

Shapes: B items, R rows (branches of guidance x items), K codebooks, F frames, C columns, P words of a prompt, D width.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from resonant.nn.lm.engine import Item, Manner, Run
from resonant.nn.lm.guidance import Guidance
from resonant.nn.lm.heartmula import Heartmula
from resonant.nn.lm.heartmula_session import Prompt, embedded_prompt, heartmula_run
from resonant.nn.lm.musicgen import Heard, Musicgen
from resonant.nn.lm.musicgen_session import musicgen_run


class Writer(Protocol):
    """A language model under the prompt of one song; all items it is given are of that song."""

    def run(self, items: Sequence[Item], manner: Manner) -> Run:
        """A run that writes them."""
        ...

    def foretold(self, codes_BKF: Tensor, first: int) -> Tensor:
        """How well the frames from `first` on follow from all before them: the mean over their codes of the logarithm
        of the probability that the model gives each, in nats, `float32 [B]`.

        Args:
            codes_BKF: on any device.
            first: below F.
        """
        ...


@dataclass(frozen=True, eq=False)
class MusicgenWriter:
    """MusicGen under a text, perhaps a melody.

    Args:
        model: the decoder.
        branches: what the song is conditioned on in each branch of guidance, of one item; None for nothing.
        guidance: how much the branches count.
    """

    model: Musicgen
    branches: Sequence[Heard | None]
    guidance: Guidance = field(default_factory=Guidance)

    def run(self, items: Sequence[Item], manner: Manner) -> Run:
        """As `Writer`."""
        return musicgen_run(self.model, items, self._branches(len(items)), self.guidance, manner)

    @torch.inference_mode()
    def foretold(self, codes_BKF: Tensor, first: int) -> Tensor:
        """As `Writer`, of the columns that frames fill wholly.

        A column is foretold from the columns before it. In the first columns behind a seam the delayed codebooks still
        hold frames from before it: these are read like any others, and not counted. Columns behind the last frame of
        the first codebook would say that the song ends there, and are left out.
        """
        pattern, items = self.model.config.pattern, len(codes_BKF)
        size = pattern.unknown(codes_BKF.shape[2])
        columns_BKC = torch.stack([pattern.laid_out(codes, size) for codes in codes_BKF])
        columns_BKC = columns_BKC.to(self.model.norm.weight.device)
        state = self.model.begun(self._branches(items), items, size - 1)
        logits_RKCV = self.model(columns_BKC[..., :-1].repeat(self.guidance.branches, 1, 1), state)
        begin = pattern.unknown(first)
        told_BKCV = self.guidance.merged(logits_RKCV[:, :, begin - 1 :].float())
        counted_KC = (pattern.frame_of(size)[:, begin:] >= first).to(told_BKCV.device)
        return _mean_log_chance(told_BKCV, columns_BKC[..., begin:], counted_KC)

    def _branches(self, items: int) -> list[Heard | None]:
        return [None if heard is None else _for_each(heard, items) for heard in self.branches]


@dataclass(frozen=True, eq=False)
class HeartmulaWriter:
    """HeartMuLa under tags and lyrics.

    Args:
        model: the language model.
        branches: the song's prompt in each branch of guidance; all of one length.
        guidance: how much the branches count.
    """

    model: Heartmula
    branches: Sequence[Prompt]
    guidance: Guidance = field(default_factory=Guidance)

    def run(self, items: Sequence[Item], manner: Manner) -> Run:
        """As `Writer`."""
        branches = [[prompt] * len(items) for prompt in self.branches]
        return heartmula_run(self.model, items, branches, self.guidance, manner)

    @torch.inference_mode()
    def foretold(self, codes_BKF: Tensor, first: int) -> Tensor:
        """As `Writer`: a frame's first code from the frames before, the others also from those before them in it."""
        codes_BKF = codes_BKF.to(self.model.projection.weight.device)
        states_RFD = self._states(codes_BKF, first)
        counted_BKF = codes_BKF[..., first:]
        codes_RKF = counted_BKF.repeat(self.guidance.branches, 1, 1)
        inside_NKD = self._inside(states_RFD.flatten(0, 1), codes_RKF.transpose(1, 2).flatten(0, 1))
        told = []
        for book in range(codes_BKF.shape[1]):
            logits_NV = self._logits(states_RFD.flatten(0, 1), inside_NKD, book)
            merged = self.guidance.merged(logits_NV.view(*states_RFD.shape[:2], -1).float())
            told.append(_log_chance(merged, counted_BKF[:, book]))
        return torch.stack(told, dim=1).mean(dim=(1, 2))

    def _states(self, codes_BKF: Tensor, first: int) -> Tensor:
        """The global model's states `[R, F - first, D]`, each before the frame that it foretells."""
        words = {len(prompt) for prompt in self.branches}
        assert len(words) == 1, "what is not said is as long as what is"
        frames_BFD = self.model.embedded(codes_BKF[..., :-1])
        said_PD = [embedded_prompt(self.model, prompt) for prompt in self.branches]
        h_RTD = torch.cat([torch.cat([said.expand(len(codes_BKF), -1, -1), frames_BFD], dim=1) for said in said_PD])
        cache, _ = self.model.caches(len(h_RTD), h_RTD.shape[1])
        states: Tensor = self.model.across(h_RTD, cache)
        return states[:, words.pop() - 1 + first :]

    def _inside(self, states_ND: Tensor, codes_NK: Tensor) -> Tensor:
        """The local model's states `[N, K, D]` behind the state and each code but the last."""
        read = [self.model.code_embedded(codes_NK[:, book], book) for book in range(codes_NK.shape[1] - 1)]
        h_NKD = self.model.projection(torch.cat([states_ND[:, None], *read], dim=1))
        _, cache = self.model.caches(len(h_NKD), 1)
        inside: Tensor = self.model.within(h_NKD, cache)
        return inside

    def _logits(self, states_ND: Tensor, inside_NKD: Tensor, book: int) -> Tensor:
        if book == 0:
            first: Tensor = self.model.codebook0_head(states_ND)
            return first
        head_DV = self.model.audio_head[book - 1]
        logits: Tensor = inside_NKD[:, book].to(head_DV.dtype) @ head_DV
        return logits


def _for_each(heard: Heard, items: int) -> Heard:
    chroma = None if heard.chroma_BMC is None else heard.chroma_BMC.expand(items, -1, -1)
    return Heard(heard.text_BLE.expand(items, -1, -1), heard.mask_BL.expand(items, -1), chroma)


def _mean_log_chance(told_BKCV: Tensor, codes_BKC: Tensor, counted_KC: Tensor) -> Tensor:
    chances_BKC = _log_chance(told_BKCV, codes_BKC) * counted_KC
    return chances_BKC.sum(dim=(1, 2)) / counted_KC.sum()


def _log_chance(told: Tensor, codes: Tensor) -> Tensor:
    """The logarithm of the probability of each code; a code that is never foretold counts as the last that is."""
    places = codes.clamp(max=told.shape[-1] - 1)[..., None]
    return told.gather(-1, places)[..., 0] - told.logsumexp(dim=-1)
