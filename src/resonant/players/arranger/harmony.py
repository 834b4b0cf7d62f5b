"""Harmony: chords for every bar, from the style's phrases, cadences and substitutions, or from the user's own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from resonant.brief.model import Brief
from resonant.errors import BriefError
from resonant.score.model import ChordSpan, Score, Section
from resonant.seeds import stream
from resonant.styles import Style
from resonant.styles.harmony import MODAL, USUAL, HarmonyStyle, Palette, Phrase
from resonant.theory import roman
from resonant.theory.chord import Chord, common_tones
from resonant.theory.key import Key
from resonant.units import Metre, Tick

Bars = list[tuple[Chord, ...]]  # the chords of each bar


def write_harmony(brief: Brief, style: Style, score: Score, seed: int) -> tuple[ChordSpan, ...]:
    """Chord spans that cover every bar of `score.sections` without gap.

    Sections of one material get the same chords; a returning one may differ in its last bars, where it leads on.

    Raises:
        BriefError: the user's own progression can not be read.
    """
    given = [_given_bar(bar, score.key) for bar in brief.progression]
    themes: dict[str, Bars] = {}
    chords: Bars = []
    for index, section in enumerate(score.sections):
        if given:
            bars = _tiled(given, section.bars, offset=0)
        else:
            theme = themes.setdefault(section.material, _theme(section, score.key, style.harmony, brief, seed))
            last = index == len(score.sections) - 1
            bars = _led_on(
                _tiled(theme, section.bars), section, last and not brief.loop, score.key, style.harmony, seed
            )
        chords += bars
    return laid_out(chords, score)


def _given_bar(bar: str, key: Key) -> tuple[Chord, ...]:
    """One bar of the user's progression: chord symbols, or roman numerals where it is no symbol."""
    return tuple(_symbol_or_numeral(text, key) for text in bar.split())


def _symbol_or_numeral(text: str, key: Key) -> Chord:
    if text[:1] in "ABCDEFG":
        return Chord.parse(text)
    try:
        return roman.chord(text, key)
    except BriefError as error:
        raise BriefError(
            f"{text!r} in the progression is neither a chord such as Am7 nor a numeral such as vi7"
        ) from error


def _tiled(theme: Bars, bars: int, offset: int = 0) -> Bars:
    return [theme[(offset + i) % len(theme)] for i in range(bars)]


def _theme(section: Section, key: Key, harmony: HarmonyStyle, brief: Brief, seed: int) -> Bars:
    """The chords of one material: phrases strung together or one phrase, then coloured and substituted."""
    rng = stream(seed, "harmony", section.material)
    pool = phrases_for(section, key, harmony)
    first = _draw(rng, _from_home(pool, key) if section.start_bar == 0 else pool)
    numerals = list(first.bars)
    while not harmony.loop and len(numerals) < section.bars:
        others = [phrase for phrase in pool if phrase.chords != first.chords] or list(pool)
        numerals += _draw(rng, others).bars
    plain: Bars = [tuple(roman.chord(n, key) for n in bar) for bar in numerals]
    if harmony.loop and len(plain) <= 4 and section.bars >= 2 * len(plain):
        plain = plain + _answer(plain, key, harmony, rng)
    return substituted(coloured(plain, key, harmony, rng), key, harmony, brief, rng)


def phrases_for(section: Section, key: Key, harmony: HarmonyStyle) -> tuple[Phrase, ...]:
    if key.mode in MODAL and not _own(harmony, key):
        pool = MODAL[key.mode]
    else:
        pool = (harmony.minor or USUAL.minor) if key.is_minor else (harmony.major or USUAL.major)
    fitting = [p for p in pool if not p.sections or section.name in p.sections]
    short_enough = [p for p in fitting or pool if len(p.bars) <= max(section.bars, 4)]
    return tuple(short_enough or fitting or pool)


def _from_home(pool: tuple[Phrase, ...], key: Key) -> tuple[Phrase, ...]:
    """The pool with phrases that open on the tonic three times as likely: the first theme says where home is."""
    return tuple(
        phrase.model_copy(update={"weight": phrase.weight * 3})
        if roman.chord(phrase.bars[0][0], key).root == key.tonic
        else phrase
        for phrase in pool
    )


def _own(harmony: HarmonyStyle, key: Key) -> bool:
    """Whether the style's phrases are meant for this mode: dorian grooves of minor styles are, lydian is not."""
    return key.mode == "dorian" and any(
        "IV" in phrase.chords.split() or "IV7" in phrase.chords for phrase in harmony.minor
    )


