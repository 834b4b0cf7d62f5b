"""Codes beside a recording: kept as they are, and nothing else is taken for them."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from resonant.errors import InputError
from resonant.sound.codes import Codes, codes_bytes, codes_from, codes_of
from resonant.sound.recording import Recording

HERE = Path("codes.npz")
CODES = Codes(np.arange(12, dtype=np.int64).reshape(4, 3), "musicgen", 32_000, 640, 0.5)


@given(
    arrays(np.int64, st.tuples(st.integers(1, 8), st.integers(0, 30)), elements=st.integers(0, 8191)),
    st.sampled_from(["musicgen", "heartmula"]), st.floats(0.01, 1.0),
)  # fmt: skip
def test_codes_are_kept_as_they_are_and_alike_codes_alike(rows: np.ndarray, performer: str, gain: float) -> None:
    codes = Codes(rows, performer, 32_000, 640, gain)
    data = codes_bytes(codes)
    again = codes_from(data, HERE)
    assert np.array_equal(again.codes, rows) and again.codes.dtype == np.int64 and codes_bytes(again) == data
    assert (again.performer, again.rate, again.hop, again.gain) == (performer, 32_000, 640, gain)
    assert again.seconds == rows.shape[1] * 640 / 32_000


def held(**changes: Any) -> bytes:
    fields = {"codes": CODES.codes, "performer": "musicgen", "rate": 32_000, "hop": 640, "gain": 1.0}
    out = io.BytesIO()
    np.savez(out, **{name: np.array(value) for name, value in (fields | changes).items() if value is not None})
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x03\x04", held()[:200], held(codes=None), held(codes=np.zeros(3, np.int64)),
        held(codes=np.full((4, 3), -1)), held(codes=np.array([[None]])), held(rate="fast"), held(codes="text"),
        held(codes=np.zeros((0, 3), np.int64)), held(codes=np.zeros((65, 3), np.int64)),
    ],
)  # fmt: skip
def test_what_is_no_codes_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError, match=r"codes\.npz holds (no )?codes"):
        codes_from(data, HERE)


def test_codes_that_are_missing_or_others_are_refused(tmp_path: Path) -> None:
    import hashlib

    data, path = codes_bytes(CODES), tmp_path / "a.codes.npz"
    digest = hashlib.sha256(data).hexdigest()
    recording = Recording("recordings/a.wav", "", 0.0, 1, 32_000, codes="c", codes_sha256=digest, places={"c": path})
    with pytest.raises(InputError, match="can not be read"):
        codes_of(recording)
    path.write_bytes(data)
    assert np.array_equal(codes_of(recording).codes, CODES.codes)
    path.write_bytes(codes_bytes(replace(CODES, gain=1.0)))
    with pytest.raises(InputError, match="no longer those that were written"):
        codes_of(recording)
    with pytest.raises(InputError, match="was brought and not generated"):
        codes_of(replace(recording, codes=None))
