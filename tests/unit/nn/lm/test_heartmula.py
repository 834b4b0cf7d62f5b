"""HeartMuLa against a plain reference that recomputes everything, written from the published facts."""

import json
import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from resonant.errors import InputError
from resonant.nn.lm import heartmula_published
from resonant.nn.lm.cache import Cache
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner, Plan, Run
from resonant.nn.lm.guidance import Guidance, guided, guided_apart
from resonant.nn.lm.heartmula import Heartmula, HeartmulaConfig, StackConfig
from resonant.nn.lm.heartmula_published import load_heartmula, places
from resonant.nn.lm.heartmula_session import HeartmulaSession, Prompt, heartmula_run

ACROSS, WITHIN = StackConfig(3, 6, 2, 48, 64), StackConfig(2, 4, 2, 48, 64)
TINY = {"text_vocab_size": 60, "audio_vocab_size": 40, "audio_num_codebooks": 8, "muq_dim": 12}
CONFIG = HeartmulaConfig(ACROSS, WITHIN, **TINY)
PROMPT = Prompt((1, 5, 6, 2), (1, 7, 8, 9, 2))


def random_tensors(config: HeartmulaConfig = CONFIG) -> dict[str, Tensor]:
    """Random weights under the published names."""
    torch.manual_seed(11)
    with torch.device("meta"):
        shapes = {name: tensor.shape for name, tensor in Heartmula(config).state_dict().items()}
    tensors = {}
    for ours, theirs in places(config).items():
        rows = shapes[ours][0]
        sizes = [rows]
        if ours.endswith("qkv.weight"):
            stack = config.across if ours.startswith("across") else config.within
            sizes = [stack.heads * stack.head_width] + 2 * [stack.kv_heads * stack.head_width]
        elif len(theirs) == 2:
            sizes = [rows // 2] * 2
        for name, size in zip(theirs, sizes, strict=True):
            scale = 1.0 if name.endswith("scale") else 0.0
            tensors[name] = scale + 0.25 * torch.randn(size, *shapes[ours][1:])
    return tensors


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(heartmula_published.FLAVOURS, "tiny", ACROSS)
    monkeypatch.setitem(heartmula_published.FLAVOURS, "tinier", WITHIN)
    flavours = {"backbone_flavor": "tiny", "decoder_flavor": "tinier"}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "heartmula", **flavours, **TINY}))
    tensors = random_tensors()
    names = sorted(tensors)
    halves = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for file, some in halves.items():
        save_file({name: tensors[name].contiguous() for name in some}, tmp_path / file)
    index = {"weight_map": {name: file for file, some in halves.items() for name in some}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    return tmp_path


class Reference:
    """The model in the plainest words: no cache, no sharing, one row at a time."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        self.t = tensors

    def stack(self, name: str, config: StackConfig, x: Tensor) -> Tensor:
        for n in range(config.layers):
            w = {
                k.removeprefix(f"{name}.layers.{n}."): v
                for k, v in self.t.items()
                if k.startswith(f"{name}.layers.{n}.")
            }
            h = self.norm(x, w["sa_norm.scale"])
            q = self.turned((h @ w["attn.q_proj.weight"].T).view(len(x), config.heads, -1))
            k = self.turned((h @ w["attn.k_proj.weight"].T).view(len(x), config.kv_heads, -1))
            v = (h @ w["attn.v_proj.weight"].T).view(len(x), config.kv_heads, -1)
            share = config.heads // config.kv_heads
            out = torch.zeros(len(x), config.heads, config.head_width)
            for head in range(config.heads):
                scores = q[:, head] @ k[:, head // share].T / math.sqrt(config.head_width)
                scores = scores.masked_fill(torch.ones(len(x), len(x)).triu(1).bool(), -math.inf)
                out[:, head] = scores.softmax(-1) @ v[:, head // share]
            x = x + out.flatten(1) @ w["attn.output_proj.weight"].T
            h = self.norm(x, w["mlp_norm.scale"])
            x = x + (functional.silu(h @ w["mlp.w1.weight"].T) * (h @ w["mlp.w3.weight"].T)) @ w["mlp.w2.weight"].T
        return self.norm(x, self.t[f"{name}.norm.scale"])

    @staticmethod
    def norm(x: Tensor, scale: Tensor) -> Tensor:
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * scale

    @staticmethod
    def turned(x: Tensor) -> Tensor:
        out, width = x.clone(), x.shape[-1]
        for pair in range(width // 2):
            speed = 500_000.0 ** (-2 * pair / width)
            wave = 2 * math.pi / speed
            if wave > 8192:
                speed /= 32
            elif wave > 8192 / 4:
                share = (8192 / wave - 1) / 3
                speed = (1 - share) * speed / 32 + share * speed
            for place in range(len(x)):
                c, s = math.cos(place * speed), math.sin(place * speed)
                a, b = x[place, :, 2 * pair], x[place, :, 2 * pair + 1]
                out[place, :, 2 * pair], out[place, :, 2 * pair + 1] = a * c - b * s, a * s + b * c
        return out

    def prompt(self, prompt: Prompt, says: bool) -> Tensor:
        words = [*prompt.tags, 0, *prompt.lyrics]
        if not says:
            return self.t["unconditional_text_embedding.weight"].expand(len(words), -1)
        x = self.t["text_embeddings.weight"][words].clone()
        x[len(prompt.tags)] = self.t["muq_linear.bias"]
        return x

    def code(self, code: int, book: int) -> Tensor:
        return self.t["audio_embeddings.weight"][code + book * TINY["audio_vocab_size"]]

    def logits(self, prompt: Prompt, frames: list[list[int]], codes: list[int], says: bool = True) -> Tensor:
        """Of the next code behind whole frames and the codes of one that is begun."""
        rows = [*self.prompt(prompt, says), *(sum(self.code(c, k) for k, c in enumerate(f)) for f in frames)]
        state = self.stack("backbone", ACROSS, torch.stack(rows))[-1]
        if not codes:
            return state @ self.t["codebook0_head.weight"].T
        inside = torch.stack([state, *(self.code(c, k) for k, c in enumerate(codes))]) @ self.t["projection.weight"].T
        return self.stack("decoder", WITHIN, inside)[-1] @ self.t["audio_head"][len(codes) - 1]

    def greedy(self, prompt: Prompt, frames: int, scale: float, past: list[list[int]]) -> list[list[int]]:
        written = list(past)
        for _ in range(frames):
            codes: list[int] = []
            for _ in range(8):
                told = self.logits(prompt, written, codes)
                if scale != 1.0:
                    nothing = self.logits(prompt, written, codes, says=False)
                    told = nothing + scale * (told - nothing)
                codes.append(int(told.argmax()))
            written.append(codes)
        return written


def written(
    model: Heartmula, items: list[Item], guidance: Guidance, prompts: list[list[Prompt]], top_k: int = 0
) -> Run:
    manner = Manner(Choosing(top_k=top_k) if top_k else Choosing(0.0))
    run = heartmula_run(model, items, prompts, guidance, manner)
    for _ in run:
        pass
    return run


def silent(prompt: Prompt) -> Prompt:
    return Prompt(prompt.tags, prompt.lyrics, None, False, False)


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("known", [0, 3])
def test_greedy_codes_are_those_of_the_plain_reference(scale: float, known: int, folder: Path) -> None:
    model, reference = load_heartmula(folder), Reference(random_tensors())
    torch.manual_seed(2)
    past = torch.randint(0, 30, (8, known))
    branches = [[PROMPT]] if scale == 1.0 else [[PROMPT], [silent(PROMPT)]]
    run = written(model, [Item(5, past=past)], guided(scale), branches)
    wanted = reference.greedy(PROMPT, 5, scale, past.T.tolist())
    assert run.frames(0).T.tolist() == wanted


def test_logits_are_within_1e_4_of_the_plain_reference(folder: Path) -> None:
    model, reference = load_heartmula(folder), Reference(random_tensors())
    frames = torch.randint(0, 30, (2, 8, 4))
    seen: list[Tensor] = []

    def noting(logits: Tensor, book: int) -> Tensor:
        seen.append(logits[0, 0])
        return torch.full((1, 1), 3)

    plan = Plan([Item(2, past=frames[0])], CONFIG.pattern)
    with torch.inference_mode():
        session = HeartmulaSession(model, [[PROMPT]], guided(1.0), plan)
        session.next(frames[:1], noting)
        session.next(torch.full((1, 8, 1), 3), noting)
    told = frames[0].T.tolist()
    for number, logits in enumerate(seen):
        begun = told if number < 8 else [*told, [3] * 8]
        assert (logits - reference.logits(PROMPT, begun, [3] * (number % 8))).abs().max() < 1e-4


def test_a_batch_writes_what_its_songs_write_alone(folder: Path) -> None:
    model = load_heartmula(folder)
    other = Prompt((1, 4, 2), (1, 3, 3, 3, 3, 3, 2))
    items = [Item(4, 2**63 - 1, torch.randint(0, 30, (8, 2))), Item(6, 8)]
    prompts = [PROMPT, other]
    together = written(model, items, guided(1.5), [prompts, list(map(silent, prompts))], top_k=10)
    for row, item in enumerate(items):
        alone = written(model, [item], guided(1.5), [[prompts[row]], [silent(prompts[row])]], top_k=10)
        assert torch.equal(together.frames(row), alone.frames(0))


def test_going_on_from_a_past_is_not_having_stopped(folder: Path) -> None:
    model = load_heartmula(folder)
    branches = [[PROMPT], [silent(PROMPT)]]
    whole = written(model, [Item(9, 5)], guided(1.5), branches, top_k=10).frames(0)
    rest = written(model, [Item(5, 5, whole[:, :4])], guided(1.5), branches, top_k=10).frames(0)
    assert torch.equal(rest, whole)


def test_tags_and_lyrics_are_guided_apart(folder: Path) -> None:
    model = load_heartmula(folder)
    only_tags = Prompt(PROMPT.tags, PROMPT.lyrics, says_lyrics=False)
    three = [[PROMPT], [only_tags], [silent(PROMPT)]]
    alike = written(model, [Item(4)], guided_apart(1.5, 1.5), three).frames(0)
    both = written(model, [Item(4)], guided(1.5), [[PROMPT], [silent(PROMPT)]]).frames(0)
    assert torch.equal(alike, both)
    assert not torch.equal(written(model, [Item(4)], guided_apart(4.0, 0.2), three).frames(0), both)


def test_the_published_3b_has_289_tensors_of_3938_million_numbers() -> None:
    with torch.device("meta"):
        model = Heartmula(HeartmulaConfig())
    names = [name for theirs in places(HeartmulaConfig()).values() for name in theirs]
    assert len(names) == len(set(names)) == 289
    assert set(places(HeartmulaConfig())) == set(model.state_dict())
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(3938.1, abs=0.05)


def test_four_minutes_with_guidance_are_remembered_in_less_than_a_gigabyte() -> None:
    with torch.device("meta"):
        model = Heartmula(HeartmulaConfig())
    assert model.cache_shape(2, 600 + 240 * 25 // 2).bytes(torch.bfloat16) < 2**30


def test_what_is_no_heartmula_is_refused_in_one_sentence(folder: Path) -> None:
    config = folder / "config.json"
    whole = config.read_text()
    config.write_text(whole.replace("tinier", "llama-9000B"))
    with pytest.raises(InputError, match="names a flavour or size that we do not know"):
        load_heartmula(folder)
    config.write_text(whole.replace("heartmula", "musicgen"))
    with pytest.raises(InputError, match="describes a 'musicgen' model, not a HeartMuLa"):
        load_heartmula(folder)
    config.write_text(whole)
    (folder / "b.safetensors").unlink()
    with pytest.raises(InputError, match=r"b\.safetensors can not be read"):
        load_heartmula(folder)


def test_what_a_frame_hears_by_gradient_ends_with_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_heartmula(folder)
    monkeypatch.setattr(Cache, "extended", lambda cache, layer, *new: new)  # written in place, gradients would be lost
    frames = torch.randn(1, 6, CONFIG.across.width, requires_grad=True)
    model.across(frames, model.caches(1, 6)[0])[:, 2].sum().backward()
    assert frames.grad is not None
    heard = frames.grad.abs().sum(dim=-1)[0]
    assert bool((heard[:3] > 0).all()) and not heard[3:].any()
