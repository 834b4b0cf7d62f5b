"""A song that goes on behind its end: players hear what they need of it, whatever its length, and write new bars."""

from bisect import bisect_left
from dataclasses import replace
from typing import TypeVar

from resonant.brief.model import SectionBrief
from resonant.players.arranger.harmony import write_harmony
from resonant.players.writing import Draft, Writing, write
from resonant.score.model import Bend, ChordSpan, Control, Note, Score, Section, Track
from resonant.score.passes.lyrics import sung
from resonant.score.passes.lyrics_melody import singable
from resonant.score.region import Region
from resonant.theory.chord import Chord
from resonant.units import Tick

_HEARD_BARS = 8  # before the end, at least

Event = TypeVar("Event", Note, Bend, Control, ChordSpan)


def extended(
    score: Score,
    sections: tuple[Section, ...],
    form: tuple[SectionBrief, ...],
    writing: Writing,
    repeated: frozenset[str] = frozenset(),
) -> Draft:
    """The score with further sections behind its end; all that was there stays as it is.

    A section of a material that the song has goes over its chords. Players hear a window (`heard`), so that the work
    does not grow with the song.

    Args:
        score: at least one section, harmony over all of it.
        sections: behind the last one. Those after `writing`'s bars are only led to: see `further_sections`.
        form: what the brief says about them: their words.
        writing: how the new bars are written; its brief is as long as the song will be.
        repeated: tracks that no player wrote: they play their own bars of the material again, or nothing.

    Raises:
        BriefError: a player can not do what is asked.
        Cancelled: `writing.should_stop` said so.
    """
    new = tuple(section for section in sections if section.start_bar < writing.brief.bars)
    window = heard(score, sections, writing)
    for name in repeated:
        window = window.with_track(_again(window.track(name), score.track(name), score, new))
    rows = [track.name for track in score.tracks if track.name not in repeated]
    bars = range(score.bars, new[-1].end_bar)
    draft = write(window, Region.of(rows, bars.start, bars.stop), writing)
    words = _sung(replace(draft.score, sections=new), form, writing.brief.language, bars)
    return replace(draft, score=appended(score, words, new))


def _sung(window: Score, form: tuple[SectionBrief, ...], language: str, bars: range) -> Score:
    return sung(singable(window, form, language, bars), form, language)


def heard(score: Score, sections: tuple[Section, ...], writing: Writing) -> Score:
    """The song as players hear it who write these sections: bars keep their numbers, most of them are left out.

    What stays: its first section, its loudest, the first and the longest of each material that comes, and the last
    ones; these decide themes, energies, registers and how the seam is led over. The harmony of `sections` is there.
    """
    stays = (*_heard_sections(score.sections, {section.material for section in sections}), *sections)
    spans = [(score.metre.bar_start(section.start_bar), score.metre.bar_start(section.end_bar)) for section in stays]
    harmony = [span for start, end in spans for span in _between(score.harmony, start, end)]
    for section in sections:
        harmony += _chords_of(section, score, sections, writing)
    return replace(
        score,
        bars=sections[-1].end_bar,
        harmony=tuple(harmony),
        sections=stays,
        tracks=tuple(_cut(track, spans) for track in score.tracks),
        lyrics=(),
    )


def appended(score: Score, window: Score, sections: tuple[Section, ...]) -> Score:
    """The score with what the window has in these sections behind its end."""
    seam, end = score.end, score.metre.bar_start(sections[-1].end_bar)
    tracks = []
    for track in score.tracks:
        more = window.track(track.name) or track
        tracks.append(
            replace(
                track,
                notes=track.notes + tuple(_ended(note, end) for note in _between(more.notes, seam, end)),
                bends=track.bends + _between(more.bends, seam, end),
                controls=track.controls + _between(more.controls, seam, end),
            )
        )
    return replace(
        score,
        bars=sections[-1].end_bar,
        harmony=score.harmony + _between(window.harmony, seam, end),
        sections=score.sections + sections,
        tracks=tuple(tracks),
        lyrics=score.lyrics + window.lyrics,
    )


def _ended(note: Note, end: Tick) -> Note:
    """The note, let go where the song ends: what was thought to come behind it may never be written."""
    return note if note.end <= end else replace(note, duration=end - note.start)


def _heard_sections(sections: tuple[Section, ...], materials: set[str]) -> tuple[Section, ...]:
    heard = {sections[0], max(sections, key=lambda section: section.energy)}
    for material in materials:
        kin = [section for section in sections if section.material == material]
        heard |= {kin[0], max(kin, key=lambda section: section.bars)} if kin else set()
    for section in reversed(sections):
        heard.add(section)
        if section.start_bar <= sections[-1].end_bar - _HEARD_BARS:
            break
    return tuple(sorted(heard, key=lambda section: section.start_bar))


def _cut(track: Track, spans: list[tuple[Tick, Tick]]) -> Track:
    return replace(
        track,
        notes=tuple(note for start, end in spans for note in _between(track.notes, start, end)),
        bends=tuple(bend for start, end in spans for bend in _between(track.bends, start, end)),
        controls=tuple(control for start, end in spans for control in _between(track.controls, start, end)),
    )


