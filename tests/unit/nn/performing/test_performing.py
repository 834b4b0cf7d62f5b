"""Words in, codes and sound out: MusicGen against `transformers` end to end, HeartMuLa against its own parts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.published_folders import (
    BOOK,
    published_musicgen,
    tiny_flavours,
    tiny_heartmula,
    tiny_musicgen,
    words_of_t5,
)
from torch import Tensor

from resonant.errors import Cancelled, InputError
from resonant.nn.codec.encodec import Chunk
from resonant.nn.codec.flow import Solving
from resonant.nn.lm.cache import Cache
from resonant.nn.lm.engine import Manner
from resonant.nn.lm.heartmula import END
from resonant.nn.performing.ask import Ask
from resonant.nn.performing.heartmula import HeartmulaPerformer, load_heartmula_performer
from resonant.nn.performing.musicgen import MusicgenPerformer, bytes_in, load_musicgen_performer
from resonant.nn.performing.performing import Performing, performed
from resonant.nn.weights import Kind

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_musicgen(tmp_path_factory.mktemp("musicgen"))


@pytest.fixture(scope="module")
def musicgen(folder: Path) -> MusicgenPerformer:
    return load_musicgen_performer(folder, CPU, kind="float32")


@pytest.fixture(scope="module")
def heartmula(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeartmulaPerformer]:
    with pytest.MonkeyPatch.context() as patch:
        yield load_heartmula_performer(tiny_heartmula(tmp_path_factory.mktemp("heartmula"), patch), CPU, kind="float32")


def test_states_of_texts_are_those_of_the_reference(musicgen: MusicgenPerformer) -> None:
    texts = ["warm lo-fi", "très long, 長い sentence with more in it"]
    rows = [words_of_t5().encode(text).ids for text in texts]
    assert all(row[-1] == 1 for row in rows), "every text ends with its sign"
    ids, mask = torch.zeros(2, max(map(len, rows)), dtype=torch.long), torch.zeros(2, max(map(len, rows)))
    for place, row in enumerate(rows):
        ids[place, : len(row)], mask[place, : len(row)] = torch.tensor(row), 1
    with torch.inference_mode():
        wanted = published_musicgen().text_encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    states, said = musicgen.text.states(texts)
    assert torch.equal(said, mask.bool())
    assert (states - wanted)[said].abs().max() < 1e-6


@pytest.mark.parametrize("stereo", [False, True])
def test_a_sentence_becomes_the_sound_of_the_reference(
    stereo: bool, musicgen: MusicgenPerformer, tmp_path: Path
) -> None:
    reference = published_musicgen(stereo)
    ours = load_musicgen_performer(tiny_musicgen(tmp_path, stereo), CPU, kind="float32") if stereo else musicgen
    ids = torch.tensor([words_of_t5().encode("warm lo-fi").ids])
    reference.generation_config.decoder_start_token_id = BOOK
    reference.generation_config.bos_token_id = reference.generation_config.pad_token_id = BOOK
    with torch.inference_mode():
        wanted = reference.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, guidance_scale=3.0, max_length=44
        )
    (made,) = performed(ours, Ask("  warm\nlo-fi ", 0.8, temperature=0.0))
    assert made.sound.sample_rate == 32_000 and made.codes.shape == (ours.codebooks, 40)
    assert np.abs(made.sound.samples - wanted[0].numpy()).max() < 1e-5
    assert float(np.abs(made.sound.samples).max()) > 0.01


def test_stretches_that_come_early_are_the_sound_of_each_take(musicgen: MusicgenPerformer) -> None:
    ask = Ask("warm", 1.7, (1, 2**63 - 1), top_k=20)
    performing, shares = Performing(musicgen, ask, progress=lambda share: shares.append(share)), []
    stretches = list(performing)
    assert len(stretches) > 6 and shares == sorted(shares) and shares[-1] == 1.0
    for take, made in enumerate(performing.performances):
        heard = np.concatenate([s.samples for s in stretches if s.take == take], axis=1)
        assert np.array_equal(heard, made.sound.samples)
        whole = musicgen.codec.decode([Chunk(torch.from_numpy(made.codes)[None])])[0].numpy()
        assert np.abs(heard - whole).max() < 1e-5
    first, second = performing.performances
    assert not np.array_equal(first.codes, second.codes)
    (alone,) = performed(musicgen, replace(ask, seeds=(2**63 - 1,)))
    assert np.array_equal(alone.codes, second.codes), "a take is the same whatever else is asked for"


def test_going_on_from_a_past_is_not_having_stopped(musicgen: MusicgenPerformer) -> None:
    ask = Ask("warm", 1.2, (7,), top_k=20)
    (whole,) = performed(musicgen, ask)
    (rest,) = performed(musicgen, replace(ask, seconds=0.8, past=whole.codes[:, :20]))
    assert np.array_equal(rest.codes, whole.codes)
    assert np.abs(rest.sound.samples - whole.sound.samples).max() < 1e-5


def test_what_is_not_wanted_and_how_far_from_it_are_heard(musicgen: MusicgenPerformer) -> None:
    ask = Ask("warm", 0.5, temperature=0.0)
    asks = [ask, replace(ask, negative="noise"), replace(ask, guidance=1.0), replace(ask, words="")]
    codes = [performed(musicgen, each)[0].codes for each in asks]
    assert len({each.tobytes() for each in codes}) == len(asks)
    silent = replace(ask, words="", guidance=9.0)
    assert np.array_equal(performed(musicgen, silent)[0].codes, codes[-1]), "where nothing is said nothing is weighed"


def test_a_melody_is_heard_by_the_weights_that_hear_one(musicgen: MusicgenPerformer, tmp_path: Path) -> None:
    tune = np.eye(12, dtype=np.float32)[[0, 4, 7, 4, 0, 7, 5]]
    melodic = load_musicgen_performer(tiny_musicgen(tmp_path, melody=True), CPU, kind="float32")
    ask = Ask("warm", 0.5, (1, 2), melody=tune, temperature=0.0)
    tuned, twin = performed(melodic, ask)
    assert np.array_equal(tuned.codes, twin.codes)
    others = [replace(ask, melody=np.roll(tune, 1, axis=1)), replace(ask, melody=None), replace(ask, words="")]
    codes = {performed(melodic, other)[0].codes.tobytes() for other in others}
    assert len(codes) == 3 and tuned.codes.tobytes() not in codes
    with pytest.raises(InputError, match="these weights hear no melody"):
        performed(musicgen, ask)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"seconds": 31.0}, "musicgen hears and writes 30 s at once, and 31 s are asked for"),
        ({"lyrics": "la la"}, "musicgen sings no words"),
        ({"words": "la " * 300}, "pieces of words, of 512 at most"),
        ({"past": np.zeros((3, 9), dtype=np.int64)}, r"are \[3, 9\]; musicgen writes \[4, frames\]"),
        ({"past": np.full((4, 9), BOOK)}, "not of this model, whose highest is 63"),
        ({"past": np.full((4, 9), -1)}, "codes from 0 on"),
    ],
)
def test_what_musicgen_can_not_do_is_said(asked: dict[str, object], message: str, musicgen: MusicgenPerformer) -> None:
    with pytest.raises(InputError, match=message):
        performed(musicgen, replace(Ask("warm", 1.0), **asked))


@pytest.mark.parametrize(
    "asked",
    [
        {"seconds": 0.0}, {"seconds": float("nan")}, {"seconds": float("inf")}, {"seeds": ()}, {"seeds": (1,) * 17},
        {"guidance": -1.0}, {"guidance": float("nan")}, {"temperature": -0.1}, {"top_p": 0.0},
        {"top_p": 1.1}, {"top_k": -1}, {"temperature": float("nan")},
    ],
)  # fmt: skip
def test_numbers_that_mean_nothing_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(InputError):
        replace(Ask("warm", 1.0), **asked)


def test_stopping_is_heeded_before_the_next_column(musicgen: MusicgenPerformer) -> None:
    asked = iter([False] * 5 + [True])
    with pytest.raises(Cancelled):
        performed(musicgen, Ask("warm", 1.0), lambda: next(asked))
    assert next(asked, None) is None


def test_more_memory_than_there_is_is_refused_before_anything_is_loaded(folder: Path, tmp_path: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["decoder"] |= {"hidden_size": 2048, "num_hidden_layers": 48, "num_attention_heads": 32, "ffn_dim": 8192}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match=r"takes 12\.\d GiB, and 8\.0 may be used; take a smaller size"):
        load_musicgen_performer(tmp_path, CPU, 2**33, "float32")


def test_takes_that_need_more_memory_than_is_left_are_refused(musicgen: MusicgenPerformer) -> None:
    tight = MusicgenPerformer(musicgen.model, musicgen.codec, musicgen.text, musicgen.bytes + 1_000_000)
    performed(tight, Ask("warm", 0.2))
    with pytest.raises(InputError, match=r"16 x 20 s with this model takes .* ask for fewer takes or less"):
        performed(tight, Ask("warm", 20.0, tuple(range(16))))


def test_tags_and_lyrics_become_a_song(heartmula: HeartmulaPerformer, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny_flavours(monkeypatch)
    ask = Ask("Pop,warm", 2.4, (5,), lyrics="[Verse]\nla la")
    performing = Performing(heartmula, ask)
    heard = np.concatenate([stretch.samples for stretch in performing], axis=1)
    (made,) = performing.performances
    assert made.codes.shape == (8, 30) and made.sound.sample_rate == 48_000
    assert np.array_equal(heard, made.sound.samples) and heard.shape == (2, 30 * 3840)
    assert np.array_equal(heard, heartmula.codec.decode(torch.from_numpy(made.codes), 5, Solving()).numpy())


def codes_of(heartmula: HeartmulaPerformer, ask: Ask) -> list[np.ndarray]:
    run = heartmula.run(ask, Manner())
    for _ in run:
        pass
    return [run.frames(row).numpy() for row in range(len(ask.seeds))]


def test_a_song_hears_its_lyrics_what_it_shall_not_be_and_its_past(heartmula: HeartmulaPerformer) -> None:
    ask = Ask("pop", 0.8, (3,), lyrics="la")
    asks = [ask, replace(ask, lyrics=""), replace(ask, negative="rock"), replace(ask, guidance=1.0)]
    assert len({codes_of(heartmula, each)[0].tobytes() for each in asks}) == len(asks)
    whole, twin = codes_of(heartmula, replace(ask, seeds=(3, 4)))
    assert np.array_equal(whole, codes_of(heartmula, ask)[0]) and not np.array_equal(whole, twin)
    (rest,) = codes_of(heartmula, replace(ask, seconds=0.4, past=whole[:, :5]))
    assert np.array_equal(rest, whole)


def test_what_heartmula_can_not_do_is_said(heartmula: HeartmulaPerformer) -> None:
    ask = Ask("pop", 2.0)
    with pytest.raises(InputError, match="heartmula hears no melody"):
        performed(heartmula, replace(ask, melody=np.eye(12, dtype=np.float32)))
    with pytest.raises(InputError, match="whose highest is 8191"):
        performed(heartmula, replace(ask, past=np.full((8, 4), 8192)))
    with pytest.raises(InputError, match="of the model's 8192 places"):
        performed(heartmula, replace(ask, seconds=700.0))


def test_a_song_is_heard_while_it_is_still_being_written(
    heartmula: HeartmulaPerformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_flavours(monkeypatch)
    shares: list[float] = []
    performing = Performing(heartmula, Ask("pop", 5.0, (9,)), progress=shares.append)
    first = next(iter(performing))
    assert first.samples.shape == (2, 20 * 3840) and shares[-1] < 0.6, "one window of two seconds is settled"
    whole = Performing(heartmula, Ask("pop", 5.0, (9,)))
    stretches = list(whole)
    assert [each.samples.shape[1] // 3840 for each in stretches] == [20, 20, 23]
    assert np.array_equal(stretches[0].samples, first.samples)
    (made,) = whole.performances
    assert np.array_equal(made.sound.samples, heartmula.codec.decode(torch.from_numpy(made.codes), 9).numpy())


def test_a_song_ends_where_its_model_ends_it_but_not_before_two_seconds(
    heartmula: HeartmulaPerformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = heartmula.model.first

    def ending(h: Tensor, cache: Cache) -> tuple[Tensor, Tensor]:
        state, logits = first(h, cache)
        logits[:, END] += 1000.0
        return state, logits

    assert [each.shape[1] for each in codes_of(heartmula, Ask("pop", 4.0, (1, 2)))] == [50, 50]
    monkeypatch.setattr(heartmula.model, "first", ending)
    assert [each.shape[1] for each in codes_of(heartmula, Ask("pop", 4.0, (1, 2)))] == [25, 25]


@pytest.mark.parametrize("kind", ["float32", "bfloat16", "int8"])
def test_weights_take_what_was_foretold_in_every_kind(kind: Kind, folder: Path) -> None:
    made = load_musicgen_performer(folder, CPU, kind=kind)
    assert (made.bytes, made.kind) == (bytes_in(folder, kind), kind)
    (take,) = performed(made, Ask("warm", 0.4))
    assert take.codes.shape == (4, 20) and float(np.abs(take.sound.samples).max()) > 0.01


def test_narrow_weights_take_less(folder: Path) -> None:
    float32, bfloat16, int8 = (bytes_in(folder, kind) for kind in ("float32", "bfloat16", "int8"))
    assert float32 > bfloat16 > int8
