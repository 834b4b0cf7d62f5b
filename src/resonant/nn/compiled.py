"""What a step of a transformer reckons for a few words, as plain loops that are compiled when they first run.

A word is so little work that calling a framework for each product and each norm takes longer than the sums. Here a
block is three calls. They run on one thread, so that none waits for another where a program beside holds a core.
numba (Lam, Pitrou & Seibert 2015, "Numba: a LLVM-based Python JIT compiler") keeps what it compiled beside this file or
in the user's cache: the first step after an installation takes some seconds longer.

Sums are in no fixed order (`fastmath`), the same one each time on the same processor; values are finite throughout.

Shapes: N words, D width, H heads, K width of a head, S positions there is room for, I inputs, O outputs, F inner width.
Weights are float32, or whole numbers of eight bits; what is multiplied by row o of them is multiplied by `step_O[o]`.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Function = TypeVar("Function", bound=Callable[..., Any])
Array = NDArray[np.float32]
Weights = NDArray[np.float32] | NDArray[np.int8]

_EPSILON = np.finfo(np.float32).eps


def _compiled(function: Function) -> Function:
    return cast(Function, njit(cache=True, fastmath=True, nogil=True)(function))


@_compiled
def add_product(rows_NI: Array, weight_OI: Weights, step_O: Array, to_NO: Array) -> None:
    """Adds the rows, each multiplied by the weights, to `to_NO`."""
    outputs, inputs = weight_OI.shape
    words = len(rows_NI)
    by_three = words - words % 3  # as many songs as are usually written side by side: each weight is widened once
    for o in range(outputs):
        for n in range(0, by_three, 3):
            first = second = third = np.float32(0.0)
            for i in range(inputs):
                weight = np.float32(weight_OI[o, i])
                first += weight * rows_NI[n, i]
                second += weight * rows_NI[n + 1, i]
                third += weight * rows_NI[n + 2, i]
            to_NO[n, o] += first * step_O[o]
            to_NO[n + 1, o] += second * step_O[o]
            to_NO[n + 2, o] += third * step_O[o]
        for n in range(by_three, words):
            total = np.float32(0.0)
            for i in range(inputs):
                total += np.float32(weight_OI[o, i]) * rows_NI[n, i]
            to_NO[n, o] += total * step_O[o]


@_compiled
def scaled_product(h_ND: Array, gain_D: Array, weight_OD: Weights, step_O: Array) -> Array:
    """What weights say of words behind an RMS norm with the epsilon of `torch.nn.RMSNorm`: `[N, O]`."""
    found_NO = np.zeros((len(h_ND), len(weight_OD)), np.float32)
    add_product(_scaled(h_ND, gain_D), weight_OD, step_O, found_NO)
    return found_NO


@_compiled
def attend(qkv_3HK: Array, turn_2K: Array, keys_HSK: Array, values_HSK: Array, at: int, mixed_HK: Array) -> None:
    """Puts a word's key and value in their place, and what it asks of all words up to itself into `mixed_HK`.

    Args:
        qkv_3HK: query, key and value of each head.
        turn_2K: what a head is multiplied by, and what its halves changed about are: its rotation at this place.
        keys_HSK, values_HSK: those of the words before; they hold this one's from now on.
        at: how many words were before.
        mixed_HK: is written.
    """
    heads, _, width = keys_HSK.shape
    half = width // 2
    strength = np.float32(width**-0.5)
    query_K, share_S = np.empty(width, np.float32), np.empty(at + 1, np.float32)
    for head in range(heads):
        for k in range(width):
            other = k + half if k < half else k - half
            query_K[k] = (qkv_3HK[0, head, k] * turn_2K[0, k] + qkv_3HK[0, head, other] * turn_2K[1, k]) * strength
            keys_HSK[head, at, k] = qkv_3HK[1, head, k] * turn_2K[0, k] + qkv_3HK[1, head, other] * turn_2K[1, k]
            values_HSK[head, at, k] = qkv_3HK[2, head, k]
        for s in range(at + 1):
            asked = np.float32(0.0)
            for k in range(width):
                asked += keys_HSK[head, s, k] * query_K[k]
            share_S[s] = asked
        highest, total = share_S.max(), np.float32(0.0)
        for s in range(at + 1):
            share_S[s] = np.exp(share_S[s] - highest)
            total += share_S[s]
        mixed_HK[head] = 0.0
        for s in range(at + 1):
            share = share_S[s] / total
            for k in range(width):
                mixed_HK[head, k] += share * values_HSK[head, s, k]


@_compiled
def feed_forward(
    h_ND: Array, gain_D: Array, gate_and_up_2FxD: Weights, step_2F: Array, down_DxF: Weights, step_D: Array
) -> None:
    """Adds what a SwiGLU network says of the words behind a norm to them."""
    inner_N2F = scaled_product(h_ND, gain_D, gate_and_up_2FxD, step_2F)
    width = inner_N2F.shape[1] // 2
    gated_NF = np.empty((len(h_ND), width), np.float32)
    for n in range(len(h_ND)):
        for f in range(width):
            gate = inner_N2F[n, f]
            gated_NF[n, f] = gate / (np.float32(1.0) + np.exp(-gate)) * inner_N2F[n, width + f]
    add_product(gated_NF, down_DxF, step_D, h_ND)


@_compiled
def _scaled(h_ND: Array, gain_D: Array) -> Array:
    scaled_ND = np.empty_like(h_ND)
    words, width = h_ND.shape
    for n in range(words):
        square = np.float32(0.0)
        for d in range(width):
            square += h_ND[n, d] * h_ND[n, d]
        by = np.float32(1.0) / np.sqrt(square / np.float32(width) + _EPSILON)
        for d in range(width):
            scaled_ND[n, d] = h_ND[n, d] * by * gain_D[d]
    return scaled_ND
