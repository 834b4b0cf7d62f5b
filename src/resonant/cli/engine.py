"""The engine that commands make songs with."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resonant.players.registry import Registry
    from resonant.players.score_lm.player import ScorePlayer
    from resonant.produce import Engine

_CANDIDATES = 3


def an_engine(soundbank: str | None, styles_folder: Path | None = None) -> "Engine":
    """An engine for a program that does nothing else: it keeps the memory it frees.

    Raises:
        SoundBankError: the bank can not be read.
    """
    from resonant.cli.settings import wait_briefly
    from resonant.heap import keep_freed_memory
    from resonant.produce import Engine
    from resonant.sound.banks import open_bank

    keep_freed_memory()
    wait_briefly()
    return Engine(_players(), open_bank(soundbank or "auto"), styles_folder=styles_folder)


def _players() -> "Registry":
    from resonant.players.arranger.player import Arranger
    from resonant.players.registry import Registry
    from resonant.players.score_lm.player import SHIPPED

    return Registry((Arranger(), learned_player(SHIPPED)))


def learned_player(weights: Path) -> "ScorePlayer":
    """The score player as it plays for commands: with candidates, and with somebody who judges them."""
    from resonant.evaluate.sitting import sits
    from resonant.players.score_lm.player import ScorePlayer

    return ScorePlayer(weights, candidates=_CANDIDATES, judge=sits)