def _answer(loop: Bars, key: Key, harmony: HarmonyStyle, rng: random.Random) -> Bars:
    """The loop's second round: the same, or with its last two bars turned to a half cadence."""
    if rng.random() < 0.35:
        return list(loop)
    cadence = _draw(rng, _cadences(harmony, "half", key))
    tail: Bars = [tuple(roman.chord(n, key) for n in bar) for bar in cadence.bars]
    return [*loop[: len(loop) - len(tail)], *tail] if len(tail) < len(loop) else list(loop)


def _cadences(harmony: HarmonyStyle, kind: str, key: Key) -> tuple[Phrase, ...]:
    name = f"{kind}_minor" if key.is_minor else kind
    own: tuple[Phrase, ...] = getattr(harmony, name)
    usual: tuple[Phrase, ...] = getattr(USUAL, name)
    return own or usual


def _led_on(bars: Bars, section: Section, ends_song: bool, key: Key, harmony: HarmonyStyle, seed: int) -> Bars:
    """The section with its last bars turned: home at the end of the song, else now and then back to the top."""
    rng = stream(seed, "cadence", section.material, section.visit)
    if ends_song:
        kind = "close"
    elif section.bars >= 4 and rng.random() < (0.35 if section.visit else 0.2):
        kind = "turnaround"
    else:
        return bars
    cadence = _draw(rng, _cadences(harmony, kind, key))
    tail: Bars = [_coloured_bar(tuple(roman.chord(n, key) for n in bar), key, harmony, rng) for bar in cadence.bars]
    if len(tail) > len(bars):
        tail = tail[-len(bars) :]
    if ends_song:
        tail[-1] = (home(tail[-1][-1], harmony),)
    return [*bars[: len(bars) - len(tail)], *tail]


def home(chord: Chord, harmony: HarmonyStyle) -> Chord:
    """The last chord: stable, whatever colour the palette would give."""
    if harmony.color < 0.5:
        return Chord(chord.root, "m" if chord.is_minor else "")
    return Chord(chord.root, "m7" if chord.is_minor else "maj7" if chord.quality.startswith("maj") else chord.quality)


def _draw(rng: random.Random, phrases: Sequence[Phrase]) -> Phrase:
    return rng.choices(phrases, weights=[phrase.weight for phrase in phrases])[0]


def coloured(bars: Bars, key: Key, harmony: HarmonyStyle, rng: random.Random) -> Bars:
    """Each plain triad with the type the palette gives its function: the same triad always the same within a theme."""
    chosen: dict[Chord, Chord] = {}
    for bar in bars:
        for chord in bar:
            chosen.setdefault(chord, _coloured_bar((chord,), key, harmony, rng)[0])
    return [tuple(chosen[chord] for chord in bar) for bar in bars]


def _coloured_bar(bar: tuple[Chord, ...], key: Key, harmony: HarmonyStyle, rng: random.Random) -> tuple[Chord, ...]:
    return tuple(_colour(chord, key, harmony, rng) for chord in bar)


def _colour(chord: Chord, key: Key, harmony: HarmonyStyle, rng: random.Random) -> Chord:
    if chord.quality not in ("", "m") or rng.random() >= harmony.color:
        return chord
    types = _function(chord, key, harmony.palette)
    fitting = [q for q in types if _fits(Chord(chord.root, q, chord.bass), key)]
    return Chord(chord.root, rng.choice(fitting), chord.bass) if fitting else chord


def _function(chord: Chord, key: Key, palette: Palette) -> tuple[str, ...]:
    if chord.is_minor:
        return palette.minor
    if (chord.root - key.tonic) % 12 == 7:
        return palette.dominant
    return palette.major


def _fits(chord: Chord, key: Key) -> bool:
    """Whether the colour tones beyond the triad stay in the key; a chromatic chord takes any colour."""
    scale = set(key.scale) | ({(key.tonic + 11) % 12} if key.is_minor else set())
    triad = set(chord.pitch_classes[:3])
    return not triad <= scale or set(chord.pitch_classes) <= scale


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a substitution is considered: a chord, the next one, and the key."""

    chord: Chord
    following: Chord
    key: Key


def substituted(bars: Bars, key: Key, harmony: HarmonyStyle, brief: Brief, rng: random.Random) -> Bars:
    """The bars with the style's moves applied by chance, more of them for a more complex brief, never on bar 1."""
    appetite = 0.4 + 0.12 * brief.complexity
    out = list(bars)
    for i in range(1, len(bars)):
        following = out[(i + 1) % len(out)][0]
        for move, chance in harmony.moves.items():
            if rng.random() < chance * appetite:
                changed = _MOVES[move](_Place(out[i][-1], following, key), out[i])
                if changed is not None:
                    out[i] = changed
                    break
    return out


