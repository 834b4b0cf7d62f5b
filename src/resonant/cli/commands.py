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
    "generate": Entry(
        "resonant.cli.generate:generate",
        "Generate a recording from a sentence with published weights, as a song to accompany and mix.",
    ),
    "brief": Entry("resonant.cli.brief:brief", "Show what a sentence is understood as, before anything is composed."),
    "arrange": Entry(
        "resonant.cli.arrange:arrange", "Arrange a sketch, a MIDI file with a melody or a piano part, for a band."
    ),
    "import": Entry(
        "resonant.cli.import_:import_", "Bring your own: a MIDI file or a recording becomes a song, its tracks locked."
    ),
    "render": Entry("resonant.cli.render:render", "Play a MIDI file with our sounds and our mix."),
    "regenerate": Entry(
        "resonant.cli.regenerate:regenerate", "Write some tracks in some bars anew; all else stays note for note."
    ),
    "accompany": Entry(
        "resonant.cli.accompany:accompany",
        "Write new tracks beside what you brought: all that is there stays as it is.",
    ),
    "extend": Entry("resonant.cli.extend:extend", "Let a song go on behind its end, from its own material."),
    "repair": Entry(
        "resonant.cli.repair:repair", "Repair a damaged stretch of an audio file, or of a recording in a song."
    ),
    "restyle": Entry(
        "resonant.cli.restyle:restyle",
        "Tell a song in another style: melody and form stay; harmony, groove and instruments are new.",
    ),
    "lock": Entry(
        "resonant.cli.locks:lock",
        "Lock tracks or bars: nothing that is done later changes them, which `resonant locks --verify` proves.",
    ),
    "unlock": Entry(
        "resonant.cli.locks:unlock", "Free what is locked: a lock by its name, or some tracks or bars of any lock."
    ),
    "locks": Entry("resonant.cli.locks:locks", "List the locks of a song; --verify proves that they held."),
    "takes": Entry(
        "resonant.cli.history:takes", "List the takes of the last act that made several; * marks the one that is shown."
    ),
    "pick": Entry("resonant.cli.history:pick", "Show another take; the others are kept."),
    "history": Entry(
        "resonant.cli.history:history",
        "List the revisions of a song, the oldest first; * marks the one that is shown.",
    ),
    "diff": Entry(
        "resonant.cli.history:diff", "Tell what is different from one revision to another, by track and bar."
    ),
    "restore": Entry("resonant.cli.history:restore", "Go back to an earlier revision; those in between are kept."),
    "check": Entry(
        "resonant.cli.history:check", "Check that no file of a song and of its history is damaged or missing."
    ),
    "describe": Entry("resonant.cli.describe:describe", "Report on a song: form, chords, ranges, loudness, metrics."),
    "export": Entry("resonant.cli.export:export", "Write a song as stems, MIDI, notation or a project for a DAW."),
    "styles": Entry("resonant.cli.brief:styles", "List the styles; `resonant styles show NAME` tells more of one."),
    "presets": Entry(
        "resonant.cli.brief:presets",
        "List the presets of each kind; `resonant presets explain` shows how settings come about.",
    ),
    "soundbank": Entry("resonant.cli.soundbank:soundbank", "Say which sounds are in use, and how to get better ones."),
    "chords": Entry(
        "resonant.cli.chords:chords",
        "Foretell chords, and write progressions, with a model that learnt from annotated songs.",
    ),
    "evaluate": Entry("resonant.cli.evaluate:evaluate", "Compose many prompts and print a table of metrics."),
    "convert": Entry(
        "resonant.cli.convert:convert",
        "Make safetensors of published weights that are pickles, for `resonant generate`.",
    ),
    "train": Entry("resonant.cli.train:train", "Prepare music, and train the score player on it; or the chord model."),
    "reindex": Entry("resonant.cli.reindex:reindex", "Rebuild the catalogue of songs from their folders."),
    "doctor": Entry("resonant.cli.doctor:doctor", "Check whether everything is in place."),
    "completion": Entry("resonant.cli.completion:completion", "Print the shell completion for bash, zsh or fish."),
}

SECTIONS: dict[str, tuple[str, ...]] = {
    "Begin a song": ("compose", "generate", "brief", "arrange", "import", "render"),
    "Work on it": ("regenerate", "accompany", "extend", "repair", "restyle", "lock", "unlock", "locks"),
    "Look back": ("takes", "pick", "history", "diff", "restore", "check"),
    "Take it elsewhere": ("describe", "export"),
    "What there is": ("styles", "presets", "soundbank", "chords"),
}
_REST = "Behind the scenes"
_NUMBERS = ("integer", "float", "integer range", "float range", "number")


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
        _in_plain_words(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        told = {name for names in SECTIONS.values() for name in names}
        rest = tuple(name for name in COMMANDS if name not in told)
        width = max(map(len, COMMANDS))
        for title, names in {**SECTIONS, _REST: rest}.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), COMMANDS[name].help) for name in names])

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


def _in_plain_words(command: click.Command) -> None:
    """Lets help say NUMBER where click would name a type of the programming language."""
    for option in command.params:
        if isinstance(option, click.Option) and option.metavar is None and option.type.name in _NUMBERS:
            option.metavar = "" if option.is_flag else "NUMBER"
    for sub in command.commands.values() if isinstance(command, click.Group) else ():
        _in_plain_words(sub)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="resonant", message="resonant %(version)s")
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.pass_context
def resonant(context: click.Context, debug: bool) -> None:
    """Words in, multi-track music out.

    \b
    resonant compose "warm gospel in C, 120 bpm, walking bass, 8 bars"
    resonant regenerate songs/warm-gospel-1a2b3c4d --tracks bass --bars 5-8
    resonant COMMAND --help tells more of each
    """
    own = user_styles()
    if own.is_dir():  # the styles that a user has learned or written are known to every command
        context.default_map = {name: {"styles_folder": own} for name in COMMANDS}


def main() -> None:
    """The entry point of the `resonant` command."""
    resonant(prog_name="resonant")
