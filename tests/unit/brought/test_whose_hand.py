"""Bars of a brought track are written by whoever measured best at such music, and the song says so."""

from pathlib import Path

from resonant.brief.reader import Call, read_brief
from resonant.brought.bring import brought
from resonant.brought.keeping import kept
from resonant.brought.wishes import Wishes
from resonant.evaluate.composed import noted
from resonant.library import acts
from resonant.library.revisions import open_song
from resonant.produce import Engine, Watch, regenerate
from resonant.score.midi import to_midi_bytes
from resonant.score.region import Region


def test_brought_bars_go_to_the_learned_player_and_our_own_to_the_arranger(tmp_path: Path) -> None:
    engine = Engine()
    own = noted(read_brief("pop", Call(bars=16, seed=3)), engine, Watch())
    file = tmp_path / "band.mid"
    file.write_bytes(to_midi_bytes(own.score))
    song, locked = brought(file, Wishes(), tmp_path)
    _, place = kept(song, locked, tmp_path)
    acts.unlock(open_song(place), locked)
    foreign = open_song(place).song
    name = next(track.name for track in foreign.score.tracks if track.role == "melody")
    made = regenerate(foreign, Region.of([name], 4, 8), engine, Watch())
    assert made.lineage.players == {name: "score-lm"}
    assert any(
        remark.startswith(f"{name}: written by score-lm, whose bars lay nearer") for remark in made.brief.remarks
    )
    ours = regenerate(own, Region.of(["melody"], 4, 8), engine, Watch())
    assert ours.lineage.players == {"melody": "arranger"}
