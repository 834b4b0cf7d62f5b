"""The past of a song as a list: which revisions there are, how each came to be, and which of them are takes."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resonant.errors import InputError
from resonant.library.document import SongDocument, region_of
from resonant.library.history import Act, History
from resonant.library.locks import cells_in_words
from resonant.library.revisions import OpenSong, open_song

PREVIOUS = "previous"
_SILENT_ACTS = ("lock", "unlock", "restore", "pick")  # they write no note: no takes of a new part
_SHORTEST_PREFIX = 4


@dataclass(frozen=True, slots=True)
class Past:
    """A revision in the list.

    Args:
        number: 1 for the first.
        revision: its id.
        parent: the one it was made from, or None.
        act, prompt: what made it.
        cells: the cells that were written, in words, or "".
        seed: of the act.
        time: when it was made, in UTC.
        current: whether it is shown.
        take: its number among the takes of one act, from 1; None where it is the only one.
    """

    number: int
    revision: str
    parent: str | None
    act: str
    prompt: str
    cells: str
    seed: int
    time: str
    current: bool
    take: int | None


def past_of(folder: Path) -> tuple[Past, ...]:
    """All revisions of the song in a folder, the oldest first; a song that no act has changed has one.

    Raises:
        InputError: there is no song, or it is damaged.
    """
    opened = open_song(folder)
    history = History(opened.folder)
    first_acts: dict[str, Act] = {}
    for act in history.acts():
        if history.knows(act.revision):
            first_acts.setdefault(act.revision, act)
    lineages = {revision: lineage for revision in first_acts if (lineage := _lineage(history, revision)) is not None}
    if opened.revision not in lineages:
        return (*_listed(first_acts, lineages, ""), _unkept(opened, len(lineages) + 1))
    return _listed(first_acts, lineages, opened.revision)


def takes_of(past: Sequence[Past]) -> tuple[Past, ...]:
    """The takes of the last act that made several; none where no act did."""
    last = next((each for each in reversed(past) if each.take is not None), None)
    return () if last is None else tuple(each for each in past if each.take and _same_act(each, last))


def named_revision(folder: Path, name: str) -> str:
    """The id of the revision that is meant: its number in the list, its id or the beginning of that, or "previous".

    A short number is never the beginning of an id, which has at least four characters.

    Raises:
        InputError: none is meant, or several.
    """
    past = past_of(folder)
    numbers = {str(each.number): each.revision for each in past}
    if name == PREVIOUS:
        before = next((each.parent for each in past if each.current), None)
        if before is None or not any(each.revision == before for each in past):
            raise InputError(f"{folder} has no revision before the current one")
        return before
    if name in numbers:
        return numbers[name]
    found = [each.revision for each in past if len(name) >= _SHORTEST_PREFIX and each.revision.startswith(name.lower())]
    if len(found) != 1:
        why = "no revision" if not found else f"{len(found)} revisions that begin with"
        raise InputError(f"{folder} has {why} {name!r}; `resonant history` lists its revisions 1-{len(past)}")
    return found[0]


def opened_at(folder: Path, revision: str) -> SongDocument:
    """A revision by its id, the current one also before the first act."""
    history = History(folder)
    return history.document(revision) if history.knows(revision) else open_song(folder).document


def _listed(acts: dict[str, Act], lineages: dict[str, dict[str, Any]], current: str) -> tuple[Past, ...]:
    alike = Counter(_act_key(lineage) for lineage in lineages.values() if lineage["act"] not in _SILENT_ACTS)
    seen: Counter[str] = Counter()
    past = []
    for number, (revision, lineage) in enumerate(lineages.items(), 1):
        key = _act_key(lineage)
        seen[key] += 1
        past.append(
            Past(
                number,
                revision,
                lineage["parent"],
                lineage["act"],
                lineage["prompt"],
                _cells(lineage),
                lineage["seed"],
                acts[revision].time,
                revision == current,
                seen[key] if lineage["parent"] is not None and alike[key] > 1 else None,
            )
        )
    return tuple(past)


def _unkept(opened: OpenSong, number: int) -> Past:
    """The current revision where it is not in the history yet: no act has been done, or somebody wrote it by hand."""
    lineage = opened.song.lineage
    cells = "everything" if lineage.act == "compose" or not lineage.region else cells_in_words(lineage.region)
    return Past(
        number, opened.revision, lineage.parent, lineage.act, lineage.prompt, cells, lineage.seed, "", True, None
    )


def _lineage(history: History, revision: str) -> dict[str, Any] | None:
    """The lineage of a revision; None for one that is damaged, which `damage` tells of."""
    try:
        return {"act": "compose", "prompt": "", **json.loads(history.text(revision))["lineage"]}
    except (InputError, ValueError, LookupError, TypeError):
        return None


def _cells(lineage: dict[str, Any]) -> str:
    if lineage["act"] == "compose":
        return "everything"
    return cells_in_words(region_of(lineage["region"])) if lineage["region"] else ""


def _act_key(lineage: dict[str, Any]) -> str:
    return json.dumps([lineage[field] for field in ("parent", "act", "prompt", "region")])


def _same_act(one: Past, other: Past) -> bool:
    return (one.parent, one.act, one.prompt, one.cells) == (other.parent, other.act, other.prompt, other.cells)
