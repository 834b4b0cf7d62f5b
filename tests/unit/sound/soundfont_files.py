"""A small SF2 file for tests, written by hand: one preset, one sample, whatever generators a test sets."""

import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

SINE_HZ = 440.0
SINE_RATE = 44_100


def sine(num_samples: int = 44_100, frequency_hz: float = SINE_HZ) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(num_samples) / SINE_RATE)


def sf2(
    sound: NDArray[np.float64] | None = None,
    *,
    loop: tuple[int, int] | None = None,
    amounts: Mapping[int, int] | None = None,
    preset_amounts: Mapping[int, int] | None = None,
    modulators: tuple[tuple[int, int, int, int, int], ...] = (),
    zones: tuple[Mapping[int, int], ...] | None = None,
    place: tuple[int, int] = (0, 0),
) -> bytes:
    """An SF2 file.

    Args:
        sound: the sample, key 69; a sine of 440 Hz if None.
        loop: first frame and the one behind the last; turns looping on.
        amounts, preset_amounts: generators of the instrument's and the preset's zone.
        modulators: of the instrument's zone.
        zones: several instrument zones instead of one, each its generators.
        place: program and bank.
    """
    sound = sine() if sound is None else sound
    start, end = loop or (0, len(sound))
    common = {**({54: 1} if loop else {}), **(amounts or {})}
    igen, ibag = b"", b""
    inner = zones or ({},)
    for zone in inner:
        ibag += struct.pack("<HH", len(igen) // 4, 0)
        igen += _rows({**common, **zone}) + struct.pack("<HH", 53, 0)
    imod = b"".join(struct.pack("<HHhHH", *row) for row in modulators)
    pgen = _rows(preset_amounts or {}) + struct.pack("<HH", 41, 0)
    tables = {
        b"phdr": _head("sine", *place, 0) + _head("EOP", 0, 0, 1),
        b"pbag": struct.pack("<HHHH", 0, 0, len(pgen) // 4, 0),
        b"pmod": bytes(10),
        b"pgen": pgen + bytes(4),
        b"inst": struct.pack("<20sH20sH", b"sine", 0, b"EOI", len(inner)),
        b"ibag": ibag + struct.pack("<HH", len(igen) // 4, len(modulators)),
        b"imod": imod + bytes(10),
        b"igen": igen + bytes(4),
        b"shdr": struct.pack("<20s5IBbHH", b"sine", 0, len(sound), start, end, SINE_RATE, 69, 0, 0, 1)
        + struct.pack("<20s5IBbHH", b"EOS", *[0] * 9),
    }
    pcm = np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes() + bytes(92)
    info = _chunk(b"ifil", struct.pack("<HH", 2, 4)) + _chunk(b"INAM", b"test\0\0")
    body = b"sfbk" + _list(b"INFO", info) + _list(b"sdta", _chunk(b"smpl", pcm))
    body += _list(b"pdta", b"".join(_chunk(name, data) for name, data in tables.items()))
    return _chunk(b"RIFF", body)


def _rows(amounts: Mapping[int, int]) -> bytes:
    first = sorted(amounts, key=lambda kind: (kind not in (43, 44), kind))
    return b"".join(struct.pack("<HH", kind, amounts[kind] & 0xFFFF) for kind in first)


def _head(name: str, program: int, bank: int, bag: int) -> bytes:
    return struct.pack("<20sHHHIII", name.encode(), program, bank, bag, 0, 0, 0)


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _list(kind: bytes, data: bytes) -> bytes:
    return _chunk(b"LIST", kind + data)
