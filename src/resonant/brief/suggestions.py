"""What the words suggest where they do not say it: a style, an order of sections."""

from collections.abc import Mapping
from pathlib import Path

from resonant.brief.model import SectionBrief
from resonant.brief.presets import Presets
from resonant.brief.reading import Said
from resonant.brief.vocabulary import lexicon, vocabulary
from resonant.errors import BriefError
from resonant.styles import Style

DEFAULT_STYLE = "pop"  # what is played where nothing suggests a style: four chords, a hook, a backbeat


def suggested_style(said: Said, styles: Mapping[str, Style]) -> str:
    """The style that other words suggest: a manner, an ensemble, an instrument, a scene, a mood."""
    words, players, character = vocabulary(), said.players, said.character
    piano_alone = players.only and any(wish.name in ("piano", "grand_piano") for wish in players.wanted)
    hints = [
        said.style.name or "",
        *(row.style for row in players.manners),
        players.ensemble.style if players.ensemble else "",
        *(words.scenes[name].style for name in character.scenes),
        *(words.styles["instruments"].get(wish.name, "") for wish in players.wanted),
        "ballad" if piano_alone else "",
        *(words.moods[name].style for name in character.mood_names),
    ]
    return next((hint for hint in hints if hint in styles), DEFAULT_STYLE)


def known_style(text: str, styles: Mapping[str, Style], presets: Presets, styles_folder: Path | None) -> str:
    """The style of a name or alias, as a call gives it.

    Raises:
        BriefError: there is none; the message lists those there are.
    """
    if text in styles:
        return text
    meaning = next((m for m in lexicon(styles_folder).meanings(text) if m.kind == "style"), None)
    if meaning is None:
        raise BriefError(
            f"style {text!r} is not known; there are {', '.join(styles)}; presets: {', '.join(presets.styles)}"
        )
    return meaning.name


def changed_form(style: Style, added: tuple[str, ...], left_out: tuple[str, ...]) -> tuple[SectionBrief, ...]:
    """The style's usual order of sections, with some added in their places and some left out."""
    names = [*style.form.opening, *style.form.cycle, *style.form.cycle, *style.form.closing]
    for name in added:
        if name not in names:
            place = (
                0
                if name == "intro"
                else len(names)
                if name == "outro"
                else max(len(names) - len(style.form.closing) - 1, 1)
            )
            names.insert(place, name)  # type: ignore[arg-type]  # every section of the vocabulary is one of the styles'
    if not added and not set(left_out) & set(names):
        return ()  # what was refused would not have been there
    kept = [name for name in names if name not in left_out]
    return tuple(SectionBrief(name) for name in kept)
