"""Style files on disk: found, read, checked; a broken one is refused with its file and line."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from resonant.errors import StyleError
from resonant.styles.model import Style

STYLE_FOLDER = Path(__file__).parent


@cache
def all_styles(user_folder: Path | None = None) -> Mapping[str, Style]:
    """All styles by name: ours, then those in the user's folder, which win over ours of the same name.

    Raises:
        StyleError: a file is broken; the message names file and line.
    """
    folders = [STYLE_FOLDER, *([user_folder] if user_folder is not None and user_folder.is_dir() else [])]
    styles = [load(path) for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return {style.name: style for style in styles}


@cache
def load(path: Path) -> Style:
    """The style in one file.

    Raises:
        StyleError: the file is not YAML (a tab, say) or does not fit the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        hint = "; YAML is indented with spaces, not tabs" if "\t" in text else ""
        raise StyleError(f"not valid YAML: {error.problem}{hint}", path, line) from error
    except UnicodeDecodeError as error:
        raise StyleError("not a text file in UTF-8", path) from error
    if not isinstance(data, dict):
        raise StyleError("a style file is a mapping that starts with `name:`", path, 1)
    try:
        return Style.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise StyleError(f"{place}: {first['msg']}", path, _line_of(node, first["loc"])) from error


def _line_of(node: Any, location: tuple[int | str, ...]) -> int | None:
    """1-based line of the deepest part of `location` that is present in the YAML tree."""
    line = None if node is None else node.start_mark.line + 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
