"""Writes docs/cli.md: the help of every command, as it stands in the code. A test holds the page and the code together.

python scripts/write_cli_reference.py docs/cli.md
"""

import sys
from pathlib import Path

import click

from resonant.cli.commands import COMMANDS, resonant

_HEAD = """# The command line

Written by `make docs` from the commands themselves; do not edit it by hand.

| exit code | means |
| --- | --- |
| 0 | done |
| 1 | a fault of ours; `resonant --debug …` shows where |
| 2 | something that was given is not right; the message says what, where and what to do |
| 3 | the place is not right: disk full, folder read-only or missing, something not installed |
| 130 | cancelled; nothing half-written is left |
"""


def reference() -> str:
    """The page: each command, and each command of a group, with its help."""
    top = _context(resonant, "resonant", None)
    parts = [_HEAD, _help(resonant, "resonant", top)]
    for name in COMMANDS:
        command = resonant.get_command(top, name)
        assert command is not None, "it stands in the table"
        context = _context(command, name, top)
        parts.append(_help(command, f"resonant {name}", context))
        if isinstance(command, click.Group):
            subs = command.commands.items()
            parts += [_help(sub, f"resonant {name} {word}", _context(sub, word, context)) for word, sub in subs]
    return "\n".join(parts)


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return command.make_context(name, [], parent, resilient_parsing=True, terminal_width=100, max_content_width=100)


def _help(command: click.Command, path: str, context: click.Context) -> str:
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {path}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
