"""The pages say what the code does."""

import importlib.util
import re
from pathlib import Path

import pytest

from resonant.cli.commands import COMMANDS
from resonant.errors import Cancelled, InputError, PlaceError, ResonantError

ROOT = Path(__file__).parents[3]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_command_reference_is_what_the_commands_say() -> None:
    spec = importlib.util.spec_from_file_location("write_cli_reference", ROOT / "scripts" / "write_cli_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert page("docs/cli.md") == module.reference(), "run `make docs`"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_reference(name: str) -> None:
    assert f"\n## resonant {name}\n" in page("docs/cli.md")


def test_the_exit_codes_of_the_readme_are_those_of_the_errors() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", page("README.md"), re.MULTILINE)}
    assert codes == {0} | {error.exit_code for error in (ResonantError, InputError, PlaceError, Cancelled)}


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page(name))
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_target_that_the_pages_name_stands_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)", page("README.md") + page("CONTRIBUTING.md") + page(".ci/run")))
    assert named <= targets


def test_the_architecture_is_one_page() -> None:
    assert len(page("ARCHITECTURE.md").splitlines()) <= 120
