"""Who plays: the style's parts, changed by the instruments that are wanted and unwanted."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from resonant.brief.model import PartBrief
from resonant.brief.reading.players import SaidPlayers, Wish
from resonant.brief.vocabulary import vocabulary
from resonant.brief.vocabulary.words import Group, MannerWord
from resonant.errors import BriefError
from resonant.instruments import Instrument, instrument, instruments
from resonant.styles import Style

# The order in which players write: each hears those before it.
PLAYING_ORDER = ("drums", "percussion", "bass", "chords", "pad", "strings", "arpeggio", "melody", "counter")
RICH_COMPLEXITY = 6  # above it the style's optional parts join
_CHORDAL_VOICES = 4
_QUARTET = {"melody": "violin", "counter": "viola", "strings": "string_section", "bass": "contrabass"}


@dataclass(frozen=True)
class Band:
    """Who plays, in the order in which they write; what was wanted and unwanted, by name; sentences about it."""

    parts: tuple[PartBrief, ...]
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass
class _Seats:
    """The band while it is put together: a part by role, and which roles were given to somebody who was asked for."""

    style: Style
    banned: frozenset[str]
    banned_roles: frozenset[str]
    parts: dict[str, PartBrief] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)

    def give(self, role: str, name: str, manner: str = "") -> None:
        self.parts[role] = PartBrief(role, name, manner or (self.parts[role].manner if role in self.parts else ""))
        self.given.add(role)


def gather(style: Style, said: SaidPlayers, complexity: int, without: tuple[Wish, ...] = ()) -> Band:
    """The band for a style and what was said of players; `without` are those a preset leaves out unless asked for.

    Raises:
        BriefError: nobody is left to play.
    """
    wanted, remarks = _not_refused(said)
    asked = {wish.name for wish in wanted}
    unwanted = (*said.unwanted, *(wish for wish in without if wish.name not in asked))
    banned, banned_roles = _banned(unwanted, wanted)
    seats = _Seats(style, banned, banned_roles, remarks=remarks)
    _seat_usual(seats, said, complexity)
    chosen = _seat_wanted(seats, wanted, said)
    for row in said.manners:
        _set_manner(seats, row)
    _leave_out(seats)
    if said.only and said.ensemble is None:
        _fill_small_band(seats)
    if not seats.parts:
        raise BriefError(
            "nobody is left to play: every part is unwanted; "
            f"allow at least one of {', '.join(part.role for part in style.parts)}"
        )
    parts = tuple(seats.parts[role] for role in PLAYING_ORDER if role in seats.parts)
    return Band(parts, _wanted_names(wanted, chosen, said, parts), _unwanted_names(said.unwanted), tuple(seats.remarks))


def with_a_tune(band: Band, style: Style) -> Band:
    """The band with somebody who plays the tune that words are sung to; as it is where it has one or shall have none.

    That is somebody who is there and can, else whom the style has for it.
    """
    if "melody" in band.unwanted or any(part.role == "melody" for part in band.parts):
        return band
    able = [part.instrument for part in band.parts if "melody" in instrument(part.instrument).roles]
    usual = [part.instrument for part in style.parts if part.role == "melody"] or ["grand_piano"]
    tune = PartBrief("melody", (able or usual)[0])
    parts = sorted((*band.parts, tune), key=lambda part: PLAYING_ORDER.index(part.role))
    name = tune.instrument.replace("_", " ")
    remark = f"The words need a tune, which the {name} plays; ask for another instrument, or leave the words out."
    return replace(band, parts=tuple(parts), remarks=(*band.remarks, remark))


def wish_for(words: str) -> Wish:
    """The wish that a call or a preset names: an instrument, a group, or what a prompt would call them.

    Raises:
        BriefError: it is no instrument and no part we know.
    """
    from resonant.brief.vocabulary import lexicon

    if words in instruments():
        return Wish(instrument=words, words=words)
    for meaning in lexicon().meanings(words):
        if meaning.kind == "group":
            return Wish(group=meaning.name, words=words)
        if meaning.kind == "instrument":
            return Wish(instrument=meaning.name, words=words)
        if meaning.kind == "manner":
            row = next(row for row in vocabulary().manners if f"{row.role}/{row.manner}" == meaning.name)
            return Wish(row.instrument, "" if row.instrument else row.role, meaning.name, words)
    raise BriefError(f"{words!r} is no instrument or part we know; groups are {', '.join(vocabulary().groups)}")


def _not_refused(said: SaidPlayers) -> tuple[tuple[Wish, ...], list[str]]:
    """The wishes that were not refused in the same breath."""
    refused = {wish.name for wish in said.unwanted} | {_role_of(wish) for wish in said.unwanted if _role_of(wish)}
    kept, remarks = [], []
    for wish in said.wanted:
        if wish.name in refused or (_role_of(wish) in refused and _role_of(wish)):
            remarks.append(f"{wish.words!r} is both wanted and unwanted; it was left out.")
        else:
            kept.append(wish)
    return tuple(kept), remarks


def _role_of(wish: Wish) -> str:
    """The part that a wish is about as a whole: "drums", and brushes are drums too."""
    if wish.manner:
        return wish.manner.split("/")[0] if wish.manner.startswith(("drums", "bass")) else ""
    group = vocabulary().groups.get(wish.group)
    return group.role if group is not None and wish.group in ("drums", "bass") else ""


def _group_role(wish: Wish) -> str:
    """The part that a wish names or that its instrument is made for, of drums and percussion; else ""."""
    group = vocabulary().groups.get(wish.group)
    role = group.role if group is not None else instrument(wish.instrument).roles[0] if wish.instrument else ""
    return role if role in ("drums", "percussion") else ""


def members(group: Group) -> frozenset[str]:
    """The instruments that a word such as "guitar" may mean."""
    return frozenset(
        name for name, one in instruments().items() if one.family in group.families or name in group.members
    )


def _banned(unwanted: Iterable[Wish], wanted: tuple[Wish, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Instruments and roles that shall not play; one that was asked for by its own name outranks its group."""
    names: set[str] = set()
    roles: set[str] = set()
    for wish in unwanted:
        group = vocabulary().groups.get(wish.group)
        if wish.instrument:
            names.add(wish.instrument)
        elif group is not None and group.role:
            roles.add(group.role)
            names |= members(group) if group.role in ("drums", "strings", "bass", "percussion") else set()
            roles |= {"drums": {"percussion"}, "percussion": {"drums"}, "melody": {"counter"}}.get(group.role, set())
        elif group is not None:
            names |= members(group)
    asked = {_group_role(wish) for wish in wanted}
    return frozenset(names - {wish.instrument for wish in wanted}), frozenset(roles - asked)


