"""Words onto the melody: syllable by syllable, a line to a phrase, and the LRC file that shows them in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from resonant.brief.model import SectionBrief
from resonant.score.model import Lyric, Score, Section, Track
from resonant.score.passes.lyrics_phrases import Line, Sheet, laid_on, placed


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line of the lyrics with its syllables in time."""

    text: str
    lyrics: tuple[Lyric, ...]


def singer(score: Score) -> Track | None:
    """The track that has the words: the vocal, or else the melody."""
    return score.of_role("vocal") or score.of_role("melody")


def sung(score: Score, form: Sequence[SectionBrief], language: str = "en") -> Score:
    """The score with the words of the brief's sections on its singer; without words where nobody sings.

    Every syllable of a line that is sung stands on a note, once and in order; `unsung` names the lines without room.
    """
    return replace(score, lyrics=tuple(lyric for line in sung_lines(score, form, language) for lyric in line.lyrics))


def sung_lines(score: Score, form: Sequence[SectionBrief], language: str = "en") -> tuple[SungLine, ...]:
    """The lines of all sections, each on its phrase of the melody."""
    return tuple(
        SungLine(line.text, tuple(_on_notes(line, score)))
        for _, sheet in sheets(score, form, language)
        for line in sheet.lines
    )


def unsung(score: Score, form: Sequence[SectionBrief], language: str = "en") -> tuple[str, ...]:
    """A sentence for each section with lines that its singer has no room for, in the order of the song."""
    if singer(score) is None:
        return ("Nobody sings the lyrics: the song has no melody; ask for one.",) if any(s.lyrics for s in form) else ()
    laid = sheets(score, form, language)
    remarks = [_remark(section, sheet.unsung) for section, sheet in laid if sheet.unsung]
    missing = sum(1 for words in form if words.lyrics) - len(laid)
    if missing > 0:
        remarks.append(f"{missing} sections of the lyrics are not in the song; ask for more bars.")
    return tuple(remarks)


def lrc(score: Score, form: Sequence[SectionBrief], language: str = "en") -> str:
    """An LRC file: `[mm:ss.xx]` and a line, for players that show lyrics in time."""
    rows = []
    for line in sung_lines(score, form, language):
        hundredths = round(score.tempo.seconds_at(line.lyrics[0].tick) * 100)
        rows.append(f"[{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}]{line.text}")
    return "\n".join([f"[ti:{score.title}]", *rows]) + "\n"


def sheets(score: Score, form: Sequence[SectionBrief], language: str = "en") -> tuple[tuple[Section, Sheet], ...]:
    """Each section that has words, with its lines on the notes of the singer."""
    voice = singer(score)
    if voice is None:
        return ()
    laid = []
    for section, words in matched(score.sections, form):
        start, end = score.metre.bar_start(section.start_bar), score.metre.bar_start(section.end_bar)
        texts = [line for line in words.lyrics if line.replace("-", " ").strip()]  # hyphens alone are not sung
        if texts:
            laid.append((section, laid_on(texts, voice.between(start, end), section, score, language)))
    return tuple(laid)


def matched(sections: Sequence[Section], form: Sequence[SectionBrief]) -> Iterator[tuple[Section, SectionBrief]]:
    """Each section with the words meant for it: in order, by name."""
    waiting = list(form)
    for section in sections:
        words = next((brief for brief in waiting if brief.name == section.name), None)
        if words is not None:
            waiting.remove(words)
            yield section, words


def _remark(section: Section, texts: Sequence[str]) -> str:
    first = texts[0] if len(texts[0]) <= 40 else f"{texts[0][:40]}…"
    lines = "1 line" if len(texts) == 1 else f"{len(texts)} lines"
    return (
        f"{lines} of the {section.name} at bar {section.start_bar + 1} did not fit its melody, from {first!r} on; "
        "give the section more bars or fewer words."
    )


def _on_notes(line: Line, score: Score) -> Iterator[Lyric]:
    """The syllables in time; those that share a note are one lyric."""
    places = placed(line, score)
    for index in dict.fromkeys(places):
        shared = [syllable for syllable, at in zip(line.syllables, places, strict=True) if at == index]
        yield Lyric(line.notes[index].start, " ".join(shared).replace("- ", ""))
