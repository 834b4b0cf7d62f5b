"""How settings come about: built-in defaults < style < role < quality < the call, each value with its origin."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from resonant.brief.call import Call
from resonant.brief.model import Knobs, Sound
from resonant.brief.presets.files import Presets
from resonant.errors import BriefError
from resonant.styles import Style, all_styles

BUILT_IN = "built-in"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its value and where it came from ("built-in", "style lo-fi", "role trailer", "the call")."""

    name: str
    value: Any
    origin: str


Settings = Mapping[str, Setting]


def resolve(presets: Presets, style: Style, style_preset: str, role: str, quality: str) -> Settings:
    """All settings that presets decide, by name; later layers win.

    Raises:
        BriefError: a preset is not known.
    """
    layers: list[tuple[str, Mapping[str, Any]]] = [
        (BUILT_IN, _built_in()),
        (f"style {style.name}", _of_style(style)),
        *(
            (
                f"{title} {name}",
                {key: value for key, value in presets.of(kind, name).settings().items() if key != "style"},
            )
            for title, kind, name in (
                ("style preset", "styles", style_preset),
                ("role", "roles", role),
                ("quality", "qualities", quality),
            )
        ),
    ]
    return _laid_over(layers)


def explain(
    presets: Presets,
    *,
    style: str = "",
    role: str = "",
    quality: str = "standard",
    call: Call | None = None,
    styles_folder: Path | None = None,
) -> tuple[Setting, ...]:
    """Every setting with its value and origin, for a style (or style preset), a role, a quality and a call.

    Without a style, the role's own is taken, else pop.

    Raises:
        BriefError: one of the names is not known.
    """
    preset = style if style in presets.styles else ""
    styles = all_styles(styles_folder)
    name = presets.of("styles", preset).style if preset else style or presets.of("roles", role).style
    name = name or "pop"
    if name not in styles:
        raise BriefError(
            f"style {name!r} is not known; there are {', '.join(styles)}; presets: {', '.join(presets.styles)}"
        )
    settings = dict(resolve(presets, styles[name], preset, role, quality))
    for field_name, value in _of_call(call or Call()).items():
        settings[field_name] = Setting(field_name, value, "the call")
    return tuple(settings.values())


def _built_in() -> dict[str, Any]:
    return {
        "style": "pop", "energy": 0.5, "complexity": 5, "repetition": 0.5, "loop": False, "without": (),
        "prepend_tags": (),
        "append_structure": False, "language": "en", "max_seconds": 600.0, "engine": "arranger", "model_size": "small",
        **{f"sound.{name}": value for name, value in asdict(Sound()).items()},
        **{f"knobs.{name}": value for name, value in asdict(Knobs()).items()},
    }  # fmt: skip


def _of_style(style: Style) -> dict[str, Any]:
    return {
        "style": style.name, "tempo_bpm": style.tempo_bpm.typical, "metre": style.metre, "key": style.keys[0],
        "bars": style.bars, "energy": style.energy,
    }  # fmt: skip


def _of_call(call: Call) -> dict[str, Any]:
    plain = {
        name: value for name, value in vars(call).items() if name not in ("knobs", "sound") and value not in (None, ())
    }
    return {
        **plain, **{f"sound.{name}": value for name, value in call.sound.items()},
        **{f"knobs.{name}": value for name, value in call.knobs.items()},
    }  # fmt: skip


def _laid_over(layers: list[tuple[str, Mapping[str, Any]]]) -> Settings:
    settings: dict[str, Setting] = {}
    for origin, values in layers:
        for name, value in values.items():
            if name == "prepend_tags" and name in settings and settings[name].value:
                before = settings[name]  # tags of two kinds of preset say different things: both are kept
                value, origin_of_value = tuple(dict.fromkeys((*before.value, *value))), f"{before.origin} + {origin}"
                settings[name] = Setting(name, value, origin_of_value)
                continue
            if name in ("bars", "seconds"):  # a length in one unit replaces one in the other
                settings.pop("seconds" if name == "bars" else "bars", None)
            settings[name] = Setting(name, value, origin)
    return settings
