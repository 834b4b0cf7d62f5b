"""Harmony written anew under a melody that stays: the style's own progressions, as far as the melody bears them.

Each material is walked through bar by bar: the states are the bars of the style's phrases and the bar as it was, and
the likeliest walk (Viterbi) fits the melody, keeps what the old chords did where phrases end, and follows the style's
phrases as they run. Then chords take the style's colours and substitutions, where the melody agrees with them.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from resonant.brief.model import Brief
from resonant.players.arranger.harmony import Bars, coloured, home, laid_out, phrases_for, shared_out, substituted
from resonant.players.arranger.melody import metric_weight
from resonant.score.model import ChordSpan, Note, Score, Section
from resonant.seeds import stream
from resonant.styles import Style
from resonant.theory import roman
from resonant.theory.chord import Chord, common_tones
from resonant.theory.key import Key
from resonant.units import Metre, Tick

_PHRASE_BARS = 4
_CHORD_TONE, _TENSION, _CHROMATIC, _AVOID = 1.0, 0.45, 0.0, -0.6
_FIT = 2.2
_FUNCTION, _OPENING, _CADENCE = 0.25, 0.8, 1.1  # what the old function counts: anywhere, first, and at a phrase's end
_AS_IT_WAS = -0.3  # the old bar is taken where the style has nothing that fits better by this
_RUNS_ON, _NEXT_PHRASE, _JUMPS = 0.5, 0.1, -0.35
_CHANCE = 0.12
_DRAWS = 4  # colours tried for each chord
_BEARABLE = 0.08  # of fit that a substitution may cost
_DOMINANT = 7  # semitones above the tonic
_PLAIN = {"m": "m", "dim": "dim", "aug": "aug"}

Place = tuple[str, int, int]  # material; visit, or −1 for all of them; bar in the section


@dataclass(frozen=True, slots=True)
class Sung:
    """What is sung in a bar: `offset` and `ticks` within it, a pitch class, and how much it counts."""

    offset: Tick
    ticks: Tick
    pitch_class: int
    weight: float


@dataclass(frozen=True)
class Setting:
    """What a harmony is written for: the score as it was, its melody on the straight grid, and the wish."""

    score: Score
    tune: tuple[Note, ...]
    brief: Brief
    style: Style
    seed: int

    @cached_property
    def old(self) -> Bars:
        """The chords of each bar as they were."""
        return [
            tuple(span.chord for span in self.score.chords_in(*self.score.bar_ticks(b)))
            for b in range(self.score.bars)
        ]  # fmt: skip

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """What each bar is a bar of: of its material, or of one visit of it where that leads on otherwise."""
        model = {section.material: section for section in sorted(self.score.sections, key=lambda s: s.bars)}
        return tuple(
            self._place(section, model[section.material], bar)
            for section in self.score.sections
            for bar in range(section.bars)
        )

    def _place(self, section: Section, model: Section, bar: int) -> Place:
        roots = [[chord.root for chord in self.old[s.start_bar + bar % s.bars]] for s in (section, model)]
        alone = roots[0] != roots[1] or section.start_bar + bar == self.score.bars - 1
        return (section.material, section.visit if alone else -1, bar)

    @cached_property
    def sung(self) -> Mapping[Place, tuple[Sung, ...]]:
        """What the melody sings at each place, in all its bars together."""
        heard: dict[Place, list[Sung]] = {place: [] for place in self.places}
        for note in self.tune:
            bar = self.score.metre.bar_at(note.start)
            while bar < self.score.bars and (start := self.score.metre.bar_start(bar)) < note.end:
                heard[self.places[bar]].append(_heard(note, start, self.score.metre.metre_at(bar)))
                bar += 1
        return {place: tuple(sung) for place, sung in heard.items()}

    @cached_property
    def first(self) -> Mapping[Place, int]:
        """The first bar of each place."""
        return {place: bar for bar, place in reversed(list(enumerate(self.places)))}

    def metre(self, place: Place) -> Metre:
        return self.score.metre.metre_at(self.first[place])

    def fit(self, place: Place, chords: tuple[Chord, ...]) -> float:
        """How well chords bear what is sung there, about −0.6…1; 0.5 where nothing is."""
        total = value = 0.0
        for sung, chord, ticks in self._over(place, chords):
            weight = ticks * sung.weight
            total += weight
            value += weight * _agreement(sung.pitch_class, chord, self.score.key)
        return value / total if total else 0.5

    def inside(self, place: Place, chords: tuple[Chord, ...]) -> Tick:
        """For how long what is sung there is of the chord."""
        over = self._over(place, chords)
        return sum(ticks for sung, chord, ticks in over if sung.pitch_class in chord.pitch_classes)

    def _over(self, place: Place, chords: tuple[Chord, ...]) -> list[tuple[Sung, Chord, Tick]]:
        parts = shared_out(chords, self.metre(place))
        return [
            (sung, chord, ticks)
            for sung in self.sung[place]
            for start, length, chord in parts
            if (ticks := min(sung.offset + sung.ticks, start + length) - max(sung.offset, start)) > 0
        ]


def harmony_under_tune(setting: Setting, held: frozenset[int] = frozenset()) -> tuple[ChordSpan, ...]:
    """Chord spans for every bar, in the style's manner, under the melody; `held` bars keep the chords they have.

    Bars that were alike stay alike. On the whole the melody is of its chords for at least as long as it was before.
    """
    chosen: dict[Place, tuple[Chord, ...]] = {}
    for material in dict.fromkeys(place[0] for place in setting.places):
        chosen |= _material(setting, material)
    last = setting.places[-1]
    if not setting.brief.loop:
        chosen[last] = (*chosen[last][:-1], home(chosen[last][-1], setting.style.harmony))
    chosen = _borne(setting, chosen)
    chords = [chosen[place] for place in setting.places]
    return _with_held(laid_out(chords, setting.score), setting.score, held)


def _heard(note: Note, bar_start: Tick, metre: Metre) -> Sung:
    start, end = max(note.start, bar_start), min(note.end, bar_start + metre.ticks_per_bar)
    weight = 0.4 + metric_weight(metre, start - bar_start)
    return Sung(start - bar_start, end - start, note.pitch % 12, weight)


def _agreement(pitch_class: int, chord: Chord, key: Key) -> float:
    tones = chord.pitch_classes
    if pitch_class in tones:
        return _CHORD_TONE
    if (pitch_class - 1) % 12 in tones[:3]:
        return _AVOID
    return _TENSION if pitch_class in key.scale else _CHROMATIC


def _plain(chord: Chord, key: Key) -> Chord:
    """The chord's triad, which says what it does; its colour was the old style's. A missing third is the key's."""
    if chord.third is None and (chord.root - key.tonic) % 12 != _DOMINANT:
        return Chord(chord.root, "m" if (chord.root + 4) % 12 not in key.scale else "")
    return Chord(chord.root, next((q for start, q in _PLAIN.items() if _begins(chord.quality, start)), ""))


