"""A performer plays: what is asked of it, as sound and codes."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from resonant.nn.performing.ask import Ask, Performance, Stretch
from resonant.players.context import never

if TYPE_CHECKING:
    from resonant.nn.performing.performing import Performer

__all__ = ["Ask", "Performance", "Stretch", "played", "streamed"]


def unheard(share: float) -> None:
    """The progress of a run that nobody watches."""


def played(
    performer: "Performer",
    ask: Ask,
    should_stop: Callable[[], bool] = never,
    progress: Callable[[float], None] = unheard,
    heard: Callable[[Stretch], None] | None = None,
) -> tuple[Performance, ...]:
    """The takes that were asked for.

    Args:
        performer: of `Keeper.performer`.
        ask: what it shall play.
        should_stop: asked before each column of codes.
        progress: told 0…1.
        heard: given each stretch of sound as soon as it is settled.

    Raises:
        InputError: the performer can not do what is asked, or its weights make no sound.
        Cancelled: `should_stop` said so.
    """
    from resonant.nn.performing.performing import Performing

    performing = Performing(performer, ask, should_stop, progress)
    for stretch in performing:
        if heard is not None:
            heard(stretch)
    return performing.performances


def streamed(performer: "Performer", ask: Ask, should_stop: Callable[[], bool] = never) -> Iterator[Stretch]:
    """The sound of the takes as it is settled; the stretches of a take behind one another are its sound.

    Raises:
        InputError, Cancelled: as `played`.
    """
    from resonant.nn.performing.performing import Performing

    return iter(Performing(performer, ask, should_stop))
