"""What a foreign MIDI file leaves unsaid: its bars, key, sections and roles."""

from collections.abc import Iterable, Sequence
from math import gcd

import numpy as np

from resonant.instruments import Instrument
from resonant.score.model import Note, Section
from resonant.theory.key import Key
from resonant.units import TICKS_PER_QUARTER, Metre, MetreChange, MetreMap, Tick

_THIRTY_SECOND = TICKS_PER_QUARTER // 8

# How well each pitch class fits a key, from the tonic up: probe-tone ratings of Krumhansl & Kessler (1982).
_MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def bar_map(signatures: dict[Tick, tuple[int, int]]) -> MetreMap:
    """The bars under time signatures (numerator, denominator) by tick.

    A signature inside a bar cuts that bar short, to the nearest 32nd note. One that can not be (33/4) is passed over.
    """
    changes: dict[int, Metre] = {0: Metre()}
    for tick, (numerator, denominator) in sorted(signatures.items()):
        if not 1 <= numerator <= 32 or denominator not in (1, 2, 4, 8, 16, 32):
            continue
        bars = MetreMap(_rising(changes))
        bar = bars.bar_at(tick)
        cut = round((tick - bars.bar_start(bar)) / _THIRTY_SECOND)
        if cut * _THIRTY_SECOND >= bars.metre_at(bar).ticks_per_bar:
            bar, cut = bar + 1, 0
        if cut:
            shorter = gcd(cut, 32)
            changes[bar] = Metre(min(cut // shorter, 32), 32 // shorter)
            bar += 1
        changes[bar] = Metre(numerator, denominator)
    return MetreMap(_rising(changes))


def _rising(changes: dict[int, Metre]) -> tuple[MetreChange, ...]:
    return tuple(MetreChange(bar, metre) for bar, metre in sorted(changes.items()))


def fitting_key(notes: Iterable[Note]) -> Key:
    """The key whose profile correlates best with how long each pitch class sounds; C major for silence."""
    weights = np.zeros(12)
    for note in notes:
        weights[note.pitch % 12] += note.duration
    if not weights.any():
        return Key(0)
    fits = [
        (float(np.corrcoef(np.roll(profile, tonic), weights)[0, 1]) if weights.std() else 0.0, tonic, mode)
        for tonic in range(12)
        for profile, mode in ((_MAJOR_PROFILE, "major"), (_MINOR_PROFILE, "minor"))
    ]
    _, tonic, mode = max(fits, key=lambda fit: fit[0])
    return Key(tonic, mode)


def section_list(markers: Sequence[tuple[Tick, str]], metre: MetreMap, bars: int) -> tuple[Section, ...]:
    """Sections from markers: each reaches to the next; sections of one name are of one material. No markers, none."""
    starts: dict[int, str] = {}
    for tick, text in markers:
        if text.strip():
            starts.setdefault(min(metre.bar_at(tick), bars - 1), text.strip().lower())
    if starts and 0 not in starts:
        starts[0] = "intro"
    rising = sorted(starts)
    letters = {
        name: chr(ord("A") + number % 26) for number, name in enumerate(dict.fromkeys(starts[bar] for bar in rising))
    }
    sections: list[Section] = []
    for bar, end in zip(rising, [*rising[1:], bars], strict=False):
        visit = sum(section.name == starts[bar] for section in sections)
        sections.append(Section(starts[bar], bar, end - bar, 0.5, letters[starts[bar]], visit))
    return tuple(sections)


_ROLE_WORDS = {
    "bass": "bass", "melody": "melody", "lead": "melody", "vocal": "melody", "voice": "melody", "vox": "melody",
    "sing": "melody", "pad": "pad", "string": "strings", "arp": "arpeggio", "counter": "counter", "chord": "chords",
    "comp": "chords", "rhythm": "chords", "piano": "chords",
}  # fmt: skip
_FAMILY_ROLES = {"bass": "bass", "strings": "strings", "choir": "pad"}


def likely_role(name: str, sound: Instrument, notes: Sequence[Note], taken: set[str]) -> str:
    """The role of a part: by its kit, its name, its family, and how many notes it strikes at once."""
    if sound.is_drums:
        return "percussion" if "perc" in name.lower() or "drums" in taken else "drums"
    said = next((role for word, role in _ROLE_WORDS.items() if word in name.lower()), None)
    onsets = len({note.start for note in notes})
    together = len(notes) / onsets if onsets else 0.0
    if said is not None and not (said == "chords" and together < 1.5):
        return said
    if sound.family in _FAMILY_ROLES:
        return _FAMILY_ROLES[sound.family]
    if together >= 1.8:
        return "chords"
    return "counter" if "melody" in taken else "melody"
