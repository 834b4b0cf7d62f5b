"""How long the products of a MusicGen-small step take, in each kind of number and each way that torch has of them.

    python benchmarks/measure_products.py

All 24 layers' matrices, random, times two rows. For docs/decisions/0033-a-step-is-as-long-as-its-weights.md.
"""

import time
import warnings
from collections.abc import Callable, Sequence

import torch
from hardware import hardware
from torch import Tensor
from torch.nn import functional

SHAPES = ((3072, 1024), (1024, 1024), (1024, 1024), (1024, 1024), (4096, 1024), (1024, 4096))
LAYERS, ROWS, RUNS, GROUP = 24, 2, 4, 64

Product = Callable[[Tensor], object]
"""A row or two of one matrix's inputs, times the matrix."""


def main() -> None:
    torch.manual_seed(0)
    pool = 0.04 * torch.rand(SHAPES[4][0] * SHAPES[4][1] + LAYERS) - 0.02
    weights = [pool[n : n + o * i].view(o, i).clone() for n in range(LAYERS) for o, i in SHAPES]
    print(f"{hardware()}, torch {torch.__version__}, {sum(w.numel() for w in weights) / 1e6:.0f} M weights")
    half = torch.bfloat16
    report("float32, a row at a time", weights, lambda w: lambda x: [functional.linear(r, w) for r in (x[:1], x[1:])])
    report("bfloat16", weights, lambda w: _times(functional.linear, w.to(half)), half)
    report("bfloat16, packed", weights, _packed, half)
    report("int8, weights alone", weights, _whole, half)
    for engine in ("fbgemm", "onednn"):
        torch.backends.quantized.engine = engine
        report(f"int8, inputs too, {engine}", weights, _both)
    report("4 bits in groups", weights, _four_bits, half)
    report("float32", weights, lambda w: _times(functional.linear, w))


@torch.inference_mode()
def report(
    name: str, weights: Sequence[Tensor], way: Callable[[Tensor], Product], dtype: torch.dtype = torch.float32
) -> None:
    products = [way(weight) for weight in weights]
    rows = {inputs: torch.randn(ROWS, inputs, dtype=dtype) for _, inputs in SHAPES}
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for weight, product in zip(weights, products, strict=True):
            product(rows[weight.shape[1]])
        times.append(1e3 * (time.perf_counter() - start))
    print(f"{name:28s}{min(times):8.1f} ms, at most {max(times):8.1f}", flush=True)


def _times(product: Callable[[Tensor, Tensor], Tensor], weight: Tensor) -> Product:
    return lambda x: product(x, weight)


def _packed(weight: Tensor) -> Product:
    packed = torch.ops.mkldnn._reorder_linear_weight(weight.bfloat16(), ROWS)
    return lambda x: torch.ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")


def _whole(weight: Tensor) -> Product:
    step = weight.abs().amax(1) / 127
    whole = (weight / step[:, None]).round().to(torch.int8)
    return lambda x: torch._weight_int8pack_mm(x, whole, step.bfloat16())


def _both(weight: Tensor) -> Product:
    step = weight.abs().amax(1).double() / 127
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # these tensors are deprecated: one reason against them
        whole = torch.quantize_per_channel(weight, step, torch.zeros(len(step), dtype=torch.long), 0, torch.qint8)
    packed = torch.ops.quantized.linear_prepack(whole, None)
    return lambda x: torch.ops.quantized.linear_dynamic(x, packed, False)


def _four_bits(weight: Tensor) -> Product:
    outputs, inputs = weight.shape
    packed = torch._convert_weight_to_int4pack_for_cpu(torch.ones(outputs, inputs, dtype=torch.int32), 1)
    steps = torch.ones(inputs // GROUP, outputs, 2, dtype=torch.bfloat16)
    return lambda x: torch._weight_int4pack_mm_for_cpu(x, packed, GROUP, steps)


if __name__ == "__main__":
    main()
