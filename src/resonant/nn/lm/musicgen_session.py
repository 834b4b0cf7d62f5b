"""MusicGen as the engine asks for it: conditions heard once, columns read for all branches of guidance at once."""

from collections.abc import Sequence

from torch import Tensor

from resonant.nn.lm.engine import Choose, Item, Manner, Plan, Run
from resonant.nn.lm.guidance import Guidance
from resonant.nn.lm.musicgen import Heard, Musicgen


class MusicgenSession:
    """A run of the decoder under conditions."""

    def __init__(self, model: Musicgen, branches: Sequence[Heard | None], guidance: Guidance, plan: Plan) -> None:
        assert guidance.branches == len(branches)
        self._model, self._guidance = model, guidance
        self._state = model.begun(branches, len(plan.items), plan.size, plan.padding)

    def next(self, columns_BKC: Tensor, choose: Choose) -> Tensor:
        """As `engine.Session`; all codebooks are chosen at once."""
        logits_RKV = self._model(columns_BKC.repeat(self._guidance.branches, 1, 1), self._state)[:, :, -1]
        return choose(self._guidance.merged(logits_RKV.float()), 0)


def musicgen_run(
    model: Musicgen, items: Sequence[Item], branches: Sequence[Heard | None], guidance: Guidance, manner: Manner
) -> Run:
    """A run that writes items under conditions; `branches` as in `Musicgen.begun`."""
    plan = Plan(items, model.config.pattern)
    session = MusicgenSession(model, branches, guidance, plan)
    return Run(plan, session, manner, model.norm.weight.device)
