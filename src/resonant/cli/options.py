"""Option types that several commands share."""

from typing import Any

import click

_WITHIN = click.IntRange(0, 2**63 - 1)


class Seed(click.types.IntParamType):
    """A whole number from 0 on that names the random streams; help does not show how far it may go."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        seed: int = _WITHIN.convert(value, param, ctx)
        return seed


SEED = Seed()
