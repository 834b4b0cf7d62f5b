"""The command line as tests ask it: what it answers, and what it tells as JSON."""

import json
from typing import Any

from click.testing import CliRunner, Result

from resonant.cli import resonant


def run(*arguments: object) -> Result:
    """What a command line comes to."""
    return CliRunner().invoke(resonant, [str(argument) for argument in arguments])


def told(*arguments: object) -> dict[str, Any]:
    """What a command that must not fail tells with --json."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    facts: dict[str, Any] = json.loads(result.stdout)
    return facts
