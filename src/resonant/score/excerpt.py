"""A part of a score as a score of its own."""

from dataclasses import replace

from resonant.score.model import Bend, Control, Lyric, Note, Score, Track
from resonant.units import MetreChange, MetreMap, TempoChange, TempoMap, Tick


def from_bar(score: Score, bar: int) -> Score:
    """What begins in a bar (0-based) or later, that bar being the first; pedals and bends are as they are there."""
    start = score.metre.bar_start(bar)
    harmony = (span for span in score.harmony if span.end > start)
    return replace(
        score,
        bars=score.bars - bar,
        tempo=_tempo(score.tempo, start),
        metre=_metre(score.metre, bar),
        harmony=tuple(
            replace(span, start=max(span.start - start, 0), duration=span.end - max(span.start, start))
            for span in harmony
        ),
        sections=tuple(
            replace(each, start_bar=max(each.start_bar - bar, 0), bars=each.end_bar - max(each.start_bar, bar))
            for each in score.sections
            if each.end_bar > bar
        ),
        tracks=tuple(_track(track, start) for track in score.tracks),
        lyrics=tuple(Lyric(lyric.tick - start, lyric.text) for lyric in score.lyrics if lyric.tick >= start),
    )


def _tempo(tempo: TempoMap, start: Tick) -> TempoMap:
    later = (TempoChange(change.tick - start, change.bpm) for change in tempo.changes if change.tick > start)
    return TempoMap((TempoChange(0, tempo.bpm_at(start)), *later))


def _metre(metre: MetreMap, bar: int) -> MetreMap:
    later = (MetreChange(change.bar - bar, change.metre) for change in metre.changes if change.bar > bar)
    return MetreMap((MetreChange(0, metre.metre_at(bar)), *later))


def _track(track: Track, start: Tick) -> Track:
    bent = [bend.cents for bend in track.bends if bend.tick <= start]
    controls = {each.number: each.value for each in track.controls if each.tick <= start}
    return replace(
        track,
        notes=tuple(Note(n.start - start, n.pitch, n.duration, n.velocity) for n in track.notes if n.start >= start),
        bends=(
            *(Bend(0, cents) for cents in bent[-1:]),
            *(Bend(each.tick - start, each.cents) for each in track.bends if each.tick > start),
        ),
        controls=(
            *(Control(0, number, value) for number, value in sorted(controls.items())),
            *(Control(each.tick - start, each.number, each.value) for each in track.controls if each.tick > start),
        ),
    )
