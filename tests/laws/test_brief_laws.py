"""Laws of reading: any text is survived, what is said is marked so, and the same words give the same brief."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resonant.brief.band import PLAYING_ORDER
from resonant.brief.model import Brief
from resonant.brief.reader import Call, read_brief
from resonant.brief.tags import WEIGHTS
from resonant.brief.vocabulary import vocabulary
from resonant.errors import BriefError
from resonant.instruments import instruments
from resonant.styles import all_styles
from resonant.theory.key import MODES, Key

STYLES = sorted(all_styles())
WORDS = [
    *STYLES, *vocabulary().moods, *vocabulary().scenes, *vocabulary().tempos, *vocabulary().groups,
    *vocabulary().sections,
    "no", "without", "only", "just", "and", ",", "or", "with", "a", "in",
    "minor", "major", "key of", "C", "F#", "Bb", "Am", "|",
    "bpm", "120", "8", "bars", "seconds", "3/4", "6/8", "minutes",
    "one", "half", "hundred", "-", ".", "solo", "instrumental", "seed",
]  # fmt: skip
prompts_of_words = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)


def read_or_refused(text: str, call: Call | None = None) -> Brief | None:
    try:
        return read_brief(text, call)
    except BriefError as error:
        assert len(str(error)) > 20, "an error says what is wrong and what to do"
        return None


def assert_whole(brief: Brief) -> None:
    roles = [part.role for part in brief.parts]
    assert roles == sorted(set(roles), key=PLAYING_ORDER.index), "each role once, in the order in which players write"
    assert roles and all(part.instrument in instruments() for part in brief.parts)
    assert brief.bars >= 1 and 20 <= brief.tempo_bpm <= 400
    assert len(brief.form) <= brief.bars
    weights = [WEIGHTS[tag.category] for tag in brief.tags]
    assert weights == sorted(weights, reverse=True), "strong categories come first"
    assert set(brief.origin.values()) <= {"said", "preset", "assumed"}


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_reading_any_text_gives_a_whole_brief_or_a_brief_error(text: str) -> None:
    brief = read_or_refused(text)
    if brief is not None:
        assert_whole(brief)


@given(prompts_of_words)
@settings(max_examples=300, deadline=None)
def test_reading_any_mix_of_musical_words_gives_a_whole_brief_or_a_brief_error(text: str) -> None:
    brief = read_or_refused(text)
    if brief is not None:
        assert_whole(brief)


@given(prompts_of_words, st.integers(0, 2**63 - 1))
@settings(max_examples=50, deadline=None)
def test_the_same_text_and_seed_give_the_same_brief(text: str, seed: int) -> None:
    assert read_or_refused(text, Call(seed=seed)) == read_or_refused(text, Call(seed=seed))


@given(prompts_of_words)
@settings(max_examples=100, deadline=None)
def test_capitals_do_not_change_tempo_length_style_or_players(text: str) -> None:
    plain = text.replace("C", "").replace("Am", "").replace("|", "")
    lower, title = read_or_refused(plain.lower()), read_or_refused(plain.lower().capitalize())
    if lower is not None and title is not None:
        assert (lower.style, lower.bars, lower.wanted, lower.unwanted) == (
            title.style,
            title.bars,
            title.wanted,
            title.unwanted,
        )


@pytest.mark.parametrize(
    "form", ["{} bpm", "techno {}bpm", "at {} BPM, slow", "tempo: {}", "{} beats per minute please"]
)
def test_every_tempo_from_20_to_400_is_read_as_said(form: str) -> None:
    for bpm in range(20, 401):
        brief = read_brief(form.format(bpm))
        assert (brief.tempo_bpm, brief.origin["tempo_bpm"]) == (bpm, "said"), form.format(bpm)


@pytest.mark.parametrize("form", ["{}", "in {}", "jazz, {}, 120 bpm", "a song in the key of {} with piano", "lofi {}"])
def test_every_key_is_read_back_as_it_is_spelled(form: str) -> None:
    for key in (Key(tonic, mode) for tonic in range(12) for mode in MODES):
        brief = read_brief(form.format(key))
        assert (brief.key, brief.origin["key"]) == (key, "said"), form.format(key)


@pytest.mark.parametrize("name", STYLES)
def test_every_key_spelled_by_a_style_is_read_back_with_it(name: str) -> None:
    for key in all_styles()[name].keys:
        brief = read_brief(f"{name} in {key}")
        assert (brief.style, brief.key, brief.origin["style"]) == (name, Key.parse(key), "said")


@pytest.mark.parametrize("name", STYLES)
def test_a_style_is_found_by_its_name_and_every_alias(name: str) -> None:
    for words in (name, *all_styles()[name].aliases):
        assert read_brief(words).style == name, words
        assert read_brief(f"make me some {words} please").style == name, words


@pytest.mark.parametrize("name", sorted(instruments()))
def test_every_instrument_can_be_asked_for_and_refused_by_its_label(name: str) -> None:
    label = instruments()[name].label
    wanted = read_brief(f"a song with {label}")
    assert wanted.origin["wanted"] == "said" and wanted.parts, label
    without = read_or_refused(f"a song without {label}")
    assert without is not None and name not in {part.instrument for part in without.parts}, label


@given(st.sampled_from(STYLES), st.floats(5, 240), st.one_of(st.none(), st.integers(50, 200)))
@settings(max_examples=200, deadline=None)
def test_a_length_in_seconds_is_met_within_half_a_bar(style: str, seconds: float, bpm: int | None) -> None:
    seconds = round(seconds, 1)
    brief = read_brief(f"{style}, {seconds} seconds" + ("" if bpm is None else f", {bpm} bpm"))
    assert brief.seconds_wanted == seconds and brief.origin["bars"] == "said"
    assert (
        abs(brief.seconds - seconds) <= max(brief.seconds / brief.bars / 2, brief.seconds / brief.bars - seconds) + 1e-6
    )
    if bpm is not None:
        assert brief.tempo_bpm == bpm, "a tempo that was said is not moved"


@given(st.sampled_from(STYLES), st.integers(1, 2048), st.integers(20, 400), st.integers(0, 2**63 - 1))
@settings(max_examples=100, deadline=None)
def test_a_call_is_followed_whatever_the_text_says(style: str, bars: int, bpm: int, seed: int) -> None:
    call = Call(style=style, bars=bars, tempo_bpm=bpm, key="Eb dorian", metre="7/8", seed=seed)
    brief = read_brief("slow jazz in C, 3/4, 90 bpm, 16 bars, seed 3", call)
    assert (brief.style, brief.bars, brief.tempo_bpm, brief.seed) == (style, bars, bpm, seed)
    assert (str(brief.key), str(brief.metre)) == ("Eb dorian", "7/8")
    fields = ("style", "bars", "tempo_bpm", "seed", "key", "metre")
    assert all(brief.origin[field] == "said" for field in fields)


@given(prompts_of_words)
@settings(max_examples=60, deadline=None)
def test_what_was_said_is_marked_said_and_all_else_is_not(text: str) -> None:
    brief = read_or_refused(text)
    if brief is not None:
        assert (brief.origin["moods"] == "said") == bool(brief.moods)
        assert (brief.origin["wanted"] == "said") == bool(brief.wanted)
        assert (brief.origin["unwanted"] == "said") == bool(brief.unwanted)
        assert replace(brief, text="") == replace(read_brief(text), text="")
