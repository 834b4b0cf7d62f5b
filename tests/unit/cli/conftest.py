"""Tiny models as they are published, for the commands that play from them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.published_folders import tiny_heartmula, tiny_musicgen


@pytest.fixture(scope="module")
def musicgen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_musicgen(tmp_path_factory.mktemp("weights") / "musicgen-tiny")


@pytest.fixture(scope="module")
def heartmula(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        yield tiny_heartmula(tmp_path_factory.mktemp("weights"), patch).words
