"""`resonant soundbank`: which sound bank plays, what is in it, and how to get a better one."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from resonant.sound.banks import SoundBank


@click.command("soundbank")
@click.option(
    "--soundbank",
    "--bank",
    "setting",
    default="auto",
    show_default=True,
    help="auto, best, or the path of an SF2/SF3 file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
@click.option("--programs", is_flag=True, help="List every program of the bank.")
def soundbank(setting: str, as_json: bool, programs: bool) -> None:
    """Say which sounds are in use, and how to get better ones.

    "auto" is the bank that comes with Resonant, so that one seed sounds the same on every machine; "best" is the
    largest one found on this machine.

    \b
    resonant soundbank
    resonant soundbank --soundbank best --programs
    """
    from resonant.sound.banks import found_banks, open_bank

    facts = _facts(open_bank(setting), found_banks())
    if as_json:
        click.echo(json.dumps(facts, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(facts, programs)))


def _facts(bank: "SoundBank", found: tuple[Path, ...]) -> dict[str, Any]:
    from resonant.sound.banks import HOW_TO_GET_A_BETTER_ONE

    return {
        "in_use": {
            "name": bank.name,
            "path": str(bank.path),
            "embedded": bank.is_embedded,
            "bytes": bank.path.stat().st_size,
            "sha256": bank.sha256(),
            "compressed": bank.font.is_compressed,
            "samples": bank.font.num_samples,
            "licence": bank.licence,
            "programs": [{"bank": b, "program": p, "name": name} for b, p, name in bank.programs],
        },
        "found": [{"path": str(path), "bytes": path.stat().st_size} for path in found],
        "better": HOW_TO_GET_A_BETTER_ONE,
    }


def _lines(facts: dict[str, Any], programs: bool) -> list[str]:
    use = facts["in_use"]
    kits = sum(row["bank"] == 128 for row in use["programs"])
    lines = [
        f"in use     {use['name']}{' (comes with Resonant)' if use['embedded'] else ''}",
        f"file       {use['path']}",
        f"size       {use['bytes'] / 1e6:.1f} MB, {use['samples']} samples{', Vorbis' if use['compressed'] else ''}",
        f"programs   {len(use['programs']) - kits} and {kits} drum kits; the nearest plays any other",
        f"licence    {use['licence'] or 'the file does not say'}",
        f"sha256     {use['sha256']}",
    ]
    if programs:
        lines += [f"  {row['bank']:3d}:{row['program']:<3d} {row['name']}" for row in use["programs"]]
    lines += [f"found      {row['path']} ({row['bytes'] / 1e6:.1f} MB)" for row in facts["found"]]
    lines += [
        f"better     {facts['better']}",
        '           then name it: resonant compose "…" --soundbank best, or the path of its file instead of best',
    ]
    return lines
