"""From what is written on the straight grid to what is played: swing, feel, dynamics, and the bounds of the region."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from resonant.instruments import Instrument, instrument
from resonant.players.arranger.bars import Bar
from resonant.players.arranger.breaks import without_breaks
from resonant.players.context import Context
from resonant.score.model import Note
from resonant.units import TICKS_PER_QUARTER, Tick

SHORTEST_TICKS = 24  # a twentieth of a quarter: a dead note still speaks


@dataclass(frozen=True, slots=True)
class Written:
    """A note on the straight grid.

    Args:
        start: tick, unswung.
        pitch: MIDI pitch.
        ticks: length.
        weight: loudness, about −1 (ghost) … 0 (plain) … 1 (accent).
        late_ms: how long after its grid place it sounds (a strum's later strings).
    """

    start: Tick
    pitch: int
    ticks: Tick
    weight: float = 0.0
    late_ms: float = 0.0


def performed(context: Context, bars: Sequence[Bar], written: Iterable[Written], loudness: int = 76) -> list[Note]:
    """The notes as played, each starting within its own bar and ending within the stretch of `bars`.

    Args:
        context: whose style gives swing and feel.
        bars: a stretch without a gap; every note starts in one of them.
        written: in any order.
        loudness: velocity of a plain note at middling energy.
    """
    by_bar: dict[int, list[Written]] = {bar.index: [] for bar in bars}
    for note in written:
        index = context.score.metre.bar_at(note.start)
        if index in by_bar:
            by_bar[index].append(note)
    stop = bars[-1].end
    notes = [note for bar in bars for note in _played(context, bar, sorted(by_bar[bar.index], key=_order), loudness)]
    return [replace(note, duration=min(note.duration, stop - note.start)) for note in notes]


def _order(note: Written) -> tuple[Tick, int]:
    return note.start, note.pitch


def _played(context: Context, bar: Bar, written: Sequence[Written], loudness: int) -> list[Note]:
    feel, rng = context.style.feel, context.rng("feel", bar.index)
    per_ms = context.score.tempo.bpm_at(bar.start) * TICKS_PER_QUARTER / 60_000
    push_ms = feel.push_ms.get(context.track.role, 0.0)  # type: ignore[call-overload]
    lift = (bar.energy - 0.5) * 36
    notes: list[Note] = []
    moment, late, louder = -1, 0.0, 0.0
    for note in written:
        if note.start != moment:  # the hand falls as one: a chord's notes share their error
            moment = note.start
            late, louder = rng.gauss(push_ms, feel.timing_ms), rng.gauss(0, feel.velocity)
        late_ms = late + note.late_ms + rng.gauss(0, feel.timing_ms / 4)
        start = context.swung(note.start) + round(late_ms * per_ms)
        start = min(max(start, bar.start), bar.end - 1)
        end = max(context.swung(note.start + note.ticks), start + SHORTEST_TICKS)
        velocity = loudness + lift + 18 * note.weight + louder + rng.gauss(0, feel.velocity / 3)
        notes.append(Note(start, note.pitch, end - start, min(max(round(velocity), 12), 124)))
    return notes


def in_reach(pitch: int, player: Instrument) -> int:
    """The pitch moved by octaves into the instrument's range."""
    while pitch < player.low:
        pitch += 12
    while pitch > player.high:
        pitch -= 12
    return max(pitch, player.low)


def finished(context: Context, notes: Iterable[Note]) -> tuple[Note, ...]:
    """Sorted, silent in breaks, without doubled or overlapping notes of one pitch or more voices than there are."""
    voices = instrument(context.track.instrument).max_voices
    return beside(context, separate(cut_to_voices(separate(without_breaks(context, notes)), voices)))


def beside(context: Context, notes: Sequence[Note]) -> tuple[Note, ...]:
    """The new notes among the track's old ones that ring into the bars written: they wait for their pitch to be free
    (one-voice instruments: for any note to end), and are left out where all voices are taken.
    """
    if not context.track.notes:
        return tuple(notes)
    voices = instrument(context.track.instrument).max_voices
    kept: list[Note] = []
    for note in notes:
        ringing = [old for old in context.track.notes if old.start <= note.start < old.end]
        waits_for = [old.end for old in ringing if old.pitch == note.pitch or voices == 1]
        start = max([note.start, *waits_for])
        sounding = [other for other in (*ringing, *kept) if other.start <= start < other.end]
        if start + SHORTEST_TICKS <= note.end and (len(sounding) < voices or voices == 1):
            kept.append(replace(note, start=start, duration=note.end - start))
    return tuple(sorted(kept))


def separate(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Each pitch let go before it is struck again."""
    last: dict[int, int] = {}
    kept: list[Note] = []
    for note in sorted(notes):
        index = last.get(note.pitch)
        if index is not None and kept[index].end > note.start:
            if note.start - kept[index].start < SHORTEST_TICKS:
                continue
            kept[index] = replace(kept[index], duration=note.start - kept[index].start)
        last[note.pitch] = len(kept)
        kept.append(note)
    return tuple(sorted(kept))


def cut_to_voices(notes: Sequence[Note], voices: int) -> tuple[Note, ...]:
    """The oldest sounding notes let go where more than `voices` would sound; at one moment the lowest inner ones go."""
    kept: list[Note] = []
    sounding: list[int] = []
    for note in sorted(notes):
        sounding = [i for i in sounding if kept[i].end > note.start]
        while len(sounding) >= voices:
            oldest = min(sounding, key=lambda i: (kept[i].start, kept[i].pitch))
            sounding.remove(oldest)
            kept[oldest] = replace(kept[oldest], duration=note.start - kept[oldest].start)
        sounding.append(len(kept))
        kept.append(note)
    return tuple(note for note in kept if note.duration > 0)
