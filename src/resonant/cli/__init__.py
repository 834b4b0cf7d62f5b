"""The command line: `resonant` and its commands, each imported only when it is used."""

from resonant.cli.commands import main, resonant

__all__ = ["main", "resonant"]
