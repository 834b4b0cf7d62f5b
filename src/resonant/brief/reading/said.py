"""What was said: one reading of a text, before any of it is filled up from styles and presets."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from resonant.brief.reading.character import (
    SaidCharacter,
    read_character,
    read_loudness,
    read_seed,
    read_title,
    read_topic,
)
from resonant.brief.reading.form import SaidForm, read_form, read_letters, read_section_lengths
from resonant.brief.reading.genre import SaidStyle, read_style
from resonant.brief.reading.key import SaidKey, read_key, read_modes
from resonant.brief.reading.length import SaidLength, read_length
from resonant.brief.reading.metre import read_metre
from resonant.brief.reading.page import Page, phrases_on
from resonant.brief.reading.players import SaidPlayers, read_players
from resonant.brief.reading.polarity import read_polarity
from resonant.brief.reading.progression import read_progression
from resonant.brief.reading.tempo import SaidTempo, read_bare_tempo, read_tempo
from resonant.brief.vocabulary import Lexicon
from resonant.units import Metre


@dataclass(frozen=True)
class Said:
    """All that a text says; None and empty where it says nothing."""

    tempo: SaidTempo | None = None
    metre: Metre | None = None
    length: SaidLength = field(default_factory=SaidLength)
    key: SaidKey | None = None
    progression: tuple[str, ...] = ()
    style: SaidStyle = field(default_factory=SaidStyle)
    form: SaidForm = field(default_factory=SaidForm)
    players: SaidPlayers = field(default_factory=SaidPlayers)
    character: SaidCharacter = field(default_factory=SaidCharacter)
    seed: int | None = None
    title: str = ""
    sound: Mapping[str, float] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def listen(text: str, lexicon: Lexicon) -> Said:
    """What a text says. Figures are read first, then phrases, the longest that fits at each word.

    Raises:
        BriefError: a figure that nobody could play (900 bpm, 0 bars, 17/3), or a text of more than 50,000 characters.
    """
    page = Page.of(text)
    seed, title, loudness = read_seed(page), read_title(page), read_loudness(page)
    letters, topic = read_letters(page), read_topic(page)
    metre = read_metre(page)
    progression = read_progression(page)
    key = read_key(page, lexicon)
    modes = read_modes(page)
    measured = read_section_lengths(page)
    tempo = read_tempo(page)
    length = read_length(page)
    tempo = tempo or read_bare_tempo(page)
    phrases = phrases_on(page, lexicon)
    polarity = read_polarity(page, phrases)
    form = SaidForm(sections=letters) if letters else read_form(page, phrases, polarity, measured)
    character = read_character(page, phrases, polarity, topic, lexicon)
    character = replace(character, mode_words=(*modes, *character.mode_words))
    for typed, meant in phrases.corrections.items():
        page.remark(f"{typed!r} was read as {meant!r}.")
    return Said(
        tempo, metre, length, key, progression,
        read_style(page, phrases, polarity, lexicon), form, read_players(page, phrases, polarity), character,
        seed, title, {**character.sound, **({} if loudness is None else {"loudness_lufs": loudness})},
        phrases.unread, tuple(page.remarks),
    )  # fmt: skip
