"""Style files on disk: found, read, checked; a broken one is refused with its file and line."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from resonant.styles.model import Style
from resonant.yaml_files import checked, read_mapping

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
    return checked(read_mapping(path, starts_with="name"), Style)
