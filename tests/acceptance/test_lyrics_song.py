"""A song with lyrics, from the command line to its files."""

from pathlib import Path

import mido
from click.testing import CliRunner

from resonant.cli import resonant
from resonant.library.songs import load_song
from resonant.score.passes.lyrics import matched

WORDS = """[Intro]
[Verse 1]
Every window holds a light
(softly) I remember you tonight
[Chorus x2]
Carry me home
[Outro]
Home
"""


def test_a_song_with_lyrics_has_every_word_in_its_section_its_midi_and_its_lrc(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text(WORDS)
    done = CliRunner().invoke(
        resonant, ["compose", "pop ballad", "--quality", "preview", "--seed", "4", "--lyrics", str(words),
               "--out", str(tmp_path / "songs")]
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    (path,) = (file.parent for file in (tmp_path / "songs").glob("*/song.json"))
    song = load_song(path).song
    assert [section.name for section in song.score.sections] == ["intro", "verse", "chorus", "chorus", "outro"]
    for section, brief in matched(song.score.sections, song.brief.form):
        start, end = song.score.metre.bar_start(section.start_bar), song.score.metre.bar_start(section.end_bar)
        heard = "".join(lyric.text for lyric in song.score.lyrics if start <= lyric.tick < end)
        assert heard.replace("-", "").replace(" ", "") == "".join(brief.lyrics).replace(" ", "")
    midi = [message.text for track in mido.MidiFile(path / "song.mid").tracks for message in track
            if message.type == "lyrics"]  # fmt: skip
    assert midi == [lyric.text for lyric in song.score.lyrics]
    lines = [row.split("]", 1)[1] for row in (path / "lyrics.lrc").read_text().splitlines()[1:]]
    assert lines == ["Every window holds a light", "I remember you tonight", "Carry me home", "Carry me home", "Home"]


def test_a_guide_vocal_sings_the_words_as_a_track_of_its_own(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text(WORDS)
    asked = ["compose", "pop ballad", "--quality", "preview", "--seed", "4", "--out", str(tmp_path / "songs")]
    done = CliRunner().invoke(resonant, [*asked, "--lyrics", str(words), "--guide-vocal"])
    assert done.exit_code == 0, done.output
    (path,) = (file.parent for file in (tmp_path / "songs").glob("*/song.json"))
    document = load_song(path)
    vocal, melody = (document.song.score.of_role(role) for role in ("vocal", "melody"))
    assert vocal is not None and melody is not None
    assert len(vocal.notes) >= len(document.song.score.lyrics) > 0
    loud = document.meters["stems_lufs"]
    assert loud["vocal"] > loud["melody"] - 1.0  # in front of the instrument that plays along
    assert (path / document.stems["vocal"].file).is_file()


def test_a_guide_vocal_without_words_is_refused_in_one_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(resonant, ["compose", "pop", "--guide-vocal", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "needs words to sing" in done.output
