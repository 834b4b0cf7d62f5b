"""How near what our decoder says is to what the reference says, and narrow weights to exact ones, at full width.

Shapes: K codebooks, C columns, V codes, N choices.
"""

import torch
from random_models import Pair, musicgen_pair, sentence, twin
from torch import Tensor
from torch.nn import functional
from transformers.modeling_outputs import BaseModelOutput

from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner
from resonant.nn.lm.guidance import guided
from resonant.nn.lm.musicgen import Musicgen
from resonant.nn.lm.musicgen_session import musicgen_run
from resonant.nn.weights import Kind, kept_as

FRAMES = 200
SCALE = 3.0
NARROW: tuple[Kind, ...] = ("bfloat16", "int8")


@torch.inference_mode()
def compare(size: str, device: torch.device) -> None:
    """Writes greedy codes with our decoder, step by step, and asks all what they hear behind each column of them.

    Where the reference's likeliest codes behind our columns are the next ones of ours, its own greedy run is ours: step
    by step it has read the same.
    """
    pair = musicgen_pair(size, device)
    kept = kept_as(twin(pair.decoder), "float32")
    run = musicgen_run(kept, [Item(FRAMES)], [sentence(pair), None], guided(SCALE), Manner(Choosing(0.0)))
    for _ in run:
        pass
    pattern, columns = run.plan.pattern, run.plan.ends[0]
    read_KC = pattern.laid_out(run.frames(0).cpu(), columns, pattern.special)
    frames_KC = pattern.frame_of(columns)
    chosen_KC = ((frames_KC >= 0) & (frames_KC < FRAMES))[:, 1:].to(device)
    read_KC = read_KC.to(device)
    theirs_NV = _told_by_theirs(pair, read_KC)[chosen_KC]
    ours_NV = _told_by_ours(kept, pair, read_KC)[chosen_KC]
    same = theirs_NV.argmax(-1) == read_KC[:, 1:][chosen_KC]
    print(
        f"MusicGen {size}, all layers, float32: {int(same.sum())} of {len(same)} codes of {FRAMES} greedy "
        f"frames are the reference's;\nlogits with guidance {SCALE:g} differ by "
        f"{float((theirs_NV - ours_NV).abs().max()):.1e} at most, their spread is {float(theirs_NV.std()):.2f}",
        flush=True,
    )
    print(f"{'narrow weights, random':24s}{'off, of spread':>16s}{'nats':>10s}{'same likeliest':>16s}")
    for kind in NARROW:
        _row(kind, ours_NV, _told_by_ours(kept_as(twin(pair.decoder), kind), pair, read_KC)[chosen_KC])
    print()


def _told_by_theirs(pair: Pair, read_KC: Tensor) -> Tensor:
    """Logits `[K, C - 1, V]` behind all columns but the last, guided as `generate` does it."""
    states_1LE = pair.theirs.text_encoder(pair.words).last_hidden_state
    says = BaseModelOutput(last_hidden_state=torch.cat([states_1LE, torch.zeros_like(states_1LE)]))
    mask = torch.cat([torch.ones_like(pair.words), torch.zeros_like(pair.words)])
    logits = pair.theirs(
        encoder_outputs=says, attention_mask=mask, decoder_input_ids=read_KC[:, :-1].repeat(2, 1)
    ).logits
    return guided(SCALE).merged(logits.view(2, len(read_KC), *logits.shape[1:]))[0]


def _told_by_ours(model: Musicgen, pair: Pair, read_KC: Tensor) -> Tensor:
    state = model.begun([sentence(pair), None], 1, read_KC.shape[1])
    return guided(SCALE).merged(model(read_KC[None, :, :-1].repeat(2, 1, 1), state).float())[0]


def _row(kind: str, exact_NV: Tensor, told_NV: Tensor) -> None:
    off = (told_NV - exact_NV).pow(2).mean().sqrt() / exact_NV.std()
    chances, told = exact_NV.log_softmax(-1), told_NV.log_softmax(-1)
    nats = functional.kl_div(told, chances, log_target=True, reduction="none").sum(-1).mean()
    agreed = (exact_NV.argmax(-1) == told_NV.argmax(-1)).float().mean()
    print(f"{kind:24s}{100 * float(off):14.2f} %{float(nats):10.5f}{100 * float(agreed):14.1f} %", flush=True)
