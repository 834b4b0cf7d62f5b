"""Weights kept exact, halved or as whole numbers: what that changes in what a model says, and in what it takes."""

from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from resonant.errors import InputError
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner
from resonant.nn.lm.guidance import guided
from resonant.nn.lm.heartmula import Heartmula, HeartmulaConfig, StackConfig
from resonant.nn.lm.heartmula_session import Prompt, heartmula_run
from resonant.nn.lm.musicgen import Heard, Musicgen, MusicgenConfig
from resonant.nn.lm.musicgen_session import musicgen_run
from resonant.nn.performing.memory import bytes_of
from resonant.nn.weights import Half, Kind, Whole, kept_as, usual_kind

KINDS: tuple[Kind, ...] = get_args(Kind)
LITTLE: dict[Kind, float] = {"float32": 1e-6, "bfloat16": 0.01, "int8": 0.02}
MUSICGEN = MusicgenConfig(64, 64, 3, 4, 128, text_width=32)
HEARTMULA = HeartmulaConfig(
    StackConfig(3, 4, 2, 64, 96), StackConfig(2, 4, 2, 64, 96), text_vocab_size=60, audio_vocab_size=40, muq_dim=12
)


def random(model: nn.Module) -> nn.Module:
    torch.manual_seed(5)
    for name, parameter in model.named_parameters():
        if parameter.ndim > 1:
            nn.init.normal_(parameter, std=1.0 if "embed" in name else parameter.shape[-1] ** -0.5)
        elif name.endswith("bias"):
            nn.init.zeros_(parameter)
    for last in (parameter for name, parameter in model.named_parameters() if "head" in name):
        last.data *= 4.0  # opinions clear enough to be the same in other numbers
    return model.eval()


def musicgen(kind: Kind | None = None) -> Musicgen:
    model = random(Musicgen(MUSICGEN))
    assert isinstance(model, Musicgen)
    return model if kind is None else kept_as(model, kind)


def heartmula(kind: Kind | None = None) -> Heartmula:
    model = random(Heartmula(HEARTMULA))
    assert isinstance(model, Heartmula)
    return model if kind is None else kept_as(model, kind)


def sentence(seed: int = 0) -> Heard:
    return Heard(torch.randn(1, 5, 32, generator=torch.Generator().manual_seed(seed)), torch.ones(1, 5).bool())


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 6), st.floats(1e-3, 1e3), st.integers(0, 2**32))
def test_whole_numbers_are_off_by_half_a_step_for_each_input(
    rows: int, outputs: int, blocks: int, size: float, seed: int
) -> None:
    torch.manual_seed(seed)
    layer = nn.Linear(16 * blocks, outputs).requires_grad_(False)
    layer.weight *= size
    x = torch.randn(rows, 16 * blocks)
    kept = kept_as(nn.Sequential(layer), "int8")[0]
    assert isinstance(kept, Whole)
    by_step = kept.step_O.float() * x.abs().sum(1, keepdim=True) / 2
    by_half = (x.abs() @ layer.weight.abs().T) * 2.0**-7
    assert ((kept(x) - layer(x)).abs() <= by_step + by_half + 1e-6).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.sampled_from(KINDS))
def test_a_row_is_multiplied_alike_alone_and_among_others(rows: int, kind: Kind) -> None:
    torch.manual_seed(rows)
    kept = kept_as(nn.Sequential(nn.Linear(64, 24)), kind)
    x = torch.randn(rows, 64)
    together, alone = kept(x).float(), torch.cat([kept(row).float() for row in x.split(1)])
    assert (together - alone).abs().max() <= (1e-5 if kind == "float32" else 2.0**-6)


def test_zeros_stay_zeros_and_odd_widths_are_halved() -> None:
    layer = nn.Linear(32, 4, bias=False)
    nn.init.zeros_(layer.weight)
    kept = kept_as(nn.Sequential(layer, nn.Linear(12, 4)), "int8")
    assert not kept[0](torch.randn(2, 32)).any()
    assert isinstance(kept[1], Half)


