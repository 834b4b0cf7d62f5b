"""A song in another style: its melody and form are kept, its harmony is told anew, and another band is to play it.

What is not written here (every part but the tune) is left empty for the players: a region like any other.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resonant.brief.model import Brief, PartBrief
from resonant.listening.chords_of_score import with_chords_found
from resonant.listening.sections import with_sections_found
from resonant.players.arranger.performance import beside
from resonant.players.arranger.phrasing import phrased, written
from resonant.players.arranger.tune_harmony import Setting, harmony_under_tune
from resonant.players.context import Context, Part
from resonant.players.seams import outside
from resonant.players.writing import joined, named_parts
from resonant.score.model import Lyric, Note, Score, Track
from resonant.score.region import HARMONY, NOTHING, Region
from resonant.styles import Style
from resonant.units import TEMPO_RANGE_BPM, TempoChange, TempoMap, Tick

_LEADING = ("melody", "counter", "strings", "arpeggio")  # who has the tune, where nobody is called the melody
_UNTUNED = ("drums", "percussion")


@dataclass(frozen=True)
class Restyling:
    """What decides how a song is told in another style.

    Args:
        brief: the request as it stands from now on: the new style, its band, its tempo; key, metre and bars are the
            song's.
        style: the style file of `brief.style`.
        seed: names the random streams.
        kept: cells that stay as they are, locked ones among them.
    """

    brief: Brief
    style: Style
    seed: int
    kept: Region = NOTHING


@dataclass(frozen=True, slots=True)
class Restyled:
    """A score told in another style, up to what its players have yet to write.

    Args:
        score: tempo, harmony, melody and the empty tracks of the new band.
        told: the cells that were told anew here (harmony and melody); `left` are those the players shall write.
        remarks: sentences for the user: what could not be told anew.
    """

    score: Score
    told: Region
    left: Region
    remarks: tuple[str, ...] = ()


def restyled(score: Score, wish: Restyling) -> Restyled:
    """The score in the style of `wish.brief`: the tune in its manner, the chords in its colours, its band seated."""
    score = _complete(score)
    tune = lead(score)
    whole = range(score.bars)
    melody = written(score, tune) if tune is not None else ()
    held = frozenset(bar for bar in whole if _is_held(score, wish.kept, tune, bar))
    harmony = harmony_under_tune(Setting(score, melody, wish.brief, wish.style, wish.seed), held)
    seated = band(score, wish, tune)
    new = replace(score, tempo=_tempo(score, wish.brief.tempo_bpm), harmony=harmony, tracks=seated)
    told = Region(frozenset((HARMONY, bar) for bar in whole if bar not in held))
    if tune is not None:
        own = Region.of([tune.name], 0, score.bars) - wish.kept
        new = told_anew(new, tune.name, melody, own.bars_of(tune.name), wish)
        told = told | own
    left = Region.of([track.name for track in seated if tune is None or track.name != tune.name], 0, score.bars)
    return Restyled(new, told, left - wish.kept, _remarks(score, wish.kept, tune, len(held)))


def _complete(score: Score) -> Score:
    """The score with chords and sections over every bar; one that was rendered or found elsewhere may lack some."""
    chords = [(span.start, span.end) for span in score.harmony]
    if not _is_covered(chords, score.end):
        score = with_chords_found(score)
    sections = [(section.start_bar, section.end_bar) for section in score.sections]
    return score if _is_covered(sections, score.bars) else with_sections_found(score)


def _is_covered(stretches: Sequence[tuple[int, int]], end: int) -> bool:
    """Whether the stretches follow one another from 0 to the end."""
    return [0, *(stop for _, stop in stretches)] == [*(start for start, _ in stretches), end]


def _remarks(score: Score, kept: Region, tune: Track | None, held: int) -> tuple[str, ...]:
    if score.tracks and not Region.of([track.name for track in score.tracks], 0, score.bars) - kept:
        return ("All tracks are kept or locked: the new band plays along; unlock some to have them told anew.",)
    remarks = [] if tune is not None else ["The song has no melody to keep; its form and its cadences are kept."]
    if held:
        where = "stay" if held == score.bars else f"stay in {held} of {score.bars} bars"
        remarks.append(f"The chords {where}: what is kept or locked plays them.")
    return tuple(remarks)


def lead(score: Score) -> Track | None:
    """The track that has the tune: of the melodies, or else of other lines, the one with the most notes."""
    for role in _LEADING:
        tracks = [track for track in score.tracks if track.role == role and track.notes]
        if tracks:
            return max(tracks, key=lambda track: len(track.notes))
    return None


def told_anew(score: Score, name: str, tune: tuple[Note, ...], bars: tuple[int, ...], wish: Restyling) -> Score:
    """The score with the tune in those bars of a track as the style plays it; its lyrics go with their notes."""
    track = score.track(name)
    assert track is not None, "the tune's track was seated"
    context = Context(wish.brief, wish.style, score, track, bars, wish.seed)
    wanted = set(bars)
    notes = [note for note in phrased(context, tune) if score.metre.bar_at(note.start) in wanted]
    score = score.with_track(joined(track, Part(beside(context, notes))))
    return replace(score, lyrics=_with_their_notes(score.lyrics, notes))


def band(score: Score, wish: Restyling, tune: Track | None) -> tuple[Track, ...]:
    """The new band's tracks in the order in which they write: kept cells in them, the rest empty.

    A kept track plays its role in the new band with its own instrument; the tune keeps its track under any name, and
    who sings it sings on.
    """
    own = tune.name if tune is not None else None
    kept = {t.role: t for t in reversed(score.tracks) if wish.kept.bars_of(t.name) and t.name != own}
    seated: list[Track] = []
    for name, part in named_parts(wish.brief):
        if part.role == "melody" and tune is not None and tune.name not in {track.name for track in seated}:
            is_kept = bool(wish.kept.bars_of(tune.name))
            seated.append(tune if is_kept else replace(tune, role="melody", instrument=part.instrument))
        elif part.role in kept:
            seated.append(kept.pop(part.role))
        else:
            seated.append(Track(_unused(name, score, wish.kept), part.role, part.instrument))
    names = {track.name for track in seated}
    extra = [track for track in score.tracks if wish.kept.bars_of(track.name) and track.name not in names]
    if tune is not None and tune.name not in names | {track.name for track in extra}:
        extra.append(tune)
    extra += [track for track in score.tracks if track.role == "vocal" and track not in extra]
    return tuple(_only_kept(track, score, wish.kept) for track in (*seated, *extra))


def parts_of(score: Score, brief: Brief) -> tuple[PartBrief, ...]:
    """Who plays a score, as parts of a brief: with the manner that the brief asks of a part of that role."""
    manners = {part.role: part.manner for part in reversed(brief.parts)}
    return tuple(PartBrief(track.role, track.instrument, manners.get(track.role, "")) for track in score.tracks)


def _unused(name: str, score: Score, kept: Region) -> str:
    """The name, or one with a number behind it where a kept track of another role has it."""
    taken = {track.name for track in score.tracks if kept.bars_of(track.name)}
    number = 2
    unused = name
    while unused in taken:
        unused, number = f"{name} {number}", number + 1
    return unused


def _only_kept(track: Track, score: Score, kept: Region) -> Track:
    stays = set(kept.bars_of(track.name))
    return outside(track, score, tuple(bar for bar in range(score.bars) if bar not in stays))


def _is_held(score: Score, kept: Region, tune: Track | None, bar: int) -> bool:
    """Whether the chords of a bar must stay: they are kept themselves, or somebody goes on playing them."""
    return (HARMONY, bar) in kept.cells or any(
        (track.name, bar) in kept.cells for track in score.tracks if track.role not in _UNTUNED and track != tune
    )


def _tempo(score: Score, bpm: float) -> TempoMap:
    """The tempo map at another tempo, its changes in proportion."""
    ratio = bpm / score.tempo.bpm
    if ratio == 1.0:
        return score.tempo
    low, high = TEMPO_RANGE_BPM
    return TempoMap(
        tuple(TempoChange(c.tick, min(max(round(c.bpm * ratio, 3), low), high)) for c in score.tempo.changes)
    )


def _with_their_notes(lyrics: tuple[Lyric, ...], notes: list[Note]) -> tuple[Lyric, ...]:
    """Each syllable at the note now nearest to where it was sung."""
    starts = sorted({note.start for note in notes})
    if not starts:
        return lyrics

    def nearest(tick: Tick) -> Tick:
        place = bisect_left(starts, tick)
        return min(starts[max(place - 1, 0) : place + 1], key=lambda start: abs(start - tick))

    return tuple(sorted((Lyric(nearest(each.tick), each.text) for each in lyrics), key=lambda each: each.tick))
