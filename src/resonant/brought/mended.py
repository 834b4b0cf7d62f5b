"""A recording of a song is repaired: the song gets a new file of it, and all else stays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from resonant.brought.recording import sha256_of
from resonant.errors import InputError
from resonant.library.model import Lineage, Song
from resonant.score.region import Region
from resonant.sound.codes import codes_of, with_codes
from resonant.sound.recording import FOLDER, Recording
from resonant.sound.repair.file import SoundFile
from resonant.sound.repair.joining import FADE_S
from resonant.sound.repair.repair import Kept, Repair, gap_in

ACT = "repair"


@dataclass(frozen=True, eq=False)
class Damage:
    """Where a song is damaged.

    Args:
        song: without sound.
        track: of the recording.
        file: the recording's.
        start, end: the gap, in samples of the file.
        kept: the codes that the recording was made from; None where it was brought.
    """

    song: Song
    track: str
    file: SoundFile
    start: int
    end: int
    kept: Kept | None

    @property
    def recording(self) -> Recording:
        return self.song.recordings[self.track]

    @property
    def region(self) -> Region:
        """The bars of the track that the gap and its fades lie in."""
        score, rate = self.song.score, self.file.rate
        spans = (self.start / rate - FADE_S, self.end / rate + FADE_S)
        first, last = (score.tempo.tick_at(max(self.recording.start_s + second, 0.0)) for second in spans)
        # A tick more on either side: the tick nearest to a moment may lie on the other side of a bar line.
        bars = [min(score.metre.bar_at(tick), score.bars - 1) for tick in (max(first - 1, 0), last + 1)]
        return Region.of([self.track], bars[0], bars[1] + 1)


def damage_in(song: Song, track: str | None, from_s: float, to_s: float) -> Damage:
    """The place of a gap that a song has from one time to another, counted from its bar 1.

    Raises:
        InputError: the song has no such recording, or the times do not lie in it.
    """
    if not song.recordings:
        raise InputError("the song has no recording, and notes are not repaired; write them anew with: regenerate")
    names = ", ".join(map(repr, song.recordings))
    if track is None and len(song.recordings) > 1:
        raise InputError(f"the song has several recordings; say with --track which to repair: {names}")
    name = next(iter(song.recordings)) if track is None else track
    if name not in song.recordings:
        raise InputError(f"track {name!r} is no recording of this song; its recordings are {names}")
    recording = song.recordings[name]
    file = SoundFile.at(recording.path(recording.file))
    begins_s, ends_s = recording.start_s, recording.start_s + file.num_samples / file.rate
    if not begins_s <= from_s < to_s <= ends_s:
        raise InputError(
            f"the recording {name!r} sounds from {begins_s:.3f} s to {ends_s:.3f} s of the song; give two times within "
            "that, the earlier one first"
        )
    start, end = gap_in(file, from_s - begins_s, to_s - begins_s)
    kept = None if recording.codes is None else Kept(codes_of(recording), 0)
    return Damage(song, name, file, start, end, kept)


def mended(damage: Damage, repair: Repair, settings: Mapping[str, str], seed: int, workplace: Path) -> Song:
    """The song with its recording repaired, not yet mixed.

    Args:
        damage: of `damage_in`.
        repair: what belongs there.
        settings: how it was made, as text.
        seed: of the act.
        workplace: a folder for the files of sound and codes; it lasts until the song is saved.

    Raises:
        PlaceError: the workplace can not be written.
    """
    song, recording = damage.song, damage.recording
    own = _free(Path(recording.file), damage.file.ending, {f for r in song.recordings.values() for f in r.files})
    path = workplace / Path(own).name
    damage.file.punched(path, repair.first, repair.samples)
    new = replace(recording, file=own, sha256=sha256_of(path), places={**recording.places, own: path})
    if repair.kept is not None and damage.kept is not None and repair.kept.is_of(damage.kept):
        new = with_codes(new, repair.kept.codes, workplace)
    lineage = Lineage(
        act=ACT, region=damage.region, players={damage.track: settings["engine"]}, settings=dict(settings), seed=seed,
        seeds=song.lineage.seeds,
    )  # fmt: skip
    return replace(song, stems=None, mix=None, lineage=lineage, recordings={**song.recordings, damage.track: new})


def _free(file: Path, ending: str, taken: set[str]) -> str:
    """A name in the song's folder that no recording has."""
    stem = file.stem.split("-repaired")[0]
    names = (f"{FOLDER}/{stem}-repaired{'' if n == 1 else f'-{n}'}{ending}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
