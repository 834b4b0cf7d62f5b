"""A small song by hand, for tests of drums and percussion: sections, one chord a bar, nothing else."""

from resonant.brief.model import Brief
from resonant.players.context import Context
from resonant.score.model import ChordSpan, Note, Score, Section, Track
from resonant.styles import Style, all_styles
from resonant.theory.chord import Chord
from resonant.theory.key import Key
from resonant.units import Metre, MetreMap, TempoMap

FORM = (
    ("intro", 4, 0.35, "I"),
    ("verse", 8, 0.5, "A"),
    ("chorus", 8, 0.75, "B"),
    ("verse", 8, 0.55, "A"),
    ("chorus", 8, 0.8, "B"),
    ("bridge", 4, 0.45, "C"),
    ("chorus", 8, 0.85, "B"),
    ("outro", 4, 0.4, "I"),
)


def sections(form: tuple[tuple[str, int, float, str], ...] = FORM) -> tuple[Section, ...]:
    """Sections one after another, visits counted."""
    made: list[Section] = []
    for name, bars, energy, material in form:
        visit = sum(s.material == material for s in made)
        made.append(Section(name, made[-1].end_bar if made else 0, bars, energy, material, visit))
    return tuple(made)


def a_context(
    style: str | Style = "pop",
    *,
    metre: str = "4/4",
    form: tuple[tuple[str, int, float, str], ...] = FORM,
    seed: int = 1,
    manner: str = "",
    complexity: int = 5,
    role: str = "drums",
    bars: tuple[int, ...] | None = None,
    notes: tuple[Note, ...] = (),
    loop: bool = False,
    instrument: str | None = None,
) -> Context:
    """A context for one part: the whole song, or `bars` of it with `notes` standing elsewhere."""
    if isinstance(style, str):
        style = all_styles()[style]
    parts = {part.role: part.instrument for part in style.parts}
    kit = instrument or parts.get(role, "standard_kit" if role == "drums" else "percussion")
    time = MetreMap.constant(Metre.parse(metre))
    made = sections(form)
    total = made[-1].end_bar
    bar = time.bar_start(1)
    chords = [Chord.parse(symbol) for symbol in ("C", "Am", "F", "G")]
    harmony = tuple(ChordSpan(index * bar, bar, chords[index % 4]) for index in range(total))
    track = Track(role, role, kit, notes)
    score = Score(total, TempoMap.constant(style.tempo_bpm.typical), time, Key(0), harmony, made, (track,))
    bpm = style.tempo_bpm.typical
    brief = Brief("", style.name, bpm, Key(0), Metre.parse(metre), total, complexity=complexity, loop=loop)
    wanted = tuple(range(total)) if bars is None else bars
    return Context(brief, style, score, track, wanted, seed, manner)
