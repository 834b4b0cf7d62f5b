"""Who stays loaded, with performers that weigh what they are told to and a clock that is turned by hand."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from resonant.errors import InputError
from resonant.players.performers.keeper import Keeper
from resonant.players.performers.roster import PERFORMERS
from resonant.players.performers.weights import Weights

SMALL, LARGE = Weights("small", (Path("small"),)), Weights("large", (Path("large"),))
SIZES = {"small": 3, "large": 7}


@dataclass
class Fake:
    """A performer whose weights are numbers; it notes what was loaded."""

    name: str = "fake"
    loaded: list[str] = field(default_factory=list)

    def bytes_in(self, weights: Weights, kind: object = None) -> int:
        return SIZES[weights.name]

    def load(self, weights: Weights, most_bytes: int | None = None, kind: object = None) -> Any:
        if most_bytes is not None and SIZES[weights.name] > most_bytes:
            raise InputError("too large")
        self.loaded.append(weights.name)
        return SimpleNamespace(bytes=SIZES[weights.name], name=weights.name)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_was_loaded_is_asked_again_without_loading() -> None:
    fake, keeper = Fake(), Keeper(10)
    first = keeper.performer(fake, SMALL)
    assert keeper.performer(fake, SMALL) is first and keeper.performer(fake, LARGE) is not first
    assert fake.loaded == ["small", "large"] and keeper.let_go() == 2


def test_who_was_asked_longest_ago_makes_room() -> None:
    fake, clock = Fake(), Clock()
    keeper = Keeper(9, clock=clock)
    for weights in (SMALL, LARGE):
        clock.now += 1
        keeper.performer(fake, weights)
    assert keeper.let_go() == 1, "3 and 7 are more than 9"
    keeper.performer(fake, SMALL)
    assert fake.loaded == ["small", "large", "small"]


def test_without_a_budget_there_is_one_at_a_time() -> None:
    fake, keeper = Fake(), Keeper()
    keeper.performer(fake, SMALL)
    keeper.performer(fake, LARGE)
    assert keeper.let_go() == 1


def test_who_is_not_asked_goes() -> None:
    fake, clock = Fake(), Clock()
    keeper = Keeper(10, idle_s=60.0, clock=clock)
    keeper.performer(fake, SMALL)
    clock.now = 50.0
    keeper.performer(fake, LARGE)
    assert keeper.let_go() == 2
    clock.now = 61.0
    assert keeper.let_go() == 1
    clock.now = 111.0
    assert keeper.let_go() == 0
    keeper.performer(fake, SMALL)
    assert fake.loaded == ["small", "large", "small"]


def test_one_that_is_too_large_is_refused_and_the_others_have_gone() -> None:
    fake, keeper = Fake(), Keeper(5)
    keeper.performer(fake, SMALL)
    with pytest.raises(InputError, match="too large"):
        keeper.performer(fake, LARGE)
    assert keeper.performer(fake, SMALL).bytes == 3


def test_weights_are_refused_by_their_config_before_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="describes a 'nameless' model, not a MusicGen"):
        Keeper().performer(PERFORMERS["musicgen"], Weights("x", (tmp_path,)))
