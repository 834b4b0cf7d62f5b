"""MusicGen against `transformers`, with random weights saved in the published format."""

import gc
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.published_folders import BOOK, published_musicgen
from torch import Tensor
from transformers import (
    MusicgenForCausalLM,
    MusicgenForConditionalGeneration,
    MusicgenMelodyForConditionalGeneration,
)

from resonant.errors import Cancelled
from resonant.nn.lm.cache import Cache
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner, Run
from resonant.nn.lm.guidance import Guidance, guided
from resonant.nn.lm.musicgen import Heard, Musicgen
from resonant.nn.lm.musicgen_published import load_musicgen
from resonant.nn.lm.musicgen_session import MusicgenSession, musicgen_run
from resonant.nn.lm.pattern import delayed


def published(stereo: bool = False, melody: bool = False) -> MusicgenForConditionalGeneration:
    model = published_musicgen(stereo, melody, num_hidden_layers=3)
    assert isinstance(model, MusicgenForConditionalGeneration | MusicgenMelodyForConditionalGeneration)
    model.generation_config.decoder_start_token_id = BOOK
    model.generation_config.bos_token_id = model.generation_config.pad_token_id = BOOK
    return model


def ours(model: MusicgenForConditionalGeneration, folder: Path) -> Musicgen:
    model.save_pretrained(folder)
    return load_musicgen(folder).decoder


def words(model: MusicgenForConditionalGeneration, ids: Tensor, mask: Tensor) -> Heard:
    with torch.inference_mode():
        return Heard(model.text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state, mask.bool())


IDS = torch.tensor([[5, 6, 7, 1], [9, 3, 1, 0]])
MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])


@pytest.mark.parametrize("stereo", [False, True])
def test_logits_are_within_1e_4_with_and_without_a_text(stereo: bool, tmp_path: Path) -> None:
    model = published(stereo)
    decoder = ours(model, tmp_path)
    books = decoder.config.num_codebooks
    columns = torch.randint(0, BOOK + 1, (2, books, 7))
    with torch.inference_mode():
        wanted = model(input_ids=IDS, attention_mask=MASK, decoder_input_ids=columns.reshape(2 * books, 7)).logits
    wanted = wanted.view(2, books, 7, BOOK)
    heard = words(model, IDS, MASK)
    with torch.inference_mode():
        state = decoder.begun([heard, None], 2, 7)
        together = decoder(columns.repeat(2, 1, 1), state)
        state = decoder.begun([heard], 2, 7)
        alone = torch.cat([decoder(columns[..., place : place + 1], state) for place in range(7)], dim=2)
        nothing = decoder(columns, decoder.begun([None], 2, 7))
    assert (together[:2] - wanted).abs().max() < 1e-4
    assert (alone - wanted).abs().max() < 1e-4
    assert (together[2:] - nothing).abs().max() < 1e-4 < (nothing - wanted).abs().max()


@pytest.mark.parametrize("scale", [1.0, 3.0])
@pytest.mark.parametrize("stereo", [False, True])
def test_greedy_codes_are_those_of_the_reference_for_200_frames(stereo: bool, scale: float, tmp_path: Path) -> None:
    model = published(stereo)
    decoder = ours(model, tmp_path)
    books, frames = decoder.config.num_codebooks, 200
    model.audio_encoder.decode = lambda codes, *rest, **named: type("Sound", (), {"audio_values": codes})()
    with torch.inference_mode():
        wanted = model.generate(
            input_ids=IDS, attention_mask=MASK, do_sample=False, guidance_scale=scale, max_length=frames + 4
        )
    wanted = torch.stack([wanted[..., 0, :, :], wanted[..., 1, :, :]], 1) if stereo and wanted.ndim == 5 else wanted
    run = written(decoder, words(model, IDS, MASK), scale, [Item(frames), Item(frames)], Choosing(0.0))
    got = torch.stack([run.frames(0), run.frames(1)])
    assert got.shape == (2, books, frames)
    assert sorted(got.flatten().tolist()) == sorted(wanted.flatten().tolist())
    if not stereo:
        assert torch.equal(got, wanted.reshape(2, books, frames))


def written(decoder: Musicgen, heard: Heard, scale: float, items: list[Item], choosing: Choosing) -> Run:
    branches = [heard] if scale == 1.0 else [heard, None]
    run = musicgen_run(decoder, items, branches, guided(scale), Manner(choosing))
    for _ in run:
        pass
    return run


