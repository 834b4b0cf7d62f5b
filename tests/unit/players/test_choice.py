"""Who writes where nobody was named."""

import json
from dataclasses import replace

import pytest

from resonant.errors import BriefError
from resonant.players.choice import MEASURED, Asked, best_player
from resonant.players.registry import Capabilities, Registry
from resonant.score.model import Note, Score, Track
from resonant.testing import MetronomePlayer

USUAL = MetronomePlayer("usual")
LEARNED = MetronomePlayer("learned", Capabilities(frozenset({"melody", "drums"}), hears_manner=False))
PLAYERS = Registry((USUAL, LEARNED))
BETTER = {"melody": {"usual": 0.6, "learned": 0.7}, "drums": {"usual": 0.8, "learned": 0.7}}
SCORE = Score(32)


def asked(role: str, bars: range, plays: range, manner: str = "") -> Asked:
    notes = tuple(Note(bar * 1920, 60, 480, 80) for bar in plays if bar not in bars)
    return Asked(Track(role, role, "piano", notes), tuple(bars), manner, is_brought=True)


def chosen(what: Asked, players: Registry = PLAYERS) -> str:
    return best_player(players, what, SCORE, BETTER).player.name


def test_some_bars_of_a_part_go_to_who_measured_best_and_it_is_said() -> None:
    choice = best_player(PLAYERS, asked("melody", range(4, 8), range(16)), SCORE, BETTER)
    assert choice.player == LEARNED
    assert choice.why == (
        "melody: written by learned, whose bars lay nearer to true ones than those of usual (0.70 against 0.60); "
        "--player usual writes as the style does."
    )


def test_where_the_usual_player_measured_best_nothing_is_said() -> None:
    choice = best_player(PLAYERS, asked("drums", range(4, 8), range(16)), SCORE, BETTER)
    assert (choice.player, choice.why) == (USUAL, "")


@pytest.mark.parametrize(
    "what",
    [
        asked("melody", range(4, 8), range(4, 11)),  # only three bars of it around
        asked("melody", range(4, 8), range(28, 32)),  # and these are too far
        asked("melody", range(4, 13), range(32)),  # more bars at once than were measured
        asked("melody", range(4, 8), range(16), "legato"),
        asked("bass", range(4, 8), range(16)),  # nobody measured it
        replace(asked("melody", range(4, 8), range(16)), is_brought=False),
    ],
)
def test_what_was_not_measured_goes_to_the_usual_player(what: Asked) -> None:
    assert chosen(what) == "usual"


def test_a_player_that_is_not_there_or_lacks_its_libraries_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    what = asked("melody", range(4, 8), range(16))
    assert chosen(what, Registry((USUAL,))) == "usual"
    heavy = replace(LEARNED, capabilities=replace(LEARNED.capabilities, needs_torch=True))
    assert chosen(what, Registry((USUAL, heavy))) == "learned"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert chosen(what, Registry((USUAL, heavy))) == "usual"


def test_a_role_that_nobody_plays_is_refused() -> None:
    with pytest.raises(BriefError, match="nobody plays vocal"):
        chosen(asked("vocal", range(4, 8), range(16)))


def test_what_is_shipped_is_a_share_for_each_role_and_player() -> None:
    shipped = json.loads(MEASURED.read_text(encoding="utf-8"))["overlap"]
    assert all(0.0 <= share <= 1.0 for figures in shipped.values() for share in figures.values())
    assert all("arranger" in figures for figures in shipped.values())
