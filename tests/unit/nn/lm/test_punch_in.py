"""Punching in on codes, with tiny random models of both families."""

from collections.abc import Sequence

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from resonant.errors import Cancelled, InputError
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Choose, Item, Manner, Plan, Run
from resonant.nn.lm.going_on import Memory, gone_on
from resonant.nn.lm.guidance import guided
from resonant.nn.lm.heartmula import END, Heartmula, HeartmulaConfig, StackConfig
from resonant.nn.lm.heartmula_session import HeartmulaSession, Prompt
from resonant.nn.lm.musicgen import Heard, Musicgen, MusicgenConfig
from resonant.nn.lm.pattern import flat
from resonant.nn.lm.punch_in import CAREFUL, Gap, Hearing, Take, takes
from resonant.nn.lm.writer import HeartmulaWriter, MusicgenWriter, Writer

CODES = 24
FREE = Manner(Choosing(1.0, 0))


def musicgen(stereo: bool = False, scale: float = 1.0) -> MusicgenWriter:
    torch.manual_seed(3)
    books, channels = (8, 2) if stereo else (4, 1)
    model = Musicgen(MusicgenConfig(CODES, 32, 2, 4, 48, books, channels, text_width=16)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    heard = Heard(torch.randn(1, 3, 16), torch.tensor([[True, True, False]]))
    return MusicgenWriter(model, [heard] if scale == 1.0 else [heard, None], guided(scale))


def heartmula(scale: float = 1.0) -> HeartmulaWriter:
    torch.manual_seed(4)
    stacks = StackConfig(2, 4, 2, 32, 48), StackConfig(2, 4, 2, 32, 48)
    model = Heartmula(HeartmulaConfig(*stacks, 40, CODES, 8, 6)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    said = Prompt((1, 5, 6, 2), (1, 7, 2))
    silent = Prompt(said.tags, said.lyrics, None, False, False)
    return HeartmulaWriter(model, [said] if scale == 1.0 else [said, silent], guided(scale))


WRITERS: dict[str, Writer] = {
    "musicgen": musicgen(), "stereo": musicgen(stereo=True), "guided": musicgen(scale=3.0), "heartmula": heartmula(),
    "heartmula guided": heartmula(1.5),
}  # fmt: skip
every_writer = pytest.mark.parametrize("name", WRITERS)


def song(writer: Writer, frames: int, seed: int = 1) -> Tensor:
    books = 4 if isinstance(writer, MusicgenWriter) and writer.model.config.num_codebooks == 4 else 8
    return torch.randint(0, CODES, (books, frames), generator=torch.Generator().manual_seed(seed))


def slow_score(writer: Writer, codes: Tensor, first: int) -> float:
    """The mean log-probability, a code at a time, each from nothing but the codes that a writer has read before it."""
    told = []
    if isinstance(writer, MusicgenWriter):
        for frame in range(first, codes.shape[1]):
            for book, delay in enumerate(writer.model.config.pattern.delays):
                if frame + delay < codes.shape[1]:  # its column is filled wholly
                    logits = delayed_logits(writer, codes, 1 + frame + delay)[book]
                    told.append(float(logits.log_softmax(-1)[codes[book, frame]]))
    else:
        assert isinstance(writer, HeartmulaWriter)
        for frame in range(first, codes.shape[1]):
            told += hierarchical_chances(writer, codes[:, :frame], codes[:, frame])
    return sum(told) / len(told)


def delayed_logits(writer: MusicgenWriter, codes: Tensor, column: int) -> Tensor:
    """Logits of a column's codes, the columns before it laid out cell by cell."""
    books, special = writer.model.config.num_codebooks, writer.model.config.vocab_size
    read = torch.full((1, books, column), special)
    for place in range(1, column):
        for book, delay in enumerate(writer.model.config.pattern.delays):
            if place - 1 - delay >= 0:
                read[0, book, place] = codes[book, place - 1 - delay]
    with torch.inference_mode():
        rows = [writer.model(read, writer.model.begun([heard], 1, column))[0, :, -1] for heard in writer.branches]
    scale = writer.guidance.weights[0]
    return rows[0] if len(rows) == 1 else rows[1] + scale * (rows[0] - rows[1])


def hierarchical_chances(writer: HeartmulaWriter, before: Tensor, frame: Tensor) -> list[float]:
    """The log-probabilities of a frame's codes, through the session that writes them one by one."""
    told: list[float] = []

    def noting(logits_BNV: Tensor, book: int) -> Tensor:
        told.append(float(logits_BNV[0, 0].log_softmax(-1)[frame[book]]))
        return frame[None, book : book + 1]

    plan = Plan([Item(1, past=before)], writer.model.config.pattern)
    with torch.inference_mode():
        session = HeartmulaSession(writer.model, [[prompt] for prompt in writer.branches], writer.guidance, plan)
        choose: Choose = noting
        session.next(before[None], choose)
    return told


def number(made: tuple[Take, ...], wanted: int) -> Take:
    return next(take for take in made if take.number == wanted)


@every_writer
def test_a_takes_score_is_that_of_the_slow_reference(name: str) -> None:
    writer, codes = WRITERS[name], song(WRITERS[name], 13)
    made = takes(writer, codes, Gap(4, 7), Hearing(3, 5, 2, seed=8), FREE)
    assert made[0].score is not None and made[1].score is not None and made[0].score > made[1].score
    for take in made:
        assert take.score == pytest.approx(slow_score(writer, take.codes_KF[:, 1:12], 6), abs=1e-4)


@pytest.mark.parametrize("name", ["musicgen", "stereo", "heartmula"])
@settings(max_examples=8, deadline=None)
@given(st.integers(1, 14), st.data())
def test_codes_outside_the_gap_stay_and_what_is_written_is_legal(name: str, frames: int, data: st.DataObject) -> None:
    writer, codes = WRITERS[name], song(WRITERS[name], frames)
    first = data.draw(st.integers(0, frames - 1))
    gap = Gap(first, data.draw(st.integers(first + 1, frames)))
    hearing = Hearing(
        data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9)), 2, data.draw(st.integers(0, 2**63 - 1))
    )
    for take in takes(writer, codes, gap, hearing, FREE):
        assert take.codes_KF.shape == codes.shape
        assert torch.equal(take.codes_KF[:, : gap.first], codes[:, : gap.first])
        assert torch.equal(take.codes_KF[:, gap.last :], codes[:, gap.last :])
        assert bool(((take.codes_KF >= 0) & (take.codes_KF < CODES)).all())
        assert (take.score is None) == (gap.last == frames or hearing.behind == 0)