def test_a_melody_is_heard_as_the_reference_hears_it(tmp_path: Path) -> None:
    model = published(melody=True)
    decoder = ours(model, tmp_path)
    columns = torch.randint(0, BOOK + 1, (2, 4, 5))
    chroma = torch.nn.functional.one_hot(torch.randint(0, 12, (2, 6)), 12).float()
    with torch.inference_mode():
        wanted = model(
            input_ids=IDS, attention_mask=MASK, input_features=chroma, decoder_input_ids=columns.reshape(8, 5)
        ).logits
        heard = words(model, IDS, MASK)
        heard = Heard(heard.text_BLE, heard.mask_BL, chroma)
        got = decoder(columns, decoder.begun([heard], 2, 5))
    assert (got - wanted[:, -5:].view(2, 4, 5, BOOK)).abs().max() < 1e-4


@given(st.integers(1, 64), st.integers(0, 64), st.sampled_from([1, 2]))
def test_the_delay_pattern_is_the_references_for_every_length(frames: int, known: int, channels: int) -> None:
    known = min(known, frames - 1)
    books = 4 * channels
    pattern = delayed(books, channels, BOOK)
    codes = torch.randint(0, BOOK, (books, frames))
    laid = pattern.laid_out(codes[:, :known], pattern.columns(frames))
    whole = torch.where(pattern.frame_of(laid.shape[1]) >= frames, BOOK, pattern.laid_out(codes, laid.shape[1]))
    assert torch.equal(pattern.frames(whole), codes)
    if frames < 3:
        return  # the reference has no pattern for so few
    like = SimpleNamespace(num_codebooks=books, config=SimpleNamespace(audio_channels=channels))
    start = torch.cat([torch.full((books, 1), BOOK), codes[:, :known]], dim=1)
    first, theirs = MusicgenForCausalLM.build_delay_pattern_mask(like, start, BOOK, max_length=frames + 4)
    mine = torch.where(pattern.frame_of(frames + 4) >= frames, BOOK, pattern.laid_out(codes[:, :known], frames + 4))
    assert first.shape[1] == pattern.unknown(known)
    assert torch.equal(mine, theirs)


def test_a_batch_writes_what_its_items_write_alone_whatever_else_is_in_it(tmp_path: Path) -> None:
    model = published()
    decoder = ours(model, tmp_path)
    heard = words(model, IDS, MASK)
    past = torch.randint(0, BOOK, (4, 5))
    items = [Item(9, seed=2**63 - 1, past=past), Item(14, seed=7)]
    together = written(decoder, heard, 3.0, items, Choosing(top_k=20))
    for row, item in enumerate(items):
        single = Heard(heard.text_BLE[row : row + 1], heard.mask_BL[row : row + 1])
        alone = written(decoder, single, 3.0, [item], Choosing(top_k=20))
        assert torch.equal(together.frames(row), alone.frames(0))
        assert together.frames(row).shape == (4, item.known + item.frames)


def test_going_on_from_a_past_is_not_having_stopped(tmp_path: Path) -> None:
    model = published()
    decoder = ours(model, tmp_path)
    heard = words(model, IDS[:1], MASK[:1])
    whole = written(decoder, heard, 3.0, [Item(20, seed=5)], Choosing(top_k=20)).frames(0)
    rest = written(decoder, heard, 3.0, [Item(12, 5, whole[:, :8])], Choosing(top_k=20))
    assert torch.equal(rest.frames(0), whole)


def test_no_column_hears_a_later_one(tmp_path: Path) -> None:
    decoder = ours(published(), tmp_path)
    columns = torch.randint(0, BOOK, (1, 4, 6))
    other = columns.clone()
    other[..., 4:] = (other[..., 4:] + 1) % BOOK
    with torch.inference_mode():
        a, b = (decoder(c, decoder.begun([None], 1, 6)) for c in (columns, other))
    assert torch.equal(a[:, :, :4], b[:, :, :4]) and not torch.equal(a[:, :, 4:], b[:, :, 4:])


def test_what_a_column_hears_by_gradient_ends_with_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = ours(published(), tmp_path)
    columns = torch.randint(0, BOOK, (1, 4, 7))
    embedded = decoder._embedded(columns).detach().requires_grad_()
    monkeypatch.setattr(decoder, "_embedded", lambda _: embedded)
    monkeypatch.setattr(Cache, "extended", lambda cache, layer, *new: new)  # written in place, gradients would be lost
    decoder(columns, decoder.begun([None], 1, 7))[:, :, 3].sum().backward()
    assert embedded.grad is not None
    heard = embedded.grad.abs().sum(dim=-1)[0]
    assert bool((heard[:4] > 0).all()) and not heard[4:].any()


def test_a_run_that_is_stopped_gives_its_memory_back(tmp_path: Path) -> None:
    decoder = ours(published(), tmp_path)
    asked = iter([False, False, True])
    run = musicgen_run(decoder, [Item(20)], [None], Guidance(), Manner(should_stop=lambda: next(asked)))
    session = run.session
    assert isinstance(session, MusicgenSession)
    kept = weakref.ref(session._state.cache)
    with pytest.raises(Cancelled):
        list(run)
    del run, session
    gc.collect()
    assert kept() is None
