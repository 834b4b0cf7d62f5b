"""What is said to libraries through the environment."""

import os

import pytest

from resonant.cli.settings import wait_briefly


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "10000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "active"}, None)],
)
def test_threads_that_multiply_wait_as_whoever_started_us_says(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], expected: str | None
) -> None:
    monkeypatch.setattr("os.environ", dict(given))
    wait_briefly()
    assert os.environ.get("GOMP_SPINCOUNT") == expected
