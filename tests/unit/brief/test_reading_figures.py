"""Tempo, metre, length, key and chords, in the many ways in which people write them."""

import pytest

from resonant.brief.reader import Call, read_brief
from resonant.errors import BriefError


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("82bpm", 82), ("at 120", 120), ("120 beats per minute", 120), ("a hundred and twenty bpm", 120),
        ("tempo: 95", 95),
        ("90-100 bpm", 95), ("bpm=140", 140), ("around 90bpm or so", 90), ("120.5 bpm", 120.5), ("♩=72", 72),
        ("techno 135 Am", 135), ("techno with 909 drums, 138", 138), ("♩ = 66", 66),
        ("house at one twenty eight bpm", 128),
    ],
)  # fmt: skip
def test_a_tempo_is_read(text: str, bpm: float) -> None:
    brief = read_brief(text)
    assert (brief.tempo_bpm, brief.origin["tempo_bpm"]) == (bpm, "said")


@pytest.mark.parametrize(
    "text", ["lofi, 808s", "808 drums and a 303", "1990s pop", "24/7 beats", "recorded in 2019", "top 10 pop"]
)
def test_numbers_that_are_no_tempo_and_no_length_are_left_alone(text: str) -> None:
    brief = read_brief(text)
    assert brief.origin["tempo_bpm"] == brief.origin["bars"] == brief.origin["metre"] == "assumed"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("two-minute", 120), ("2 min 30", 150), ("2m30s", 150), ("1:30", 90), ("90 seconds", 90), ("30s", 30),
        ("60s", 60),
        ("a minute and a half", 90), ("half a minute", 30), ("half-minute", 30), ("two and a half minutes", 150),
        ("2½ minutes", 150), ("1.5 min", 90), ("a couple of minutes", 120), ("a minute long", 60),
        ("30-60 seconds", 45),
        ("1 min 20 sec", 80), ("zwei Minuten", 120), ("treinta segundos", 30), ("for 80s long", 80),
    ],
)  # fmt: skip
def test_a_length_in_time_is_read(text: str, seconds: float) -> None:
    brief = read_brief(text)
    assert brief.seconds_wanted == seconds


@pytest.mark.parametrize(
    ("text", "bars"),
    [("8 bars", 8), ("16-bar", 16), ("thirty-two measures", 32), ("acht Takte", 8), ("12 bar blues", 12)],
)
def test_a_length_in_bars_is_read(text: str, bars: int) -> None:
    assert read_brief(text).bars == bars


@pytest.mark.parametrize("text", ["80s synth pop", "pop from the 60s", "late 90s hip hop", "disco, 70s, strings"])
def test_a_decade_is_no_length(text: str) -> None:
    brief = read_brief(text)
    assert brief.seconds_wanted is None
    assert any(tag.category == "topic" for tag in brief.tags)


@pytest.mark.parametrize(
    ("text", "metre"),
    [
        ("3/4", "3/4"), ("6/8 time", "6/8"), ("a waltz", "3/4"), ("in three", "3/4"), ("seven-eight", "7/8"),
        ("in 5", "5/4"),
        ("cut time", "2/2"), ("common time", "4/4"), ("an irish jig", "6/8"), ("Walzer", "3/4"),
        ("waltz in 4/4", "4/4"),
    ],
)  # fmt: skip
def test_a_metre_is_read(text: str, metre: str) -> None:
    assert str(read_brief(text).metre) == metre


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("in C", "C major"), ("b flat minor", "Bb minor"), ("A min", "A minor"), ("F#m", "F# minor"),
        ("D dorian", "D dorian"),
        ("lofi a minor 82bpm", "A minor"), ("a sad song in a minor, slow", "A minor"), ("key of G", "G major"),
        ("c sharp minor", "C# minor"), ("C♯m", "C# minor"), ("h-moll", "B minor"), ("B-Dur", "Bb major"),
        ("cis moll", "C# minor"),
        ("la menor", "A minor"), ("si bemol majeur", "Bb major"), ("blues in E", "E major"),
        ("jazz, Bb, 140", "Bb major"),
        ("reggae, B flat, organ", "Bb major"), ("in D, minor", "D minor"), ("E harmonic minor", "E harmonic minor"),
    ],
)  # fmt: skip
def test_a_key_is_read(text: str, key: str) -> None:
    brief = read_brief(text)
    assert (str(brief.key), brief.origin["key"]) == (key, "said")


