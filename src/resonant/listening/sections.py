"""The form of music whose sections nobody has named: phrases of four bars that come back, and how much goes on in them.

Bars are rows of numbers (chords, rhythm, parts that play); phrases are alike where their bars correlate on the whole.
Neighbouring phrases of one material make a section of eight bars at most. Names follow from how they lie: the fullest
material that comes back is the chorus, a quieter beginning an intro, a quieter end an outro, what comes once in the
second half a bridge, the rest verses.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from resonant.listening.ear import Array
from resonant.score.model import Score, Section

_PHRASE_BARS = 4
_LONGEST_BARS = 8
_ALIKE = 0.55
_QUIETER = 0.75
_PLACES = 8  # of a bar, in which rhythm is compared
_MOST_LETTERS = 26
_MOST_COMPARED = 500
_LEAST_ENERGY, _MOST_ENERGY = 0.3, 0.9


def with_sections_found(score: Score) -> Score:
    """The score with sections over every bar."""
    return replace(score, sections=sections_of(score))


def sections_of(score: Score) -> tuple[Section, ...]:
    """Sections that cover the score: its own where it has any, stretched over what they leave out; else found."""
    if score.sections:
        return completed_sections(score.sections, score.bars)
    features, activity = bar_features(score)
    return found_sections(features, activity)


def bar_features(score: Score) -> tuple[Array, Array]:
    """What each bar is like, `[bars, …]`, and how much goes on in it, `[bars]`."""
    chords, rhythm = np.zeros((score.bars, 12)), np.zeros((score.bars, len(score.tracks) * _PLACES))
    activity = np.zeros(score.bars)
    starts = np.array([score.metre.bar_start(bar) for bar in range(score.bars + 1)])
    for span in score.harmony:
        for bar in range(score.metre.bar_at(span.start), min(score.metre.bar_at(max(span.end - 1, 0)) + 1, score.bars)):
            inside = min(span.end, int(starts[bar + 1])) - max(span.start, int(starts[bar]))
            chords[bar, list(span.chord.pitch_classes)] += inside / (starts[bar + 1] - starts[bar])
    for number, track in enumerate(score.tracks):
        for note in track.notes:
            bar = int(np.searchsorted(starts, note.start, side="right")) - 1
            if 0 <= bar < score.bars:
                place = (note.start - starts[bar]) * _PLACES // (starts[bar + 1] - starts[bar])
                rhythm[bar, number * _PLACES + int(place)] += 1.0
                activity[bar] += note.velocity / 127
    return np.concatenate([chords, np.minimum(rhythm, 2.0) / 2], axis=1), activity


def found_sections(features: Array, activity: Array) -> tuple[Section, ...]:
    """Sections over every bar, from rows that say what each bar is like and how much goes on in it."""
    if not len(features):
        return ()
    phrases = _phrases(features)
    materials = _materials(features, phrases)
    joined = _joined(phrases, materials)
    loud = [float(activity[phrase.start : phrase.end].mean()) for phrase in joined]
    names = _names([phrase.material for phrase in joined], loud)
    return _sections(joined, names, loud)


def completed_sections(sections: Sequence[Section], bars: int) -> tuple[Section, ...]:
    """The sections in order, each reaching to the next, the first from bar 1 on, the last to the end."""
    starts: dict[int, Section] = {}
    for section in sorted(sections, key=lambda each: each.start_bar):
        if section.start_bar < bars and section.bars > 0:
            starts.setdefault(max(section.start_bar, 0), section)
    ordered = list(starts.values())
    if not ordered:
        return (Section("verse", 0, bars, 0.5, "A"),)
    edges = [0, *sorted(starts)[1:], bars]
    visits: Counter[str] = Counter()
    done = []
    for section, start, end in zip(ordered, edges[:-1], edges[1:], strict=True):
        energy = min(max(section.energy, 0.0), 1.0)
        done.append(Section(section.name, start, end - start, energy, section.material, visits[section.material]))
        visits[section.material] += 1
    return tuple(done)


@dataclass(frozen=True, slots=True)
class _Phrase:
    start: int
    end: int
    material: int = 0


def _phrases(features: Array) -> list[_Phrase]:
    """Four bars each, counted from that of the first four bars from which most phrases come back."""
    return max(
        (_phrases_from(first, len(features)) for first in range(_PHRASE_BARS)), key=lambda p: _returns(features, p)
    )


def _phrases_from(first: int, bars: int) -> list[_Phrase]:
    """Phrases counted from a bar; what stands before it is one of its own, a rest of a bar joins the last."""
    edges = sorted({0, *range(first, bars, _PHRASE_BARS), bars})
    if len(edges) > 2 and edges[-1] - edges[-2] < _PHRASE_BARS // 2:
        del edges[-2]
    return [_Phrase(start, end) for start, end in pairwise(edges)]


def _returns(features: Array, phrases: Sequence[_Phrase]) -> float:
    """How like each phrase is to the one that it is most like, on the whole; the first offset wins a tie."""
    centred = features - features.mean(axis=0)
    whole = [centred[p.start : p.end].ravel() for p in phrases if p.end - p.start == _PHRASE_BARS][:_MOST_COMPARED]
    if len(whole) < 2:
        return 0.0
    rows = np.stack(whole)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    alike = rows @ rows.T
    np.fill_diagonal(alike, -1.0)
    return round(float(alike.max(axis=1).mean()), 2)


def _materials(features: Array, phrases: Sequence[_Phrase]) -> list[int]:
    """A number for each phrase: that of the phrase before it that it is most like, or a new one."""
    centred = features - features.mean(axis=0)
    known: list[tuple[int, Array]] = []
    materials: list[int] = []
    for phrase in phrases:
        own = centred[phrase.start : phrase.end]
        likeness = [(_alike(own, other), material) for material, other in known]
        best, material = max(likeness, default=(0.0, 0))
        if best < _ALIKE:
            material = min(len({number for number, _ in known}), _MOST_LETTERS - 1)
        if len(known) < 4 * _MOST_LETTERS:
            known.append((material, own))
        materials.append(material)
    return materials


def _alike(one: Array, other: Array) -> float:
    """The correlation of two phrases over the bars that both have."""
    bars = min(len(one), len(other))
    a, b = one[:bars].ravel(), other[:bars].ravel()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size > 0 else float(not a.any() and not b.any())


def _joined(phrases: Sequence[_Phrase], materials: Sequence[int]) -> list[_Phrase]:
    joined: list[_Phrase] = []
    for phrase, material in zip(phrases, materials, strict=True):
        last = joined[-1] if joined else None
        if last is not None and last.material == material and phrase.end - last.start <= _LONGEST_BARS:
            joined[-1] = _Phrase(last.start, phrase.end, material)
        else:
            joined.append(_Phrase(phrase.start, phrase.end, material))
    return joined


def _names(materials: Sequence[int], loud: Sequence[float]) -> list[str]:
    """What each section is called; see the head of this page."""
    counts = Counter(materials)
    mean = {m: float(np.mean([a for a, n in zip(loud, materials, strict=True) if n == m])) for m in counts}
    back = [material for material, count in counts.items() if count > 1]
    chorus = max(back, key=lambda material: mean[material]) if len(counts) > 1 and back else None
    middle = float(np.median(loud))
    names = ["chorus" if material == chorus else "verse" for material in materials]
    once = [place for place, material in enumerate(materials) if counts[material] == 1]
    late = [place for place in once if len(materials) // 2 <= place < len(materials) - 1]
    if chorus is not None and len(late) == 1:
        names[late[0]] = "bridge"
    if len(names) > 2 and loud[0] < _QUIETER * middle:
        names[0] = "intro"
    if len(names) > 2 and loud[-1] < _QUIETER * middle:
        names[-1] = "outro"
    return names


def _sections(phrases: Sequence[_Phrase], names: Sequence[str], loud: Sequence[float]) -> tuple[Section, ...]:
    low, high = min(loud), max(loud)
    visits: Counter[str] = Counter()
    done = []
    for phrase, name, level in zip(phrases, names, loud, strict=True):
        share = (level - low) / (high - low) if high > low else 0.5
        letter = chr(ord("A") + phrase.material)
        energy = round(_LEAST_ENERGY + share * (_MOST_ENERGY - _LEAST_ENERGY), 2)
        done.append(Section(name, phrase.start, phrase.end - phrase.start, energy, letter, visits[letter]))
        visits[letter] += 1
    return tuple(done)