def _between(events: tuple[Event, ...], start: Tick, end: Tick) -> tuple[Event, ...]:
    """The events that start in `start`…`end` (end not included), found without going through all."""
    return events[bisect_left(events, start, key=_tick) : bisect_left(events, end, key=_tick)]


def _tick(event: Note | Bend | Control | ChordSpan) -> Tick:
    return event.tick if isinstance(event, Bend | Control) else event.start


def _chords_of(
    section: Section, score: Score, sections: tuple[Section, ...], writing: Writing
) -> tuple[ChordSpan, ...]:
    """The chords of a further section: those of the first one of its material again, or newly found ones."""
    source = next((other for other in score.sections if other.material == section.material), None)
    if source is None or not score.harmony:
        spans = _new_chords(section, score, sections, writing)
    else:
        spans = _chords_again(section, source, score)
    return _brought_home(spans, score) if section.name == "outro" and section == sections[-1] else spans


def _chords_again(section: Section, source: Section, score: Score) -> tuple[ChordSpan, ...]:
    spans: list[ChordSpan] = []
    for place in range(section.bars):
        start, end = score.bar_ticks(section.start_bar + place)
        first, last = score.bar_ticks(source.start_bar + place % source.bars)
        theirs = _sounding(score.harmony, first, min(last, first + end - start))
        moved = [ChordSpan(span.start - first + start, span.duration, span.chord) for span in theirs]
        if moved:  # a bar that is longer than theirs holds its last chord
            moved[-1] = replace(moved[-1], duration=end - moved[-1].start)
        spans += moved
    return tuple(spans)


def _sounding(harmony: tuple[ChordSpan, ...], start: Tick, end: Tick) -> list[ChordSpan]:
    """The spans that sound in `start`…`end`, cut to it."""
    first = max(bisect_left(harmony, start + 1, key=_tick) - 1, 0)
    last = bisect_left(harmony, end, key=_tick)
    return [
        ChordSpan(max(span.start, start), min(span.end, end) - max(span.start, start), span.chord)
        for span in harmony[first:last]
        if span.end > start
    ]


def _new_chords(
    section: Section, score: Score, sections: tuple[Section, ...], writing: Writing
) -> tuple[ChordSpan, ...]:
    """Chords for a material that the song does not have, as the style writes them behind others."""
    before = replace(score.sections[0], start_bar=0)
    here = replace(section, start_bar=before.bars)
    metre = score.metre.constant(score.metre.metre_at(section.start_bar))
    page = Score(here.end_bar, score.tempo, metre, score.key, sections=(before, here))
    brief = replace(writing.brief, loop=True)  # it leads on
    spans = write_harmony(brief, writing.style, page, writing.seed_of("harmony"))
    start = metre.bar_start(here.start_bar)
    away = score.metre.bar_start(section.start_bar) - start
    return tuple(replace(span, start=span.start + away) for span in spans if span.start >= start)


def _brought_home(spans: tuple[ChordSpan, ...], score: Score) -> tuple[ChordSpan, ...]:
    """The song's last bar on the tonic: its chord as the song has it, or a plain triad."""
    start = score.metre.bar_start(score.metre.bar_at(spans[-1].end - 1))
    tonic = score.key.tonic
    home = next((span.chord for span in score.harmony if span.chord.root == tonic and span.chord.bass is None), None)
    kept = [replace(span, duration=min(span.end, start) - span.start) for span in spans if span.start < start]
    plain = Chord(tonic, "m" if score.key.is_minor else "")
    return (*kept, ChordSpan(start, spans[-1].end - start, home or plain))


def _again(window: Track | None, track: Track | None, score: Score, sections: tuple[Section, ...]) -> Track:
    """A track with its own bars of each section's material again; where it has none of it, it rests."""
    assert window is not None and track is not None, "a repeated track is one of the score"
    for section in sections:
        kin = [other for other in score.sections if other.material == section.material]
        stop = score.metre.bar_start(section.end_bar)
        for place in range(section.bars):
            start, end = score.bar_ticks(section.start_bar + place)
            sources = (score.bar_ticks(other.start_bar + place % other.bars) for other in reversed(kin))
            span = next((s for s in sources if s[1] - s[0] == end - start and _between(track.notes, *s)), None)
            if span is not None:
                window = _copied(window, track, span, start - span[0], stop)
    return window


def _copied(window: Track, track: Track, span: tuple[Tick, Tick], by: Tick, stop: Tick) -> Track:
    notes = [replace(note, start=note.start + by) for note in _between(track.notes, *span)]
    return replace(
        window,
        notes=(*window.notes, *(replace(note, duration=min(note.duration, stop - note.start)) for note in notes)),
        bends=(*window.bends, *(replace(bend, tick=bend.tick + by) for bend in _between(track.bends, *span))),
        controls=(*window.controls, *(replace(each, tick=each.tick + by) for each in _between(track.controls, *span))),
    )
