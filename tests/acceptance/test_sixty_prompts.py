"""Prompts as people write them: 95 % of what they state is read; and any text at all is survived."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from resonant.brief.model import Brief
from resonant.brief.reader import read_brief
from resonant.errors import BriefError
from resonant.styles import all_styles

DATA = Path(__file__).parent.parent / "data"
SHARE_TO_READ = 0.95


def prompts(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return rows


def is_read(field: str, stated: Any, brief: Brief) -> bool:
    """Whether the brief holds what a prompt states of one field."""
    match field:
        case "tempo_bpm":
            low, high = stated if isinstance(stated, list) else (stated, stated)
            return bool(low - 1e-6 <= brief.tempo_bpm <= high + 1e-6)
        case "seconds":
            half_a_bar = brief.seconds / brief.bars / 2
            return brief.seconds_wanted == stated and abs(brief.seconds - stated) <= half_a_bar + 1e-6
        case "wanted" | "unwanted":
            return set(getattr(brief, field)) == set(stated)
        case "moods":
            return set(stated) <= set(brief.moods)
        case "manner":
            return set(stated) <= {f"{part.role}/{part.manner}" for part in brief.parts}
        case "form":
            return [section.name for section in brief.form] == stated
        case "progression":
            return list(brief.progression) == stated
        case "key" | "metre":
            return str(getattr(brief, field)) == stated
        case _:
            return bool(getattr(brief, field) == stated)


def wrong_fields(name: str) -> tuple[Counter[str], Counter[str], list[str]]:
    """How many fields of each name were stated, how many were read, and a line for each that was not."""
    stated, read, misses = Counter[str](), Counter[str](), []
    for row in prompts(name):
        brief = read_brief(row["text"])
        for field, value in row.items():
            if field == "text":
                continue
            stated[field] += 1
            if is_read(field, value, brief):
                read[field] += 1
            else:
                misses.append(f"{row['text']!r}: {field} is {getattr(brief, field, brief.parts)!s}, stated {value}")
    return stated, read, misses


@pytest.mark.parametrize("name", ["prompts.yaml", "prompts_heldout.yaml"])
def test_ninety_five_percent_of_what_prompts_state_is_read(name: str) -> None:
    stated, read, misses = wrong_fields(name)
    lines = [f"{field:12} {read[field]}/{count}" for field, count in stated.items()]
    sys.stdout.write("\n".join([name, *lines, f"all {read.total()}/{stated.total()}", *misses, ""]))
    assert read.total() >= SHARE_TO_READ * stated.total(), "\n".join(misses)


def test_the_prompts_are_sixty_and_name_every_style() -> None:
    rows = prompts("prompts.yaml")
    assert len(rows) >= 60
    assert {row["style"] for row in rows if "style" in row} == set(all_styles())


def test_everything_that_a_prompt_states_has_the_origin_said() -> None:
    for row in prompts("prompts.yaml"):
        brief = read_brief(row["text"])
        for field in set(row) & {
            "style",
            "tempo_bpm",
            "key",
            "metre",
            "bars",
            "wanted",
            "unwanted",
            "form",
            "seed",
            "loop",
        }:
            assert brief.origin[field] == "said", f"{row['text']!r}: {field}"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n\t", "🎹🔥😢", "悲しいピアノの曲、120bpm", "موسيقى حزينة", "музыка для сна",
        "\x00\x07 lofi \x1b[31m",
        "'\"\\;--", "a" * 20_000, "lofi " * 4_000, "no " * 6_000, "| " * 9_000, "120 " * 5_000, "A B C D " * 2_000,
        "with drums and " * 1_300,
        "a minute and a half " * 900, "\u202egnol yrev", "half half half hundred hundred",
        "1/1/1/1 3/4/5", "((((" * 3_000, "in a minor " * 1_800,
    ],
)  # fmt: skip
def test_any_text_gives_a_brief_with_players_or_one_clear_error(text: str) -> None:
    try:
        brief = read_brief(text)
    except BriefError as error:
        assert str(error)
    else:
        assert brief.parts and brief.bars >= 1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("techno 900 bpm", ("900", "20", "400")),
        ("5 bpm", ("5", "20", "400")),
        ("0 bars of jazz", ("0", "1", "2048")),
        ("10000 bars", ("10000", "2048")),
        ("a waltz in 17/3", ("17/3", "3/4")),
        ("a song of 3 hours", ("10800", "1800")),
        (
            "lofi, no drums, no bass, no piano, no keys, no chords, no melody, no pads, no synths, no percussion",
            ("nobody", "drums"),
        ),
    ],
)
def test_what_nobody_can_play_is_refused_with_the_range(text: str, names: tuple[str, ...]) -> None:
    with pytest.raises(BriefError) as caught:
        read_brief(text)
    assert all(name in str(caught.value) for name in names)
