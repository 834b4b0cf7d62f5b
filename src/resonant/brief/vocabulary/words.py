"""The vocabulary files as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Mood:
    """A mood: `valence` −1 sad … 1 happy, `energy` 0…1, the `mode` it asks for, a `style` that it suggests."""

    valence: float
    energy: float
    mode: str = ""
    style: str = ""
    category: str = "mood"
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the music is for, with the style and energy that it suggests."""

    energy: float
    style: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TempoWord:
    """A tempo word: a `bpm` range of its own, or a `place` 0…1 in the range of the style."""

    bpm: tuple[float, float] | None = None
    place: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LengthWord:
    """A length word: times the style's usual bars, or seconds."""

    factor: float | None = None
    seconds: float | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MannerWord:
    """How a part plays; `instrument` plays it where nothing else was asked for, `style` is what it suggests."""

    role: str
    manner: str
    instrument: str = ""
    style: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeWord:
    """What a word asks for beside what there is: steps of energy (0…1) and complexity (1…10)."""

    energy: float = 0.0
    complexity: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A word for a kind of instrument: the style chooses one of `prefer` or `members`, else the default plays."""

    default: str = ""
    role: str = ""
    families: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    unseated: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Players who are the whole band: instrument by role."""

    parts: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedForm:
    """A form known by name, as its sections in order."""

    sections: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Everything the vocabulary files hold, by name."""

    moods: Mapping[str, Mood]
    timbres: Mapping[str, list[str]]
    scenes: Mapping[str, Scene]
    tempos: Mapping[str, TempoWord]
    lengths: Mapping[str, LengthWord]
    manners: tuple[MannerWord, ...]
    groups: Mapping[str, Group]
    ensembles: Mapping[str, Ensemble]
    forms: Mapping[str, NamedForm]
    sections: Mapping[str, list[str]]
    sounds: Mapping[str, list[dict[str, Any]]]
    metres: Mapping[str, list[str]]
    modes: Mapping[str, list[str]]
    roles: Mapping[str, list[str]]
    styles: Mapping[str, Any]
    tags: Mapping[str, Mapping[str, list[str]]]
    grammar: Mapping[str, list[str]]
    changes: Mapping[str, ChangeWord]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the package."""
    return Vocabulary(
        moods=_entries("moods", Mood),
        timbres=_read("timbres"),
        scenes=_entries("scenes", Scene),
        tempos=_entries("tempo", TempoWord),
        lengths=_entries("lengths", LengthWord),
        manners=tuple(_entry(MannerWord, row) for row in _read("manners")),
        groups=_entries("groups", Group),
        ensembles=_entries("ensembles", Ensemble),
        forms=_entries("forms", NamedForm),
        sections=_read("sections"),
        sounds=_read("sound"),
        metres=_read("metres"),
        modes=_read("modes"),
        roles=_read("roles"),
        styles=_read("styles"),
        tags=_read("tags"),
        grammar=_read("grammar"),
        changes=_entries("changes", ChangeWord),
    )


def _read(name: str) -> Any:
    return yaml.load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _entries(name: str, kind: type[Any]) -> dict[str, Any]:
    return {key: _entry(kind, row or {}) for key, row in _read(name).items()}


def _entry(kind: type[Any], row: Mapping[str, Any]) -> Any:
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})
