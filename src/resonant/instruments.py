"""The instruments: General MIDI program or modelled voice, playable range, what people call them.

The data stands in `instruments.yaml`. Ranges are the sounding ranges of the real instruments, as orchestration
handbooks give them; a part written here never leaves them.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from resonant.errors import BriefError


@dataclass(frozen=True, slots=True)
class Instrument:
    """One playable instrument.

    Args:
        name: how scores, stems and settings call it, e.g. "upright_bass".
        label: how people read it, e.g. "upright bass".
        family: piano, organ, guitar, bass, strings, choir, brass, reeds, winds, synth, mallets, drums, percussion.
        program: General MIDI program 0…127 (0 for drum kits, which play on MIDI channel 10).
        bank: SoundFont bank; 128 for drum kits.
        low, high: lowest and highest playable MIDI pitch, inclusive.
        max_voices: how many notes can sound at once (1 for a voice or a flute).
        roles: roles it plays well, best first.
        voice: name of the modelled voice that plays it, or None for a sampled one.
        words: what a prompt may call it, lower case, besides its label.
    """

    name: str
    label: str
    family: str
    program: int
    bank: int
    low: int
    high: int
    max_voices: int
    roles: tuple[str, ...]
    voice: str | None
    words: tuple[str, ...]

    @property
    def is_drums(self) -> bool:
        return self.bank == 128


RECORDING = Instrument("recording", "recording", "recording", 0, 0, 0, 127, 1, (), None, ())
"""The instrument of a track that is sound which a user brought: nobody can ask for it, and it plays no note."""


@cache
def instruments() -> dict[str, Instrument]:
    """All instruments by name, in the order of the data file."""
    text = resources.files("resonant").joinpath("instruments.yaml").read_text(encoding="utf-8")
    return {name: _instrument(name, **fields) for name, fields in yaml.load(text, Loader=yaml.CSafeLoader).items()}


def instrument(name: str) -> Instrument:
    """The instrument of that name.

    Raises:
        BriefError: there is none; the message lists those that are near.
    """
    known = instruments()
    if name == GUIDE_VOCAL.name:
        return GUIDE_VOCAL
    if name == RECORDING.name:
        return RECORDING
    if name.startswith("gm_") and name[3:].isdecimal() and int(name[3:]) < 128:
        return for_program(int(name[3:]))
    if name not in known:
        near = [other for other in known if name and (name in other or other in name)] or list(known)
        raise BriefError(f"instrument {name!r} is not known; among those we have: {', '.join(near[:12])}")
    return known[name]


GUIDE_VOCAL = Instrument("guide_vocal", "guide vocal", "choir", 53, 0, 48, 79, 1, ("vocal",), "guide_vocal", ())
"""The singer of the lyrics. Prompts do not name it, and no band has it by itself: it comes with words."""


def for_program(program: int) -> Instrument:
    """The sampled instrument that plays a General MIDI program, or a plain one of that program."""
    for candidate in instruments().values():
        if candidate.program == program and not candidate.is_drums and candidate.voice is None:
            return candidate
    family = _GM_FAMILIES[program // 8]
    return Instrument(f"gm_{program}", f"GM program {program}", family, program, 0, 0, 127, 32, (), None, ())


_GM_FAMILIES = (
    "piano", "mallets", "organ", "guitar", "bass", "strings", "strings", "brass",
    "reeds", "winds", "synth", "synth", "synth", "guitar", "percussion", "synth",
)  # fmt: skip


def _instrument(  # noqa: PLR0913 - the fields of one row of data
    name: str,
    *,
    family: str,
    range: tuple[int, int],
    roles: list[str],
    program: int = 0,
    bank: int = 0,
    voices: int = 16,
    voice: str | None = None,
    words: list[str] | None = None,
) -> Instrument:
    return Instrument(
        name,
        name.replace("_", " "),
        family,
        program,
        bank,
        range[0],
        range[1],
        voices,
        tuple(roles),
        voice,
        tuple(words or ()),
    )
