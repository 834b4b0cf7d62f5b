"""Tracks that were brought join a song that is there already."""

from dataclasses import replace

from resonant.brought.names import free_name
from resonant.brought.notes import completed
from resonant.errors import BriefError
from resonant.library.model import Lineage, Song
from resonant.score.model import Score, Track
from resonant.score.region import Region
from resonant.sound.recording import Recording

NEARLY = 0.01
"""Tempi that differ by no more than this go together without stretching."""


def joined(new: Song, into: Song, file_name: str) -> tuple[Song, Region]:
    """The song with the tracks of another, and the cells of those tracks.

    Notes stand at the same bars and beats, whatever their own tempo was. A song that is shorter gets the bars that are
    missing, with the chords and sections that were found in what joins it.

    Raises:
        BriefError: the metres differ, or a recording's tempo does.
    """
    _refuse_other_metre(new, into, file_name)
    if new.recordings:
        _refuse_other_tempo(new, into, file_name)
    names = _free_names(new.score.tracks, into.score)
    tracks = tuple(replace(track, name=names[track.name]) for track in new.score.tracks)
    recordings: dict[str, Recording] = {names[name]: each for name, each in new.recordings.items()}
    score = replace(_longer(into.score, new.score), tracks=(*into.score.tracks, *tracks))
    brief = replace(into.brief, bars=score.bars, remarks=(*into.brief.remarks, *new.brief.remarks))
    lineage = Lineage(
        act="import", region=None, settings={**into.lineage.settings, "imported": file_name}, seed=into.lineage.seed,
        seeds=into.lineage.seeds,
    )  # fmt: skip
    song = replace(
        into, brief=brief, score=score, stems=None, mix=None, lineage=lineage,
        recordings={**into.recordings, **recordings},
    )  # fmt: skip
    return song, Region.of([track.name for track in tracks], 0, score.bars)


def _refuse_other_metre(new: Song, into: Song, file_name: str) -> None:
    bars = min(new.score.bars, into.score.bars)
    if any(new.score.metre.metre_at(bar) != into.score.metre.metre_at(bar) for bar in range(bars)):
        raise BriefError(
            f"{file_name} is in {new.score.metre.metre_at(0)} and the song in {into.score.metre.metre_at(0)}, or they "
            "change elsewhere; say --metre, or import it as a song of its own"
        )


def _refuse_other_tempo(new: Song, into: Song, file_name: str) -> None:
    own, theirs = new.score.tempo, into.score.tempo
    if len(own.changes) > 1 or len(theirs.changes) > 1 or abs(own.bpm / theirs.bpm - 1.0) > NEARLY:
        heard = f"at {own.bpm:.1f} bpm" if len(own.changes) == 1 else "in a tempo that moves"
        advice = f"give --stretch-to {theirs.bpm:g}" if len(theirs.changes) == 1 else "import it as a song of its own"
        raise BriefError(f"{file_name} is heard {heard} and the song plays at {theirs.bpm:g}; {advice}")


def _free_names(tracks: tuple[Track, ...], score: Score) -> dict[str, str]:
    """For each track a name that no track of the score has, and none of its own."""
    taken = {track.name for track in score.tracks}
    names: dict[str, str] = {}
    for track in tracks:
        names[track.name] = free_name(track.name, taken)
        taken.add(names[track.name])
    return names


def _longer(score: Score, other: Score) -> Score:
    """The score with at least the bars of another, whose chords and sections fill those that are new."""
    if other.bars <= score.bars:
        return score
    end = score.end
    harmony = (*score.harmony, *(replace(span, start=max(span.start, end), duration=span.end - max(span.start, end))
                                 for span in other.harmony if span.end > end))  # fmt: skip
    sections = (*score.sections, *(replace(section, start_bar=max(section.start_bar, score.bars))
                                   for section in other.sections if section.end_bar > score.bars))  # fmt: skip
    return completed(replace(score, bars=other.bars, harmony=harmony, sections=sections))