def _seat_usual(seats: _Seats, said: SaidPlayers, complexity: int) -> None:
    if said.ensemble is not None:
        seats.parts = {role: PartBrief(role, name) for role, name in said.ensemble.parts.items()}
    elif not said.only:
        for part in seats.style.parts:
            if part.role not in seats.parts and (not part.optional or complexity > RICH_COMPLEXITY):
                seats.parts[part.role] = PartBrief(part.role, part.instrument)


def _seat_wanted(seats: _Seats, wanted: tuple[Wish, ...], said: SaidPlayers) -> dict[Wish, str]:
    """Gives each wanted instrument the part that suits it best; returns which instrument each wish came to."""
    chosen: dict[Wish, str] = {}
    for wish in wanted:
        name = _instrument_for(seats, wish)
        if name is not None:
            chosen[wish] = name
    for wish in sorted(chosen, key=lambda w: (bool(w.manner), _strangeness(seats.style, chosen[w]))):
        if wish.manner and wish.manner.split("/")[0] in seats.given:
            if not _is_named(wish, chosen[wish]):
                del chosen[wish]  # somebody was asked for by name: the manner alone is theirs
                continue
            _seat(seats, replace(wish, manner=""), chosen[wish], small=False)
        else:
            _seat(seats, wish, chosen[wish], small=said.only and said.ensemble is None)
    return chosen


def _strangeness(style: Style, name: str) -> int:
    """0 for an instrument that plays in the style anyway, 1 for one that may, 2 for a guest: guests choose last."""
    if name in {part.instrument for part in style.parts}:
        return 0
    return 1 if any(name in part.others for part in style.parts) else 2


def _is_named(wish: Wish, name: str) -> bool:
    """Whether a manner names its instrument too: "wah guitar" does, "strummed" does not."""
    return instrument(name).family in wish.words.split() and instrument(name).family not in ("bass", "drums")


def _instrument_for(seats: _Seats, wish: Wish) -> str | None:
    """The instrument a wish means: its own, or of a group the one that the style would take."""
    if wish.instrument:
        return wish.instrument if wish.instrument not in seats.banned else None
    group = vocabulary().groups[wish.group]
    if group.unseated:
        return None
    pool = frozenset(group.prefer) or members(group)
    usual: list[tuple[str, str]] = [(part.role, part.instrument) for part in seats.style.parts]
    usual += [(part.role, name) for part in seats.style.parts for name in part.others]
    for role, name in usual:
        if (role == group.role if group.role else name in pool) and name not in seats.banned:
            return name
    free = [group.default, *sorted(pool)]
    return next((name for name in free if name not in seats.banned), None)


