"""HeartMuLa as the engine asks for it: prompts read once, then a frame at a time for all branches of guidance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from resonant.nn.lm.cache import Cache
from resonant.nn.lm.captured import Capture, Played, Step
from resonant.nn.lm.engine import Choose, Item, Manner, Plan, Run
from resonant.nn.lm.guidance import Guidance
from resonant.nn.lm.heartmula import END, INVALID, Heartmula


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a song is about, in words of the tokeniser.

    Args:
        tags: with their first and last sign.
        lyrics: with theirs; may be empty.
        style: a reference's style, `muq_dim` floats; None for none.
        says_tags, says_lyrics: whether they are said; what is not is as long, and says nothing.
    """

    tags: tuple[int, ...]
    lyrics: tuple[int, ...]
    style: tuple[float, ...] | None = None
    says_tags: bool = True
    says_lyrics: bool = True

    def __len__(self) -> int:
        return len(self.tags) + 1 + len(self.lyrics)


class HeartmulaSession:
    """A run of the model under prompts.

    Args:
        model, guidance, plan: as in `heartmula_run`.
        branches: `branches[b][i]` is the prompt of item i in branch b of guidance.
        capture: how steps of one position are captured; None for not at all.
    """

    def __init__(
        self,
        model: Heartmula,
        branches: Sequence[Sequence[Prompt]],
        guidance: Guidance,
        plan: Plan,
        capture: Capture | None = None,
    ) -> None:
        assert guidance.branches == len(branches)
        self._model, self._guidance, self._capture = model, guidance, capture
        self._across: Played | None = None
        self._within: dict[int, Step] = {}
        self._prompts = [prompt for branch in branches for prompt in branch]
        self._pasts = [item.known for item in plan.items] * len(branches)
        longest = max(len(p) + past for p, past in zip(self._prompts, self._pasts, strict=True))
        self._padding = [longest - len(p) - past for p, past in zip(self._prompts, self._pasts, strict=True)]
        starts = torch.tensor(self._padding)
        self._cache, self._inside = model.caches(len(self._prompts), longest + plan.steps, starts)
        self._is_begun = False

    def next(self, columns_BKC: Tensor, choose: Choose) -> Tensor:
        """As `engine.Session`; the codes of a frame are chosen one after the other."""
        columns_RKC = columns_BKC.repeat(self._guidance.branches, 1, 1)
        h_RTD = self._model.embedded(columns_RKC) if self._is_begun else self._beginning(columns_RKC)
        self._is_begun = True
        state_RD, logits_RV = self._first(h_RTD)
        codes = [self._chosen(logits_RV, choose, 0)]
        h_RTD = torch.cat([state_RD[:, None], self._read(codes[0], 0)], dim=1)
        for book in range(1, self._model.config.audio_num_codebooks):
            codes.append(self._chosen(self._following(h_RTD, book), choose, book))
            h_RTD = self._read(codes[book], book)
        return torch.stack(codes, dim=1)

    def _first(self, h_RTD: Tensor) -> tuple[Tensor, Tensor]:
        """As `Heartmula.first`."""
        if self._capture is None or h_RTD.shape[1] != 1:
            return self._model.first(h_RTD, self._cache)
        if self._across is None:
            self._across = Played(self._capture, self._cache, self._state, h_RTD)
        state_RD = self._across(h_RTD)
        return state_RD, self._model.codebook0_head(state_RD)

    def _state(self, h_R1D: Tensor, cache: Cache) -> Tensor:
        out: Tensor = self._model.across(h_R1D, cache)[:, -1]
        return out

    def _following(self, h_RTD: Tensor, book: int) -> Tensor:
        """As `Heartmula.following`, which within a frame has the same shape for the same book each time."""
        if self._capture is None:
            return self._inside_step(h_RTD, book)
        if book not in self._within:
            self._within[book] = self._capture(partial(self._inside_step, book=book), h_RTD)
        return self._within[book](h_RTD)

    def _inside_step(self, h_RTD: Tensor, book: int) -> Tensor:
        self._inside.length = 0 if book == 1 else book
        return self._model.following(h_RTD, self._inside, book)

    def _chosen(self, logits_RV: Tensor, choose: Choose, book: int) -> Tensor:
        return choose(self._guidance.merged(logits_RV.float())[:, None], book)[:, 0]

    def _read(self, codes_B: Tensor, book: int) -> Tensor:
        return self._model.code_embedded(codes_B.repeat(self._guidance.branches), book)

    def _beginning(self, columns_RKC: Tensor) -> Tensor:
        """Prompts and pasts, `[R, T, D]`, padded on the left."""
        rows = []
        for prompt, past, padding, columns_KC in zip(
            self._prompts, self._pasts, self._padding, columns_RKC, strict=True
        ):
            frames_FD = self._model.embedded(columns_KC[None, :, columns_KC.shape[1] - past :])[0]
            said_PD = embedded_prompt(self._model, prompt)
            rows.append(torch.cat([said_PD.new_zeros(padding, said_PD.shape[1]), said_PD, frames_FD]))
        return torch.stack(rows)


def embedded_prompt(model: Heartmula, prompt: Prompt) -> Tensor:
    """A prompt as the model reads it, `[P, D]`: tags, the place of a reference's style, lyrics.

    A style that is not given is a zero vector, of which the projection leaves its bias: so were songs written by the
    code that the weights were published with. What is not said has one learned vector in each place.
    """
    device = model.projection.weight.device
    nothing_1D = model.unconditional_text_embedding.weight
    style = prompt.style or (0.0,) * model.config.muq_dim
    said_1D = model.muq_linear(torch.tensor(style, device=device, dtype=nothing_1D.dtype))[None]
    parts = []
    for words, is_said in ((prompt.tags, prompt.says_tags), (prompt.lyrics, prompt.says_lyrics)):
        ids = torch.tensor(words, dtype=torch.long, device=device)
        parts.append(model.text_embeddings(ids) if is_said else nothing_1D.expand(len(words), -1))
    return torch.cat([parts[0], said_1D if prompt.says_tags else nothing_1D, parts[1]])


def heartmula_run(
    model: Heartmula,
    items: Sequence[Item],
    branches: Sequence[Sequence[Prompt]],
    guidance: Guidance,
    manner: Manner,
    capture: Capture | None = None,
) -> Run:
    """A run that writes songs; it ends them at the model's own sign, and never writes a code without meaning.

    Args:
        model: the language model.
        items: the songs.
        branches: by branch of guidance, the prompt of each song.
        guidance: how much the branches count.
        manner: how codes are chosen; `stops` and `forbidden` are the model's.
        capture: as in the session.
    """
    plan = Plan(items, model.config.pattern)
    size = model.config.audio_vocab_size
    manner = replace(
        manner, stops=tuple(c for c in (END,) if c < size), forbidden=tuple(c for c in INVALID if c < size)
    )
    return Run(plan, HeartmulaSession(model, branches, guidance, plan, capture), manner, model.projection.weight.device)
