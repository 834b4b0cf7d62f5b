"""The schema of a style file. Each group of parts has a module of its own: drums, bass, comping, harmony, …"""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from resonant.errors import BriefError
from resonant.styles.base import StylePart
from resonant.styles.bass import BassStyle
from resonant.styles.comping import ArpeggioStyle, ChordsStyle, PadStyle
from resonant.styles.drums import DrumsStyle, PercussionStyle
from resonant.styles.form import FormStyle
from resonant.styles.harmony import HarmonyStyle
from resonant.styles.melody import CounterStyle, MelodyStyle
from resonant.theory.key import Key
from resonant.units import Metre

Role = Literal["drums", "percussion", "bass", "chords", "melody", "pad", "arpeggio", "strings", "counter"]


class TempoRange(StylePart):
    """Quarter notes a minute: the usual range, and what is taken when nothing was said."""

    low: float = Field(ge=20, le=400)
    typical: float = Field(ge=20, le=400)
    high: float = Field(ge=20, le=400)


class PartDefault(StylePart):
    """A part that the style plays unless the brief says otherwise.

    `optional` parts join only when asked for or when the brief is rich (complexity above 6).
    `others` are instruments that may take the part instead of `instrument`.
    """

    role: Role
    instrument: str
    others: tuple[str, ...] = ()
    optional: bool = False


class Swing(StylePart):
    """How far off-beats are late: `amount` 0.5 is straight, 0.667 a triplet; `unit` the swung note, 8 or 16."""

    amount: float = Field(0.5, ge=0.5, le=0.75)
    unit: Literal[8, 16] = 8


class Feel(StylePart):
    """How loosely the band plays: standard deviations of timing (ms) and velocity; `push_ms` by role (late is +)."""

    timing_ms: float = Field(6.0, ge=0, le=30)
    velocity: float = Field(6.0, ge=0, le=30)
    push_ms: dict[Role, float] = {}


class Style(StylePart):
    """One genre.

    A style of a user's own may name who writes its parts, and an adapter: a file that tunes that player to it.
    """

    name: str = Field(pattern=r"^[a-z0-9_&' -]+$")
    aliases: tuple[str, ...] = ()
    description: str
    tags: tuple[str, ...] = ()  # words for neural players' prompts
    player: str = "auto"  # who writes, where nobody else is asked for
    adapter: Path | None = None  # in the file it is named from the file's own folder
    tempo_bpm: TempoRange
    metre: str = "4/4"
    keys: tuple[str, ...]  # usual keys, the first is taken when nothing was said about mode
    bars: int = Field(16, ge=1, le=512)
    energy: float = Field(0.5, ge=0, le=1)
    swing: Swing = Swing()
    feel: Feel = Feel()
    parts: tuple[PartDefault, ...]
    mix: str = "band"  # a preset of resonant.mix: band, club, lofi, orchestral, acoustic, ambient
    sidechain: float = Field(0.0, ge=0, le=1)  # how much the kick ducks bass, chords and pads
    form: FormStyle = FormStyle()
    harmony: HarmonyStyle = HarmonyStyle()
    melody: MelodyStyle = MelodyStyle()
    counter: CounterStyle = CounterStyle()
    drums: DrumsStyle = DrumsStyle()
    percussion: PercussionStyle = PercussionStyle()
    bass: BassStyle = BassStyle()
    chords: ChordsStyle = ChordsStyle()
    pad: PadStyle = PadStyle()
    arpeggio: ArpeggioStyle = ArpeggioStyle()
    strings: PadStyle = PadStyle()

    @field_validator("metre")
    @classmethod
    def _metre_can_be_read(cls, text: str) -> str:
        return str(_user_error_as_value_error(Metre.parse, text))

    @field_validator("keys")
    @classmethod
    def _keys_can_be_read(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if not keys:
            raise ValueError("a style names at least one usual key, such as [C major, A minor]")
        for key in keys:
            _user_error_as_value_error(Key.parse, key)
        return keys


def _user_error_as_value_error(parse: object, text: str) -> object:
    """Pydantic collects ValueErrors with their place in the file; ours are translated for it."""
    try:
        return parse(text)  # type: ignore[operator]
    except BriefError as error:
        raise ValueError(str(error)) from error
