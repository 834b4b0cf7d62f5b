"""Two hands and two feet: strokes that nobody can play together are let go, the least important first."""

from collections.abc import Iterable
from itertools import groupby

from resonant.players.arranger.drum_keys import FEET, HAT_FAMILY, importance
from resonant.players.arranger.drum_steps import Stroke

HANDS = 2
FLAMMED = frozenset("fd")  # these take both hands


def playable(strokes: Iterable[Stroke]) -> list[Stroke]:
    """Those strokes that one drummer can play, in order of time; the same drum sounds once at a moment."""
    kept: list[Stroke] = []
    for _, together in groupby(sorted(strokes, key=lambda s: s.at), key=lambda s: s.at):
        kept += _at_once(list(together))
    return kept


def _at_once(together: list[Stroke]) -> list[Stroke]:
    loudest = {s.drum: s for s in sorted(together, key=lambda s: "g,o?xdfX".index(s.mark))}
    hats = [drum for drum in HAT_FAMILY if drum in loudest]
    for silenced in hats[1:]:
        del loudest[silenced]
    struck = sorted((s for s in loudest.values() if s.drum not in FEET), key=lambda s: (importance(s.drum), s.drum))
    hands = struck[:1] if struck and struck[0].mark in FLAMMED else struck[:HANDS]
    return [s for s in loudest.values() if s.drum in FEET] + hands