@every_writer
def test_a_take_is_the_same_whatever_the_gap_held_and_whoever_stands_beside_it(name: str) -> None:
    writer, codes = WRITERS[name], song(WRITERS[name], 16)
    other = codes.clone()
    other[:, 5:9] = (other[:, 5:9] + 1) % CODES
    three = takes(writer, codes, Gap(5, 9), Hearing(5, 4, 3, seed=2**63 - 1), FREE)
    again = takes(writer, other, Gap(5, 9), Hearing(5, 4, 3, seed=2**63 - 1), FREE)
    alone = takes(writer, codes, Gap(5, 9), Hearing(5, 4, 1, seed=2**63 - 1), FREE)[0]
    assert [take.number for take in three] == [take.number for take in again]
    assert all(torch.equal(a.codes_KF, b.codes_KF) for a, b in zip(three, again, strict=True))
    assert torch.equal(alone.codes_KF, number(three, 0).codes_KF)
    assert alone.score == pytest.approx(number(three, 0).score, abs=1e-5)
    assert len({take.codes_KF.flatten().tolist().__repr__() for take in three}) == 3
    assert not torch.equal(takes(writer, codes, Gap(5, 9), Hearing(5, 4, 1, seed=1), FREE)[0].codes_KF, alone.codes_KF)


def test_codes_behind_the_gap_are_heard_where_delayed_codebooks_stand_beside_them() -> None:
    writer, codes = WRITERS["musicgen"], song(WRITERS["musicgen"], 12)
    read: list[Tensor] = []
    model = writer.model  # type: ignore[attr-defined]
    handle = model.register_forward_pre_hook(lambda module, given: read.append(given[0].clone()))
    take = takes(writer, codes, Gap(4, 6), Hearing(4, 5, 1), FREE)[0]
    handle.remove()
    columns = torch.cat(read[:-1], dim=2)[0]  # the last reading is that of the score
    for place in range(1, columns.shape[1]):
        for book in range(4):
            frame = place - 1 - book
            wanted = CODES if frame < 0 else int(take.codes_KF[book, frame])
            assert int(columns[book, place]) == wanted


def test_the_first_delayed_codes_behind_the_end_of_all_that_is_known_are_special() -> None:
    writer, codes = WRITERS["musicgen"], song(WRITERS["musicgen"], 8)
    ending = takes(writer, codes, Gap(5, 8), Hearing(5, 5, 1), FREE)[0]
    run = writer.run([Item(3, past=codes[:, :5], seed=_seed_of_take())], FREE)
    for _ in run:
        pass
    assert torch.equal(ending.codes_KF, run.frames(0)) and ending.score is None


def _seed_of_take() -> int:
    from resonant.seeds import derived

    return derived(0, "take", 0)


@every_writer
def test_a_gap_at_the_start_is_written_as_a_beginning(name: str) -> None:
    writer, codes = WRITERS[name], song(WRITERS[name], 12)
    made = takes(writer, codes, Gap(0, 4), Hearing(9, 6, 2), FREE)
    assert made[0].score == pytest.approx(slow_score(writer, made[0].codes_KF[:, :10], 4), abs=1e-4)


