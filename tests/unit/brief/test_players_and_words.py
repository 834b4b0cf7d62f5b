"""Who plays, how, in which form; and what becomes of words that nobody knows."""

from dataclasses import replace

import pytest

from resonant.brief.reader import Call, read_brief
from resonant.errors import BriefError


def band(text: str) -> dict[str, str]:
    return {part.role: part.instrument for part in read_brief(text).parts}


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("lofi, no drums", ["drums"]), ("without piano", ["piano"]), ("drumless ambient", ["drums"]),
        ("no drums or bass", ["drums", "bass"]),
        ("without drums, bass or keys", ["drums", "bass", "keys"]), ("no drums, piano", ["drums"]),
        ("no drums and a flute", ["drums"]),
        ("don't use any guitars", ["guitar"]), ("instrumental", ["vocals"]), ("jazz sans batterie", ["drums"]),
        ("ohne Schlagzeug", ["drums"]), ("vocal-free", ["vocals"]), ("no strings attached pop", []),
        ("not too fast, no sudden changes", []),
    ],
)  # fmt: skip
def test_what_is_unwanted_is_read(text: str, unwanted: list[str]) -> None:
    assert list(read_brief(text).unwanted) == unwanted


def test_no_drums_means_no_percussion_either() -> None:
    assert not {"drums", "percussion"} & set(band("funk with everything, rich arrangement, no drums"))


def test_an_unwanted_instrument_gives_its_part_to_another() -> None:
    assert band("ballad without piano")["chords"] not in {"grand_piano", "electric_piano", "bright_piano", "fm_piano"}


def test_a_wanted_instrument_takes_the_part_that_suits_it_best() -> None:
    assert band("pop with a violin")["melody"] == "violin"
    assert band("jazz with vibraphone and sax")["melody"] == "tenor_sax"
    assert band("house with a harp")["arpeggio"] == "harp"


def test_those_who_play_in_the_style_choose_before_guests() -> None:
    ambient = band("ambient with choir and glass pad")
    assert (ambient["pad"], ambient["strings"]) == ("glass_pad", "choir")


def test_the_word_after_an_instrument_names_its_part() -> None:
    trap = read_brief("trap, bell melody")
    assert trap.wanted == ("glockenspiel",)
    assert {part.role: part.instrument for part in trap.parts}["melody"] == "glockenspiel"


def test_a_refusal_may_have_an_exception() -> None:
    brief = read_brief("r&b, no drums except finger snaps")
    assert (brief.wanted, brief.unwanted) == (("percussion",), ("drums",))
    assert {"percussion"} == {"drums", "percussion"} & {part.role for part in brief.parts}


def test_a_kind_of_instrument_is_chosen_by_the_style() -> None:
    assert band("rock with guitars")["chords"] == "distortion_guitar"
    assert band("house with drums")["drums"] == "kit_909"


@pytest.mark.parametrize(
    ("text", "instruments"),
    [
        ("just piano and bass", {"grand_piano", "fingered_bass"}), ("solo piano", {"grand_piano"}),
        ("piano only", {"grand_piano"}),
        ("jazz for flute and harp", {"flute", "harp"}), ("unaccompanied violin", {"violin"}),
        ("a cappella", {"choir", "voice_oohs"}),
        ("string quartet", {"violin", "viola", "cello", "string_section"}), ("only drums", {"standard_kit"}),
        ("a guitar piece", {"acoustic_guitar"}), ("only strings", {"violin", "viola", "string_section", "contrabass"}),
    ],
)  # fmt: skip
def test_only_those_who_are_named_play(text: str, instruments: set[str]) -> None:
    assert set(band(text).values()) == instruments


def test_just_a_beat_is_a_song_and_not_a_drum_solo() -> None:
    assert len(band("just a chill lofi beat")) >= 4


def test_optional_parts_join_when_it_is_rich() -> None:
    assert "strings" not in band("pop") and "strings" in band("pop, rich arrangement")


@pytest.mark.parametrize(
    ("text", "role", "manner"),
    [
        ("gospel, walking bass", "bass", "walking"), ("techno, acid bassline", "bass", "acid"),
        ("trap with 808 slides", "bass", "808"),
        ("jazz, brushed drums", "drums", "brushes"), ("folk, fingerpicked", "chords", "picked"),
        ("pop, strummed ukulele", "chords", "strum"),
        ("pop with arpeggiated piano", "chords", "broken"), ("disco, four on the floor", "drums", "four on the floor"),
    ],
)  # fmt: skip
def test_how_a_part_plays_is_read(text: str, role: str, manner: str) -> None:
    assert {part.role: part.manner for part in read_brief(text).parts}[role] == manner


def test_a_manner_stays_with_the_instrument_that_was_asked_for() -> None:
    assert band("pop, strummed ukulele")["chords"] == "ukulele"


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("gospel-flavoured jazz", "jazz"), ("folk rock", "rock"), ("lofi hip hop", "lo-fi"),
        ("a touch of jazz in my house", "house"),
        ("jazzy hip hop", "hip hop"), ("trap drums", "trap"), ("music for sleeping", "ambient"),
        ("walking bass", "jazz"),
        ("epic battle", "cinematic"), ("not jazz but blues", "blues"), ("", "pop"), ("boombap", "hip hop"),
        ("regae", "reggae"),
    ],
)  # fmt: skip
def test_a_style_is_said_or_suggested(text: str, style: str) -> None:
    assert read_brief(text).style == style


