"""The players by name, and what each can do."""

from dataclasses import dataclass
from importlib import util
from typing import Protocol

from resonant.errors import BriefError, InputError
from resonant.players.context import Context, Part


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a player can do; a role that it does not write is refused before it starts.

    Args:
        roles: the roles it writes.
        writes: "notes" or "codes".
        any_region: whether it can write some bars and leave the rest; else only whole tracks.
        lyrics, streaming, needs_torch, needs_weights: as named.
        hears_manner: whether words on how a part shall be played reach it.
        weights_licence: licence of the weights it loads, or None where it has none.
    """

    roles: frozenset[str]
    writes: str = "notes"
    any_region: bool = True
    lyrics: bool = False
    streaming: bool = False
    needs_torch: bool = False
    needs_weights: bool = False
    hears_manner: bool = True
    weights_licence: str | None = None


def need(name: str, *packages: str) -> None:
    """Sees that what a player plays with is installed.

    Raises:
        InputError: it is not; the message says how to get it.
    """
    for package in packages:
        if not is_installed(package):
            raise InputError(f'{name} needs {package}, which is not installed; run: pip install "resonant[neural]"')


def is_installed(package: str) -> bool:
    """Whether a package can be imported; nothing is."""
    return util.find_spec(package) is not None


class Player(Protocol):
    """Something that writes parts."""

    @property
    def name(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...

    def play(self, context: Context) -> Part:
        """The part of `context.track` in `context.bars`.

        Raises:
            Cancelled: `context.should_stop()` said so.
        """
        ...


class Registry:
    """Players by name."""

    def __init__(self, players: tuple[Player, ...]) -> None:
        self._players = {player.name: player for player in players}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._players)

    def named(self, name: str) -> Player:
        """The player of that name.

        Raises:
            BriefError: there is none.
        """
        if name not in self._players:
            raise BriefError(f"player {name!r} is not known; the players are {', '.join(self._players)}")
        return self._players[name]

    def get(self, name: str, role: str) -> Player:
        """The player of that name, if it can write that role.

        Raises:
            BriefError: there is none of that name, or it does not play the role.
        """
        player = self.named(name)
        if role not in player.capabilities.roles:
            roles = ", ".join(sorted(player.capabilities.roles))
            raise BriefError(f"player {name!r} does not play {role}; it plays {roles}")
        return player

    def usual(self, role: str) -> Player:
        """The first player that plays the role.

        Raises:
            BriefError: nobody plays it.
        """
        for player in self._players.values():
            if role in player.capabilities.roles:
                return player
        raise BriefError(f"nobody plays {role}; the players are {', '.join(self._players)}")