def _begins(quality: str, start: str) -> bool:
    return quality.startswith(start) and not (start == "m" and quality.startswith("maj"))


def _material(setting: Setting, material: str) -> dict[Place, tuple[Chord, ...]]:
    """The chords of one material's places: the walk, coloured, with substitutions where they are borne."""
    places = sorted((p for p in setting.first if p[0] == material), key=lambda p: (p[1], p[2]))
    rng = stream(setting.seed, "reharmony", material)
    common = [place for place in places if place[1] < 0]
    walk = _walk(setting, common, rng) if common else []
    plain = dict(zip(common, walk, strict=True)) | {p: _as_it_was(setting, p) for p in places if p[1] >= 0}
    colours = _colours(setting, plain, rng)
    bars = {place: tuple(colours[chord] for chord in chords) for place, chords in plain.items()}
    return bars | _substitutions(setting, {place: bars[place] for place in common}, rng)


def _as_it_was(setting: Setting, place: Place) -> tuple[Chord, ...]:
    return tuple(_plain(chord, setting.score.key) for chord in setting.old[setting.first[place]])


def _walk(setting: Setting, places: Sequence[Place], rng: random.Random) -> Bars:
    """The bars of the likeliest walk through the style's phrases and the old bars."""
    key = setting.score.key
    section = setting.score.section_at(setting.first[places[0]])
    assert section is not None, "sections cover every bar of a score"
    phrases = [
        [tuple(roman.chord(numeral, key) for numeral in bar) for bar in phrase.bars]
        for phrase in phrases_for(section, key, setting.style.harmony)
    ]
    liking = [rng.gauss(0.0, _CHANCE) for _ in phrases]
    spots = [(p, j) for p, phrase in enumerate(phrases) for j in range(len(phrase))]
    emissions = np.array([_emissions(setting, place, phrases, liking) for place in places])
    path = _likeliest(emissions, _changes(spots, [len(phrase) for phrase in phrases]))
    return [
        _as_it_was(setting, place) if state == 0 else phrases[spots[state - 1][0]][spots[state - 1][1]]
        for place, state in zip(places, path, strict=True)
    ]


def _emissions(setting: Setting, place: Place, phrases: Sequence[Bars], liking: Sequence[float]) -> list[float]:
    """What each state is worth at a place: the old bar, then each bar of each phrase."""
    old = _as_it_was(setting, place)
    worth = {chords: _worth(setting, place, chords) for phrase in phrases for chords in phrase}
    rows = [like + worth[chords] for phrase, like in zip(phrases, liking, strict=True) for chords in phrase]
    return [_AS_IT_WAS + _worth(setting, place, old), *rows]


