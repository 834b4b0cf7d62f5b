"""Words onto the melody: syllable by syllable, a line to a phrase, and the LRC file that shows them in time.

Syllables are found by vowel groups (of the consonants between two, the last begins the second syllable); that is right
for most English words and sensible for other languages with letters. A Han character or a kana is a syllable by itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from resonant.brief.model import SectionBrief
from resonant.score.model import Lyric, Note, Score, Section

_LATIN, _CYRILLIC = "aeiouyàáâäãåæèéêëìíîïòóôöõøœùúûüýÿ", "аеёиоуыэюяіїє"
_VOWELS = _LATIN + _CYRILLIC
_NUCLEUS = re.compile(f"[{_LATIN}]+|[{_CYRILLIC}]", re.IGNORECASE)  # Cyrillic vowels do not join
_SILENT_E = re.compile(f"[^{_VOWELS}l]es?$", re.IGNORECASE)  # "time", "times"; not "table"
_TOGETHER = re.compile("([tscpw]h|qu)$", re.IGNORECASE)
_FINAL_LE = re.compile(f"[^{_VOWELS}]les?\\W*$", re.IGNORECASE)
_CHARACTER_SYLLABLES = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of the lyrics with its syllables in time."""

    text: str
    lyrics: tuple[Lyric, ...]


def sung(score: Score, form: Sequence[SectionBrief]) -> Score:
    """The score with the words of the brief's sections on its melody; without words where there is no melody."""
    return replace(score, lyrics=tuple(lyric for line in sung_lines(score, form) for lyric in line.lyrics))


def sung_lines(score: Score, form: Sequence[SectionBrief]) -> tuple[SungLine, ...]:
    """The lines of all sections, each on its phrase of the melody. A section without melody keeps its words unsung."""
    singer = score.of_role("melody")
    if singer is None:
        return ()
    lines: list[SungLine] = []
    for section, words in _matched(score.sections, form):
        start, end = score.metre.bar_start(section.start_bar), score.metre.bar_start(section.end_bar)
        lines.extend(_section_lines(words.lyrics, singer.between(start, end)))
    return tuple(lines)


def lrc(score: Score, form: Sequence[SectionBrief]) -> str:
    """An LRC file: `[mm:ss.xx]` and a line, for players that show lyrics in time."""
    rows = []
    for line in sung_lines(score, form):
        hundredths = round(score.tempo.seconds_at(line.lyrics[0].tick) * 100)
        rows.append(f"[{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}]{line.text}")
    return "\n".join([f"[ti:{score.title}]", *rows]) + "\n"


def syllables(line: str) -> list[str]:
    """The syllables of a line; one that does not end its word has a trailing hyphen.

    >>> syllables("Hello, table of times")
    ['Hel-', 'lo,', 'ta-', 'ble', 'of', 'times']
    """
    found: list[str] = []
    for word in line.split():
        parts = list(_CHARACTER_SYLLABLES.findall(word)) or _parted(word)
        found += [f"{part}-" for part in parts[:-1]] + parts[-1:]
    return found


def _matched(sections: Sequence[Section], form: Sequence[SectionBrief]) -> Iterator[tuple[Section, SectionBrief]]:
    """Each section with the words meant for it: in order, by name."""
    waiting = list(form)
    for section in sections:
        words = next((brief for brief in waiting if brief.name == section.name), None)
        if words is not None:
            waiting.remove(words)
            yield section, words


def _section_lines(lines: Sequence[str], notes: Sequence[Note]) -> Iterator[SungLine]:
    words = [(line, syllables(line)) for line in lines if line.strip()][: len(notes)]
    for (line, parts), phrase in zip(words, _phrases(notes, [len(parts) for _, parts in words]), strict=True):
        yield SungLine(line, tuple(_on_notes(parts, phrase)))


def _phrases(notes: Sequence[Note], lengths: Sequence[int]) -> list[Sequence[Note]]:
    """The notes parted into as many phrases as there are lines: at the breath nearest to where the syllables say."""
    cuts = [0]
    for number in range(1, len(lengths)):
        aim = round(len(notes) * sum(lengths[:number]) / sum(lengths))
        reach = max(len(notes) // (3 * len(lengths)), 0)
        low, high = max(aim - reach, cuts[-1] + 1), len(notes) - (len(lengths) - number)
        options = range(min(low, high), max(min(aim + reach, high), min(low, high)) + 1)
        cuts.append(max(options, key=lambda i: (notes[i].start - notes[i - 1].end, -abs(i - aim))))
    return [notes[start:end] for start, end in zip(cuts, [*cuts[1:], len(notes)], strict=True)] if lengths else []


def _on_notes(parts: Sequence[str], notes: Sequence[Note]) -> Iterator[Lyric]:
    """A syllable a note; spare notes prolong the last syllable, spare syllables share a note with the one before."""
    if len(parts) <= len(notes):
        yield from (Lyric(note.start, part) for part, note in zip(parts, notes, strict=False))
        return
    edges = [round(i * len(parts) / len(notes)) for i in range(len(notes) + 1)]
    for note, (start, end) in zip(notes, pairwise(edges), strict=True):
        yield Lyric(note.start, " ".join(parts[start:end]).replace("- ", ""))


def _parted(word: str) -> list[str]:
    nuclei = list(_NUCLEUS.finditer(word))
    if len(nuclei) > 1 and _SILENT_E.search(word.rstrip(".,;:!?\"')")):
        nuclei.pop()
    cuts = [0]
    for before, after in pairwise(nuclei):
        consonants = word[before.end() : after.start()]
        # The last consonant begins the next syllable; in "table" and "mother" the last two do.
        taken = 2 if _TOGETHER.search(consonants) or _FINAL_LE.match(word, after.start() - 2) else 1
        cuts.append(after.start() - min(taken, len(consonants)))
    return [word[start:end] for start, end in zip(cuts, [*cuts[1:], len(word)], strict=True)]
