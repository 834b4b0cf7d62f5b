"""The drums block of a style file: what it takes, and how it refuses."""

from pathlib import Path

import pytest

from resonant.errors import StyleError
from resonant.styles import all_styles, load
from resonant.styles.drums import DEFAULT_GROOVES, Groove
from resonant.units import Metre

HEAD = """name: test
description: a style
tempo_bpm: {low: 80, typical: 100, high: 120}
keys: [C major]
parts: []
"""


def a_style(folder: Path, text: str) -> Path:
    path = folder / "test.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_style_without_drums_gets_a_plain_backbeat(tmp_path: Path) -> None:
    assert load(a_style(tmp_path, "")).drums.grooves == DEFAULT_GROOVES


@pytest.mark.parametrize(
    ("block", "line", "says"),
    [
        ('drums:\n  grooves:\n    - {name: a, lines: {kick: "x..y"}}\n', 8, "holds y"),
        ('drums:\n  grooves:\n    - {name: a, lines: {kick: "x.....x"}}\n', 8, "7 steps"),
        ('drums:\n  grooves:\n    - {name: a, lines: {cow: "x..."}}\n', 8, "cow"),
        ('drums:\n  grooves:\n    - {name: a, lines: {kick: "x...||x..."}}\n', 8, "without steps"),
        ('drums:\n  grooves:\n    - {name: a, lines: {kick: "3333333333333333"}}\n', 8, "faster than"),
        ('drums:\n  grooves:\n    - {name: a, energy: [0.8, 0.2], lines: {kick: "x..."}}\n', 8, "runs backwards"),
        ('drums:\n  grooves:\n    - {name: a, metre: 4-4, lines: {kick: "x..."}}\n', 8, "metre"),
        ('drums:\n  fills:\n    - {beats: 2, lines: {snare: "xxx"}}\n', 8, "share out"),
        ('drums:\n  fills:\n    - {beats: 2, lines: {snare: "xxxx|xxxx"}}\n', 8, "one string"),
    ],
)
def test_a_broken_groove_is_refused_with_its_line(tmp_path: Path, block: str, line: int, says: str) -> None:
    with pytest.raises(StyleError, match=says) as refused:
        load(a_style(tmp_path, block))
    assert refused.value.line == line


def test_a_line_may_be_written_alone_or_with_its_variations() -> None:
    groove = Groove.model_validate({"name": "a", "lines": {"kick": "x...", "hat": ["x.x.|x.xx", "xxxx"]}})
    assert groove.lines == {"kick": ("x...",), "hat": ("x.x.|x.xx", "xxxx")}
    assert groove.bars == 2


@pytest.mark.parametrize("name", sorted(all_styles()))
def test_every_style_has_grooves_for_calm_and_for_loud_sections(name: str) -> None:
    grooves = [g for g in all_styles()[name].drums.grooves if g.metre == "4/4" and not g.manners]
    assert len(grooves) >= 3
    assert all(Metre.parse(g.metre) for g in grooves)
    for energy in (0.25, 0.5, 0.8):
        assert any(g.energy[0] - 0.1 <= energy <= g.energy[1] + 0.1 for g in grooves)
