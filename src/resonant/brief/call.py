"""The call: what a program or a command line asks for outright, beside the words of a prompt. It wins over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """Explicit settings; None and empty leave the choice to the text, the presets and the style.

    Args:
        bars, seconds: the length (`seconds` is what other engines call duration_s).
        tempo_bpm: quarter notes a minute; key such as "Bb minor"; metre such as "6/8".
        style: name or alias of a style, or name of a style preset; role, quality: names of presets.
        lyrics: structured lyrics, whose sections set the form.
        progression: chords by bar, "| Dm7 G7 | Cmaj7 |".
        wanted, unwanted: instruments, as a prompt would call them.
        knobs: fields of `Knobs` by name; `sound`: fields of `Sound` by name.
    """

    bars: int | None = None
    seconds: float | None = None
    tempo_bpm: float | None = None
    key: str | None = None
    metre: str | None = None
    style: str | None = None
    role: str | None = None
    quality: str | None = None
    seed: int | None = None
    title: str | None = None
    lyrics: str | None = None
    progression: str | None = None
    energy: float | None = None
    complexity: int | None = None
    repetition: float | None = None
    loop: bool | None = None
    language: str | None = None
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    prepend_tags: tuple[str, ...] = ()
    append_structure: bool | None = None
    knobs: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    sound: Mapping[str, float] = field(default_factory=dict)
