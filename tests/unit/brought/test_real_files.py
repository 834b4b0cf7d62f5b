"""Real pieces that nobody here made go all the way: imported, accompanied, told in other styles, exported."""

from dataclasses import replace
from pathlib import Path

import pytest

from resonant import produce
from resonant.brief.restyled import restyled_brief
from resonant.brought.accompany import parts_named, with_players
from resonant.brought.bring import brought
from resonant.brought.keeping import kept
from resonant.brought.wishes import Wishes
from resonant.evaluate.pieces import read_pieces
from resonant.exports.formats import export_song
from resonant.exports.source import open_song as open_source
from resonant.library import acts
from resonant.library.revisions import open_song, save_revision
from resonant.score.midi import write_midi

PIECES = {piece.id: piece for piece in read_pieces(Path(__file__).parents[2] / "data" / "pieces.jsonl.gz")}
WAYS = (
    ("groove/drummer3-session2-10", "bass", "jazz"),
    ("openewld/Sebastián_Yradier/La_paloma", "drums", "bossa nova"),
    ("lieder/Haydn,_Joseph/10_Canzonets/3_The_Spirit’s_Song,_Hob.XXVIa41", "strings", "trap"),
)


@pytest.mark.parametrize(("name", "role", "style"), WAYS)
def test_a_real_piece_goes_all_the_way(name: str, role: str, style: str, tmp_path: Path) -> None:
    engine = produce.Engine()
    write_midi(replace(PIECES[name].score, harmony=(), sections=()), tmp_path / "piece.mid")
    song, own = brought(tmp_path / "piece.mid", Wishes(), tmp_path)
    song, folder = kept(song, own, tmp_path / "songs")
    assert open_song(folder).song.score == song.score

    def told(style: str) -> None:
        opened = open_song(folder)
        brief = restyled_brief(opened.song.brief, style, tempo_held=bool(opened.song.locks))
        save_revision(produce.restyle(opened.song, brief, engine), opened)

    opened = open_song(folder)
    seated, region = with_players(opened.song, parts_named([role], engine.style(opened.song.brief.style)))
    save_revision(produce.regenerate(seated, region, engine), opened)
    told(style)
    now = open_song(folder).song.score
    assert all(now.track(track.name) == track for track in song.score.tracks), "what is locked stays"
    acts.unlock(open_song(folder), own)
    told("gospel")
    written = export_song(open_source(folder), ("midi", "musicxml"), tmp_path / "exports", parts="all")
    assert all(path.stat().st_size > 100 for paths in written.values() for path in paths)
