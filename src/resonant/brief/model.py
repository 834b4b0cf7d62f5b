"""What was asked: the brief, and for each field of it where its value came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from resonant.theory.key import Key
from resonant.units import Metre

Origin = Literal["said", "preset", "assumed"]
TagCategory = Literal["genre", "timbre", "gender", "mood", "instrumentation", "scene", "topic"]
LengthPolicy = Literal["crop", "pad", "strict"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A word of the prompt that says what the music is like, with its category's weight in training (A2)."""

    category: TagCategory
    text: str


@dataclass(frozen=True, slots=True)
class PartBrief:
    """One part that is wanted.

    Args:
        role: drums, percussion, bass, chords, melody, pad, arpeggio, strings, counter.
        instrument: a name from `resonant.instruments`.
        manner: how it plays, as a kind its player knows ("walking", "acid", "brushes"), or "" for the style's own.
    """

    role: str
    instrument: str
    manner: str = ""


@dataclass(frozen=True, slots=True)
class SectionBrief:
    """One section that is wanted: `bars` None leaves its length to the style, `energy` None its energy (0…1)."""

    name: str
    bars: int | None = None
    energy: float | None = None
    lyrics: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Knobs:
    """Generation knobs under their usual names (A6).

    The brief and the mix read `normalize_duration`: where a length in seconds was said, "crop" cuts the sound at
    exactly that, "pad" lasts at least so long, and "strict" refuses what whole bars do not fill. The others are for
    neural players; the arranger reads none.
    """

    use_sampling: bool = True
    top_k: int = 250
    top_p: float = 0.0
    temperature: float = 1.0
    cfg_coef: float = 3.0
    two_step_cfg: bool = False
    normalize_duration: LengthPolicy = "pad"
    loudness_normalization: bool = True


@dataclass(frozen=True, slots=True)
class Sound:
    """How it shall sound: set by role and quality presets, read by sound and mix.

    Args:
        sample_rate: Hz.
        loudness_lufs: integrated loudness of the master; `peak_dbtp` its true-peak ceiling.
        reverb: scale of the reverb sends, 0 dry … 2.
        dynamics: 0 flat … 1 wide: how much of the energy curve is heard.
        lofi: 0…1: wow, noise and a narrow band on the master ("vinyl", "tape", "cassette").
    """

    sample_rate: int = 44_100
    loudness_lufs: float = -14.0
    peak_dbtp: float = -1.0
    reverb: float = 1.0
    dynamics: float = 0.6
    lofi: float = 0.0


@dataclass(frozen=True)
class Brief:
    """A request, read.

    Args:
        text: the words as given.
        style: name of a style file.
        tempo_bpm: quarter notes a minute.
        bars: length in bars; `seconds_wanted` is set where the length was said in seconds.
        energy: 0…1, overall; complexity 1…10.
        repetition: 0 ever new … 1 one idea, again and again; kept for neural players, the arranger follows the style.
        moods: mood words understood.
        tags: all tags, strong categories first.
        wanted, unwanted: instrument names, or the kind where no more than that was said ("drums", "guitar").
        parts: what will play, in the order in which players write.
        form: sections asked for, empty where the style decides.
        progression: chord symbols by bar as the user gave them, empty where the style decides.
        loop: whether the end leads back into the start: the chords turn round, the mix is exactly the bars long and
            what rings on sounds over its beginning (loops, beds).
        append_structure: whether a neural player's prompt ends with the form (A5).
        origin: for each field name, where its value came from.
        unread: words that were not understood, in order.
        remarks: sentences for the user: contradictions and how they were settled.
    """

    text: str
    style: str
    tempo_bpm: float
    key: Key
    metre: Metre
    bars: int
    seed: int = 0
    title: str = ""
    seconds_wanted: float | None = None
    energy: float = 0.5
    complexity: int = 5
    repetition: float = 0.5
    moods: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    parts: tuple[PartBrief, ...] = ()
    form: tuple[SectionBrief, ...] = ()
    progression: tuple[str, ...] = ()
    loop: bool = False
    role: str = ""
    quality: str = "standard"
    language: str = "en"
    append_structure: bool = False
    knobs: Knobs = field(default_factory=Knobs)
    sound: Sound = field(default_factory=Sound)
    origin: Mapping[str, Origin] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the bars at this tempo."""
        return self.bars * self.metre.quarters_per_bar * 60.0 / self.tempo_bpm
