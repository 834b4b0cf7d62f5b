"""The schema of a preset file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from resonant.errors import BriefError
from resonant.units import Metre


class _Strict(BaseModel):
    """A mapping in a preset file. A misspelled field is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class SoundPreset(_Strict):
    """Fields of `resonant.brief.model.Sound` that a preset sets."""

    sample_rate: Literal[22_050, 32_000, 44_100, 48_000] | None = None
    loudness_lufs: float | None = Field(None, ge=-40, le=-5)
    peak_dbtp: float | None = Field(None, ge=-12, le=0)
    reverb: float | None = Field(None, ge=0, le=2)
    dynamics: float | None = Field(None, ge=0, le=1)
    lofi: float | None = Field(None, ge=0, le=1)


class KnobsPreset(_Strict):
    """Fields of `resonant.brief.model.Knobs` that a preset sets."""

    use_sampling: bool | None = None
    top_k: int | None = Field(None, ge=0, le=100_000)
    top_p: float | None = Field(None, ge=0, le=1)
    temperature: float | None = Field(None, ge=0, le=4)
    cfg_coef: float | None = Field(None, ge=0, le=20)
    two_step_cfg: bool | None = None
    normalize_duration: Literal["crop", "pad", "strict"] | None = None
    loudness_normalization: bool | None = None


class Preset(_Strict):
    """One preset: only what it sets; all else is left to what comes before it in the order of resolution.

    Args:
        style: the style that is taken where none was said.
        seconds, bars: the default length (one of the two); `max_seconds` cuts a length that nobody asked for.
        repetition: 0 ever new … 1 one idea, again and again.
        without: instruments and roles that stay out unless they are asked for.
        prepend_tags, append_structure, language: what a neural player's prompt begins and ends with (A5).
        engine, model_size: what makes the sound, where there is a choice.
    """

    description: str = ""
    style: str | None = None
    tempo_bpm: float | None = Field(None, ge=20, le=400)
    metre: str | None = None
    bars: int | None = Field(None, ge=1, le=2048)
    seconds: float | None = Field(None, ge=1, le=1800)
    max_seconds: float | None = Field(None, ge=1, le=1800)
    energy: float | None = Field(None, ge=0, le=1)
    complexity: int | None = Field(None, ge=1, le=10)
    repetition: float | None = Field(None, ge=0, le=1)
    loop: bool | None = None
    without: tuple[str, ...] | None = None
    prepend_tags: tuple[str, ...] | None = None
    append_structure: bool | None = None
    language: str | None = None
    engine: Literal["arranger", "neural", "best"] | None = None
    model_size: Literal["small", "medium", "large"] | None = None
    sound: SoundPreset = SoundPreset()
    knobs: KnobsPreset = KnobsPreset()

    @field_validator("metre")
    @classmethod
    def _metre_can_be_read(cls, text: str | None) -> str | None:
        try:
            return None if text is None else str(Metre.parse(text))
        except BriefError as error:
            raise ValueError(str(error)) from error

    def settings(self) -> dict[str, object]:
        """What it sets, by flat name: "energy", "sound.lofi", "knobs.top_k"."""
        flat: dict[str, object] = {}
        for name, value in self.model_dump(exclude_none=True, exclude={"description"}).items():
            if isinstance(value, dict):
                flat |= {f"{name}.{inner}": inner_value for inner, inner_value in value.items()}
            else:
                flat[name] = value
        return flat

    def over(self, other: "Preset") -> "Preset":
        """This preset laid over another: what it leaves open is taken from the other."""
        mine, theirs = self.model_dump(exclude_unset=True), other.model_dump(exclude_unset=True)
        nested = {
            name: {**theirs.get(name, {}), **mine.get(name, {})}
            for name in ("sound", "knobs")
            if name in mine or name in theirs
        }
        return Preset.model_validate({**theirs, **mine, **nested})


class PresetFile(_Strict):
    """A preset file: presets by name, of one kind or more."""

    styles: dict[str, Preset] = {}
    roles: dict[str, Preset] = {}
    qualities: dict[str, Preset] = {}