@pytest.mark.parametrize("kind", KINDS)
def test_what_musicgen_says_changes_by_little(kind: Kind) -> None:
    """Measured by how much logits differ among themselves; a code that is clearly the likeliest stays so."""
    columns = torch.randint(0, 64, (1, 4, 30), generator=torch.Generator().manual_seed(2))
    told = [logits_of(model, columns) for model in (musicgen(), musicgen(kind))]
    off = (told[1] - told[0]).abs()
    assert off.pow(2).mean().sqrt() < LITTLE[kind] * told[0].std()
    assert off.max() < 6 * LITTLE[kind] * told[0].std()
    best = told[0].topk(2).values
    is_clear = best[..., 0] - best[..., 1] > 2 * off.max()
    assert is_clear.float().mean() > 0.6
    assert torch.equal(told[0].argmax(-1)[is_clear], told[1].argmax(-1)[is_clear])


@torch.inference_mode()
def logits_of(model: Musicgen, columns: Tensor) -> Tensor:
    state = model.begun([sentence()], 1, columns.shape[2])
    return torch.cat([model(column, state) for column in columns.split(1, dim=2)], dim=2).float()


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_writes_what_its_items_write_alone_in_each_kind(kind: Kind) -> None:
    model, items = musicgen(kind), [Item(6, seed=3), Item(9, seed=4)]
    texts = [sentence(1), sentence(2)]
    both = Heard(torch.cat([t.text_BLE for t in texts]), torch.cat([t.mask_BL for t in texts]))
    together = musicgen_codes(model, items, both)
    for item, text, codes in zip(items, texts, together, strict=True):
        assert torch.equal(musicgen_codes(model, [item], text)[0], codes)


def musicgen_codes(model: Musicgen, items: list[Item], heard: Heard) -> list[Tensor]:
    run = musicgen_run(model, items, [heard, None], guided(3.0), Manner(Choosing(0.0)))
    list(run)
    return [run.frames(row) for row in range(len(items))]


@pytest.mark.parametrize("kind", KINDS)
def test_heartmula_writes_and_goes_on_in_each_kind(kind: Kind) -> None:
    model = heartmula(kind)
    prompt = Prompt((1, 5, 6, 2), (1, 7, 8, 9, 2))
    branches = [[prompt], [Prompt(prompt.tags, prompt.lyrics, None, False, False)]]

    def codes(item: Item) -> Tensor:
        run = heartmula_run(model, [item], branches, guided(1.5), Manner(Choosing(0.0)))
        list(run)
        return run.frames(0)

    whole = codes(Item(6))
    assert whole.shape == (8, 6)
    assert torch.equal(codes(Item(6, past=None)), whole)
    assert codes(Item(2, past=whole[:, :4])).shape == (8, 6)


def test_narrow_weights_take_half_and_a_quarter() -> None:
    taken = {kind: bytes_of(kept_as(nn.Sequential(nn.Linear(512, 256, bias=False)), kind)) for kind in KINDS}
    assert taken["float32"] == 512 * 256 * 4
    assert taken["bfloat16"] == 512 * 256 * 2
    assert taken["int8"] == 512 * 256 + 256 * 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_weights_will_take_is_known_before_there_are_any(kind: Kind) -> None:
    with torch.device("meta"):
        models = [Musicgen(MUSICGEN), Heartmula(HEARTMULA)]
    assert [bytes_of(kept_as(m, kind)) for m in models] == [bytes_of(m) for m in (musicgen(kind), heartmula(kind))]


def test_weights_published_in_halves_are_kept_without_loss_and_their_norms_are_exact() -> None:
    model = kept_as(random(Heartmula(HEARTMULA)).bfloat16(), "bfloat16")
    assert isinstance(model, Heartmula)
    assert model.across.norm.weight.dtype == torch.float32
    halved = kept_as(random(Heartmula(HEARTMULA)), "bfloat16")
    assert all(torch.equal(a, b) for a, b in zip(model.buffers(), halved.buffers(), strict=True) if a.ndim > 1)


def test_narrow_weights_remember_in_half_as_much() -> None:
    for model in (musicgen, heartmula):
        assert model("float32").remembered_in == torch.float32
        assert model("bfloat16").remembered_in == model("int8").remembered_in == torch.bfloat16
    state = musicgen("int8").begun([sentence()], 1, 8)
    assert state.cache.keys.dtype == state.across[0][0].dtype == torch.bfloat16


def test_a_processor_is_given_whole_numbers_and_a_graphics_card_halves() -> None:
    assert [usual_kind(torch.device(name)) for name in ("cpu", "cuda", "mps")] == ["int8", "bfloat16", "float32"]


def test_a_kind_that_we_do_not_know_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="weights are kept as float32, bfloat16, int8, not as 'int4'"):
        kept_as(nn.Sequential(), "int4")  # type: ignore[arg-type]
