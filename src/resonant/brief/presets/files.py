"""Preset files on disk: ours, and a user's own laid over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from resonant.brief.presets.model import Preset, PresetFile
from resonant.errors import BriefError
from resonant.yaml_files import checked, read_mapping

FOLDER = Path(__file__).parent
KINDS = ("styles", "roles", "qualities")


@dataclass(frozen=True)
class Presets:
    """All presets by name, of each kind."""

    styles: Mapping[str, Preset]
    roles: Mapping[str, Preset]
    qualities: Mapping[str, Preset]

    def of(self, kind: str, name: str) -> Preset:
        """The preset of a kind ("styles", "roles", "qualities") by name; the empty preset for "".

        Raises:
            BriefError: there is none of that name; the message lists those there are.
        """
        known: Mapping[str, Preset] = getattr(self, kind)
        if name and name not in known:
            singular = {"styles": "style preset", "roles": "role", "qualities": "quality"}[kind]
            raise BriefError(f"{singular} {name!r} is not known; there are {', '.join(known)}")
        return known[name] if name else Preset()


@cache
def load_presets(user_file: Path | None = None) -> Presets:
    """Our presets, with a user's file laid over them: presets of a new name are added, of ours changed field by field.

    Raises:
        StyleError: a file is broken; the message names file and line.
    """
    ours = [checked(read_mapping(FOLDER / f"{kind}.yaml", starts_with=kind), PresetFile) for kind in KINDS]
    users = (
        []
        if user_file is None
        else [checked(read_mapping(user_file, starts_with="styles:, roles:, or qualities"), PresetFile)]
    )
    return Presets(*(_merged([getattr(file, kind) for file in (*ours, *users)]) for kind in KINDS))


def _merged(layers: list[Mapping[str, Preset]]) -> dict[str, Preset]:
    merged: dict[str, Preset] = {}
    for layer in layers:
        for name, preset in layer.items():
            merged[name] = preset.over(merged[name]) if name in merged else preset
    return merged