class Scales:
    """Writes anything, and finds a note likely a step above the one before."""

    def run(self, items: Sequence[Item], manner: Manner) -> Run:
        return Run(Plan(items, flat(1)), self, manner)

    def next(self, columns_BKC: Tensor, choose: Choose) -> Tensor:
        return choose(torch.zeros(len(columns_BKC), 1, CODES), 0)

    def foretold(self, codes_BKF: Tensor, first: int) -> Tensor:
        return -(codes_BKF[:, 0, first - 1] + 1 - codes_BKF[:, 0, first]).abs().float()


def test_the_take_after_which_the_song_goes_on_likeliest_comes_first() -> None:
    codes = torch.arange(20)[None]
    made = takes(Scales(), codes, Gap(8, 12), Hearing(8, 8, 6, seed=3), FREE)
    steps = [abs(int(take.codes_KF[0, 11]) - 11) for take in made]
    assert steps == sorted(steps) and steps[0] < steps[-1]
    assert [take.score for take in made] == [-float(step) for step in steps]
    assert {take.number for take in made} == set(range(6))


def test_a_repair_is_careful_unless_told_otherwise() -> None:
    assert Choosing(temperature=0.2, top_k=30) == CAREFUL
    writer, codes = WRITERS["heartmula"], song(WRITERS["heartmula"], 9)
    careful = takes(writer, codes, Gap(3, 6), Hearing(3, 3, 1))[0]
    assert torch.equal(careful.codes_KF, takes(writer, codes, Gap(3, 6), Hearing(3, 3, 1), Manner(CAREFUL))[0].codes_KF)


def test_heartmula_does_not_end_its_song_in_the_middle_of_one() -> None:
    torch.manual_seed(5)
    stack = StackConfig(1, 2, 1, 8, 8)
    model = Heartmula(HeartmulaConfig(stack, stack, 20, 8197, 8, 4)).eval()
    with torch.no_grad():
        model.codebook0_head.weight.zero_()
        model.codebook0_head.weight[END] = 1e-3  # so that the sign is as likely as all else
    writer = HeartmulaWriter(model, [Prompt((1, 2), (1, 2))])
    codes = torch.randint(0, 8192, (8, 9))
    made = takes(writer, codes, Gap(2, 7), Hearing(2, 2, 4), Manner(Choosing(0.0)))
    assert all(take.codes_KF.shape == (8, 9) and bool((take.codes_KF < 8192).all()) for take in made)


@every_writer
def test_cancelling_stops_within_one_step_and_before_takes_are_compared(name: str) -> None:
    writer, codes = WRITERS[name], song(WRITERS[name], 16)
    asked: list[bool] = []

    def stop_after(count: int) -> bool:
        asked.append(True)
        return len(asked) > count

    for count in (0, 2):
        asked.clear()
        with pytest.raises(Cancelled, match="while codes were being written"):
            takes(writer, codes, Gap(5, 9), Hearing(5, 4, 2), Manner(should_stop=lambda count=count: stop_after(count)))
        assert len(asked) == count + 1
    steps = 4 if "heartmula" in name else 4 + max(writer.model.config.pattern.delays)  # type: ignore[attr-defined]
    asked.clear()
    with pytest.raises(Cancelled, match="before the takes were compared"):
        takes(writer, codes, Gap(5, 9), Hearing(5, 4, 2), Manner(should_stop=lambda: stop_after(steps)))


@pytest.mark.parametrize("gap", [Gap(-1, 2), Gap(3, 3), Gap(4, 2), Gap(0, 9)])
def test_a_gap_that_is_not_in_the_song_is_refused(gap: Gap) -> None:
    with pytest.raises(InputError, match=r"must hold a frame and lie within 0\.\.\.8"):
        takes(WRITERS["musicgen"], song(WRITERS["musicgen"], 8), gap, Hearing(4, 4))
    with pytest.raises(InputError, match="takes=0 must be 1 or more"):
        Hearing(4, 4, 0)


@every_writer
def test_going_on_is_not_having_stopped(name: str) -> None:
    writer = WRITERS[name]
    run = writer.run([Item(14, seed=6)], FREE)
    for _ in run:
        pass
    whole = run.frames(0)
    assert torch.equal(gone_on(writer, whole[:, :5], Item(9, 6), Memory(20, 8), FREE), whole)


@every_writer
def test_a_long_extension_hears_no_more_than_its_span_and_keeps_what_is_there(name: str) -> None:
    writer, codes = WRITERS[name], song(WRITERS[name], 11)
    told: list[float] = []
    longer = gone_on(writer, codes, Item(17, 2), Memory(8, 5), Manner(FREE.choosing, progress=told.append))
    assert longer.shape[1] == 28 and torch.equal(longer[:, :11], codes)
    assert told == sorted(told) and told[-1] == 1.0
    forgotten = codes.clone()
    forgotten[:, :6] = 0
    assert torch.equal(gone_on(writer, forgotten, Item(17, 2), Memory(8, 5), FREE)[:, 11:], longer[:, 11:])
    with pytest.raises(InputError, match="kept=8 must lie between 0 and span=8"):
        Memory(8, 8)
