"""What tracks are called: those that were brought never like those that players write ("bass", "bass 2")."""

import re
from dataclasses import replace

from resonant.players.writing import WRITING_ORDER
from resonant.score.model import Track

_PLAYED = re.compile(rf"({'|'.join(WRITING_ORDER)})( \d+)?", re.IGNORECASE)


def own_name(name: str) -> str:
    """The name of a track that was brought: "bass" becomes "bass (own)"."""
    return f"{name} (own)" if _PLAYED.fullmatch(name) else name


def own_names(tracks: tuple[Track, ...]) -> tuple[Track, ...]:
    """The tracks under names that no player's track will have, each once."""
    named: dict[str, Track] = {}
    for track in tracks:
        name = free_name(own_name(track.name), named)
        named[name] = replace(track, name=name)
    return tuple(named.values())


def free_name(name: str, taken: "dict[str, Track] | set[str]") -> str:
    """The name, or one with a number behind it where it is taken."""
    names = (name if number == 1 else f"{name} {number}" for number in range(1, len(taken) + 2))
    return next(each for each in names if each not in taken)
