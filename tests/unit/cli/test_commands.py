"""The table of commands, help, completion and doctor."""

import json

import click
import pytest
from click.testing import CliRunner

from resonant.cli import resonant
from resonant.cli.commands import COMMANDS


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


def test_help_lists_all_commands() -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(f"\n  {name} " in out for name in COMMANDS)


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
