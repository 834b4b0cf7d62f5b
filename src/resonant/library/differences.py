"""What is different between two revisions, in a musician's words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resonant.library.document import SongDocument
from resonant.library.locks import bars_in_words
from resonant.score.model import Score, Track
from resonant.score.region import HARMONY, Region

_QUIETEST_LU = 0.1  # a difference of loudness that is told


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is different.

    Args:
        about: a track, "harmony", or what of the whole song: "tempo", "loudness", "locks", ….
        bars: half-open ranges of 0-based bars that it is in; () for the whole song.
        words: what it is: "bars 5-8 rewritten (23 notes instead of 19)".
    """

    about: str
    bars: tuple[tuple[int, int], ...]
    words: str


def differences(before: SongDocument, after: SongDocument) -> tuple[Difference, ...]:
    """What `after` has differently: the song as a whole, then the harmony, then track by track, then the locks."""
    old, new = before.song.score, after.song.score
    return (
        *_of_the_whole(old, new),
        *_of_harmony(old, new),
        *_of_tracks(before, after),
        *_of_loudness(before, after),
        *_of_locks(before, after),
    )


def rewritten(before: Score, after: Score) -> Region:
    """The cells of both scores in which something else is played, the harmony a row of them."""
    bars = range(max(before.bars, after.bars))
    cells = {(HARMONY, bar) for bar in bars if _chords(before, bar) != _chords(after, bar)}
    for name in dict.fromkeys(track.name for track in (*before.tracks, *after.tracks)):
        old, new = before.track(name), after.track(name)
        cells |= {(name, bar) for bar in bars if _played(before, old, bar) != _played(after, new, bar)}
    return Region(frozenset(cells))


def _of_the_whole(old: Score, new: Score) -> Iterator[Difference]:
    facts = {
        "title": (old.title, new.title),
        "length": (f"{old.bars} bars", f"{new.bars} bars"),
        "tempo": (f"{old.tempo.bpm:g} bpm", f"{new.tempo.bpm:g} bpm"),
        "key": (str(old.key), str(new.key)),
        "metre": (str(old.metre.metre_at(0)), str(new.metre.metre_at(0))),
    }
    for about, (one, other) in facts.items():
        if one != other:
            yield Difference(about, (), f"{one or 'none'} → {other or 'none'}")
    if old.tempo.bpm == new.tempo.bpm and old.tempo != new.tempo:
        yield Difference("tempo", (), "its changes are others")
    if old.metre.metre_at(0) == new.metre.metre_at(0) and old.metre != new.metre:
        yield Difference("metre", (), "its changes are others")
    if old.sections != new.sections:
        yield Difference("form", (), f"{_form(old)} → {_form(new)}")
    if old.lyrics != new.lyrics:
        yield Difference("lyrics", (), f"{len(old.lyrics)} syllables → {len(new.lyrics)}")


def _form(score: Score) -> str:
    return ", ".join(f"{section.name} {section.bars}" for section in score.sections) or "none"


def _of_harmony(old: Score, new: Score) -> Iterator[Difference]:
    bars = [bar for bar in range(min(old.bars, new.bars)) if _chords(old, bar) != _chords(new, bar)]
    for start, end in _ranges(HARMONY, bars):
        then, now = (_symbols(score, range(start, end)) for score in (old, new))
        words = f"{then} → {now}" if then != now else "the same chords at other times"
        yield Difference(HARMONY, ((start, end),), f"{bars_in_words([(start, end)])} {words}")


def _of_tracks(before: SongDocument, after: SongDocument) -> Iterator[Difference]:
    old, new = before.song.score, after.song.score
    region = rewritten(old, new)
    for name in dict.fromkeys(track.name for track in (*old.tracks, *new.tracks)):
        then, now = old.track(name), new.track(name)
        if then is None or now is None:
            track = then or now
            assert track is not None, "it is in one of them"
            words = (
                f"{'added' if then is None else 'removed'} ({_instrument(track)}, {_notes_in_words(len(track.notes))})"
            )
            yield Difference(name, (), words)
            continue
        if then.instrument != now.instrument:
            yield Difference(name, (), f"{_instrument(then)} → {_instrument(now)}")
        changes = tuple(_of_bars(name, then, now, (old, new), region.bars_of(name)))
        yield from changes
        if not changes and then.instrument == now.instrument and _sounds_differ(name, before, after):
            yield Difference(name, (), "same notes, other sound")


