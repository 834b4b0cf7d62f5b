"""An act to its end: files that are made while there is still sound to make are those that would be made afterwards."""

from pathlib import Path

from resonant.audio_files import AudioFormat
from resonant.brief.reader import Call, read_brief
from resonant.library.revisions import open_song, save_revision
from resonant.library.songs import save_song
from resonant.produce import Engine, compose, sounded
from resonant.reroll import Reroll, takes
from resonant.revising import revised
from resonant.score.region import Region

FORMATS = (AudioFormat.WAV, AudioFormat.FLAC)


def test_files_made_while_the_master_is_are_those_made_after_it(tmp_path: Path) -> None:
    engine = Engine()
    song = compose(read_brief("house, 2 bars", calls=Call(seed=3)), engine)
    folders = [save_song(song, tmp_path / place, FORMATS) for place in ("beside", "after")]
    beside, after = (open_song(folder) for folder in folders)
    bars = beside.song.score.bars
    take = next(takes(beside.song, Reroll(Region.of(["chords", "drums"], 0, bars), seed=9), engine))
    one = revised(take, beside, engine, before=beside.published)
    other = save_revision(sounded(take, engine, published=after.published), after, FORMATS)
    assert dict(one.files) == dict(other.files) and one.revision == other.revision
    assert dict(one.files) != dict(beside.document.files)
