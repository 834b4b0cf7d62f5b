"""The prompts that an evaluation composes: ours (`prompts.yaml`), or a file of one prompt a line."""

from importlib import resources
from pathlib import Path

import yaml

from resonant.errors import InputError


def read_prompts(path: Path | None = None) -> tuple[str, ...]:
    """The prompts of a text file, blank lines and lines that start with # left out; sixty of ours where there is none.

    Raises:
        InputError: the file can not be read, or holds no prompt.
    """
    if path is None:
        text = resources.files("resonant.evaluate").joinpath("prompts.yaml").read_text(encoding="utf-8")
        return tuple(yaml.load(text, Loader=yaml.CSafeLoader))
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} can not be read as prompts: {error}; give a text file with one prompt a line"
        ) from error
    found = tuple(line for line in lines if line and not line.startswith("#"))
    if not found:
        raise InputError(f"{path} holds no prompt; write one prompt a line")
    return found
