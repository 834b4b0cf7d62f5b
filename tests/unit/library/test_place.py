"""The disk."""

from pathlib import Path

import pytest

from resonant.library import place
from resonant.library.place import leave_to_the_disk, write_durably


@pytest.mark.parametrize("can_be_asked", [True, False])
def test_a_file_that_is_left_to_the_disk_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_be_asked: bool
) -> None:
    if not can_be_asked:
        monkeypatch.delattr(place.os, "posix_fadvise")
    path = tmp_path / "mix.wav"
    write_durably(path, b"la" * 100_000)
    leave_to_the_disk(path)
    assert path.read_bytes() == b"la" * 100_000
