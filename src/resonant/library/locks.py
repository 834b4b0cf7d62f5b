"""Locks: cells that no act may write, and the proof that none did.

A seal is made of the locked cells alone, so that nothing else in the song can break it: their notes (by where they
start), bends and controls at their ticks, in a score of one track at the default tempo; and the samples of their bars
in the published stem, as 24-bit steps. The harmony is a row like any; it has no tokens and no stem.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np

from resonant.audio import Audio, pcm_24
from resonant.errors import InputError
from resonant.library.document import SongDocument
from resonant.library.model import Lock, Seal
from resonant.mix.model import Published
from resonant.score.midi import to_midi_bytes
from resonant.score.model import Bend, Control, Note, Score, Track
from resonant.score.region import HARMONY, Region
from resonant.score.tokens import to_tokens


def sealed(document: SongDocument, sound: Published, region: Region, name: str = "") -> Lock:
    """A lock on these cells, as they are.

    Args:
        document: the revision they are locked in.
        sound: its published stems.
        name: what it is called; "" for its cells in words.
    """
    seals = {
        row: Seal(
            _midi_hash(document.song.score, row, region.bars_of(row)),
            _tokens_hash(document.song.score, row, region.bars_of(row)),
            _stem_hash(document.song.score, region.bars_of(row), sound.stem(row)) if row in document.stems else None,
        )
        for row in region.tracks
    }
    return Lock(name or cells_in_words(region), region, seals)


def unlocked(document: SongDocument, sound: Published, region: Region) -> tuple[Lock, ...]:
    """The song's locks without these cells; what is left of a lock is sealed again.

    Raises:
        InputError: a seal of such a lock is broken: what it kept is not what is there.
    """
    locks = []
    for lock in document.song.locks:
        rest = lock.region - region
        if rest == lock.region:
            locks.append(lock)
        elif rest:
            _refuse_broken(lock, document, sound)
            own_name = "" if lock.name == cells_in_words(lock.region) else lock.name
            locks.append(sealed(document, sound, rest, own_name))
    return tuple(locks)


def refuse_broken_locks(document: SongDocument, before: SongDocument, sound: Published) -> None:
    """The last guard: whatever an act did, what was locked before is locked still and is what it was.

    Args:
        document: the revision that is about to be saved.
        before: the one it was made from.
        sound: the published stems of `document`.

    Raises:
        InputError: it names the lock and what would have changed.
    """
    if document.song.lineage.act != "unlock":
        for lock in before.song.locks:
            if lock not in document.song.locks:
                raise InputError(
                    f"{document.song.lineage.act} would lose the lock {lock.name!r}; nothing was saved: unlock it first"
                )
    for lock in document.song.locks:
        if not (lock in before.song.locks and _same_files(lock, document, before)):
            _refuse_broken(lock, document, sound)
        else:
            _refuse_broken(replace(lock, seals=_without_sound(lock)), document, sound)


def broken_seals(lock: Lock, document: SongDocument, sound: Published, *, tokens: bool = True) -> Iterator[str]:
    """What of a lock is no longer what it was, in words: "the notes of bass", "the sound of drums".

    Args:
        tokens: whether to look at the tokens too, which follow from the notes; where MidiTok is not installed they are
            left out.
    """
    score = document.song.score
    for row, seal in lock.seals.items():
        bars = lock.region.bars_of(row)
        if _is_lost(score, row, bars):
            yield f"the whole of {row}"
            continue
        if _midi_hash(score, row, bars) != seal.midi:
            yield f"the notes of {row}"
        if tokens and seal.tokens is not None and _tokens_hash(score, row, bars) not in (None, seal.tokens):
            yield f"the tokens of {row}"
        if seal.stem is not None and (
            row not in document.stems or _stem_hash(score, bars, sound.stem(row)) != seal.stem
        ):
            yield f"the sound of {row}"


def cells_in_words(region: Region) -> str:
    """The cells as a musician names them: "bass and drums, bars 1-8", "bass, bar 5; drums, bars 1-2, 7-8"."""
    by_bars: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for row in region.tracks:
        by_bars.setdefault(region.ranges_of(row), []).append(row)
    return "; ".join(f"{_listed(rows)}, {bars_in_words(ranges)}" for ranges, rows in by_bars.items())


def bars_in_words(ranges: Sequence[tuple[int, int]]) -> str:
    """Half-open ranges of 0-based bars as people count them: "bar 5", "bars 1-2, 7-8"."""
    spans = ", ".join(str(start + 1) if end == start + 1 else f"{start + 1}-{end}" for start, end in ranges)
    return f"bar{'s' if len(ranges) > 1 or ranges[0][1] > ranges[0][0] + 1 else ''} {spans}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _refuse_broken(lock: Lock, document: SongDocument, sound: Published) -> None:
    broken = list(broken_seals(lock, document, sound, tokens=False))
    if broken:
        raise InputError(
            f"{document.song.lineage.act} would change {_listed(broken)}, which the lock {lock.name!r} keeps; "
            "nothing was saved: leave it out, or unlock it first"
        )


def _same_files(lock: Lock, document: SongDocument, before: SongDocument) -> bool:
    """Whether the stems of a lock are the very files that they were: what was proved of them holds."""
    return all(
        row in document.stems
        and row in before.stems
        and document.files[document.stems[row].file] == before.files[before.stems[row].file]
        for row, seal in lock.seals.items()
        if seal.stem is not None
    )


def _without_sound(lock: Lock) -> dict[str, Seal]:
    return {row: replace(seal, stem=None) for row, seal in lock.seals.items()}


def _is_lost(score: Score, row: str, bars: Sequence[int]) -> bool:
    return bars[-1] >= score.bars or (row != HARMONY and score.track(row) is None)


def _midi_hash(score: Score, row: str, bars: Sequence[int]) -> str:
    return hashlib.sha256(to_midi_bytes(_excerpt(score, row, bars))).hexdigest()


def _tokens_hash(score: Score, row: str, bars: Sequence[int]) -> str | None:
    if row == HARMONY or find_spec("miditok") is None or find_spec("symusic") is None:
        return None
    tokens = to_tokens(_excerpt(score, row, bars))
    return hashlib.sha256(np.array(tokens, dtype="<u4").tobytes()).hexdigest()


def _stem_hash(score: Score, bars: Sequence[int], stem: Audio) -> str:
    """SHA-256 of the samples of some bars as they lie in a 24-bit WAV file: channels interleaved, little-endian."""
    sha256 = hashlib.sha256()
    for bar in bars:
        start, end = (round(score.tempo.seconds_at(tick) * stem.sample_rate) for tick in score.bar_ticks(bar))
        sha256.update(pcm_24(stem.samples[:, start:end]))
    return sha256.hexdigest()


def _excerpt(score: Score, row: str, bars: Sequence[int]) -> Score:
    """A score of the locked cells of one row alone."""
    spans = [score.bar_ticks(bar) for bar in bars]
    if row == HARMONY:
        return Score(0, harmony=tuple(span for start, end in spans for span in score.chords_in(start, end)))
    track = score.track(row)
    assert track is not None, "a track that is lost was told before"

    def inside(tick: int) -> bool:
        return any(start <= tick < end for start, end in spans)

    notes: tuple[Note, ...] = tuple(note for note in track.notes if inside(note.start))
    bends: tuple[Bend, ...] = tuple(bend for bend in track.bends if inside(bend.tick))
    controls: tuple[Control, ...] = tuple(control for control in track.controls if inside(control.tick))
    return Score(0, tracks=(Track(row, track.role, track.instrument, notes, bends, controls),))