def _of_bars(
    name: str, then: Track, now: Track, scores: tuple[Score, Score], bars: Sequence[int]
) -> Iterator[Difference]:
    shorter = min(score.bars for score in scores)
    kinds = {"rewritten": [bar for bar in bars if bar < shorter], "": [bar for bar in bars if bar >= shorter]}
    for kind, chosen in kinds.items():
        verb = kind or ("added" if scores[1].bars > scores[0].bars else "cut off")
        ranges = _ranges(name, chosen)
        if ranges:
            counts = [sum(len(_notes(score, track, bar)) for bar in chosen)
                      for score, track in zip(scores, (then, now), strict=True)]  # fmt: skip
            words = f"{bars_in_words(ranges)} {verb} ({_counted(*counts)})"
            yield Difference(name, ranges, words)


def _counted(then: int, now: int) -> str:
    notes = _notes_in_words(now)
    return f"{notes}, as many as before" if then == now else f"{notes} instead of {then}"


def _notes_in_words(number: int) -> str:
    return f"{number} note{'' if number == 1 else 's'}"


def _of_loudness(before: SongDocument, after: SongDocument) -> Iterator[Difference]:
    then, now = (each.meters.get("master", {}).get("integrated_lufs") for each in (before, after))
    if then is None and now is None:
        return
    if then is None or now is None:
        yield Difference("sound", (), "added" if then is None else "removed")
    elif abs(then - now) >= _QUIETEST_LU:
        yield Difference("loudness", (), f"{then:.1f} → {now:.1f} LUFS")


def _of_locks(before: SongDocument, after: SongDocument) -> Iterator[Difference]:
    then, now = ({lock.name: lock.region for lock in each.song.locks} for each in (before, after))
    for name in sorted(now.keys() - then.keys()):
        yield Difference("locks", (), f"{name!r} added")
    for name in sorted(then.keys() - now.keys()):
        yield Difference("locks", (), f"{name!r} removed")
    for name in sorted(then.keys() & now.keys()):
        if then[name] != now[name]:
            yield Difference("locks", (), f"{name!r} holds other cells")


def _sounds_differ(name: str, before: SongDocument, after: SongDocument) -> bool:
    stems = before.stems.get(name), after.stems.get(name)
    if stems[0] is None or stems[1] is None:
        return False
    return before.files.get(stems[0].file) != after.files.get(stems[1].file)


def _chords(score: Score, bar: int) -> list[tuple[int, str]]:
    """The chords of a bar with where in it they begin; none behind the end."""
    if bar >= score.bars:
        return []
    start, end = score.bar_ticks(bar)
    return [(span.start - start, span.chord.symbol(score.key)) for span in score.chords_in(start, end)]


def _symbols(score: Score, bars: range) -> str:
    symbols = [symbol for bar in bars for _, symbol in _chords(score, bar)]
    return " ".join(each for place, each in enumerate(symbols) if symbols[place - 1 : place] != [each]) or "none"


def _notes(score: Score, track: Track | None, bar: int) -> list[tuple[int, ...]]:
    if track is None or bar >= score.bars:
        return []
    start, end = score.bar_ticks(bar)
    return [(note.start - start, note.pitch, note.duration, note.velocity) for note in track.between(start, end)]


def _played(score: Score, track: Track | None, bar: int) -> tuple[list[tuple[int, ...]], ...]:
    """All that a track does in a bar, by where in the bar."""
    if track is None or bar >= score.bars:
        return ([], [], [])
    start, end = score.bar_ticks(bar)
    return (
        _notes(score, track, bar),
        [(each.tick - start, each.cents) for each in track.bends if start <= each.tick < end],
        [(each.tick - start, each.number, each.value) for each in track.controls if start <= each.tick < end],
    )


def _instrument(track: Track) -> str:
    return track.instrument.replace("_", " ")


def _ranges(row: str, bars: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return Region(frozenset((row, bar) for bar in bars)).ranges_of(row)
