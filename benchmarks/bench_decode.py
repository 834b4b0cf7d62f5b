"""How fast token models and their codec run beside `transformers`, with random weights of the published sizes.

    python benchmarks/bench_decode.py [--parts speed codec heartmula parity] [--musicgen small] [--heartmula 3B-2]
    python benchmarks/bench_decode.py --device cuda --musicgen small large --heartmula 3B --seconds 10 --songs 100

Words to sound: the same sentence in the same run, as users call both, with the same length and weights: `generate` with
guidance 3 and top-k 250 against our codes and codec; the text encoder is the reference's in both. A step is a
column of codes in two rows, with the text and without. `of bound` is the share of what memory allows: a step reads each
weight once, and the keys and values of all columns before it. On a busy machine the figures by core tell more than
those by the clock, with `--threads 1` most. `below it` is how far what differs from the reference's float32 lies below
the sound.
"""

import argparse
import copy
import itertools
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from statistics import median

import torch
from decode_parity import compare
from hardware import hardware
from random_models import Pair, heartmula, musicgen_pair, sentence, twin
from torch import Tensor, nn

from resonant.nn.codec.encodec import Chunk, Encodec, halved
from resonant.nn.lm.captured import Capture, Captured
from resonant.nn.lm.choosing import Choosing
from resonant.nn.lm.engine import Item, Manner, Run
from resonant.nn.lm.guidance import guided
from resonant.nn.lm.heartmula import Heartmula, HeartmulaConfig
from resonant.nn.lm.heartmula_session import Prompt, heartmula_run
from resonant.nn.lm.musicgen import Musicgen
from resonant.nn.lm.musicgen_session import musicgen_run
from resonant.nn.performing.memory import bytes_of
from resonant.nn.weights import Kind, kept_as

FRAMES_PER_SECOND = 50
SCALE = 3.0
TOP_K = 250
PARTS = ("speed", "codec", "heartmula", "parity")
KINDS: tuple[Kind, ...] = ("float32", "bfloat16", "int8")


@dataclass(frozen=True)
class Time:
    """Seconds on the clock and of the processor's work; the best of some runs."""

    clock: float
    core: float


def timed(act: Callable[[], object], device: torch.device, runs: int) -> Time:
    clock, core = [], []
    for _ in range(runs):
        start, worked = time.perf_counter(), time.process_time()
        act()
        _settled(device)
        clock.append(time.perf_counter() - start)
        core.append(time.process_time() - worked)
    return Time(min(clock), min(core))


def timed_in_turn(acts: Mapping[str, Callable[[], object]], device: torch.device, runs: int) -> dict[str, Time]:
    """The best of some rounds, in each of which all take their turn: what else the machine does falls on all."""
    rounds = [{name: timed(act, device, 1) for name, act in acts.items()} for _ in range(runs)]
    return {name: Time(min(r[name].clock for r in rounds), min(r[name].core for r in rounds)) for name in acts}


def bandwidth(device: torch.device) -> float:
    """Bytes a second that a sum over a gigabyte reads."""
    big = torch.ones(2**28, device=device)
    return big.numel() * big.itemsize / timed(big.sum, device, 4).clock


