"""Who writes where nobody was named: what measured best at the role, for some bars of a part that plays around them.

What was measured stands in `measured.json`, written by `benchmarks/measure_score_lm.py`: how much of what a player
writes into a hole of four bars of one track falls together with what stood there, in pieces nobody learned from
(`evaluate.spread`, mean over holes). Those pieces are music that others made, so the figures hold for tracks that were
brought. What our own players wrote goes on in their hand; so do parts that play nowhere near, and long stretches, which
were not measured: the first player of the registry that knows the role writes them, who knows the styles and the form.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resonant.players.registry import Player, Registry, is_installed
from resonant.score.model import Score, Track

MEASURED = Path(__file__).parent / "measured.json"
Measurements = Mapping[str, Mapping[str, float]]

_MOST_BARS, _LEAST_AROUND, _NEAR_BARS = 8, 4, 16


@dataclass(frozen=True, slots=True)
class Choice:
    """Who writes, and why: a sentence where it is not simply who always does."""

    player: Player
    why: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be written.

    Args:
        track: with what it plays outside the bars.
        bars: which (0-based).
        manner: how it shall play, in words; "" for nothing in particular.
        is_brought: whether the track was brought, and is nobody's of the band.
    """

    track: Track
    bars: tuple[int, ...]
    manner: str = ""
    is_brought: bool = False


def best_player(players: Registry, asked: Asked, score: Score, measured: Measurements | None = None) -> Choice:
    """The player for what is asked, where nobody was named.

    Args:
        measured: by role and player, how near its bars lay to true ones, 0…1; None for what is shipped.

    Raises:
        BriefError: nobody plays the role.
    """
    role = asked.track.role
    usual = players.usual(role)
    if asked.manner or not asked.is_brought or not _is_among_its_own(asked, score):
        return Choice(usual)
    figures = (_shipped() if measured is None else measured).get(role, {})
    able = [name for name in players.names if name in figures and _can_play(players.named(name), role)]
    best = max(able, key=lambda name: figures[name], default=usual.name)
    if best == usual.name or usual.name not in figures:
        return Choice(usual)
    return Choice(
        players.named(best),
        f"{asked.track.name}: written by {best}, whose bars lay nearer to true ones than those of {usual.name} "
        f"({figures[best]:.2f} against {figures[usual.name]:.2f}); --player {usual.name} writes as the style does.",
    )


def _is_among_its_own(asked: Asked, score: Score) -> bool:
    """Whether they are some bars of a part that plays around them."""
    first, last = asked.bars[0] - _NEAR_BARS, asked.bars[-1] + _NEAR_BARS
    played = {score.metre.bar_at(note.start) for note in asked.track.notes}
    around = [bar for bar in played if first <= bar <= last and bar not in asked.bars]
    return len(asked.bars) <= _MOST_BARS and len(around) >= _LEAST_AROUND


def _can_play(player: Player, role: str) -> bool:
    able = player.capabilities
    return role in able.roles and (not able.needs_torch or is_installed("torch"))


@cache
def _shipped() -> Measurements:
    found: Measurements = json.loads(MEASURED.read_text(encoding="utf-8"))["overlap"]
    return found
