"""What all parts of a style file's schema share: frozen, strict, and unknown fields refused."""

from pydantic import BaseModel, ConfigDict


class StylePart(BaseModel):
    """A mapping in a style file. A misspelled field is an error, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
