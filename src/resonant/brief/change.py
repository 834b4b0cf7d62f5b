"""A prompt for some parts of a song that is there: the brief as those parts shall hear it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from resonant.brief.band import members
from resonant.brief.model import Brief, PartBrief
from resonant.brief.reading import Said, listen
from resonant.brief.reading.players import Wish
from resonant.brief.vocabulary import lexicon, vocabulary
from resonant.brief.vocabulary.words import ChangeWord
from resonant.errors import BriefError
from resonant.instruments import instrument

_MOOD_WEIGHT = 0.5  # a mood moves the parts half the way to its own energy
_NAME_OF_A_STYLE = 2.0

Touched = Mapping[PartBrief, bool]  # the parts that are written, each with whether it is written from end to end


def read_change(text: str, brief: Brief, touched: Touched, styles_folder: Path | None = None) -> Brief:
    """The brief with what a text asks of the parts that are written anew; `unread` and `remarks` are of this text.

    It may name manners ("acid line"), instruments ("on a clavinet"), moods, and more or less of something ("busier").

    Args:
        text: natural language; "" asks for nothing.
        brief: of the song.
        touched: an instrument changes only for a part that is written from end to end.
        styles_folder: a folder with the user's own style files.

    Raises:
        BriefError: it asks for another tempo, key, metre, length, form or style, which belong to the whole song.
    """
    if not text.strip():
        return replace(brief, unread=(), remarks=())
    steps, rest = _steps(text)
    said = listen(rest, lexicon(styles_folder))
    _refuse_what_is_the_songs(said, brief)
    parts = _Parts(dict(zip(brief.parts, brief.parts, strict=True)), touched)
    for wish in said.players.wanted:
        parts.grant(wish)
    for wish in said.players.unwanted:
        parts.remarks.append(f"{wish.words!r}: a part is left out by no act; turn it down, or compose without it.")
    if _another_style(said, brief):
        parts.remarks.append(f"The song stays {brief.style}; `resonant restyle` would make it {said.style.name}.")
    character = said.character
    aims = [vocabulary().moods[name].energy for name in character.mood_names]
    energy = brief.energy if character.energy is None else character.energy
    energy += sum(step.energy for step in steps) + sum(_MOOD_WEIGHT * (aim - brief.energy) for aim in aims[:1])
    complexity = brief.complexity if character.complexity is None else character.complexity
    return replace(
        brief,
        parts=tuple(parts.now[part] for part in brief.parts),
        energy=min(max(energy, 0.0), 1.0),
        complexity=min(max(complexity + sum(step.complexity for step in steps), 1), 10),
        moods=tuple(dict.fromkeys((*brief.moods, *character.moods))),
        unread=said.unread,
        remarks=tuple(dict.fromkeys((*said.remarks, *parts.remarks))),
    )


def _steps(text: str) -> tuple[list[ChangeWord], str]:
    """The words that ask for more or less, and the text without them; longer phrases are found first."""
    phrases = {phrase: word for word in vocabulary().changes.values() for phrase in word.words}
    found: list[ChangeWord] = []
    for phrase in sorted(phrases, key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w)(?:(?:much|a bit|a little|even) )?{re.escape(phrase)}(?!\w)", re.IGNORECASE)
        text, count = pattern.subn(",", text)
        found += [phrases[phrase]] * bool(count)
    return found, text


def _refuse_what_is_the_songs(said: Said, brief: Brief) -> None:
    """What a prompt for parts can not change is refused, unless it is so already.

    Raises:
        BriefError: it names the first such thing.
    """
    for what in _of_the_whole_song(said, brief):
        raise BriefError(
            f"{what} of a song can not be changed by a prompt for some of its bars; say only how they shall play "
            "(`resonant restyle` tells the whole song in another style, at another tempo)"
        )


def _of_the_whole_song(said: Said, brief: Brief) -> Iterator[str]:
    if said.tempo is not None and round(said.tempo.bpm) != round(brief.tempo_bpm):
        yield "the tempo"
    if said.character.tempo_words:
        yield "the tempo"
    if said.key is not None and said.key.key != brief.key:
        yield "the key"
    if said.metre is not None and said.metre != brief.metre:
        yield "the metre"
    if said.length.bars is not None or said.length.seconds is not None or said.character.length_words:
        yield "the length"
    if said.form.sections or said.form.added or said.form.left_out:
        yield "the form"
    if said.progression:
        yield "the chords by name"
    heard = said.players.wanted or said.character.mood_names
    if not heard and _another_style(said, brief):
        yield f"the style ({said.style.name})"


def _another_style(said: Said, brief: Brief) -> bool:
    """Whether a style is named that the song is not in, and that no manner of playing brings along."""
    along = {row.style for row in said.players.manners}
    return said.style.strength >= _NAME_OF_A_STYLE and said.style.name not in (None, brief.style, *along)


@dataclass
class _Parts:
    """The parts while wishes are granted: each as it was, and as it shall be; and what could not be."""

    now: dict[PartBrief, PartBrief]
    touched: Touched
    remarks: list[str] = field(default_factory=list)

    def grant(self, wish: Wish) -> None:
        if wish.manner:
            self._mannered(wish)
        elif not self._is_there(wish):
            self._seated(wish)

    def _mannered(self, wish: Wish) -> None:
        role, _, manner = wish.manner.partition("/")
        players = [part for part in self.touched if part.role == role]
        if not players:
            self.remarks.append(f"{wish.words!r} is a way to play {role}, which is not among what is written.")
        for part in players:
            self.now[part] = replace(self.now[part], manner=manner)
            if wish.instrument and self.touched[part]:
                self._on(part, wish.instrument)

    def _is_there(self, wish: Wish) -> bool:
        """Whether a word only names a part that is written, or the instrument that it has."""
        group = vocabulary().groups.get(wish.group)
        names = members(group) if group is not None else {wish.instrument}
        return any(
            part.instrument in names or part.role == wish.group or (group is not None and group.role == part.role)
            for part in self.touched
        )

    def _seated(self, wish: Wish) -> None:
        group = vocabulary().groups.get(wish.group)
        name = wish.instrument or (group.default if group is not None else "")
        able = [part for part in self.touched if name and part.role in instrument(name).roles]
        chosen = [part for part in able if part.role == wish.role] or able[:1]
        if not chosen:
            self.remarks.append(f"{wish.words!r} can play none of the parts that are written.")
        for part in chosen:
            self._on(part, name)

    def _on(self, part: PartBrief, name: str) -> None:
        if self.touched[part]:
            self.now[part] = replace(self.now[part], instrument=name)
        elif part.instrument != name:
            self.remarks.append(
                f"{part.role}: still the {instrument(part.instrument).label}, since an instrument changes for a whole "
                "track, not for some bars of it."
            )
