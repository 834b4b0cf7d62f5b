"""The table of commands, help, completion and doctor."""

import json
import re
import shlex

import click
import pytest
from click.testing import CliRunner

from resonant.cli import resonant
from resonant.cli.commands import COMMANDS, SECTIONS


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(resonant, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says_of_itself(name: str) -> None:
    command = resonant.get_command(click.Context(resonant), name)
    assert command is not None
    assert (command.help or "").split("\n")[0] == COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_for_itself_and_each_option(name: str) -> None:
    command = resonant.get_command(click.Context(resonant), name)
    assert command is not None
    assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []
    assert run(name, "--help")[0] == 0


def all_commands() -> list[tuple[str, ...]]:
    """Every command and every command of a group, as it is typed."""
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = resonant.get_command(click.Context(resonant), name)
        found.append((name,))
        found += [(name, sub) for sub in command.commands] if isinstance(command, click.Group) else []
    return found


@pytest.mark.parametrize("words", all_commands(), ids=" ".join)
def test_every_screen_of_help_begins_with_a_sentence_and_shows_how_the_command_is_typed(words: tuple[str, ...]) -> None:
    code, out, _ = run(*words, "--help")
    assert code == 0
    usage, _, told = out.partition("\n\n")
    assert usage.startswith(f"Usage: resonant {' '.join(words)} ")
    first = " ".join(told.partition("\n\n")[0].split())
    assert first[0].isupper() and first.endswith(".")
    screens = told + run(*words[:1], "--help")[1]  # a group shows how its commands are typed
    examples = re.findall(r"^ +(?:\w+ +)?resonant (.*)$", screens, re.MULTILINE)
    assert any(tuple(example.split()[: len(words)]) == words for example in examples), "no example"


@pytest.mark.parametrize("words", all_commands(), ids=" ".join)
def test_no_screen_of_help_speaks_of_types_or_of_the_largest_seed(words: tuple[str, ...]) -> None:
    out = run(*words, "--help")[1]
    assert not re.search(r"\b(?:INTEGER|FLOAT|RANGE|BOOLEAN)\b|9223372036854775807", out)
    assert ("\n  --json" in out) == ("Print JSON only." in out)


def examples_of(words: tuple[str, ...]) -> list[list[str]]:
    """The examples of a screen that are whole command lines, as arguments."""
    rows = re.findall(r"^ +resonant ([a-z].*)$", run(*words, "--help")[1], re.MULTILINE)
    return [shlex.split(row, comments=True) for row in rows]


@pytest.mark.parametrize("words", [(), *all_commands()], ids=" ".join)
def test_the_options_of_every_example_are_options_of_its_command(words: tuple[str, ...]) -> None:
    for example in examples_of(words):
        command: click.Command | None = resonant.get_command(click.Context(resonant), example[0])
        while isinstance(command, click.Group) and len(example) > 1 and example[1] in command.commands:
            command, example = command.commands[example[1]], example[1:]
        assert command is not None, example
        known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
        assert {word for word in example if word.startswith("--")} <= known


def test_help_lists_each_command_once_under_what_it_is_for() -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(out.count(f"\n  {name} ") == 1 for name in COMMANDS)
    assert {name for names in SECTIONS.values() for name in names} <= set(COMMANDS)
    assert out.index("Begin a song:") < out.index("Work on it:") < out.index("Behind the scenes:")


@pytest.mark.parametrize("seed", ["-1", "9223372036854775808", "many"])
def test_a_seed_that_is_none_is_refused(seed: str) -> None:
    code, _, err = run("compose", "pop", "--seed", seed)
    assert (code, "--seed" in err) == (2, True)


def test_an_unknown_command_is_an_error_of_the_input() -> None:
    code, _, err = run("compoze")
    assert code == 2
    assert "compoze" in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str) -> None:
    code, out, _ = run("completion", shell)
    assert code == 0
    assert "_RESONANT_COMPLETE" in out


def test_a_started_command_is_completed() -> None:
    items = resonant.shell_complete(click.Context(resonant), "ren")
    assert {item.value for item in items} == {"render"}


def test_doctor_finds_this_machine_well() -> None:
    code, out, _ = run("doctor", "--json")
    findings = json.loads(out)
    assert (code, findings["ok"]) == (0, True)
    assert {"python", "numpy", "sound bank", "songs folder", "cores"} <= {each["what"] for each in findings["findings"]}


def test_doctor_finds_a_place_that_can_not_be_written() -> None:
    code, out, _ = run("doctor", "--out", "/proc/songs")
    assert code == 3
    assert "NO  songs folder" in out


def test_a_fault_of_ours_is_one_sentence_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def broken() -> None:
        raise ZeroDivisionError("a\nb")

    monkeypatch.setattr("resonant.cli.doctor.doctor", broken)
    code, _, err = run("doctor")
    assert code == 1
    assert err == "resonant: a fault of ours (ZeroDivisionError: a b); add --debug behind `resonant` to see where\n"
    assert isinstance(CliRunner().invoke(resonant, ["--debug", "doctor"]).exception, ZeroDivisionError)