def _secondary_dominant(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    target = place.following
    dominant = Chord((target.root + 7) % 12, "7")
    if len(bar) > 1 or dominant.root == bar[0].root or "dim" in target.quality or target.root == place.key.tonic:
        return None
    return (bar[0], dominant)


def _ii_v(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    """A dominant's bar becomes its own ii-V."""
    chord = bar[0]
    if len(bar) > 1 or not _is_dominant(chord):
        return None
    two = "m7b5" if place.following.is_minor else "m7"
    return (Chord((chord.root + 7) % 12, two), chord)


def _tritone(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    chord = bar[-1]
    if not _is_dominant(chord) or (chord.root - place.following.root) % 12 != 7:
        return None
    return (*bar[:-1], Chord((chord.root + 6) % 12, "7"))


def _passing_diminished(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    """Up a whole step through the diminished seventh between: I #Idim7 ii."""
    if len(bar) > 1 or (place.following.root - bar[0].root) % 12 != 2 or "dim" in bar[0].quality:
        return None
    return (bar[0], Chord((bar[0].root + 1) % 12, "dim7"))


def _minor_iv(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    chord = bar[0]
    if len(bar) > 1 or place.key.is_minor or chord.is_minor or (chord.root - place.key.tonic) % 12 != 5:
        return None
    return (chord, Chord(chord.root, "m6" if len(chord.intervals) > 3 else "m"))


def _suspension(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    chord = bar[0]
    if len(bar) > 1 or chord.quality not in ("", "7", "9") or (chord.root - place.key.tonic) % 12 != 7:
        return None
    return (Chord(chord.root, "sus4" if chord.quality == "" else "7sus4"), chord)


def _inversion(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    """The third in the bass where that makes the bass line step into the next root."""
    chord = bar[-1]
    third = chord.third
    if third is None or chord.bass is not None or (place.following.bass_pc - third) % 12 not in (1, 2, 10, 11):
        return None
    return (*bar[:-1], Chord(chord.root, chord.quality, third))


def _backdoor(place: _Place, bar: tuple[Chord, ...]) -> tuple[Chord, ...] | None:
    """The dominant before a major tonic gives way to bVII7."""
    if place.key.is_minor or place.following.root != place.key.tonic or not _is_dominant(bar[-1]):
        return None
    return (*bar[:-1], Chord((place.key.tonic + 10) % 12, "9"))


def _is_dominant(chord: Chord) -> bool:
    return (
        not chord.is_minor
        and chord.seventh == (chord.root + 10) % 12
        and common_tones(chord.intervals[:2], (0, 4)) == 2
    )


_MOVES = {
    "secondary_dominant": _secondary_dominant,
    "ii_v": _ii_v,
    "tritone": _tritone,
    "passing_diminished": _passing_diminished,
    "minor_iv": _minor_iv,
    "suspension": _suspension,
    "inversion": _inversion,
    "backdoor": _backdoor,
}


def laid_out(chords: Bars, score: Score) -> tuple[ChordSpan, ...]:
    spans: list[ChordSpan] = []
    for bar, names in enumerate(chords):
        start, _ = score.bar_ticks(bar)
        for offset, length, chord in shared_out(names, score.metre.metre_at(bar)):
            if spans and spans[-1].chord == chord and spans[-1].end == start + offset and offset:
                spans[-1] = ChordSpan(spans[-1].start, spans[-1].duration + length, chord)
            else:
                spans.append(ChordSpan(start + offset, length, chord))
    return tuple(spans)


def shared_out(names: tuple[Chord, ...], metre: Metre) -> list[tuple[Tick, Tick, Chord]]:
    """The chords of a bar on its beats: earlier ones get the longer share (2 + 1 in 3/4)."""
    beat = metre.ticks_per_beat if metre.beats_per_bar >= len(names) else metre.ticks_per_bar // len(names)
    units = max(metre.ticks_per_bar // beat, len(names))
    borders = [-(-i * units // len(names)) for i in range(len(names))] + [units]
    return [
        (
            borders[i] * beat,
            (metre.ticks_per_bar if i == len(names) - 1 else borders[i + 1] * beat) - borders[i] * beat,
            name,
        )
        for i, name in enumerate(names)
    ]
