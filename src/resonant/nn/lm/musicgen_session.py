"""MusicGen as the engine asks for it: conditions heard once, columns read for all branches of guidance at once."""

from collections.abc import Sequence
from dataclasses import replace

from torch import Tensor

from resonant.nn.lm.cache import Cache
from resonant.nn.lm.captured import Capture, Played
from resonant.nn.lm.engine import Choose, Item, Manner, Plan, Run
from resonant.nn.lm.guidance import Guidance
from resonant.nn.lm.musicgen import Heard, Musicgen


class MusicgenSession:
    """A run of the decoder under conditions.

    Args:
        model, branches, guidance, plan: as in `musicgen_run`.
        capture: how steps of one column are captured; None for not at all.
    """

    def __init__(
        self,
        model: Musicgen,
        branches: Sequence[Heard | None],
        guidance: Guidance,
        plan: Plan,
        capture: Capture | None = None,
    ) -> None:
        assert guidance.branches == len(branches)
        self._model, self._guidance, self._capture = model, guidance, capture
        self._state = model.begun(branches, len(plan.items), plan.size, plan.padding)
        self._played: Played | None = None

    def next(self, columns_BKC: Tensor, choose: Choose) -> Tensor:
        """As `engine.Session`; all codebooks are chosen at once."""
        logits_RKV = self._told(columns_BKC.repeat(self._guidance.branches, 1, 1))[:, :, -1]
        return choose(self._guidance.merged(logits_RKV.float()), 0)

    def _told(self, columns_RKT: Tensor) -> Tensor:
        if self._capture is None or columns_RKT.shape[2] != 1:
            return self._said(columns_RKT, self._state.cache)
        if self._played is None:
            self._played = Played(self._capture, self._state.cache, self._said, columns_RKT)
        return self._played(columns_RKT)

    def _said(self, columns_RKT: Tensor, cache: Cache) -> Tensor:
        logits_RKTV: Tensor = self._model(columns_RKT, replace(self._state, cache=cache))
        return logits_RKTV


def musicgen_run(
    model: Musicgen,
    items: Sequence[Item],
    branches: Sequence[Heard | None],
    guidance: Guidance,
    manner: Manner,
    capture: Capture | None = None,
) -> Run:
    """A run that writes items under conditions; `branches` as in `Musicgen.begun`, `capture` as in the session."""
    plan = Plan(items, model.config.pattern)
    session = MusicgenSession(model, branches, guidance, plan, capture)
    return Run(plan, session, manner, model.norm.weight.device)
