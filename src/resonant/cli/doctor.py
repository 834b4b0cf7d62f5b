"""`resonant doctor`: whether everything is in place."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click

_PACKAGES = (
    "numpy", "scipy", "soundfile", "soxr", "mido", "pydantic", "pyyaml", "click", "rich", "pillow",
)  # fmt: skip
_EXTRAS = {
    "symusic": "tokens", "miditok": "tokens", "torch": "neural", "safetensors": "neural", "transformers": "neural",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, what was found, and what to do where it is not."""

    what: str
    ok: bool
    found: str
    advice: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("songs"), help="The songs folder to check.")
def doctor(as_json: bool, out: Path) -> None:
    """Check whether everything is in place.

    Exit code 0 when it is, 3 when something is missing.

    \b
    resonant doctor
    """
    findings = [_python(), *_packages(), *_extras(), _sound_bank(), *_performers(), _writable(out), _cores()]
    if as_json:
        click.echo(json.dumps({"ok": all(f.ok for f in findings), "findings": [asdict(f) for f in findings]}, indent=2))
    else:
        for finding in findings:
            click.echo(f"{'ok ' if finding.ok else 'NO '} {finding.what:14} {finding.found}")
            if finding.advice:
                click.echo(f"    {'':14} {finding.advice}")
    sys.exit(0 if all(finding.ok for finding in findings) else 3)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), version, "")


def _packages() -> list[Finding]:
    return [_package(name, f"pip install {name}") for name in _PACKAGES]


def _package(name: str, advice: str) -> Finding:
    from importlib import metadata

    try:
        return Finding(name, True, metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, False, "not installed", advice)


def _extras() -> list[Finding]:
    found = [(extra, _package(name, "")) for name, extra in _EXTRAS.items()]
    return [
        f if f.ok else Finding(f.what, True, "not installed (optional)", f'pip install "resonant[{extra}]" for it')
        for extra, f in found
    ]


def _sound_bank() -> Finding:
    from resonant.errors import ResonantError
    from resonant.sound.banks import HOW_TO_GET_A_BETTER_ONE, open_bank

    try:
        bank = open_bank()
    except ResonantError as error:
        return Finding("sound bank", False, str(error), HOW_TO_GET_A_BETTER_ONE)
    return Finding(
        "sound bank", True, str(bank.path), f"a better one: {HOW_TO_GET_A_BETTER_ONE}" if bank.is_embedded else ""
    )


def _performers() -> list[Finding]:
    """Who plays from published weights, what each can do, and which of its weights were found; none is needed."""
    from resonant.cli.settings import weights_cache
    from resonant.errors import InputError
    from resonant.players.performers.roster import PERFORMERS, weights_of

    findings = []
    for name, performer in PERFORMERS.items():
        can, sizes, missing = performer.capabilities, [], ""
        for size in performer.sizes:
            try:
                sizes.append(weights_of(performer, size, None, weights_cache()).name)
            except InputError as error:
                missing = missing or str(error)
        sings = "sings lyrics" if can.lyrics else "sings no words"
        told = f"{sings}, up to {performer.longest_s:g} s; weights ({can.weights_licence}): "
        findings.append(
            Finding(name, True, told + (", ".join(sizes) or "not found (optional)"), "" if sizes else missing)
        )
    return findings


def _writable(folder: Path) -> Finding:
    """Whether a file can be made in the songs folder, or in the nearest folder above it that is there."""
    import tempfile

    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return Finding("songs folder", True, str(folder))
    except OSError as error:
        return Finding("songs folder", False, f"{there}: {error.strerror}", "choose another with --out")


def _cores() -> Finding:
    import os

    return Finding("cores", True, str(os.cpu_count() or 1))
