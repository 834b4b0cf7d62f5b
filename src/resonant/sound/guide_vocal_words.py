"""Lyrics to what is sung when: each syllable's phonemes, its time, the pitches it goes through."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from resonant.score.model import Lyric, Note, Track
from resonant.sound.guide_vocal_speech import Phoneme, phonemes
from resonant.units import TempoMap

_WEAK = {"en": {"a": (Phoneme("a#", True),), "the": (Phoneme("D", False), Phoneme("@", True))}}
_HUMMED = (Phoneme("m", False), Phoneme("@", True))
"""What is sung where espeak-ng has no reading for a word."""
_LIQUIDS = frozenset("rlwj")
_STOPS = frozenset("pbtdkgfTv")
_TIED_S = 0.08  # a shorter rest between notes of one syllable is not heard


@dataclass(frozen=True, slots=True)
class Pitch:
    """From `start_s` on, MIDI pitch `pitch`."""

    start_s: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable as it is sung: its vowel sounds from `start_s`, all of it is over at `end_s`.

    Args:
        onset, vowel, coda: espeak-ng's mnemonics.
        pitches: at least one; more where it goes on over several notes.
        velocity: of its first note.
    """

    start_s: float
    end_s: float
    onset: tuple[str, ...]
    vowel: str
    coda: tuple[str, ...]
    pitches: tuple[Pitch, ...]
    velocity: int

    @property
    def mnemonics(self) -> str:
        return "".join((*self.onset, "'", self.vowel, *self.coda))


@dataclass(frozen=True, slots=True)
class _Uttered:
    """A lyric with the groups of phonemes that it is said with, one for each of its vowels."""

    lyric: Lyric
    groups: tuple[tuple[Phoneme, ...], ...]


def sung_syllables(track: Track, lyrics: Sequence[Lyric], tempo: TempoMap, language: str) -> tuple[Syllable, ...]:
    """What a vocal track sings; notes before its first word are silent.

    Raises:
        InputError: espeak-ng is not installed or does not speak the language.
    """
    starts = {note.start for note in track.notes}
    uttered = _uttered([lyric for lyric in lyrics if lyric.tick in starts], language)
    sung: list[Syllable] = []
    for each, after in zip_longest(uttered, uttered[1:]):
        tied = [
            note
            for note in track.notes
            if note.start >= each.lyric.tick and (after is None or note.start < after.lyric.tick)
        ]
        sung += _in_time(each.groups, tied, tempo)
    return tuple(sung)


def _uttered(lyrics: Sequence[Lyric], language: str) -> list[_Uttered]:
    """Each lyric with its phonemes: words are put together from their syllables, said, and taken apart again."""
    tokens = [(index, token) for index, lyric in enumerate(lyrics) for token in lyric.text.split()]
    words: list[list[tuple[int, str]]] = [[]]
    for index, token in tokens:
        words[-1].append((index, token.rstrip("-")))
        if not token.endswith("-"):
            words.append([])
    words = [word for word in words if any(re.search(r"\w", part) for _, part in word)]
    said = phonemes(("".join(part for _, part in word) for word in words), language)
    groups: dict[int, list[tuple[Phoneme, ...]]] = {}
    for word in words:
        whole = "".join(part for _, part in word)
        sounds = _WEAK.get(language, {}).get(re.sub(r"\W", "", whole).lower()) or said[whole] or _HUMMED
        shares = _shared(_groups(sounds), len(word))
        for (index, _), share in zip(word, shares, strict=True):
            groups.setdefault(index, []).extend(share)
    return [_Uttered(lyric, tuple(groups[index])) for index, lyric in enumerate(lyrics) if index in groups]


def _groups(sounds: Sequence[Phoneme]) -> list[tuple[Phoneme, ...]]:
    """The phonemes of a word by syllable: of the consonants between two vowels the last begins the next one."""
    hearts = [index for index, sound in enumerate(sounds) if sound.is_vowel]
    if not hearts:
        return [(*sounds, Phoneme("@", True))]
    cuts = [0]
    for before, after in pairwise(hearts):
        cluster = sounds[before + 1 : after]
        firsts = [sound.mnemonic[0] for sound in cluster[-2:]]
        together = len(firsts) == 2 and firsts[0] in _STOPS and firsts[1] in _LIQUIDS
        cuts.append(after - min(2 if together else 1, len(cluster)))
    return [tuple(sounds[start:end]) for start, end in pairwise([*cuts, len(sounds)])]


def _shared(groups: Sequence[tuple[Phoneme, ...]], count: int) -> list[tuple[tuple[Phoneme, ...], ...]]:
    """The groups over as many written syllables; where there are fewer groups a syllable goes on with its vowel."""
    if len(groups) >= count:
        edges = [round(number * len(groups) / count) for number in range(count + 1)]
        return [tuple(groups[start:end]) for start, end in pairwise(edges)]
    shares: list[tuple[tuple[Phoneme, ...], ...]] = []
    places = [number * len(groups) // count for number in range(count)]
    for number, place in enumerate(places):
        goes_on = number > 0 and places[number - 1] == place
        is_over = number == count - 1 or places[number + 1] != place
        shares.append((_part(groups[place], goes_on, is_over),))
    return shares


def _part(group: tuple[Phoneme, ...], goes_on: bool, is_over: bool) -> tuple[Phoneme, ...]:
    """A syllable of which the beginning was sung before, or the end is sung later."""
    heart = next(index for index, sound in enumerate(group) if sound.is_vowel)
    return group[heart if goes_on else 0 : len(group) if is_over else heart + 1]


def _in_time(groups: Sequence[tuple[Phoneme, ...]], notes: Sequence[Note], tempo: TempoMap) -> list[Syllable]:
    """The groups of a lyric on its notes: all on the first but the last, which goes on over the others."""
    first, *tied = notes
    start_s = float(tempo.seconds_at(first.start))
    first_end_s = float(tempo.seconds_at(tied[0].start if tied else first.end))
    step_s = (first_end_s - start_s) / len(groups)
    end_s, pitches = float(tempo.seconds_at(first.end)), [first.pitch]
    later: list[Pitch] = []
    for note in tied:
        begin_s = float(tempo.seconds_at(note.start))
        if begin_s - end_s > _TIED_S:
            break
        later.append(Pitch(begin_s, note.pitch))
        end_s = float(tempo.seconds_at(note.end))
    sung = []
    for number, group in enumerate(groups):
        begin_s = start_s + number * step_s
        is_last = number == len(groups) - 1
        heart = next(index for index, sound in enumerate(group) if sound.is_vowel)
        names = tuple(sound.mnemonic for sound in group)
        path = (Pitch(begin_s, pitches[0]), *(later if is_last else ()))
        over_s = max(end_s, begin_s + 0.02) if is_last else begin_s + step_s
        sung.append(Syllable(begin_s, over_s, names[:heart], names[heart], names[heart + 1 :], path, first.velocity))
    return sung