def test_one_slip_of_the_fingers_is_forgiven_and_told() -> None:
    brief = read_brief("ambeint with a flutte")
    assert (brief.style, brief.wanted) == ("ambient", ("flute",))
    assert any("ambeint" in remark for remark in brief.remarks)


def test_words_that_nobody_knows_are_kept_in_order() -> None:
    assert read_brief("a jazz song about Zanzibar and Frobnitz").unread == ("Zanzibar", "Frobnitz")


def test_what_a_song_is_about_becomes_a_topic() -> None:
    assert ("topic", "lost love in Rome") in [
        (tag.category, tag.text) for tag in read_brief("ballad about lost love in Rome, slow").tags
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("intro, verse, chorus, verse, chorus, outro", "intro verse chorus verse chorus outro"),
        ("AABA", "verse verse bridge verse"),
        ("verse-chorus form", "intro verse chorus verse chorus outro"),
        ("verse x2, chorus, bridge, chorus", "verse verse chorus bridge chorus"),
        ("8 bar intro, 16 bar verse, 8 bar chorus", "intro verse chorus"), ("pop", ""),
    ],
)  # fmt: skip
def test_a_form_is_read(text: str, names: str) -> None:
    assert " ".join(section.name for section in read_brief(text).form) == names


def test_sections_with_lengths_make_the_length() -> None:
    brief = read_brief("8 bar intro, 16 bar verse, 8 bar chorus")
    assert (brief.bars, [section.bars for section in brief.form]) == (32, [8, 16, 8])


def test_a_section_can_be_left_out_or_added() -> None:
    names = [section.name for section in read_brief("pop song, 2 minutes, no intro, with a bridge").form]
    assert "intro" not in names and "bridge" in names


def test_moods_choose_mode_and_energy() -> None:
    assert read_brief("sad pop").key.is_minor and not read_brief("happy pop").key.is_minor
    assert read_brief("calm house").energy < read_brief("house").energy < read_brief("furious house").energy
    assert read_brief("calm jazz").tempo_bpm < read_brief("jazz").tempo_bpm < read_brief("lively jazz").tempo_bpm


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("vinyl crackle", "lofi", 0.6),
        ("cassette", "lofi", 0.7),
        ("no sudden changes", "dynamics", 0.15),
        ("dry pop", "reverb", 0.25),
        ("-16 LUFS", "loudness_lufs", -16.0),
    ],
)
def test_words_about_the_sound_are_read(text: str, field: str, value: float) -> None:
    brief = read_brief(text)
    assert getattr(brief.sound, field) == value and brief.origin["sound"] == "said"


def test_seed_title_language_and_loop_are_read() -> None:
    brief = read_brief('pop called "Blue Door", sung in Spanish, seed 42, seamless loop')
    assert (brief.title, brief.language, brief.seed, brief.loop) == ("Blue Door", "es", 42, True)


def test_control_characters_are_left_out_and_told() -> None:
    brief = read_brief("lo\x00fi \x1b[31m")
    assert brief.style == "lo-fi" and any("Control" in remark for remark in brief.remarks)


@pytest.mark.parametrize("escape", ["\x1b[31m", "\x9b31m", "\x1b[?25l", "\x1b]0;31 minutes\x07", "\x1b]0;8 bars\x1b\\"])
def test_what_tells_a_terminal_its_colours_is_no_part_of_the_text(escape: str) -> None:
    assert replace(read_brief(f"{escape}jazz in C"), text="") == replace(read_brief("\x00jazz in C"), text="")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (Call(bars=0), "bars=0"), (Call(tempo_bpm=900), "900"), (Call(seconds=0.1), "0.1"),
        (Call(style="polkacore"), "polkacore"),
        (Call(role="elevator"), "elevator"), (Call(quality="best"), "best"), (Call(key="H#"), "H#"),
        (Call(metre="17/3"), "17/3"),
        (Call(seed=-1), "seed"), (Call(complexity=11), "complexity"), (Call(energy=2), "energy"),
        (Call(wanted=("gong drum",)), "gong drum"),
        (Call(knobs={"heat": 1}), "heat"), (Call(knobs={"temperature": 9}), "temperature"),
        (Call(progression="Am Foo"), "Foo"), (Call(sound={"bass": 1}), "bass"),
    ],
)  # fmt: skip
def test_a_call_that_can_not_be_followed_is_refused_by_name(call: Call, message: str) -> None:
    with pytest.raises(BriefError, match=message):
        read_brief("pop", call)


def test_lyrics_in_the_call_set_the_form() -> None:
    brief = read_brief("pop, 32 bars", Call(lyrics="[Intro]\n[Verse 1]\nHello there (softly)\n[Chorus]\nOh"))
    assert [section.name for section in brief.form] == ["intro", "verse", "chorus"]
    assert (brief.form[1].lyrics, brief.form[1].directions) == (("Hello there",), ("softly",))
