"""Style files: ours are sound, a user's stand beside them, broken ones are refused with file and line."""

import re
from pathlib import Path

import pytest
from tests.helpers import changed

from resonant.errors import StyleError
from resonant.instruments import instrument
from resonant.produce import Engine, compose
from resonant.styles import all_styles, load
from resonant.testing import a_brief

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "style-files.md"
PLAIN = """name: plain
description: Plain.
tempo_bpm: {low: 90, typical: 100, high: 120}
keys: [C major]
parts:
  - {role: melody, instrument: flute}
"""


def broken(tmp_path: Path, text: str) -> StyleError:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StyleError) as caught:
        load(path)
    return caught.value


@pytest.mark.parametrize("name", sorted(all_styles()))
def test_our_own_styles_name_instruments_that_exist_and_play_their_role(name: str) -> None:
    for part in all_styles()[name].parts:
        for choice in (part.instrument, *part.others):
            assert part.role in instrument(choice).roles, (name, part.role, choice)


def test_every_genre_that_was_promised_has_a_style() -> None:
    promised = (
        "gospel, jazz, blues, pop, rock, lo-fi, house, techno, ambient, funk, r&b, bossa nova, reggae, country, "
        "classical, cinematic, hip hop, trap, drum & bass, folk"
    )
    assert set(promised.split(", ")) <= set(all_styles())


def test_no_two_styles_answer_to_one_name() -> None:
    names = [name for style in all_styles().values() for name in (style.name, *style.aliases)]
    assert sorted(names) == sorted(set(names))


def test_the_guides_example_is_a_style_that_plays(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    (tmp_path / "skiffle.yaml").write_text(block[1], encoding="utf-8")
    engine = Engine(styles_folder=tmp_path)
    skiffle = engine.style("skiffle")
    brief = changed(a_brief("country", 2), style="skiffle")
    song = compose(brief, engine)
    assert skiffle.swing.amount == 0.6
    assert song.score.harmony[-1].chord.root == brief.key.tonic


def test_a_tab_is_named_with_its_line(tmp_path: Path) -> None:
    error = broken(tmp_path, PLAIN + "swing:\n\tamount: 0.6\n")
    assert error.line == 8
    assert "tab" in str(error)


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        ("sidechian: 0.5\n", 7, "sidechian"),
        ("energy: 3\n", 7, "less than or equal to 1"),
        ("harmony:\n  major:\n    - {chords: I | what | V}\n", 9, "'what' is not understood"),
        ("metre: 17/3\n", 7, "metre 17/3"),
        ("melody:\n  breath: 1\n  cells: {xyz: 1}\n", 9, "'xyz'"),
        ("drums:\n  grooves:\n    - name: odd\n      lines: {kick: x......}\n", 9, "steps"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, wrong: str, line: int, says: str) -> None:
    error = broken(tmp_path, PLAIN + wrong)
    assert says in str(error)
    assert error.line is not None
    assert abs(error.line - line) <= 1, str(error)


@pytest.mark.parametrize("text", ["", "- a list\n", "just words\n", "name: [unclosed\n", "\x00\x01"])
def test_what_is_no_style_at_all_is_refused(tmp_path: Path, text: str) -> None:
    assert "broken.yaml" in str(broken(tmp_path, text))


def test_a_style_says_only_what_is_different_from_one_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nbased_on: funk\nkeys: [B minor]\nadapter: mine.safetensors\nplayer: score-lm\n")
    mine, funk = load(path), all_styles()["funk"]
    assert (mine.name, mine.keys, mine.player) == ("mine", ("B minor",), "score-lm")
    assert mine.aliases == () != funk.aliases
    assert mine.adapter == tmp_path / "mine.safetensors"
    same = {"drums", "bass", "harmony", "form", "parts", "tempo_bpm"}
    assert mine.model_dump(include=same) == funk.model_dump(include=same)


def test_the_guides_short_example_is_a_style(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "slow.yaml").write_text(blocks[-1], encoding="utf-8")
    assert load(tmp_path / "slow.yaml").bass == all_styles()["funk"].bass


def test_a_style_based_on_none_of_ours_is_refused(tmp_path: Path) -> None:
    error = broken(tmp_path, "name: mine\ndescription: x\nbased_on: mine\n")
    assert "'mine' is not one of our styles" in str(error)
    assert error.line == 3
    unread = broken(tmp_path, "name: mine\nbased_on: funk\nswing: {amount: 2}\n")
    assert "swing.amount" in str(unread)
    assert unread.line == 3
