"""`resonant brief`, `styles` and `presets`: what was understood, and what there is to ask for."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from resonant.brief.model import Brief
    from resonant.brief.presets import Setting
    from resonant.styles import Style

_PRESET_FILE = click.option(
    "--presets",
    "preset_file",
    type=click.Path(path_type=Path),
    help="A YAML file with presets of your own, laid over ours.",
)
_STYLES_FOLDER = click.option(
    "--styles-folder", type=click.Path(path_type=Path), help="A folder with style files of your own."
)


@click.command()
@click.argument("text", nargs=-1)
@click.option("--bars", type=int, help="Length in bars.")
@click.option("--seconds", type=float, help="Length in seconds, to the nearest bar.")
@click.option("--tempo", "tempo_bpm", type=float, help="Quarter notes a minute, 20 to 400.")
@click.option("--key", help='Such as C, "Bb minor" or "D dorian".')
@click.option("--metre", help="Such as 4/4, 3/4 or 6/8.")
@click.option("--style", help="A style; `resonant styles` lists them.")
@click.option("--role", help="What the music is for; `resonant presets` lists the roles.")
@click.option("--quality", help="preview, standard or final.")
@click.option("--seed", type=int, help="The same seed gives the same song.")
@_PRESET_FILE
@_STYLES_FOLDER
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def brief(
    text: tuple[str, ...], preset_file: Path | None, styles_folder: Path | None, as_json: bool, **calls: Any
) -> None:
    """Show what a sentence is understood as, before anything is composed.

    Each field is *said* in the sentence (or by an option), set by a *preset*, or *assumed*.

    \b
    resonant brief "warm gospel in C, 120 bpm, walking bass, 8 bars"
    resonant brief "like a rainy day, no drums" --json
    """
    from resonant.brief.presets import load_presets
    from resonant.brief.reader import Call, read_brief

    found = read_brief(
        " ".join(text), calls=Call(**calls), presets=load_presets(preset_file), styles_folder=styles_folder
    )
    if as_json:
        click.echo(json.dumps(brief_as_json(found), indent=2, ensure_ascii=False))
    else:
        _print_brief(found)


def brief_as_json(brief: "Brief") -> dict[str, Any]:
    """A brief as plain data: what `resonant brief --json` prints.

    Keys and metres are texts ("Bb minor", "6/8"); `origin` says for each field said, preset or assumed.
    """
    from dataclasses import asdict

    return {
        "text": brief.text,
        "style": brief.style,
        "tempo_bpm": round(brief.tempo_bpm, 4),
        "key": str(brief.key),
        "metre": str(brief.metre),
        "bars": brief.bars,
        "seconds": round(brief.seconds, 3),
        "seconds_wanted": brief.seconds_wanted,
        "seed": brief.seed,
        "title": brief.title,
        "moods": list(brief.moods),
        "wanted": list(brief.wanted),
        "unwanted": list(brief.unwanted),
        "parts": [asdict(part) for part in brief.parts],
        "form": [asdict(section) for section in brief.form],
        "progression": list(brief.progression),
        "energy": brief.energy,
        "complexity": brief.complexity,
        "repetition": brief.repetition,
        "loop": brief.loop,
        "role": brief.role,
        "quality": brief.quality,
        "language": brief.language,
        "tags": [asdict(tag) for tag in brief.tags],
        "knobs": asdict(brief.knobs),
        "sound": asdict(brief.sound),
        "origin": dict(brief.origin),
        "unread": list(brief.unread),
        "remarks": list(brief.remarks),
    }


def _print_brief(brief: "Brief") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=None, show_edge=False, pad_edge=False)
    for title in ("field", "value", "origin"):
        table.add_column(title, overflow="fold")
    for name, value in _rows(brief):
        origin = brief.origin.get(name, "")
        table.add_row(name, value, f"[dim]{origin}[/dim]" if origin == "assumed" else origin)
    console = Console()
    console.print(table)
    for remark in brief.remarks:
        console.print(f"[yellow]note[/yellow] {_plain(remark)}")
    if brief.unread:
        console.print(f"[dim]not understood, kept for neural players:[/dim] {_plain(', '.join(brief.unread))}")


def _rows(brief: "Brief") -> list[tuple[str, str]]:
    parts = ", ".join(
        f"{part.role}: {part.instrument.replace('_', ' ')}{f' ({part.manner})' if part.manner else ''}"
        for part in brief.parts
    )
    rows = [
        ("style", brief.style), ("tempo_bpm", f"{brief.tempo_bpm:.5g}"),
        ("key", str(brief.key)), ("metre", str(brief.metre)),
        ("bars", str(brief.bars)), ("seconds", f"{brief.seconds:.1f}"), ("moods", ", ".join(brief.moods)),
        ("wanted", ", ".join(brief.wanted)), ("unwanted", ", ".join(brief.unwanted)), ("parts", parts),
        ("form", ", ".join(section.name for section in brief.form)), ("progression", " | ".join(brief.progression)),
        ("energy", f"{brief.energy:g}"), ("complexity", str(brief.complexity)), ("loop", "yes" if brief.loop else ""),
        ("role", brief.role), ("quality", brief.quality), ("seed", str(brief.seed)), ("title", brief.title),
    ]  # fmt: skip
    return [(name, _plain(value)) for name, value in rows if value]


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


@click.group(invoke_without_command=True)
@_STYLES_FOLDER
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
@click.pass_context
def styles(context: click.Context, styles_folder: Path | None, as_json: bool) -> None:
    """List the styles; `resonant styles show NAME` tells more of one.

    \b
    resonant styles
    resonant styles show "bossa nova"
    """
    from resonant.styles import all_styles

    context.obj = styles_folder
    if context.invoked_subcommand is not None:
        return
    known = all_styles(styles_folder).values()
    if as_json:
        click.echo(json.dumps([_style_summary(style) for style in known], indent=2))
        return
    for style in known:
        click.echo(f"{style.name:12} {style.tempo_bpm.low:g}…{style.tempo_bpm.high:g} bpm  {style.description}")


@styles.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
@click.pass_context
def show_style(context: click.Context, name: str, as_json: bool) -> None:
    """Tell what the style NAME plays, and what people call it.

    \b
    resonant styles show gospel
    """
    summary = _style_summary(style_named(name, context.obj))
    if as_json:
        click.echo(json.dumps(summary, indent=2))
        return
    for field, value in summary.items():
        click.echo(f"{field:12} {', '.join(map(str, value)) if isinstance(value, list) else value}")


def style_named(name: str, styles_folder: Path | None = None) -> "Style":
    """The style of that name, or that people call so.

    Raises:
        BriefError: there is none; the message lists those there are.
    """
    from resonant.brief.vocabulary import lexicon
    from resonant.errors import BriefError
    from resonant.styles import all_styles

    known = all_styles(styles_folder)
    if name in known:
        return known[name]
    meant = next((each.name for each in lexicon(styles_folder).meanings(name) if each.kind == "style"), None)
    if meant is None:
        raise BriefError(f"style {name!r} is not known; there are {', '.join(known)}")
    return known[meant]


def _style_summary(style: "Style") -> dict[str, Any]:
    return {
        "name": style.name,
        "description": style.description,
        "aliases": list(style.aliases),
        "tempo_bpm": [style.tempo_bpm.low, style.tempo_bpm.typical, style.tempo_bpm.high],
        "metre": style.metre,
        "keys": list(style.keys),
        "bars": style.bars,
        "energy": style.energy,
        "parts": [f"{part.role}: {part.instrument}{' (optional)' if part.optional else ''}" for part in style.parts],
    }


@click.group(invoke_without_command=True)
@_PRESET_FILE
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
@click.pass_context
def presets(context: click.Context, preset_file: Path | None, as_json: bool) -> None:
    """List the presets of each kind; `resonant presets explain` shows how settings come about.

    \b
    resonant presets
    resonant presets explain --style jazz --role trailer
    """
    from resonant.brief.presets import load_presets

    context.obj = preset_file
    if context.invoked_subcommand is not None:
        return
    known = load_presets(preset_file)
    kinds = {"styles": known.styles, "roles": known.roles, "qualities": known.qualities}
    if as_json:
        click.echo(
            json.dumps(
                {kind: {name: preset.settings() for name, preset in table.items()} for kind, table in kinds.items()},
                indent=2,
            )
        )
        return
    for kind, table in kinds.items():
        click.echo(f"{kind}:")
        for name, preset in table.items():
            click.echo(f"  {name:20} {preset.description}")


@presets.command("explain")
@click.option("--style", default="", help="A style; `resonant styles` lists them.")
@click.option("--role", default="", help="What the music is for.")
@click.option("--quality", default="standard", show_default=True, help="preview, standard or final.")
@click.option("--bars", type=int, help="As in the call.")
@click.option("--seconds", type=float, help="As in the call.")
@click.option("--tempo", "tempo_bpm", type=float, help="As in the call.")
@click.option("--key", help="As in the call.")
@click.option("--seed", type=int, help="As in the call.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
@click.pass_context
def explain_presets(
    context: click.Context, /, style: str, role: str, quality: str, as_json: bool, **calls: Any
) -> None:
    """Show every setting with its value and where it came from.

    Built-in defaults < style < role < quality < the call.

    \b
    resonant presets explain --style jazz --role trailer --quality final
    """
    from resonant.brief.presets import explain, load_presets
    from resonant.brief.reader import Call

    settings = explain(load_presets(context.obj), style=style, role=role, quality=quality, call=Call(**calls))
    if as_json:
        click.echo(json.dumps({s.name: {"value": s.value, "origin": s.origin} for s in settings}, indent=2))
        return
    _print_settings(settings)


def _print_settings(settings: "tuple[Setting, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False)
    for title in ("setting", "value", "origin"):
        table.add_column(title, overflow="fold")
    for setting in settings:
        value = ", ".join(map(str, setting.value)) if isinstance(setting.value, tuple) else str(setting.value)
        table.add_row(setting.name, _plain(value), _plain(setting.origin))
    Console().print(table)
