"""Style files on disk: found, read, checked; a broken one is refused with its file and line."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from resonant.errors import StyleError
from resonant.styles.model import Style
from resonant.yaml_files import YamlFile, checked, read_mapping

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
        StyleError: the file is not YAML (a tab, say), does not fit the schema, or is based on a style that is not ours.
    """
    return checked(_whole(read_mapping(path, starts_with="name")), Style)


def _whole(file: YamlFile) -> YamlFile:
    """The file with what it leaves to the style of ours that it is `based_on`, and its adapter where it lies."""
    data = dict(file.data)
    parent = data.pop("based_on", None)
    if parent is not None:
        ours = _ours()
        if parent not in ours:
            message = f"based_on: {parent!r} is not one of our styles; there are {', '.join(ours)}"
            raise StyleError(message, file.path, file.line_of(("based_on",)))
        data = {**ours[parent], "aliases": [], **data}
    if isinstance(data.get("adapter"), str):
        data["adapter"] = file.path.parent / data["adapter"]
    return replace(file, data=data)


@cache
def _ours() -> Mapping[str, dict[str, Any]]:
    """What our own style files say, by their names."""
    files = (read_mapping(path, starts_with="name").data for path in sorted(STYLE_FOLDER.glob("*.yaml")))
    return {data["name"]: data for data in files}