@pytest.mark.parametrize(
    "text", ["a minor detail about jazz", "a major hit", "in a happy mood", "Am I in love", "i feel good", "in a bar"]
)
def test_an_article_is_no_key(text: str) -> None:
    assert read_brief(text).origin["key"] == "assumed"


def test_an_article_before_minor_gives_way_to_a_key_that_is_sure() -> None:
    assert str(read_brief("a minor blues in G minor").key) == "G minor"


def test_the_tuning_of_a_guitar_is_no_key_and_no_drop() -> None:
    brief = read_brief("metal in drop C# at 180 bpm")
    assert (brief.origin["key"], brief.form) == ("assumed", ())


def test_a_mode_without_a_tonic_takes_a_usual_key_of_the_style() -> None:
    assert str(read_brief("pop in a minor key").key) == "A minor"
    assert str(read_brief("ambient, lydian").key) == "A lydian"
    assert read_brief("gospel in minor").key.is_minor


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("| Dm7 G7 | Cmaj7 |", ("Dm7 G7", "Cmaj7")), ("over Am F C G", ("Am", "F", "C", "G")),
        ("Am - F - C - G, pop", ("Am", "F", "C", "G")), ("ii-V-I in Bb", ("ii", "V", "I")),
        ("| C | F | % | G7 | with drums", ("C", "F", "F", "G7")),
        ("chords: Cmaj7, Am7, Dm7, G7", ("Cmaj7", "Am7", "Dm7", "G7")),
        ("AABA jazz", ()), ("in Am", ()), ("A B A B form", ()),
    ],
)  # fmt: skip
def test_chords_are_read_by_bar(text: str, bars: tuple[str, ...]) -> None:
    assert read_brief(text).progression == bars


def test_chords_without_a_key_tell_the_key() -> None:
    brief = read_brief("| Dm7 | G7 | Cmaj7 | Cmaj7 |")
    assert (str(brief.key), brief.origin["key"]) == ("C major", "assumed")


def test_a_chord_between_bar_lines_that_is_none_is_named() -> None:
    with pytest.raises(BriefError, match="Cfoo"):
        read_brief("| Am | Cfoo |")


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("slow techno, 180 bpm", "slow"), ("largo, 150 bpm", "largo"), ("major key, A minor", "major"),
        ("piano, no piano", "piano"), ("waltz, 4/4", "3/4"), ("90 bpm, 120 bpm", "90"),
        ("8 bars in 60 seconds at 120 bpm", "60"),
    ],
)  # fmt: skip
def test_a_contradiction_is_told(text: str, remark: str) -> None:
    assert any(remark in sentence for sentence in read_brief(text).remarks)


def test_the_number_wins_over_the_word() -> None:
    assert read_brief("slow techno, 180 bpm").tempo_bpm == 180


def test_bars_and_seconds_together_are_a_tempo() -> None:
    brief = read_brief("8 bars in 16 seconds")
    assert (brief.tempo_bpm, brief.bars, brief.origin["tempo_bpm"]) == (120, 8, "said")


def test_a_length_in_seconds_moves_an_assumed_tempo_so_that_bars_fit_exactly() -> None:
    brief = read_brief("house, 60 seconds")
    assert brief.seconds == pytest.approx(60, abs=1e-9) and 118 <= brief.tempo_bpm <= 130
    assert brief.bars % 4 == 0 and brief.remarks and "60 seconds" in brief.remarks[0]


def test_strict_refuses_seconds_that_whole_bars_do_not_fill_and_names_the_tempo_that_would() -> None:
    strict = Call(knobs={"normalize_duration": "strict"})
    with pytest.raises(BriefError, match=r"ask for 102\.857 bpm"):
        read_brief("house, 100 bpm, 7 s", strict)
    assert read_brief("house, 102.857 bpm, 7 s", strict).bars == 3
    assert read_brief("house, 8 s", strict).seconds == pytest.approx(8.0)