def _settled(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def median_step(run: Run, device: torch.device) -> float:
    """Writes all of a run; the median second of a step, its beginning left out."""
    times, start = [], time.perf_counter()
    for _ in run:
        _settled(device)
        times.append(time.perf_counter() - start)
        start = time.perf_counter()
    return median(times[len(times) // 4 :])


def speed(size: str, asked: argparse.Namespace, limit: float) -> None:
    """Words to sound in both, for each kind of weights."""
    device, pair = asked.device, musicgen_pair(size, asked.device)
    frames = round(asked.seconds * FRAMES_PER_SECOND)
    print(f"MusicGen {size}, {frames} frames, words to sound")
    print(
        f"{'':24s}{'s':>8s}{'by core':>9s}{'ratio':>8s}{'by core':>9s}{'ms a step':>11s}{'of bound':>10s}"
        f"{'weights':>10s}"
    )
    theirs_sung(pair, 3)
    base = timed(lambda: theirs_sung(pair, frames), device, asked.runs)
    _row("transformers float32", base, base)
    for kind, capture in itertools.product(KINDS, (None, Captured) if device.type == "cuda" else (None,)):
        kept = Pair(pair.theirs, kept_as(twin(pair.decoder), kind), pair.codec, pair.words)
        steps = [ours_sung(kept, 3, device, capture)]
        act = partial(ours_sung, kept, frames, device, capture)
        sung = timed(lambda act=act, steps=steps: steps.append(act()), device, asked.runs)  # type: ignore[misc]
        share = _read_by(kept.decoder, frames) / limit / min(steps[1:])
        name = f"ours {kind}" + (", captured" if capture else "")
        _row(name, sung, base, f"{1e3 * min(steps[1:]):11.1f}{100 * share:9.0f}%{_mib(kept.decoder)}")
    pair.theirs.bfloat16()
    theirs_sung(pair, 3)
    _row("transformers bfloat16", timed(lambda: theirs_sung(pair, frames), device, asked.runs), base)
    print()


@torch.inference_mode()
def theirs_sung(pair: Pair, frames: int) -> object:
    torch.manual_seed(1)
    return pair.theirs.generate(
        input_ids=pair.words, do_sample=True, guidance_scale=SCALE, top_k=TOP_K, max_length=frames + 4
    )


def ours_sung(pair: Pair, frames: int, device: torch.device, capture: Capture | None) -> float:
    """The median step of it."""
    branches, manner = [sentence(pair), None], Manner(Choosing(top_k=TOP_K))
    run = musicgen_run(pair.decoder, [Item(frames, 1)], branches, guided(SCALE), manner, capture)
    step = median_step(run, device)
    pair.codec.decode([Chunk(run.frames(0)[None])])
    return step


def _read_by(model: Musicgen, frames: int) -> int:
    """Bytes of all but the embeddings and what only the text goes through, and of half the keys and values."""
    idle = [model.embeddings, model.text, *(block.across.key_value for block in model.blocks)]  # type: ignore[union-attr]
    config = model.config
    column = 2 * 2 * config.num_hidden_layers * config.hidden_size * model.remembered_in.itemsize
    return bytes_of(model) - sum(bytes_of(part) for part in idle) + column * frames // 2  # type: ignore[arg-type]


def _row(name: str, took: Time, base: Time, more: str = "") -> None:
    ratios = f"{base.clock / took.clock:8.2f}{base.core / took.core:9.2f}"
    print(f"{name:24s}{took.clock:8.2f}{took.core:9.2f}{ratios}{more}", flush=True)


def _mib(model: nn.Module) -> str:
    return f"{bytes_of(model) / 2**20:6.0f} MiB"


def codec(asked: argparse.Namespace) -> None:
    """EnCodec at 32 kHz: codes to sound in both, for each length."""
    pair = musicgen_pair("tiny", asked.device)
    theirs, ours = pair.theirs.audio_encoder, pair.codec
    codecs = {
        "transformers float32": theirs,
        "ours float32": ours,
        "ours bfloat16": halved(copy.deepcopy(ours)),
        "transformers bfloat16": copy.deepcopy(theirs).bfloat16(),
    }
    print(
        f"EnCodec 32 kHz, codes to sound; float32 is what performers decode in\n{'':24s}{'s':>8s}{'by core':>9s}",
        end="",
    )
    print(f"{'ratio':>8s}{'by core':>9s}{'below it':>12s}{'differs by':>12s}")
    for seconds in asked.codec_seconds:
        codes = torch.randint(0, 2048, (1, 4, round(seconds * FRAMES_PER_SECOND)), device=asked.device)
        acts = {name: partial(_sound, each, codes) for name, each in codecs.items()}
        exact, base = acts["transformers float32"](), "transformers float32"
        print(f"{seconds:g} s of music")
        took = timed_in_turn(acts, asked.device, 2 * asked.runs)
        for name, act in acts.items():
            off = act().float() - exact
            below_db = 10.0 * math.log10(exact.pow(2).mean() / off.pow(2).mean().clamp(min=1e-30))
            _row(name, took[name], took[base], f"{below_db:9.1f} dB{off.abs().max():12.1e}" if name != base else "")
    print()


@torch.inference_mode()
def _sound(codec: nn.Module, codes_BKF: Tensor) -> Tensor:
    if isinstance(codec, Encodec):
        return codec.decode([Chunk(codes_BKF)])
    sound: Tensor = codec.decode(codes_BKF[None], [None]).audio_values  # type: ignore[operator]
    return sound


def songs(size: str, asked: argparse.Namespace, limit: float) -> None:
    """HeartMuLa, a frame at a time, for the narrow kinds; nobody else's engine is there to be measured."""
    print(
        f"HeartMuLa {size}, guidance 1.5, {asked.songs} frames"
        + f"{'ms a frame':>14s}{'of bound':>10s}{'weights':>10s}"
    )
    for kind in KINDS[1:]:
        model = kept_as(heartmula(size, asked.device), kind)
        prompt = Prompt(tuple(range(1, 20)), tuple(range(1, 40)))
        silent = Prompt(prompt.tags, prompt.lyrics, None, False, False)
        item, capture = Item(asked.songs, 1, None, asked.songs), Captured if asked.device.type == "cuda" else None
        run = heartmula_run(model, [item], [[prompt], [silent]], guided(1.5), Manner(), capture)
        with torch.inference_mode():
            step = median_step(run, asked.device)
        share = 100 * _read_by_frame(model) / limit / step
        print(f"{kind:40s}{1e3 * step:14.1f}{share:9.0f}%{_mib(model)}", flush=True)
        del model, run
    with torch.device("meta"):
        whole = Heartmula(HeartmulaConfig()).bfloat16()
    four_minutes = whole.cache_shape(2, 600 + 240 * 25 // 2).bytes(whole.remembered_in)
    print(f"keys and values of 4 minutes of the 3B with guidance: {four_minutes / 2**20:.0f} MiB\n")


def _read_by_frame(model: Heartmula) -> int:
    """Bytes of the global model once, and of the local one and a head for each further code."""
    further = model.config.audio_num_codebooks - 1
    heads = model.audio_head.numel() * model.audio_head.itemsize
    once = bytes_of(model.across) + bytes_of(model.codebook0_head) + heads
    return once + further * (bytes_of(model.within) + bytes_of(model.projection))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--musicgen", nargs="+", default=["small"])
    parser.add_argument("--heartmula", nargs="+", default=["3B-2"])
    parser.add_argument("--seconds", type=float, default=1.0, help="of music by MusicGen")
    parser.add_argument("--codec-seconds", type=float, nargs="+", default=[4.0, 10.0, 30.0], help="of codes to sound")
    parser.add_argument("--threads", type=int, help="of the processor; None for all")
    parser.add_argument("--songs", type=int, default=8, help="frames of HeartMuLa")
    parser.add_argument("--runs", type=int, default=2)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads or torch.get_num_threads())
    where = (
        torch.cuda.get_device_name(asked.device)
        if asked.device.type == "cuda"
        else f"{torch.get_num_threads()} threads"
    )
    limit = bandwidth(asked.device)
    print(f"{hardware()}, torch {torch.__version__}, {where}; memory gives {limit / 1e9:.0f} GB/s\n", flush=True)
    for size in asked.musicgen if "speed" in asked.parts else ():
        speed(size, asked, limit)
    if "codec" in asked.parts:
        codec(asked)
    for size in asked.heartmula if "heartmula" in asked.parts else ():
        songs(size, asked, limit)
    for size in asked.musicgen if "parity" in asked.parts else ():
        compare(size, asked.device)


if __name__ == "__main__":
    main()
