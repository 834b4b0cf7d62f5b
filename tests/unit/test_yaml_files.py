"""YAML that people write is refused with the place of its fault."""

from pathlib import Path

import pytest

from resonant.errors import StyleError
from resonant.yaml_files import read_mapping


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name:\n\tx: 1\n", "line 2.*tabs"),
        (b"\xff\xfe", "UTF-8"),
        (b"[1, 2]", "starts with `name:`"),
        (b"a: \x07", "not valid YAML"),
        (b"", "mapping"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(StyleError, match=message):
        read_mapping(path, starts_with="name")


def test_lines_are_found_in_mappings_and_lists(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: x\nparts:\n  - {role: bass}\n  - role: drums\n    colour: red\n")
    file = read_mapping(path, starts_with="name")
    assert [file.line_of(place) for place in (("name",), ("parts", 1, "colour"), ("parts", 0), ("missing",))] == [
        1,
        5,
        3,
        1,
    ]
