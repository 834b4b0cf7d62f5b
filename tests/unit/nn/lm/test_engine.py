"""The engine with a session that says what the test wants: ends, lengths, cancelling, choosing."""

import gc
import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from resonant.errors import Cancelled, InputError
from resonant.nn.lm.choosing import Choosing, numbers
from resonant.nn.lm.engine import Choose, Item, Manner, Plan, Run
from resonant.nn.lm.guidance import Guidance, guided, guided_apart
from resonant.nn.lm.pattern import delayed, flat

BOOKS, CODES, END = 2, 10, 7


class Saying:
    """Always the same logits, whatever was read; `read` counts the columns."""

    def __init__(self, logits: Tensor) -> None:
        self.logits, self.read = logits, 0

    def next(self, columns_BKC: Tensor, choose: Choose) -> Tensor:
        self.read += columns_BKC.shape[2]
        return choose(self.logits.expand(columns_BKC.shape[0], BOOKS, CODES), 0)


def run_of(items: list[Item], manner: Manner, logits: Tensor | None = None) -> Run:
    liked = torch.zeros(CODES).index_fill(0, torch.tensor([END]), 5.0) if logits is None else logits
    return Run(Plan(items, flat(BOOKS)), Saying(liked), manner)


def test_an_item_ends_at_its_sign_but_not_before_its_least_length() -> None:
    greedy = Choosing(0.0)
    run = run_of([Item(9), Item(9, least=4), Item(3, least=4)], Manner(greedy, stops=(END,)))
    assert list(run) == [1, 2, 3, 4, 5]
    assert [run.frames(row).shape[1] for row in range(3)] == [0, 4, 3]
    assert not bool((run.frames(1) == END).any())


def test_forbidden_codes_are_never_written() -> None:
    run = run_of([Item(40, seed=1)], Manner(Choosing(top_k=0), forbidden=(END, 0)))
    assert len(list(run)) == 40
    assert set(run.frames(0).unique().tolist()) == set(range(CODES)) - {END, 0}


@given(st.integers(1, 9))
def test_cancelling_stops_within_one_column_and_keeps_what_is_whole(after: int) -> None:
    asked = iter([False] * after + [True])
    session = Saying(torch.zeros(CODES))
    run = Run(Plan([Item(20)], flat(BOOKS)), session, Manner(should_stop=lambda: next(asked)))
    with pytest.raises(Cancelled):
        list(run)
    assert run.frames(0).shape == (BOOKS, after) and session.read == after - 1
    gone = weakref.ref(session)
    del run, session
    gc.collect()
    assert gone() is None


def test_progress_rises_to_one() -> None:
    told: list[float] = []
    list(run_of([Item(4)], Manner(Choosing(0.0), progress=told.append)))
    assert told == [0.25, 0.5, 0.75, 1.0]


@given(st.integers(0, 2**63 - 1), st.integers(0, 10**6))
def test_an_items_numbers_are_its_own_whoever_stands_beside_it(seed: int, frame: int) -> None:
    alone = numbers([seed], [frame], 4, torch.device("cpu"))
    beside = numbers([1, seed], [3, frame], 4, torch.device("cpu"))
    assert torch.equal(alone[0], beside[1]) and bool(((alone >= 0) & (alone < 1)).all())


def test_choices_are_as_likely_as_the_model_says() -> None:
    logits = torch.tensor([0.0, 1.0, 2.0, -1.0]).expand(20_000, 4)
    drawn = torch.rand(20_000, generator=torch.Generator().manual_seed(1))
    shares = torch.bincount(Choosing(1.0, 0).chosen(logits, drawn), minlength=4) / 20_000
    assert (shares - logits[0].softmax(0)).abs().max() < 0.01
    kept = Choosing(2.0, 2).chosen(logits, drawn).bincount(minlength=4) / 20_000
    assert kept[0] == kept[3] == 0 and abs(float(kept[2]) - 1 / (1 + torch.exp(torch.tensor(-0.5)))) < 0.01
    nucleus = Choosing(1.0, 0, 0.7).chosen(logits, drawn).unique().tolist()
    assert nucleus == [1, 2]


def test_guidance_weighs_branches_as_the_papers_do() -> None:
    both, tags, nothing = (torch.randn(2, 5) for _ in range(3))
    assert torch.allclose(guided(3.0).merged(torch.cat([both, nothing])), nothing + 3.0 * (both - nothing))
    apart = guided_apart(2.0, 1.5).merged(torch.cat([both, tags, nothing]))
    assert torch.allclose(apart, nothing + 2.0 * (tags - nothing) + 1.5 * (both - tags), atol=1e-6)
    assert guided(1.0) == Guidance()


def test_what_can_not_be_written_is_refused() -> None:
    with pytest.raises(InputError, match="frames=0 must be 1 or more"):
        Item(0)
    with pytest.raises(InputError, match=r"seed=-1 within 0 \.\.\. 2\*\*63 - 1"):
        Item(1, seed=-1)


def test_items_with_different_pasts_end_each_in_its_own_time() -> None:
    past = torch.arange(6).view(2, 3)
    plan = Plan([Item(2, past=past), Item(5)], delayed(BOOKS, special=CODES))
    assert plan.padding.tolist() == [0, 3] and plan.steps == 6
    run = Run(plan, Saying(torch.zeros(CODES)), Manner(Choosing(0.0)))
    list(run)
    assert run.frames(0).shape == (2, 5) and torch.equal(run.frames(0)[:, :3], past)
    assert run.frames(1).shape == (2, 5)
