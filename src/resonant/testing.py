"""The fakes, shipped: what a test of our users (and our own) puts in place of a listener, a player or a whole brief."""

from collections.abc import Callable
from dataclasses import dataclass, field

from resonant.audio import Audio
from resonant.brief.model import Brief, PartBrief
from resonant.players.context import Context, Part
from resonant.players.registry import Capabilities
from resonant.score.model import Note
from resonant.styles import all_styles
from resonant.theory.key import Key
from resonant.units import Metre


def a_brief(
    style: str = "pop", bars: int = 8, seed: int = 1, *, key: str = "", metre: str = "", rich: bool = False
) -> Brief:
    """A brief as the reader would make it from the style's name alone; `rich` adds the style's optional parts.

    >>> a_brief("gospel", bars=4).key.mode
    'major'
    """
    chosen = all_styles()[style]
    return Brief(
        text=style,
        style=style,
        tempo_bpm=chosen.tempo_bpm.typical,
        key=Key.parse(key or chosen.keys[0]),
        metre=Metre.parse(metre or chosen.metre),
        bars=bars,
        seed=seed,
        title=style,
        energy=chosen.energy,
        parts=tuple(PartBrief(part.role, part.instrument) for part in chosen.parts if rich or not part.optional),
    )


@dataclass
class Stopwatch:
    """A watcher that writes down each stage, and says stop once it has been told `stop_after` of them."""

    stop_after: int | None = None
    stages: list[tuple[str, float]] = field(default_factory=list)

    def progress(self, stage: str, fraction: float) -> None:
        """Write a stage down."""
        self.stages.append((stage, fraction))

    def should_stop(self) -> bool:
        """Whether enough has been seen."""
        return self.stop_after is not None and len(self.stages) >= self.stop_after


@dataclass(frozen=True)
class MetronomePlayer:
    """Plays one note on every beat, at the root of the chord: a player that can be heard and checked at a glance."""

    name: str = "metronome"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(roles=frozenset({"bass", "chords", "melody", "drums"}))
    )

    def play(self, context: Context) -> Part:
        """The root in the octave of middle C (a side stick for drums) on every beat of the bars asked for."""
        notes = []
        for bar in context.bars:
            metre, start = context.metre(bar), context.bar_start(bar)
            for beat in range(metre.beats_per_bar):
                tick = start + beat * metre.ticks_per_beat
                pitch = 37 if context.track.role == "drums" else 60 + context.chord(tick).root
                notes.append(Note(tick, pitch, metre.ticks_per_beat // 2, 80))
        return Part(tuple(notes))


@dataclass
class CountingCache:
    """A cache of audio in a dict that counts what was found and what had to be made."""

    kept: dict[str, Audio] = field(default_factory=dict)
    found: int = 0
    made: int = 0

    def get(self, key: str, /) -> Audio | None:
        """What was kept under this key."""
        self.found += key in self.kept
        return self.kept.get(key)

    def put(self, key: str, audio: Audio) -> None:
        """Keep something."""
        self.made += 1
        self.kept[key] = audio

    __setitem__: Callable[["CountingCache", str, Audio], None] = put