def _worth(setting: Setting, place: Place, chords: tuple[Chord, ...]) -> float:
    """Fit with the melody, and doing what the old bar did, above all at the end of a phrase."""
    old = _as_it_was(setting, place)
    ends = place[2] % _PHRASE_BARS == _PHRASE_BARS - 1
    function = (_kinship(chords[0], old[0]) + _kinship(chords[-1], old[-1])) / 2
    weight = _CADENCE if ends else _OPENING if place[2] == 0 else _FUNCTION
    return _FIT * setting.fit(place, chords) + weight * function


def _kinship(one: Chord, other: Chord) -> float:
    """1 for the same root, about half for chords of one function: they share two tones of three."""
    if one.root == other.root:
        return 1.0
    return 0.5 if common_tones(one.pitch_classes[:3], other.pitch_classes[:3]) >= 2 else 0.0


def _changes(spots: Sequence[tuple[int, int]], lengths: Sequence[int]) -> NDArray[np.float64]:
    """What it is worth to go from a state to another, `[states, states]`; state 0 is the old bar."""
    worth = np.full((len(spots) + 1, len(spots) + 1), _JUMPS)
    worth[0, 0] = _RUNS_ON
    for a, (phrase, bar) in enumerate(spots, 1):
        for b, (other, place) in enumerate(spots, 1):
            if other == phrase and place == (bar + 1) % lengths[phrase]:
                worth[a, b] = _RUNS_ON
            elif place == 0 and bar == lengths[phrase] - 1:
                worth[a, b] = _NEXT_PHRASE
    return worth


def _likeliest(emissions: NDArray[np.float64], changes: NDArray[np.float64]) -> list[int]:
    best = emissions[0]
    came: list[NDArray[np.int64]] = []
    for row in emissions[1:]:
        reached = best[:, None] + changes
        came.append(reached.argmax(axis=0))
        best = reached.max(axis=0) + row
    path = [int(best.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


def _colours(
    setting: Setting, plain: Mapping[Place, tuple[Chord, ...]], rng: random.Random
) -> dict[Chord, Chord]:  # fmt: skip
    """For each chord the colour of the style's palette that the melody bears best; the first drawn wins a tie."""
    harmony, key = setting.style.harmony, setting.score.key
    colours: dict[Chord, Chord] = {}
    for chord in dict.fromkeys(chord for chords in plain.values() for chord in chords):
        drawn = [coloured([(chord,)], key, harmony, rng)[0][0] for _ in range(_DRAWS)]
        places = [place for place, chords in plain.items() if chord in chords]

        def borne(colour: Chord, chord: Chord = chord, places: list[Place] = places) -> float:
            return round(
                sum(setting.fit(p, tuple(colour if c == chord else c for c in plain[p])) for p in places), 1
            )  # fmt: skip

        colours[chord] = max(dict.fromkeys([*drawn, chord]), key=borne)
    return colours


def _substitutions(
    setting: Setting, bars: Mapping[Place, tuple[Chord, ...]], rng: random.Random
) -> dict[Place, tuple[Chord, ...]]:
    """The bars with the style's moves in those where the melody bears them; phrases end as they did."""
    changed = substituted(list(bars.values()), setting.score.key, setting.style.harmony, setting.brief, rng)
    return {
        place: new
        if place[2] % _PHRASE_BARS != _PHRASE_BARS - 1
        and setting.fit(place, new) >= setting.fit(place, old) - _BEARABLE
        else old
        for (place, old), new in zip(bars.items(), changed, strict=True)
    }


def _borne(setting: Setting, chosen: dict[Place, tuple[Chord, ...]]) -> dict[Place, tuple[Chord, ...]]:
    """The choice, with the old chords back where the melody lost most, until on the whole it has lost nothing."""
    old = {place: setting.old[bar] for place, bar in setting.first.items()}
    lost = {p: setting.inside(p, old[p]) - setting.inside(p, chords) for p, chords in chosen.items()}
    total = sum(lost.values())
    for place in sorted(lost, key=lambda p: (-lost[p], p)):
        if total <= 0 or lost[place] <= 0:
            break
        total -= lost[place]
        chosen[place] = old[place]
    return chosen


def _with_held(spans: tuple[ChordSpan, ...], score: Score, held: frozenset[int]) -> tuple[ChordSpan, ...]:
    if not held:
        return spans
    bars = [score.bar_ticks(bar) for bar in range(score.bars)]
    free = [
        span for bar, (start, end) in enumerate(bars) if bar not in held for span in spans if start <= span.start < end
    ]
    kept = [span for bar in held for span in score.chords_in(*bars[bar])]
    return tuple(sorted((*free, *kept), key=lambda span: span.start))