def _seat(seats: _Seats, wish: Wish, name: str, small: bool) -> None:
    if small and wish.group == "strings":
        for part, player in _QUARTET.items():
            seats.parts.setdefault(part, PartBrief(part, player))
        return
    role = _role_for(seats, wish, instrument(name), small)
    if role is None:
        seats.remarks.append(
            f"All parts that the {instrument(name).label} could play are taken; it is named in the tags only."
        )
        return
    manner = wish.manner.split("/")[1] if wish.manner.startswith(f"{role}/") else ""
    seats.give(role, name, manner)


def _role_for(seats: _Seats, wish: Wish, player: Instrument, small: bool) -> str | None:
    """The role that suits an instrument best among those nobody was asked for."""
    group = vocabulary().groups.get(wish.group)
    if group is not None and group.role:
        return group.role
    if wish.role and wish.role not in seats.given and wish.role not in seats.banned_roles:
        return wish.role
    if wish.manner:
        return wish.manner.split("/")[0]
    usual: list[str] = [part.role for part in seats.style.parts if player.name in (part.instrument, *part.others)]
    if small:
        chordal = player.max_voices >= _CHORDAL_VOICES
        usual = sorted(player.roles, key=lambda role: role != ("chords" if chordal else "melody"))
    return next(
        (role for role in (*usual, *player.roles) if role not in seats.given and role not in seats.banned_roles), None
    )


def _set_manner(seats: _Seats, row: MannerWord) -> None:
    """Lets the part of that role play in that manner; a guitar that was asked for is the one that strums."""
    if row.role not in seats.parts and row.role == "chords":
        guitar = next(
            (
                role
                for role, part in seats.parts.items()
                if role in seats.given and instrument(part.instrument).family == "guitar"
            ),
            None,
        )
        if guitar is not None:
            seats.parts["chords"] = PartBrief("chords", seats.parts.pop(guitar).instrument)
    if row.role in seats.parts:
        seats.parts[row.role] = replace(seats.parts[row.role], manner=row.manner)


def _leave_out(seats: _Seats) -> None:
    """Takes away unwanted roles, and puts another instrument in place of unwanted ones where there is one."""
    others: dict[str, tuple[str, ...]] = {
        part.role: (part.instrument, *part.others) for part in reversed(seats.style.parts)
    }
    for role, part in list(seats.parts.items()):
        if role in seats.banned_roles:
            del seats.parts[role]
        elif part.instrument in seats.banned:
            able = [name for name, one in instruments().items() if one.roles and one.roles[0] == role]
            substitute = next((name for name in (*others.get(role, ()), *able) if name not in seats.banned), None)
            if substitute is None:
                del seats.parts[role]
            else:
                seats.parts[role] = replace(part, instrument=substitute)


def _fill_small_band(seats: _Seats) -> None:
    """In a band of a few, whoever plays the chords plays the tune too, where nobody else does."""
    chords = seats.parts.get("chords") or seats.parts.get("arpeggio")
    has_tune = "melody" in seats.parts or "melody" in seats.banned_roles
    if chords is not None and not has_tune and {"melody", "counter"} & set(instrument(chords.instrument).roles):
        seats.parts["melody"] = PartBrief("melody", chords.instrument)
    if set(seats.parts) == {"pad"} and instrument(seats.parts["pad"].instrument).family == "choir":
        seats.parts["melody"] = PartBrief("melody", "voice_oohs")


def _wanted_names(
    wanted: tuple[Wish, ...], chosen: dict[Wish, str], said: SaidPlayers, parts: tuple[PartBrief, ...]
) -> tuple[str, ...]:
    """What was wanted, by name: the word itself where it named a part, else the instrument it came to."""
    names: list[str] = []
    for wish in wanted:
        group = vocabulary().groups.get(wish.group)
        if wish.manner and wish not in chosen:
            continue
        if wish.manner and not wish.instrument:
            names_its_part = {wish.group, wish.group.rstrip("s")} & set(wish.words.split())
            if wish.group not in ("drums", "bass") or not names_its_part:
                continue
        names.append(
            wish.group if group is not None and (group.role or group.unseated) else chosen.get(wish, wish.name)
        )
    if said.ensemble is not None:
        names += [part.instrument for part in parts if part.instrument in said.ensemble.parts.values()]
    return tuple(dict.fromkeys(names))


def _unwanted_names(unwanted: tuple[Wish, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(wish.name for wish in unwanted))
