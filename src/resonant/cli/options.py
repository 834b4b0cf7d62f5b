"""Option types that several commands share."""

from pathlib import Path
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

OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("songs"), show_default=True,
    help="The songs folder; or an audio file, which gets the mix as well.",
)  # fmt: skip
