"""A file's digest hangs on all its bytes, and a grown file's is found from what changed alone."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resonant.library import digests
from resonant.library.digests import Blocks, blocks_in, blocks_of, digest, remember, remembered, replaced


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "BLOCK_BYTES", 16)


@given(data=st.binary(max_size=100), flipped=st.integers(0, 99))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_digest_of_a_file_is_that_of_its_bytes_and_hangs_on_each(tmp_path: Path, data: bytes, flipped: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert digest(path) == blocks_in(data).whole
    other = bytes(byte ^ (number == flipped) for number, byte in enumerate(data))
    assert (blocks_in(other).whole == blocks_in(data).whole) == (other == data)


@given(
    data=st.binary(min_size=4, max_size=100),
    header=st.binary(max_size=4),
    offset=st.integers(4, 100),
    end=st.binary(max_size=60),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_whose_end_is_replaced_has_the_blocks_in_all_its_bytes(
    tmp_path: Path, data: bytes, header: bytes, offset: int, end: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    offset = min(offset, len(data))
    now = header + data[len(header) : offset] + end
    found = replaced(blocks_of(path), path, header, offset, end)
    assert (found.size, found.whole) == (len(now), blocks_in(now).whole)


def test_only_what_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(64))
    false = Blocks(64, b"\1" * 128)
    found = replaced(false, path, b"x", 40, b"end").digests
    assert found[32:64] == b"\1" * 32
    assert found[:32] != b"\1" * 32 != found[64:]


def test_what_is_remembered_holds_until_the_file_changes(tmp_path: Path) -> None:
    path, memory = tmp_path / "file", tmp_path / "memory"
    path.write_bytes(b"x" * 40)
    assert remembered(memory, path) is None
    remember(memory, path, blocks_of(path))
    assert remembered(memory, path) == blocks_of(path)
    memory.write_bytes(memory.read_bytes()[:-1])
    assert remembered(memory, path) is None
    remember(memory, path, blocks_of(path))
    os.utime(path, ns=(1, 1))
    assert remembered(memory, path) is None
