"""The table of commands, and what becomes of errors: one sentence on stderr and an exit code.

    0 done · 1 a fault of ours · 2 something given is not right · 3 the place is not right · 130 cancelled

Nothing heavier than click is imported here, so that `--help` and completion are instant.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any

import click

from resonant.cli.places import user_styles
from resonant.errors import Cancelled, ResonantError


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: "module:name" of the click command, and the first line of its help (a test holds the two together)."""

    place: str
    help: str


COMMANDS: dict[str, Entry] = {
    "compose": Entry("resonant.cli.compose:compose", "Compose a song from one sentence."),
    "brief": Entry(
        "resonant.cli.brief:brief",
        "Show what is understood of TEXT: every field, and whether it was said, set by a preset or assumed.",
    ),
    "render": Entry("resonant.cli.render:render", "Play a MIDI file with our sounds and our mix."),
    "describe": Entry("resonant.cli.describe:describe", "Report on a song: form, chords, ranges, loudness, metrics."),
    "import": Entry(
        "resonant.cli.import_:import_", "Bring your own: a MIDI file or a recording becomes a song, its tracks locked."
    ),
    "accompany": Entry(
        "resonant.cli.accompany:accompany",
        "Write new tracks beside what you brought: all that is there stays as it is.",
    ),
    "export": Entry("resonant.cli.export:export", "Write a song as stems, MIDI, notation or a project for a DAW."),
    "regenerate": Entry(
        "resonant.cli.regenerate:regenerate",
        "Write some tracks in some bars anew; all else stays note for note, and is listened to.",
    ),
    "extend": Entry("resonant.cli.extend:extend", "Let a song go on behind its end, from its own material."),
    "lock": Entry("resonant.cli.locks:lock", "Lock cells: no later act changes them, proved by hash."),
    "unlock": Entry(
        "resonant.cli.locks:unlock",
        "Free cells again: a lock by its name, or some cells of any lock; the rest of it stays locked.",
    ),
    "locks": Entry(
        "resonant.cli.locks:locks",
        "List the locks of a song, and with --verify prove them; a broken one ends with exit code 1.",
    ),
    "history": Entry(
        "resonant.cli.history:history",
        "List the revisions of a song, the oldest first; * marks the one that is shown.",
    ),
    "diff": Entry(
        "resonant.cli.history:diff", "Tell what is different from revision A to revision B, by track and bar."
    ),
    "restore": Entry(
        "resonant.cli.history:restore",
        "Make a new revision that is what REVISION was; nothing is rendered, and locks stay.",
    ),
    "takes": Entry(
        "resonant.cli.history:takes", "List the takes of the last act that made several; * marks the one that is shown."
    ),
    "pick": Entry(
        "resonant.cli.history:pick",
        "Show another take: TAKE is its number in `resonant takes`, or the id of its revision. The others stay.",
    ),
    "check": Entry(
        "resonant.cli.history:check",
        "Check every file of a song and of its history by hash; exit code 1 where one is damaged or missing.",
    ),
    "restyle": Entry(
        "resonant.cli.restyle:restyle",
        "Tell a song in another style: melody and form stay; harmony, groove and instruments are new.",
    ),
    "arrange": Entry(
        "resonant.cli.arrange:arrange", "Arrange a sketch, a MIDI file with a melody or a piano part, for a band."
    ),
    "styles": Entry("resonant.cli.brief:styles", "List the styles; `resonant styles show NAME` tells more of one."),
    "chords": Entry(
        "resonant.cli.chords:chords",
        "Foretell chords, and write progressions, with a model that learnt from annotated songs.",
    ),
    "presets": Entry(
        "resonant.cli.brief:presets",
        "List the presets of each kind; `resonant presets explain` shows how settings come about.",
    ),
    "soundbank": Entry("resonant.cli.soundbank:soundbank", "Say which sounds are in use, and how to get better ones."),
    "evaluate": Entry("resonant.cli.evaluate:evaluate", "Compose many prompts and print a table of metrics."),
    "train": Entry("resonant.cli.train:train", "Prepare music, and train the score player on it; or the chord model."),
    "reindex": Entry("resonant.cli.reindex:reindex", "Rebuild the catalogue of songs from their folders."),
    "doctor": Entry("resonant.cli.doctor:doctor", "Check whether everything is in place."),
    "completion": Entry("resonant.cli.completion:completion", "Print the shell completion for bash, zsh or fish."),
}


class Fault(click.ClickException):
    """An error on its way to the user."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc] # click reads it from the instance

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"resonant: {self.message}", file=file or sys.stderr)


class Commands(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        own = click.Command.shell_complete(self, ctx, incomplete)
        return [
            *(CompletionItem(name, help=entry.help) for name, entry in COMMANDS.items() if name.startswith(incomplete)),
            *own,
        ]

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except ResonantError as error:
            if ctx.params.get("debug"):
                raise
            raise Fault(str(error), error.exit_code) from error
        except KeyboardInterrupt as error:
            raise Fault("stopped; nothing half-written is left", Cancelled.exit_code) from error
        except BrokenPipeError:
            raise  # click knows: the reader of our output went away
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            message = f"a fault of ours ({type(error).__name__}: {error}); add --debug behind `resonant` to see where"
            raise Fault(" ".join(message.split()), 1) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="resonant", message="resonant %(version)s")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.pass_context
def resonant(context: click.Context, debug: bool) -> None:
    """Words in, multi-track music out.

    \b
    resonant compose "warm gospel in C, 120 bpm, walking bass, 8 bars"
    """
    own = user_styles()
    if own.is_dir():  # the styles that a user has learned or written are known to every command
        context.default_map = {name: {"styles_folder": own} for name in COMMANDS}


def main() -> None:
    """The entry point of the `resonant` command."""
    resonant(prog_name="resonant")
