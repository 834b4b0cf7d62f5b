"""Presets of three kinds, their order of resolution, and the tags of a prompt."""

from pathlib import Path

import pytest

from resonant.brief.presets import explain, load_presets
from resonant.brief.reader import Call, read_brief
from resonant.brief.tags import WEIGHTS, drop_out, prompt_line
from resonant.errors import BriefError, StyleError
from resonant.styles import all_styles

PRESETS = load_presets()


def origins(**names: str) -> dict[str, tuple[object, str]]:
    return {s.name: (s.value, s.origin) for s in explain(PRESETS, **names)}  # type: ignore[arg-type]


def test_every_preset_can_be_read_and_used() -> None:
    for name in PRESETS.styles:
        assert read_brief("", Call(style=name)).style in all_styles()
    for name in PRESETS.roles:
        assert read_brief("", Call(role=name)).role == name
    for name in PRESETS.qualities:
        assert read_brief("", Call(quality=name)).quality == name


def test_later_layers_win_and_each_setting_tells_its_origin() -> None:
    settings = {
        s.name: s
        for s in explain(PRESETS, style="ambient_lofi", role="background_bed", quality="final", call=Call(seconds=42))
    }
    assert (settings["seconds"].value, settings["seconds"].origin) == (42, "the call")
    assert settings["energy"].origin == "role background_bed"
    assert settings["tempo_bpm"].origin == "style preset ambient_lofi"
    assert settings["sound.sample_rate"].origin == "quality final"
    assert settings["metre"].origin == "style lo-fi"
    assert settings["knobs.top_p"].origin == "built-in"


def test_tags_of_style_and_role_are_both_kept() -> None:
    value, origin = origins(style="ambient_lofi", role="background_bed")["prepend_tags"]
    assert value == ("ambient lo-fi", "hazy", "warm", "background music") and "+" in origin


def test_a_role_in_the_words_sets_length_dynamics_and_loop() -> None:
    brief = read_brief("jazz for a podcast, background music")
    assert (brief.role, brief.loop, brief.sound.dynamics, brief.sound.loudness_lufs) == (
        "background_bed",
        True,
        0.15,
        -20,
    )
    assert (brief.origin["loop"], brief.origin["bars"], brief.origin["role"]) == ("preset", "preset", "said")
    assert "melody" not in {part.role for part in brief.parts}


def test_what_nobody_asked_for_is_assumed() -> None:
    assert set(read_brief("").origin.values()) == {"assumed"}
    assert read_brief("", Call(quality="final")).origin["sound"] == "preset"


def test_knobs_of_the_call_are_followed() -> None:
    brief = read_brief("", Call(knobs={"temperature": 1.2, "normalize_duration": "crop"}))
    assert (brief.knobs.temperature, brief.knobs.normalize_duration, brief.origin["knobs"]) == (1.2, "crop", "said")


def test_what_a_role_leaves_out_plays_when_it_is_asked_for() -> None:
    assert "drums" in {part.role for part in read_brief("forest ambience with drums").parts}


def test_a_preview_cuts_only_a_length_that_nobody_asked_for() -> None:
    assert read_brief("house", Call(quality="preview")).seconds <= 32
    assert read_brief("house, 2 minutes", Call(quality="preview")).seconds == pytest.approx(120)


def test_a_users_file_is_laid_over_ours_field_by_field(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("roles:\n  trailer: {seconds: 20}\n  lift: {seconds: 33, energy: 0.2}\n")
    presets = load_presets(mine)
    assert presets.roles["trailer"].seconds == 20 and presets.roles["trailer"].energy == 0.9
    assert read_brief("", Call(role="lift"), presets=presets).seconds == pytest.approx(33)


@pytest.mark.parametrize(
    ("text", "line"),
    [("roles:\n  a: {second: 3}\n", 2), ("roles:\n  a:\n    energy: 7\n", 3), ("roles:\n\ta: 1\n", 2), ("- 1\n", 1),
    ("styles:\n  x:\n    sound: {lofi: much}\n", 3)],
)  # fmt: skip
def test_a_broken_preset_file_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(StyleError, match=f"mine.yaml, line {line}: "):
        load_presets(path)


def test_a_missing_preset_file_and_an_unknown_preset_are_refused() -> None:
    with pytest.raises(StyleError, match="can not be read"):
        load_presets(Path("nowhere.yaml"))
    with pytest.raises(BriefError, match="background_bed"):
        explain(PRESETS, role="elevator")


def test_weights_are_those_of_training_and_drop_out_is_the_rest() -> None:
    assert list(WEIGHTS.values()) == [0.95, 0.50, 0.375, 0.325, 0.25, 0.2, 0.1]
    assert drop_out("genre") == 0.05 and drop_out("topic") == 0.9


def test_the_prompt_line_names_strong_categories_first() -> None:
    line = prompt_line(read_brief("sad dusty deep house about rain with a flute, female vocals, for a party"))
    places = [line.index(word) for word in ("deep house", "dusty", "female vocals", "sad", "flute", "party")]
    assert places == sorted(places)


def test_the_form_ends_the_prompt_line_where_it_is_asked_for() -> None:
    assert prompt_line(read_brief("pop: verse, chorus", Call(append_structure=True))).endswith("[Verse] [Chorus]")
