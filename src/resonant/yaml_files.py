"""YAML files that people write: read, checked against a schema, and refused with file and line when they are broken."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from resonant.errors import StyleError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, eq=False)
class YamlFile:
    """A mapping read from a file, and the tree that knows on which line each part of it stands."""

    path: Path
    data: dict[str, Any]
    node: Any

    def line_of(self, location: tuple[int | str, ...]) -> int | None:
        """1-based line of the deepest part of `location` that is present in the file."""
        node, line = self.node, 1 if self.node is None else self.node.start_mark.line + 1
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


def read_mapping(path: Path, starts_with: str) -> YamlFile:
    """The mapping in one file; `starts_with` names its first key in the message for a file that holds none.

    Raises:
        StyleError: not to be read, not UTF-8, not YAML (a tab, say), or no mapping; the message names file and line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StyleError("not a text file in UTF-8", path) from error
    except OSError as error:
        raise StyleError(f"can not be read ({error.strerror}); check the path", path) from error
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        hint = "; YAML is indented with spaces, not tabs" if "\t" in text else ""
        raise StyleError(f"not valid YAML: {error.problem}{hint}", path, line) from error
    except yaml.YAMLError as error:  # a control character, which carries no mark
        raise StyleError("not valid YAML: it holds a character that YAML does not allow", path) from error
    if not isinstance(data, dict):
        raise StyleError(f"a file of this kind is a mapping that starts with `{starts_with}:`", path, 1)
    return YamlFile(path, data, node)


def checked(file: YamlFile, model: type[Model]) -> Model:
    """The file's mapping as a value of `model`.

    Raises:
        StyleError: a field is missing, unknown or out of range; the message names file and line.
    """
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise StyleError(f"{place}: {first['msg']}", file.path, file.line_of(first["loc"])) from error
