"""A MIDI file becomes a song: its score, completed by what it leaves unsaid."""

from dataclasses import replace
from pathlib import Path

from resonant.brought.brief import brief_of
from resonant.brought.names import own_names
from resonant.brought.wishes import Wishes
from resonant.errors import BriefError, MidiError
from resonant.library.model import Lineage, Song
from resonant.listening.chords_of_score import with_chords_found
from resonant.listening.sections import with_sections_found
from resonant.score.midi import read_midi
from resonant.score.model import Score, Track
from resonant.units import MetreMap, TempoMap

MOST_TRACKS = 128


def song_of_midi(path: Path, wishes: Wishes | None = None) -> Song:
    """The song in a MIDI file, without sound: harmony, key and sections found where the file does not say them.

    Raises:
        MidiError: the file is missing, damaged, too large, or holds no note.
        BriefError: a role was said of a file with several tracks.
    """
    wishes = wishes or Wishes()
    return song_of_score(read_midi(path), path.name, wishes)


def song_of_score(score: Score, file_name: str, wishes: Wishes) -> Song:
    """The song of a score that somebody else wrote; see `song_of_midi`."""
    score = replace(score, tracks=own_names(tuple(track for track in score.tracks if track.notes)))
    if not score.tracks:
        raise MidiError(f"{file_name} holds no note; export it again from the program that made it")
    if len(score.tracks) > MOST_TRACKS:
        raise MidiError(
            f"{file_name} holds {len(score.tracks)} parts, more than the {MOST_TRACKS} we read; leave some of them out"
        )
    remarks = _remarks(score, wishes)
    title = wishes.name or score.title or Path(file_name).stem
    score = completed(replace(_as_wished(score, wishes), title=title))
    brief = brief_of(score, file_name, wishes, remarks)
    return Song(brief, score, lineage=Lineage(act="import", settings={"imported": file_name}))


def completed(score: Score) -> Score:
    """The score with harmony and sections over every bar, so that any player can play with it."""
    return with_sections_found(with_chords_found(score))


def _remarks(score: Score, wishes: Wishes) -> tuple[str, ...]:
    """What was found and not read."""
    found = []
    if not score.harmony:
        found.append("the chords were found from the notes; the file names none")
    if not score.sections:
        found.append("the sections were found from what comes back; the file names none")
    if len(score.tempo.changes) > 1 and wishes.tempo_bpm is None:
        found.append(f"the tempo changes {len(score.tempo.changes) - 1} times; what is added follows it")
    return tuple(found)


def _as_wished(score: Score, wishes: Wishes) -> Score:
    """The score under another key, metre or tempo, or with its one track in another role; its notes stay."""
    if wishes.key is not None:
        score = replace(score, key=wishes.key)
    if wishes.tempo_bpm is not None:
        score = replace(score, tempo=TempoMap.constant(wishes.tempo_bpm))
    if wishes.metre is not None:
        bars = MetreMap.constant(wishes.metre)
        score = replace(score, metre=bars, bars=bars.bar_at(score.end - 1) + 1, sections=())
    if wishes.role:
        score = replace(score, tracks=_in_role(score.tracks, wishes.role))
    return score


def _in_role(tracks: tuple[Track, ...], role: str) -> tuple[Track, ...]:
    if len(tracks) > 1:
        names = ", ".join(track.name for track in tracks)
        raise BriefError(
            f"--role {role} says what one track plays, and the file has {len(tracks)} ({names}); leave it out"
        )
    return (replace(tracks[0], role=role),)
